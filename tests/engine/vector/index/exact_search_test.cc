// Exact searches against ranking every row in float64.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/bitset.h"
#include "engine/base/random.h"
#include "engine/vector/index/vector_index.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/vector/index/brute_force.h"
#include "tests/support/status_matchers.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using mi::testing::VectorSet;
using ::testing::IsEmpty;

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kDot,
                               Metric::kEuclidean, Metric::kManhattan};

std::unique_ptr<VectorIndex> Build(Metric metric, IndexKind kind,
                                   const VectorSet& set,
                                   const Kernels& kernels = BestKernels()) {
  IndexConfig config;
  config.dimension = set.dimension;
  config.metric = metric;
  config.kind = kind;
  config.min_graph_rows = 1;
  auto index = VectorIndex::Build(config, set.base, {}, kernels);
  EXPECT_OK(index);
  return std::move(index).value();
}

// What float32 can be expected to get right of a sum of this many terms.
double Tolerance(const VectorIndex& index, double rank) {
  return 2e-6 * (std::fabs(rank) + 1) *
         std::sqrt(static_cast<double>(index.config().dimension));
}

// The neighbours have the k greatest ranks there are, and each rank is that of
// its row. Compared by rank: rows whose ranks differ by less than float32 can
// tell may change places.
void ExpectBest(const VectorIndex& index, std::span<const float> query,
                const std::vector<double>& ranks, size_t k,
                const std::vector<Neighbor>& found) {
  ASSERT_EQ(found.size(), std::min(k, ranks.size()));
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end(), IsBetter));
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].rank, ranks[i], Tolerance(index, ranks[i])) << i;
    EXPECT_NEAR(
        found[i].rank,
        RankInDouble(index.config().metric, query, index.vector(found[i].row)),
        Tolerance(index, ranks[i]))
        << i;
  }
}

void ExpectExact(const VectorIndex& index, const VectorSet& set, size_t k) {
  for (size_t q = 0; q < set.query_count(); ++q) {
    SCOPED_TRACE(::testing::Message() << "query " << q);
    const std::span<const float> query(set.query(q), set.dimension);
    std::vector<Neighbor> found;
    SearchStats stats;
    ASSERT_OK(index.SearchExact(query, {.k = k}, {}, &found, &stats));
    ExpectBest(index, query, SortedRanks(index, query), k, found);
  }
}

using Shape = std::tuple<Metric, size_t>;
class ExactSearchTest : public ::testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(All, ExactSearchTest,
                         ::testing::Combine(::testing::ValuesIn(kMetrics),
                                            ::testing::Values(1, 3, 17, 64, 384,
                                                              1000)));

TEST_P(ExactSearchTest, EqualsBruteForceOnGaussianRows) {
  const auto [metric, dimension] = GetParam();
  const VectorSet set = mi::testing::GaussianVectors(
      {.rows = 1500, .queries = 10, .dimension = dimension}, 11);
  ExpectExact(*Build(metric, IndexKind::kFlat, set), set, 10);
}

TEST_P(ExactSearchTest, EqualsBruteForceWithEveryKernel) {
  const auto [metric, dimension] = GetParam();
  const VectorSet set = mi::testing::ClusteredUnitVectors(
      {.rows = 1000, .queries = 4, .dimension = dimension}, 12);
  for (const Kernels* kernels : AvailableKernels()) {
    SCOPED_TRACE(kernels->name);
    ExpectExact(*Build(metric, IndexKind::kIvf, set, *kernels), set, 7);
  }
}

// Rows that 8-bit codes with one scale represent badly.
TEST_P(ExactSearchTest, EqualsBruteForceOnRowsThatAreHardToCode) {
  const auto [metric, dimension] = GetParam();
  const VectorSet gaussian = mi::testing::GaussianVectors(
      {.rows = 1200, .queries = 5, .dimension = dimension}, 13);
  const std::vector<std::pair<std::string, float (*)(float, size_t, size_t)>>
      shapes = {
          {"heavy tails",
           [](float x, size_t, size_t) { return x * x * x * x * x; }},
          {"one huge component",
           [](float x, size_t, size_t j) { return j == 0 ? 1e4f * x : x; }},
          {"far from the origin",
           [](float x, size_t, size_t) { return 100 + x; }},
          {"rows of very different length",
           [](float x, size_t i, size_t) {
             return x * std::pow(10.0f, static_cast<float>(i % 7) - 3);
           }},
          {"few different values",
           [](float x, size_t, size_t) { return std::round(x); }},
      };
  for (const auto& [name, change] : shapes) {
    SCOPED_TRACE(name);
    VectorSet set = gaussian;
    for (size_t i = 0; i < set.base.size(); ++i) {
      set.base[i] = change(set.base[i], i / dimension, i % dimension);
    }
    for (size_t i = 0; i < set.queries.size(); ++i) {
      set.queries[i] = change(set.queries[i], i / dimension, i % dimension);
    }
    const auto index = Build(metric, IndexKind::kFlat, set);
    for (size_t q = 0; q < set.query_count(); ++q) {
      const std::span<const float> query(set.query(q), dimension);
      std::vector<Neighbor> found;
      SearchStats stats;
      ASSERT_OK(index->SearchExact(query, {.k = 10}, {}, &found, &stats));
      const std::vector<double> ranks = SortedRanks(*index, query);
      ASSERT_EQ(found.size(), 10);
      // Cancellation in float32 can cost digits of inner products here.
      double largest = 0;
      for (const double r : ranks) largest = std::max(largest, std::fabs(r));
      for (size_t i = 0; i < 10; ++i) {
        EXPECT_NEAR(found[i].rank, ranks[i], 1e-5 * (largest + 1)) << i;
      }
    }
  }
}

TEST_P(ExactSearchTest, ReturnsOnlyAllowedRowsAndTheBestOfThem) {
  const auto [metric, dimension] = GetParam();
  const VectorSet set = mi::testing::ClusteredUnitVectors(
      {.rows = 1500, .queries = 5, .dimension = dimension}, 14);
  const auto index = Build(metric, IndexKind::kIvf, set);
  Random random(15);
  for (const double share : {0.9, 0.3, 0.02}) {
    SCOPED_TRACE(share);
    Bitset allowed(index->size());
    std::vector<std::atomic<uint64_t>> deleted_at(index->size());
    std::vector<uint32_t> listed;
    for (uint32_t row = 0; row < index->size(); ++row) {
      if (random.Uniform() < share) {
        allowed.Set(row);
        listed.push_back(row);
      }
      // Of three rows one lives, one is deleted, one only later than we look.
      deleted_at[row] = row % 3 * 5;
    }
    RowFilter filter;
    filter.allowed = allowed.words().data();
    filter.deleted_at = deleted_at.data();
    filter.sequence = 7;
    filter.allowed_count = listed.size();
    const auto is_allowed = [&](uint32_t row) {
      return allowed.Test(row) && row % 3 != 1;
    };
    for (size_t q = 0; q < set.query_count(); ++q) {
      const std::span<const float> query(set.query(q), dimension);
      const std::vector<double> ranks = SortedRanks(*index, query, is_allowed);
      std::vector<Neighbor> found;
      SearchStats stats;
      ASSERT_OK(index->SearchExact(query, {.k = 10}, filter, &found, &stats));
      ExpectBest(*index, query, ranks, 10, found);
      for (const Neighbor& n : found) EXPECT_TRUE(is_allowed(n.row));
      ASSERT_OK(
          index->SearchRows(query, listed, {.k = 10}, filter, &found, &stats));
      ExpectBest(*index, query, ranks, 10, found);
      for (const Neighbor& n : found) EXPECT_TRUE(is_allowed(n.row));
    }
  }
}

TEST_P(ExactSearchTest, RangeSearchFindsAndCountsWhatReachesTheThreshold) {
  const auto [metric, dimension] = GetParam();
  const VectorSet set = mi::testing::GaussianVectors(
      {.rows = 1200, .queries = 4, .dimension = dimension}, 16);
  const auto index = Build(metric, IndexKind::kFlat, set);
  for (size_t q = 0; q < set.query_count(); ++q) {
    const std::span<const float> query(set.query(q), dimension);
    const std::vector<double> ranks = SortedRanks(*index, query);
    for (const size_t expected : {1, 40, 900}) {
      // Halfway between two ranks, so that rounding decides nothing.
      const double threshold = (ranks[expected - 1] + ranks[expected]) / 2;
      if (ranks[expected - 1] - ranks[expected] < 1e-4) continue;
      SearchOptions options = {.k = 25};
      options.threshold = static_cast<float>(threshold);
      std::vector<Neighbor> found;
      SearchStats stats;
      uint64_t count = 0;
      ASSERT_OK(index->SearchRange(query, options, {}, nullptr, &found, &count,
                                   &stats));
      EXPECT_EQ(count, expected);
      ExpectBest(*index, query, ranks, std::min<size_t>(25, expected), found);
      ASSERT_OK(index->SearchExact(query, options, {}, &found, &stats));
      ExpectBest(*index, query, ranks, std::min<size_t>(25, expected), found);
    }
  }
}

// What makes the exact scan fast: on ordinary data the bounds leave few rows.
TEST(ExactSearchCostTest, RanksFewRowsOnTheirFullVectors) {
  const VectorSet set = mi::testing::ClusteredUnitVectors(
      {.rows = 5000, .queries = 20, .dimension = 384}, 17);
  for (const Metric metric :
       {Metric::kCosine, Metric::kDot, Metric::kEuclidean}) {
    const auto index = Build(metric, IndexKind::kFlat, set);
    SearchStats stats;
    for (size_t q = 0; q < set.query_count(); ++q) {
      std::vector<Neighbor> found;
      ASSERT_OK(index->SearchExact({set.query(q), 384}, {.k = 10}, {}, &found,
                                   &stats));
    }
    EXPECT_EQ(stats.distances_coded, 20 * 5000);
    EXPECT_LT(stats.distances_exact, 20 * 5000 / 10);
  }
}

}  // namespace
}  // namespace mi::vector
