// The scan of a delta against ranking every row, under every metric.

#include "engine/vector/delta_scan.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/filter/compiled_filter.h"
#include "engine/filter/filter.h"
#include "engine/payload/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAreArray;

constexpr size_t kDimension = 48;
constexpr uint64_t kSequence = 1'000'000;  // after everything
constexpr float kAny = -std::numeric_limits<float>::infinity();

class DeltaScanTest : public ::testing::TestWithParam<Metric> {
 protected:
  // `rows` rows around a few centres, every seventh deleted, every third with
  // "picked" in its payload.
  void Fill(size_t rows, uint64_t seed) {
    set_ = testing::ClusteredUnitVectors(
        {.rows = rows, .queries = 20, .dimension = kDimension}, seed);
    Random random(seed);
    auto delta = std::make_shared<Delta>(GetParam(), kDimension, rows + 10);
    for (uint32_t row = 0; row < rows; ++row) {
      // Lengths count under all metrics but cosine.
      for (size_t j = 0; j < kDimension; ++j) {
        set_.base[row * kDimension + j] *=
            static_cast<float>(0.5 + random.Uniform());
      }
      delta->Append("id" + std::to_string(row),
                    std::span(&set_.base[row * kDimension], kDimension),
                    row % 3 == 0 ? picked_ : other_, row + 1);
      if (row % 7 == 0) delta->MarkDeleted(row, kSequence - 1);
    }
    part_ = {std::move(delta), rows};
    config_.dimension = kDimension;
    config_.metric = GetParam();
  }

  static filter::CompiledFilter Picked() {
    return *filter::CompiledFilter::Compile(filter::Filter::Of(
        {.path = "picked", .test = filter::Equal{payload::Value(true)}}));
  }

  std::span<const float> Query(size_t i) const {
    return {set_.query(i), kDimension};
  }

  // Ranks every row.
  std::vector<Neighbor> Expected(std::span<const float> query, size_t k,
                                 bool filtered, float threshold) const {
    const ExactRanker ranker(GetParam(), query);
    std::vector<Neighbor> all;
    for (uint32_t row = 0; row < part_.rows; ++row) {
      if (row % 7 == 0 || (filtered && row % 3 != 0)) continue;
      const float rank =
          ranker.Rank(part_.delta->vector(row), part_.delta->inverse_norm(row));
      if (rank >= threshold) all.push_back({rank, row});
    }
    std::sort(all.begin(), all.end(), IsBetter);
    all.resize(std::min(k, all.size()));
    return all;
  }

  const std::string picked_ = *payload::EncodePayload({{"picked", true}});
  const std::string other_ = *payload::EncodePayload({{"picked", false}});
  CollectionConfig config_;
  testing::VectorSet set_;
  DeltaView part_;
};

INSTANTIATE_TEST_SUITE_P(Metrics, DeltaScanTest,
                         ::testing::Values(Metric::kCosine, Metric::kDot,
                                           Metric::kEuclidean,
                                           Metric::kManhattan));

TEST_P(DeltaScanTest, FindsWhatRankingEveryRowFinds) {
  const auto filter = Picked();
  for (const size_t rows : {1, 255, 256, 257, 1'000, 2'048}) {
    Fill(rows, /*seed=*/rows);
    for (size_t i = 0; i < set_.query_count(); ++i) {
      for (const bool filtered : {false, true}) {
        DeltaScan scan(config_, part_, kSequence, filtered ? &filter : nullptr);
        for (const size_t k : {1, 10, 300}) {
          const auto found = scan.Run(Query(i), {.k = k}, std::stop_token());
          ASSERT_THAT(found, testing::IsOk());
          EXPECT_THAT(*found,
                      ElementsAreArray(Expected(Query(i), k, filtered, kAny)))
              << rows << " rows, query " << i << ", k " << k;
        }
      }
    }
  }
}

TEST_P(DeltaScanTest, CountsEverythingThatReachesAThreshold) {
  Fill(1'500, /*seed=*/3);
  for (size_t i = 0; i < set_.query_count(); ++i) {
    const float threshold =
        Expected(Query(i), 100, /*filtered=*/false, kAny).back().rank;
    DeltaScan scan(config_, part_, kSequence, nullptr);
    const auto found = scan.Run(Query(i), {.k = 10, .threshold = threshold},
                                std::stop_token());
    ASSERT_THAT(found, testing::IsOk());
    EXPECT_THAT(*found, ElementsAreArray(Expected(Query(i), 10, false, kAny)));
    EXPECT_EQ(scan.matches(),
              Expected(Query(i), 1'500, false, threshold).size());
  }
}

TEST_P(DeltaScanTest, NothingThatReachesTheFloorIsMissing) {
  Fill(1'500, /*seed=*/4);
  for (size_t i = 0; i < set_.query_count(); ++i) {
    const float floor =
        Expected(Query(i), 6, /*filtered=*/false, kAny).back().rank;
    DeltaScan scan(config_, part_, kSequence, nullptr);
    auto found =
        scan.Run(Query(i), {.k = 10, .floor = floor}, std::stop_token());
    ASSERT_THAT(found, testing::IsOk());
    ASSERT_GE(found->size(), 6);
    found->resize(6);
    EXPECT_THAT(*found, ElementsAreArray(Expected(Query(i), 6, false, floor)));
  }
}

// Reading full vectors of most rows would be right, and four times as slow.
TEST_P(DeltaScanTest, CodesRuleMostRowsOut) {
  Fill(2'048, /*seed=*/5);
  DeltaScan scan(config_, part_, kSequence, nullptr);
  ASSERT_THAT(scan.Run(Query(0), {.k = 10}, std::stop_token()),
              testing::IsOk());
  EXPECT_EQ(scan.coded(), 2'048);
  EXPECT_LT(scan.ranked(), 600);
}

TEST_P(DeltaScanTest, StopsWhenAsked) {
  Fill(300, /*seed=*/6);
  std::stop_source stop;
  stop.request_stop();
  DeltaScan scan(config_, part_, kSequence, nullptr);
  EXPECT_THAT(scan.Run(Query(0), {.k = 10}, stop.get_token()),
              testing::StatusIs(absl::StatusCode::kCancelled, ::testing::_));
}

}  // namespace
}  // namespace mi::vector
