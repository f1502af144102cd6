#include "engine/filter/payload_index.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/payload/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::filter {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using payload::List;
using payload::Payload;

// Rows and an index over them.
class Rows {
 public:
  auto reader() const {
    return [this](uint32_t row) -> std::string_view { return bytes_[row]; };
  }

  Rows(const std::vector<Payload>& payloads,
       const std::vector<FieldSchema>& schema) {
    for (const Payload& payload : payloads) {
      bytes_.push_back(*payload::EncodePayload(payload));
    }
    auto index = PayloadIndex::Build(
        schema, static_cast<uint32_t>(bytes_.size()), reader());
    EXPECT_OK(index);
    index_ = *std::move(index);
  }

  const PayloadIndex& index() const { return index_; }

  std::vector<uint32_t> Select(const Filter& filter,
                               SelectStats* stats = nullptr) const {
    std::vector<uint32_t> rows;
    const auto compiled = CompiledFilter::Compile(filter);
    EXPECT_OK(compiled);
    EXPECT_OK(index_.SelectRows(*compiled, reader(), &rows, {}, stats));
    return rows;
  }
  MatchEstimate Estimate(const Filter& filter) const {
    return index_.Estimate(*CompiledFilter::Compile(filter));
  }
  MatchEstimate SampledEstimate(const Filter& filter) const {
    return index_.Estimate(*CompiledFilter::Compile(filter), reader());
  }

 private:
  std::vector<std::string> bytes_;
  PayloadIndex index_;
};

template <typename Test>
Filter Where(std::string_view path, Test test) {
  return Filter::Of({.path = std::string(path), .test = std::move(test)});
}

// Row i has n = i, and platform "a" for even rows, "b" for odd ones.
std::vector<Payload> Numbered(int count) {
  std::vector<Payload> payloads;
  payloads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    payloads.push_back({{"n", i}, {"platform", i % 2 == 0 ? "a" : "b"}});
  }
  return payloads;
}

std::vector<FieldSchema> NumberedSchema() {
  return {{"n", FieldType::kInteger}, {"platform", FieldType::kKeyword}};
}

TEST(PayloadIndexTest, AnswersFromTheIndexWithoutReadingPayloads) {
  const Rows rows(Numbered(1000), NumberedSchema());
  SelectStats stats;
  EXPECT_THAT(rows.Select(Filter::And({Where("platform", Equal{"b"}),
                                       Where("n", Range{.greater_than = 994})}),
                          &stats),
              ElementsAre(995, 997, 999));
  EXPECT_EQ(stats.payloads_read, 0);
  EXPECT_GT(stats.entries_read, 0);
}

TEST(PayloadIndexTest, ConditionsWithoutIndexAreTestedOnSurvivorsOnly) {
  const Rows rows(Numbered(1000), {{"n", FieldType::kInteger}});
  SelectStats stats;
  EXPECT_THAT(rows.Select(Filter::And({Where("platform", Equal{"b"}),
                                       Where("n", Range{.greater_than = 994})}),
                          &stats),
              ElementsAre(995, 997, 999));
  EXPECT_EQ(stats.payloads_read, 5);
}

TEST(PayloadIndexTest, EstimatesOfSingleValuedFieldsAreExact) {
  const Rows rows(Numbered(1000), NumberedSchema());
  const MatchEstimate range =
      rows.Estimate(Where("n", Range{.less_than = 100}));
  EXPECT_EQ(range.min, 100);
  EXPECT_EQ(range.max, 100);
  EXPECT_TRUE(range.exact());
  const MatchEstimate negation =
      rows.Estimate(Where("platform", NotEqual{"a"}));
  EXPECT_EQ(negation.min, 500);
  EXPECT_EQ(negation.max, 500);
}

// By hand: 0.1 * 0.5 of 1000 rows if independent; between 0 and 100 for sure.
TEST(PayloadIndexTest, EstimatesOfConjunctionsTakeMembersForIndependent) {
  const Rows rows(Numbered(1000), NumberedSchema());
  const MatchEstimate both = rows.Estimate(Filter::And(
      {Where("n", Range{.less_than = 100}), Where("platform", Equal{"a"})}));
  EXPECT_EQ(both.min, 0);
  EXPECT_EQ(both.max, 100);
  EXPECT_NEAR(both.expected, 50, 1e-9);
}

TEST(PayloadIndexTest, WithoutIndexNothingIsKnownUntilRowsAreSampled) {
  const Rows rows(Numbered(10'000), {});
  const Filter half = Where("platform", Equal{"a"});
  const MatchEstimate blind = rows.Estimate(half);
  EXPECT_EQ(blind.min, 0);
  EXPECT_EQ(blind.max, 10'000);
  const Filter tenth = Where("n", Range{.less_than = 1'000});
  EXPECT_NEAR(rows.SampledEstimate(tenth).expected, 1'000, 100);
}

TEST(PayloadIndexTest, ValuesOfAnotherTypeAreStillFound) {
  const Rows rows({{{"f", 5}}, {{"f", "5"}}, {{"f", 5.0}}, {{"f", 5.5}}, {}},
                  {{"f", FieldType::kInteger}});
  EXPECT_THAT(rows.Select(Where("f", Equal{5})), ElementsAre(0, 2));
  EXPECT_THAT(rows.Select(Where("f", Equal{"5"})), ElementsAre(1));
  EXPECT_THAT(rows.Select(Where("f", Range{.greater_than = 5})),
              ElementsAre(3));
  EXPECT_THAT(rows.Select(Where("f", NotEqual{5})), ElementsAre(1, 3, 4));
}

TEST(PayloadIndexTest, WordsOfSeveralValuesAreNotMixed) {
  const Rows rows({{{"t", List{"summer sale", "winter shoes"}}},
                   {{"t", "summer shoes"}},
                   {{"t", List{"shoes", "summer shoes"}}}},
                  {{"t", FieldType::kText}});
  EXPECT_THAT(rows.Select(Where("t", TextMatch{.query = "summer shoes"})),
              ElementsAre(1, 2));
  EXPECT_THAT(rows.Select(Where(
                  "t", TextMatch{.query = "sale shoes", .any_word = true})),
              ElementsAre(0, 1, 2));
}

TEST(PayloadIndexTest, AWordThatIsNowhereRulesOutEveryRow) {
  const Rows rows({{{"t", "sale"}}, {{"t", "sale"}}, {{"t", "sale now"}}},
                  {{"t", FieldType::kText}});
  const Filter missing = Where("t", TextMatch{.query = "sale nowhere"});
  EXPECT_EQ(rows.Estimate(missing).max, 0);
  EXPECT_THAT(rows.Select(missing), IsEmpty());
  const Filter some =
      Where("t", TextMatch{.query = "now nowhere", .any_word = true});
  EXPECT_EQ(rows.Estimate(some).min, 1);
  EXPECT_THAT(rows.Select(some), ElementsAre(2));
}

TEST(PayloadIndexTest, AllLooksAtEveryElement) {
  const Rows rows({{{"n", List{1, 2}}}, {{"n", List{1, 9}}}, {{"n", 1}}, {}},
                  {{"n", FieldType::kInteger}});
  EXPECT_THAT(rows.Select(Filter::Of({.path = "n",
                                      .quantifier = Quantifier::kAll,
                                      .test = Range{.less_than = 5}})),
              ElementsAre(0, 2));
}

TEST(PayloadIndexTest, EveryRowMatchesTheEmptyFilter) {
  const Rows rows(Numbered(3), NumberedSchema());
  EXPECT_THAT(rows.Select(Filter()), ElementsAre(0, 1, 2));
  EXPECT_EQ(rows.Estimate(Filter()).min, 3);
  EXPECT_THAT(rows.Select(Filter::Or({})), IsEmpty());
  EXPECT_EQ(rows.Estimate(Filter::Or({})).max, 0);
}

TEST(PayloadIndexTest, AnIndexWithoutFieldsTestsRows) {
  const PayloadIndex index(2);
  const std::string bytes = *payload::EncodePayload({{"n", 1}});
  const auto reader = [&](uint32_t row) -> std::string_view {
    return row == 1 ? std::string_view(bytes) : std::string_view();
  };
  ASSERT_OK_AND_ASSIGN(const CompiledFilter filter,
                       CompiledFilter::Compile(Where("n", Equal{1})));
  Bitset bits;
  ASSERT_OK(index.Select(filter, reader, &bits));
  EXPECT_FALSE(bits.Test(0));
  EXPECT_TRUE(bits.Test(1));
}

TEST(PayloadIndexTest, StopsWhenAsked) {
  const Rows rows(Numbered(5'000), {});
  std::stop_source stop;
  stop.request_stop();
  std::vector<uint32_t> out;
  ASSERT_OK_AND_ASSIGN(const CompiledFilter filter,
                       CompiledFilter::Compile(Where("n", Equal{1})));
  EXPECT_THAT(
      rows.index().SelectRows(filter, rows.reader(), &out, stop.get_token()),
      StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_THAT(PayloadIndex::Build(NumberedSchema(), 5'000, rows.reader(),
                                  stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

TEST(PayloadIndexTest, StopsInMidScan) {
  const Rows rows(Numbered(5'000), {});
  std::stop_source stop;
  uint32_t last_row = 0;
  const auto reader = [&](uint32_t row) {
    last_row = row;
    if (row == 100) stop.request_stop();
    return rows.reader()(row);
  };
  std::vector<uint32_t> out;
  ASSERT_OK_AND_ASSIGN(const CompiledFilter filter,
                       CompiledFilter::Compile(Where("n", Equal{1})));
  EXPECT_THAT(rows.index().SelectRows(filter, reader, &out, stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_LT(last_row, 2'000);
}

TEST(PayloadIndexTest, ASchemaThatIsNotValidIsRefused) {
  EXPECT_THAT(
      PayloadIndex::Build(std::vector<FieldSchema>{{"a..b", FieldType::kBool}},
                          0, [](uint32_t) { return std::string_view(); }),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("payload_fields[0].path")));
}

TEST(PayloadIndexTest, CountsRowsAndBytesOfEachField) {
  std::vector<Payload> payloads = Numbered(1000);
  payloads[3]["n"] = "three";
  payloads[4].erase("n");
  const Rows rows(payloads, NumberedSchema());
  const std::vector<FieldIndexStats> stats = rows.index().FieldStats();
  ASSERT_THAT(stats, SizeIs(2));
  EXPECT_EQ(stats[0].field.path, "n");
  EXPECT_EQ(stats[0].indexed_rows, 998);
  EXPECT_EQ(stats[0].irregular_rows, 1);
  EXPECT_EQ(stats[1].indexed_rows, 1000);
  // By hand: 12 bytes for each of 998 distinct integers; a bit a row for each
  // of two keywords, in words of 8 bytes.
  EXPECT_GE(stats[0].bytes, 12 * 998);
  EXPECT_LE(stats[0].bytes, 12 * 998 + 1000);
  EXPECT_GE(stats[1].bytes, 2 * 128);
  EXPECT_LE(stats[1].bytes, 2 * 128 + 1000);
  EXPECT_GE(rows.index().MemoryBytes(), stats[0].bytes + stats[1].bytes);
}

}  // namespace
}  // namespace mi::filter
