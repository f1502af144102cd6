// Whatever is indexed, the answer is that of testing every row.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/filter/payload_index.h"
#include "engine/payload/codec.h"
#include "gtest/gtest.h"
#include "tests/engine/filter/random_filters.h"
#include "tests/support/status_matchers.h"

namespace mi::filter {
namespace {

struct Segment {
  std::vector<std::string> payloads;

  auto Reader() const {
    return [this](uint32_t row) -> std::string_view { return payloads[row]; };
  }
};

Segment RandomSegment(testing::RandomFilters* random, uint32_t num_rows) {
  Segment segment;
  for (uint32_t row = 0; row < num_rows; ++row) {
    const auto bytes = payload::EncodePayload(random->NextPayload());
    EXPECT_OK(bytes);
    segment.payloads.push_back(*bytes);
  }
  return segment;
}

// Slow oracle: every row by itself.
std::vector<uint32_t> BruteForce(const Segment& segment,
                                 const CompiledFilter& filter) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < segment.payloads.size(); ++row) {
    if (filter.Matches(payload::PayloadView(segment.payloads[row]))) {
      rows.push_back(row);
    }
  }
  return rows;
}

void CheckAgainstBruteForce(const Segment& segment, const PayloadIndex& index,
                            const CompiledFilter& filter) {
  const std::vector<uint32_t> expected = BruteForce(segment, filter);
  std::vector<uint32_t> rows;
  ASSERT_OK(index.SelectRows(filter, segment.Reader(), &rows));
  ASSERT_EQ(rows, expected);
  Bitset bits;
  ASSERT_OK(index.Select(filter, segment.Reader(), &bits));
  ASSERT_EQ(bits.size(), segment.payloads.size());
  std::vector<uint32_t> members;
  bits.ForEach(
      [&](size_t row) { members.push_back(static_cast<uint32_t>(row)); });
  ASSERT_EQ(members, expected);
  for (const MatchEstimate& estimate :
       {index.Estimate(filter), index.Estimate(filter, segment.Reader())}) {
    ASSERT_LE(estimate.min, expected.size());
    ASSERT_GE(estimate.max, expected.size());
    ASSERT_LE(static_cast<double>(estimate.min), estimate.expected);
    ASSERT_GE(static_cast<double>(estimate.max), estimate.expected);
  }
}

class PayloadIndexPropertyTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(PayloadIndexPropertyTest, EverySubsetOfIndexesGivesTheSameAnswer) {
  const uint32_t num_rows = GetParam();
  const uint64_t seed = 7'000 + num_rows;
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  testing::RandomFilters random(seed);
  const Segment segment = RandomSegment(&random, num_rows);
  std::vector<CompiledFilter> filters;
  for (int i = 0; i < 40; ++i) {
    const auto filter = CompiledFilter::Compile(random.NextFilter());
    ASSERT_OK(filter);
    filters.push_back(*filter);
  }
  const std::vector<FieldSchema> fields = testing::EveryField();
  for (uint32_t subset = 0; subset < (1u << fields.size()); ++subset) {
    std::vector<FieldSchema> schema;
    for (size_t f = 0; f < fields.size(); ++f) {
      if (subset & (1u << f)) schema.push_back(fields[f]);
    }
    ASSERT_OK_AND_ASSIGN(
        const PayloadIndex index,
        PayloadIndex::Build(schema, num_rows, segment.Reader()));
    for (size_t i = 0; i < filters.size(); ++i) {
      SCOPED_TRACE(::testing::Message()
                   << "subset " << subset << ", filter " << i);
      CheckAgainstBruteForce(segment, index, filters[i]);
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, PayloadIndexPropertyTest,
                         ::testing::Values(0, 1, 3, 70, 130));

// More rows and filters, so that every form of a row set occurs, against the
// full index and against an index of the wrong types.
TEST(PayloadIndexLargePropertyTest, ManyFiltersOverManyRows) {
  constexpr uint64_t kSeed = 99;
  constexpr uint32_t kRows = 4'000;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  testing::RandomFilters random(kSeed);
  const Segment segment = RandomSegment(&random, kRows);
  std::vector<FieldSchema> right = testing::EveryField();
  std::vector<FieldSchema> wrong = right;
  for (size_t f = 0; f < wrong.size(); ++f) {
    wrong[f].type = right[(f + 1) % right.size()].type;
  }
  ASSERT_OK_AND_ASSIGN(const PayloadIndex full,
                       PayloadIndex::Build(right, kRows, segment.Reader()));
  ASSERT_OK_AND_ASSIGN(const PayloadIndex shifted,
                       PayloadIndex::Build(wrong, kRows, segment.Reader()));
  for (int i = 0; i < 600; ++i) {
    SCOPED_TRACE(::testing::Message() << "filter " << i);
    ASSERT_OK_AND_ASSIGN(const CompiledFilter filter,
                         CompiledFilter::Compile(random.NextFilter(4)));
    CheckAgainstBruteForce(segment, full, filter);
    if (HasFatalFailure()) return;
    CheckAgainstBruteForce(segment, shifted, filter);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mi::filter
