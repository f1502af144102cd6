// Approximate searches, and indexes of unusual contents.

#include "engine/vector/index/vector_index.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/bitset.h"
#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/vector/index/brute_force.h"
#include "tests/support/status_matchers.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using mi::testing::ClusteredUnitVectors;
using mi::testing::GaussianVectors;
using mi::testing::StatusIs;
using mi::testing::VectorSet;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kDot,
                               Metric::kEuclidean, Metric::kManhattan};
constexpr IndexKind kKinds[] = {IndexKind::kFlat, IndexKind::kHnsw,
                                IndexKind::kIvf};

IndexConfig Config(Metric metric, IndexKind kind, size_t dimension) {
  IndexConfig config;
  config.dimension = dimension;
  config.metric = metric;
  config.kind = kind;
  config.min_graph_rows = 1;
  return config;
}

std::unique_ptr<VectorIndex> Build(const IndexConfig& config,
                                   std::vector<float> rows) {
  auto index = VectorIndex::Build(config, std::move(rows));
  EXPECT_OK(index);
  return std::move(index).value();
}

// The share of the k best ranks that Search reaches, over all queries.
double Recall(const VectorIndex& index, const VectorSet& set,
              const SearchOptions& options, const RowFilter& filter = {}) {
  size_t right = 0, total = 0;
  for (size_t q = 0; q < set.query_count(); ++q) {
    const std::span<const float> query(set.query(q), set.dimension);
    const std::vector<double> ranks = SortedRanks(
        index, query, [&](uint32_t row) { return filter.Allows(row); });
    std::vector<Neighbor> found;
    SearchStats stats;
    EXPECT_OK(index.Search(query, options, filter, &found, &stats));
    const size_t k = std::min(options.k, ranks.size());
    EXPECT_THAT(found, SizeIs(k));
    for (const Neighbor& n : found) {
      EXPECT_TRUE(filter.Allows(n.row));
      right += n.rank >= ranks[k - 1] - 1e-5 * (1 + std::abs(ranks[k - 1]));
    }
    total += k;
  }
  return static_cast<double>(right) / static_cast<double>(total);
}

class VectorIndexTest
    : public ::testing::TestWithParam<std::tuple<Metric, IndexKind>> {
 protected:
  IndexConfig ConfigOf(size_t dimension) const {
    const auto [metric, kind] = GetParam();
    return Config(metric, kind, dimension);
  }
};
INSTANTIATE_TEST_SUITE_P(All, VectorIndexTest,
                         ::testing::Combine(::testing::ValuesIn(kMetrics),
                                            ::testing::ValuesIn(kKinds)));

TEST_P(VectorIndexTest, FindsNearlyAllNeighboursAtTheDefaultSettings) {
  for (const size_t dimension : {17, 64, 384}) {
    SCOPED_TRACE(dimension);
    const VectorSet set = ClusteredUnitVectors(
        {.rows = 4000, .queries = 50, .dimension = dimension}, 21);
    EXPECT_GE(Recall(*Build(ConfigOf(dimension), set.base), set, {}), 0.95);
  }
}

TEST_P(VectorIndexTest, FindsNearlyAllNeighboursThroughAFilter) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 4000, .queries = 40, .dimension = 64}, 22);
  const auto index = Build(ConfigOf(64), set.base);
  Random random(23);
  for (const double share : {0.5, 0.1, 0.01, 0.001}) {
    SCOPED_TRACE(share);
    Bitset allowed(index->size());
    allowed.Set(random.Below(index->size()));
    for (uint32_t row = 0; row < index->size(); ++row) {
      if (random.Uniform() < share) allowed.Set(row);
    }
    RowFilter filter;
    filter.allowed = allowed.words().data();
    filter.allowed_count = allowed.Count();
    EXPECT_GE(Recall(*index, set, {}, filter), 0.95);
  }
}

// The rows allowed are all in one place, far from the queries: a walk that
// stops where the query is finds none of them.
TEST_P(VectorIndexTest, FindsKRowsThroughAFilterThatAllowsOnlyDistantOnes) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 4000, .queries = 20, .dimension = 64}, 24);
  const auto index = Build(ConfigOf(64), set.base);
  for (size_t q = 0; q < set.query_count(); ++q) {
    const std::span<const float> query(set.query(q), 64);
    const double median = SortedRanks(*index, query)[2000];
    Bitset allowed(index->size());
    for (uint32_t row = 0; row < index->size(); ++row) {
      if (RankInDouble(index->config().metric, query, index->vector(row)) <
          median) {
        allowed.Set(row);
      }
    }
    RowFilter filter;
    filter.allowed = allowed.words().data();
    filter.allowed_count = allowed.Count();
    std::vector<Neighbor> found;
    SearchStats stats;
    ASSERT_OK(index->Search(query, {.k = 10}, filter, &found, &stats));
    EXPECT_THAT(found, SizeIs(10));
    for (const Neighbor& n : found) EXPECT_TRUE(allowed.Test(n.row));
  }
}

TEST_P(VectorIndexTest, KeepsTheVectorsThatWereGiven) {
  const VectorSet set =
      GaussianVectors({.rows = 700, .queries = 0, .dimension = 17}, 25);
  const auto index = Build(ConfigOf(17), set.base);
  ASSERT_EQ(index->size(), 700);
  std::set<uint32_t> originals;
  for (uint32_t row = 0; row < 700; ++row) {
    const uint32_t original = index->original_row(row);
    originals.insert(original);
    EXPECT_TRUE(std::equal(index->vector(row), index->vector(row) + 17,
                           &set.base[original * 17]));
  }
  EXPECT_THAT(originals, SizeIs(700));
}

TEST_P(VectorIndexTest, TheSameSeedGivesTheSameIndex) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 2000, .queries = 30, .dimension = 32}, 26);
  const auto one = Build(ConfigOf(32), set.base);
  const auto two = Build(ConfigOf(32), set.base);
  for (size_t q = 0; q < set.query_count(); ++q) {
    std::vector<Neighbor> found_one, found_two;
    SearchStats stats_one, stats_two;
    const std::span<const float> query(set.query(q), 32);
    ASSERT_OK(one->Search(query, {}, {}, &found_one, &stats_one));
    ASSERT_OK(two->Search(query, {}, {}, &found_two, &stats_two));
    EXPECT_EQ(found_one, found_two);
    EXPECT_EQ(stats_one.distances_coded, stats_two.distances_coded);
  }
}

TEST_P(VectorIndexTest, AnEmptyIndexAnswersNothing) {
  const auto index = Build(ConfigOf(3), {});
  const std::vector<float> query = {1, 2, 3};
  std::vector<Neighbor> found = {{1, 1}};
  SearchStats stats;
  uint64_t count = 1;
  ASSERT_OK(index->Search(query, {}, {}, &found, &stats));
  EXPECT_THAT(found, IsEmpty());
  ASSERT_OK(index->SearchExact(query, {}, {}, &found, &stats));
  EXPECT_THAT(found, IsEmpty());
  ASSERT_OK(index->SearchRange(query, {.threshold = -1e30f}, {}, nullptr,
                               &found, &count, &stats));
  EXPECT_EQ(count, 0);
}

TEST_P(VectorIndexTest, ReturnsAllRowsWhenThereAreFewerThanK) {
  const auto index = Build(ConfigOf(2), {1, 0, 0, 1});
  const std::vector<float> query = {2, 1};
  std::vector<Neighbor> found;
  SearchStats stats;
  ASSERT_OK(index->Search(query, {.k = 1'000'000'000}, {}, &found, &stats));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(index->original_row(found[0].row), 0);
}

// Ties, which leave k-means and links without anything to go by.
TEST_P(VectorIndexTest, IdenticalRowsAreFoundInOrder) {
  std::vector<float> rows;
  for (int i = 0; i < 3000; ++i) rows.insert(rows.end(), {1, 2, -1});
  const auto index = Build(ConfigOf(3), rows);
  const std::vector<float> query = {1, 1, 1};
  std::vector<Neighbor> found;
  SearchStats stats;
  ASSERT_OK(index->SearchExact(query, {.k = 3}, {}, &found, &stats));
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[2].row, 2u);
  ASSERT_OK(index->Search(query, {.k = 100}, {}, &found, &stats));
  EXPECT_THAT(found, SizeIs(100));
}

TEST_P(VectorIndexTest, ExtremeMagnitudesAreOrderedRightly) {
  for (const float unit : {1e18f, 1e-18f, 1e30f}) {
    SCOPED_TRACE(unit);
    VectorSet set =
        GaussianVectors({.rows = 1500, .queries = 10, .dimension = 8}, 27);
    for (float& x : set.base) x *= unit;
    for (float& x : set.queries) x *= unit;
    const auto index = Build(ConfigOf(8), set.base);
    const bool dot_overflows =
        index->config().metric == Metric::kDot && unit > 1;
    for (size_t q = 0; q < set.query_count(); ++q) {
      const std::span<const float> query(set.query(q), 8);
      const std::vector<double> ranks = SortedRanks(*index, query);
      for (const bool exact : {true, false}) {
        std::vector<Neighbor> found;
        SearchStats stats;
        ASSERT_OK(exact ? index->SearchExact(query, {}, {}, &found, &stats)
                        : index->Search(query, {.ef_search = 200}, {}, &found,
                                        &stats));
        ASSERT_THAT(found, SizeIs(10));
        if (dot_overflows && ranks[9] > std::numeric_limits<float>::max()) {
          continue;  // all of the best have the greatest finite rank
        }
        EXPECT_NEAR(found[0].rank / ranks[0], 1, 1e-4);
        if (exact) {
          EXPECT_NEAR(found[9].rank / ranks[9], 1, 1e-4);
        }
      }
    }
  }
}

TEST_P(VectorIndexTest, AQueryFarOutsideTheRowsStillFindsTheNearest) {
  const VectorSet set =
      GaussianVectors({.rows = 1500, .queries = 5, .dimension = 16}, 28);
  const auto index = Build(ConfigOf(16), set.base);
  std::vector<float> query(16, 1e6f);
  query[3] = -1e25f;
  std::vector<Neighbor> found;
  SearchStats stats;
  ASSERT_OK(index->SearchExact(query, {}, {}, &found, &stats));
  ASSERT_THAT(found, SizeIs(10));
  EXPECT_NEAR(found[0].rank / SortedRanks(*index, query)[0], 1, 1e-5);
  ASSERT_OK(index->Search(query, {}, {}, &found, &stats));
  EXPECT_THAT(found, SizeIs(10));
}

TEST_P(VectorIndexTest, DropsWhatIsBelowTheThreshold) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 2000, .queries = 10, .dimension = 32}, 29);
  const auto index = Build(ConfigOf(32), set.base);
  for (size_t q = 0; q < set.query_count(); ++q) {
    const std::span<const float> query(set.query(q), 32);
    const std::vector<double> ranks = SortedRanks(*index, query);
    SearchOptions options;
    options.threshold = static_cast<float>((ranks[3] + ranks[4]) / 2);
    std::vector<Neighbor> found;
    SearchStats stats;
    ASSERT_OK(index->Search(query, options, {}, &found, &stats));
    EXPECT_LE(found.size(), 4);
    for (const Neighbor& n : found) EXPECT_GE(n.rank, *options.threshold);
  }
}

// A floor spares work and changes nothing above it.
TEST_P(VectorIndexTest, NothingThatReachesTheFloorIsLeftOut) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 3000, .queries = 30, .dimension = 64}, 31);
  const auto index = Build(ConfigOf(64), set.base);
  uint64_t ranked = 0, ranked_above = 0;
  for (size_t q = 0; q < set.query_count(); ++q) {
    const std::span<const float> query(set.query(q), set.dimension);
    for (const bool exact : {false, true}) {
      const auto search = [&](const SearchOptions& options, uint64_t* cost) {
        std::vector<Neighbor> found;
        SearchStats stats;
        EXPECT_OK(exact ? index->SearchExact(query, options, {}, &found, &stats)
                        : index->Search(query, options, {}, &found, &stats));
        *cost += stats.distances_exact;
        return found;
      };
      const std::vector<Neighbor> all = search({.k = 10}, &ranked);
      ASSERT_THAT(all, SizeIs(10));
      std::vector<Neighbor> above =
          search({.k = 10, .floor = all[3].rank}, &ranked_above);
      ASSERT_GE(above.size(), 4u);
      above.resize(4);
      EXPECT_THAT(above,
                  ::testing::ElementsAreArray(all.begin(), all.begin() + 4));
    }
  }
  EXPECT_LT(ranked_above, ranked);
}

TEST_P(VectorIndexTest, StopsWhenAsked) {
  const VectorSet set =
      GaussianVectors({.rows = 3000, .queries = 1, .dimension = 32}, 30);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(VectorIndex::Build(ConfigOf(32), set.base, stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  const auto index = Build(ConfigOf(32), set.base);
  std::vector<Neighbor> found;
  SearchStats stats;
  const std::span<const float> query(set.query(0), 32);
  EXPECT_THAT(
      index->SearchExact(query, {}, {}, &found, &stats, stop.get_token()),
      StatusIs(absl::StatusCode::kCancelled, ::testing::_));
  EXPECT_THAT(index->Search(query, {.ef_search = 500}, {}, &found, &stats,
                            stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, ::testing::_));
}

TEST(VectorIndexBuildTest, RefusesSettingsOutOfRange) {
  IndexConfig config = Config(Metric::kCosine, IndexKind::kHnsw, 0);
  EXPECT_THAT(
      VectorIndex::Build(config, {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dimension")));
  config.dimension = 4097;
  EXPECT_THAT(
      VectorIndex::Build(config, {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dimension")));
  config.dimension = 3;
  EXPECT_THAT(VectorIndex::Build(config, {1, 2, 3, 4}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rows")));
  config.m = 1;
  EXPECT_THAT(VectorIndex::Build(config, {1, 2, 3}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("m")));
}

TEST(VectorIndexBuildTest, SmallGraphIndexesHaveListsOnly) {
  const VectorSet set =
      ClusteredUnitVectors({.rows = 3000, .queries = 50, .dimension = 48}, 31);
  IndexConfig config = Config(Metric::kCosine, IndexKind::kHnsw, 48);
  config.min_graph_rows = 3001;
  const auto index = Build(config, set.base);
  EXPECT_FALSE(index->has_graph());
  EXPECT_GT(index->n_lists(), 0);
  EXPECT_GE(Recall(*index, set, {}), 0.95);
  config.min_graph_rows = 3000;
  EXPECT_TRUE(Build(config, set.base)->has_graph());
}

TEST(VectorIndexBuildTest, MemoryIsAtMostOnePointFourTimesTheVectors) {
  const VectorSet set = ClusteredUnitVectors(
      {.rows = 20'000, .queries = 0, .dimension = 384}, 32);
  IndexConfig config = Config(Metric::kEuclidean, IndexKind::kIvf, 384);
  const IndexMemory memory = Build(config, set.base)->memory();
  EXPECT_EQ(memory.vectors, 20'000 * 384 * sizeof(float));
  EXPECT_EQ(memory.graph, 0);
  EXPECT_LE(memory.vectors + memory.codes + memory.lists,
            memory.vectors * 14 / 10);
}

}  // namespace
}  // namespace mi::vector
