// Components against reachability by the letter (Warshall's closure), and
// closed forms.

#include "engine/graph/algorithms/components.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/algorithms/small_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Relation = std::vector<std::vector<bool>>;

// Whether each vertex reaches each, itself included.
Relation Reachability(const SmallGraph& graph) {
  const size_t n = graph.vertices;
  Relation reaches(n, std::vector<bool>(n, false));
  for (size_t i = 0; i < n; ++i) reaches[i][i] = true;
  for (const auto& [source, target] : graph.edges) {
    reaches[source][target] = true;
  }
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        if (reaches[i][k] && reaches[k][j]) reaches[i][j] = true;
      }
    }
  }
  return reaches;
}

Relation Mutual(Relation reaches) {
  const Relation one_way = reaches;
  for (size_t i = 0; i < reaches.size(); ++i) {
    for (size_t j = 0; j < reaches.size(); ++j) {
      reaches[i][j] = one_way[i][j] && one_way[j][i];
    }
  }
  return reaches;
}

Grouping Weak(const SmallGraph& graph) {
  Progress progress;
  auto found = WeakComponents(graph.Compress(), progress);
  EXPECT_OK(found);
  return found.ok() ? *std::move(found) : Grouping();
}

Grouping Strong(const SmallGraph& graph) {
  Progress progress;
  auto found = StrongComponents(graph.Compress(), progress);
  EXPECT_OK(found);
  return found.ok() ? *std::move(found) : Grouping();
}

void ExpectSame(const Grouping& actual, const Grouping& expected) {
  EXPECT_EQ(actual.group_of, expected.group_of);
  EXPECT_EQ(actual.sizes, expected.sizes);
}

TEST(ComponentsTest, AreTheClassesOfReachability) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph =
        RandomSmallGraph(random, {.max_vertices = 20, .max_edges = 30});
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + graph.DebugString());
    ExpectSame(Weak(graph), ClassesOf(Reachability(graph.BothWays())));
    ExpectSame(Strong(graph), ClassesOf(Mutual(Reachability(graph))));
  }
}

TEST(ComponentsTest, OfNothingAndOfVerticesAlone) {
  EXPECT_THAT(Weak({}).sizes, IsEmpty());
  EXPECT_THAT(Strong({}).sizes, IsEmpty());
  EXPECT_THAT(Weak({.vertices = 4}).group_of, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Strong({.vertices = 4}).sizes, ElementsAre(1, 1, 1, 1));
}

TEST(ComponentsTest, OfClosedForms) {
  EXPECT_THAT(Weak(PathGraph(9)).sizes, ElementsAre(9));
  EXPECT_THAT(Strong(PathGraph(9)).sizes, Each(1u));
  EXPECT_THAT(Strong(CycleGraph(9)).sizes, ElementsAre(9));
  EXPECT_THAT(Weak(StarGraph(9)).sizes, ElementsAre(9));
  EXPECT_THAT(Strong(StarGraph(9).BothWays()).sizes, ElementsAre(9));
}

TEST(ComponentsTest, ALongPathNeedsNoStack) {
  EXPECT_THAT(Strong(CycleGraph(1'000'000)).sizes, ElementsAre(1'000'000));
}

TEST(ComponentsTest, LargerGroupsHaveLowerNumbers) {
  const Grouping groups =
      Grouping::FromLabels({4, 1, 1, 0, 4, 1});  // 1 three times, 4 twice
  EXPECT_THAT(groups.group_of, ElementsAre(1, 0, 0, 2, 1, 0));
  EXPECT_THAT(groups.sizes, ElementsAre(3, 2, 1));
}

TEST(ComponentsTest, StopWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  Progress progress(stop.get_token());
  const CompressedGraph graph = PathGraph(10).Compress();
  EXPECT_THAT(WeakComponents(graph, progress),
              StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_THAT(StrongComponents(graph, progress),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::graph
