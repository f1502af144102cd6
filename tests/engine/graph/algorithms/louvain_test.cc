// Modularity against its definition by pairs, and Louvain against the best
// division that there is.

#include "engine/graph/algorithms/louvain.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/algorithms/small_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

LouvainResult Divide(const SmallGraph& graph,
                     const LouvainOptions& options = {}) {
  Progress progress;
  auto divided = Louvain(graph.Compress(), options, progress);
  EXPECT_OK(divided);
  return divided.ok() ? *std::move(divided) : LouvainResult();
}

// Newman's sum over all pairs of vertices,
//   Q = 1 / 2m sum over i, j of (A_ij - resolution k_i k_j / 2m) [c_i = c_j].
double NaiveModularity(const SmallGraph& graph,
                       const std::vector<uint32_t>& group_of,
                       double resolution) {
  const Matrix weights = WeightMatrix(graph.BothWays());
  std::vector<double> degrees(graph.vertices, 0.0);
  double twice_m = 0;
  for (size_t i = 0; i < graph.vertices; ++i) {
    for (const double weight : weights[i]) degrees[i] += weight;
    twice_m += degrees[i];
  }
  if (twice_m == 0) return 0;
  double sum = 0;
  for (size_t i = 0; i < graph.vertices; ++i) {
    for (size_t j = 0; j < graph.vertices; ++j) {
      if (group_of[i] != group_of[j]) continue;
      sum += weights[i][j] - resolution * degrees[i] * degrees[j] / twice_m;
    }
  }
  return sum / twice_m;
}

// The highest modularity of all divisions: all restricted growth strings.
double BestModularity(const SmallGraph& graph) {
  std::vector<uint32_t> group_of(graph.vertices, 0);
  double best = -1;
  const std::function<void(size_t, uint32_t)> divide = [&](size_t vertex,
                                                           uint32_t groups) {
    if (vertex == graph.vertices) {
      best = std::max(best, NaiveModularity(graph, group_of, 1));
      return;
    }
    for (uint32_t group = 0; group <= groups; ++group) {
      group_of[vertex] = group;
      divide(vertex + 1, std::max(groups, group + 1));
    }
  };
  divide(0, 0);
  return best;
}

TEST(LouvainTest, ModularityIsItsDefinition) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random);
    std::vector<uint32_t> group_of;
    for (size_t i = 0; i < graph.vertices; ++i) {
      group_of.push_back(static_cast<uint32_t>(random.Below(graph.vertices)));
    }
    const double resolution = static_cast<double>(1 + random.Below(8)) / 4;
    EXPECT_NEAR(Modularity(graph.Compress(), group_of, resolution),
                NaiveModularity(graph, group_of, resolution), 1e-12)
        << "seed " << seed << ": " << graph.DebugString();
  }
}

TEST(LouvainTest, ReportsTheModularityOfWhatItFound) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + graph.DebugString());
    const LouvainResult divided = Divide(graph);
    EXPECT_NEAR(divided.modularity,
                NaiveModularity(graph, divided.communities.group_of, 1), 1e-12);
    // Every move gains: the answer is no worse than the beginning, where each
    // vertex is alone, nor than all in one, whose modularity is 0.
    std::vector<uint32_t> alone(graph.vertices);
    for (uint32_t i = 0; i < alone.size(); ++i) alone[i] = i;
    EXPECT_GE(divided.modularity, NaiveModularity(graph, alone, 1) - 1e-12);
    EXPECT_GE(divided.modularity, -1e-12);
  }
}

TEST(LouvainTest, IsNearTheBestDivisionOfSmallGraphs) {
  double lost = 0;
  int best = 0;
  constexpr int kGraphs = 60;
  for (uint64_t seed = 0; seed < kGraphs; ++seed) {
    Random random(seed);
    const SmallGraph graph =
        RandomSmallGraph(random, {.max_vertices = 7, .max_edges = 12});
    if (graph.vertices == 0) continue;
    const double gap = BestModularity(graph) - Divide(graph).modularity;
    EXPECT_GE(gap, -1e-12) << "better than the best: seed " << seed;
    lost += std::max(gap, 0.0);
    best += gap < 1e-9;
  }
  RecordProperty("best_of_60", best);
  // A greedy method is not always best, but mostly, and never far from it.
  EXPECT_GE(best, 45);
  EXPECT_LT(lost / kGraphs, 0.02);
}

TEST(LouvainTest, FindsTwoCliques) {
  const LouvainResult divided = Divide(TwoCliques(6));
  EXPECT_THAT(divided.communities.sizes, ElementsAre(6, 6));
  for (uint32_t i = 0; i < 12; ++i) {
    EXPECT_EQ(divided.communities.group_of[i], i / 6);
  }
  // 15 + 15 edges inside and one between: Q = 30 / 31 - 1 / 2.
  EXPECT_NEAR(divided.modularity, 30.0 / 31 - 0.5, 1e-12);
}

TEST(LouvainTest, ACompleteGraphIsOneCommunity) {
  const LouvainResult divided = Divide(CompleteGraph(8));
  EXPECT_THAT(divided.communities.sizes, ElementsAre(8));
  EXPECT_NEAR(divided.modularity, 0, 1e-12);
}

TEST(LouvainTest, AggregatesLevels) {
  // A ring of cliques needs more than moves of single vertices.
  SmallGraph ring;
  constexpr uint32_t kCliques = 30;
  for (uint32_t clique = 0; clique < kCliques; ++clique) {
    for (const auto& [source, target] : CompleteGraph(5).edges) {
      ring.edges.emplace_back(5 * clique + source, 5 * clique + target);
    }
    ring.edges.emplace_back(5 * clique, 5 * ((clique + 1) % kCliques) + 1);
  }
  ring.vertices = 5 * kCliques;
  const LouvainResult divided = Divide(ring);
  EXPECT_GE(divided.levels, 2);
  // Below the resolution limit of modularity, pairs of cliques are joined.
  EXPECT_LT(divided.communities.sizes.size(), kCliques);
  // A higher resolution finds each.
  const LouvainResult finer = Divide(ring, {.resolution = 3});
  EXPECT_THAT(finer.communities.sizes, ::testing::SizeIs(kCliques));
}

TEST(LouvainTest, MaxLevelsStopsIt) {
  const LouvainResult none = Divide(TwoCliques(6), {.max_levels = 0});
  EXPECT_EQ(none.levels, 0);
  EXPECT_THAT(none.communities.sizes, ::testing::SizeIs(12));
}

TEST(LouvainTest, WithoutWeightNothingIsJoined) {
  EXPECT_THAT(Divide({}).communities.sizes, IsEmpty());
  EXPECT_EQ(Divide({.vertices = 3}).modularity, 0);
  SmallGraph weightless = PathGraph(3);
  weightless.weights = {0, 0};
  EXPECT_THAT(Divide(weightless).communities.sizes, ElementsAre(1, 1, 1));
}

TEST(LouvainTest, StandsWeightsOfAnySize) {
  SmallGraph graph = TwoCliques(6);
  const LouvainResult expected = Divide(graph);
  for (const double weight : {std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::denorm_min()}) {
    graph.weights.assign(graph.edges.size(), weight);
    const LouvainResult divided = Divide(graph);
    EXPECT_EQ(divided.communities.group_of, expected.communities.group_of);
    EXPECT_NEAR(divided.modularity, expected.modularity, 1e-12);
  }
}

TEST(LouvainTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  Progress progress(stop.get_token());
  EXPECT_THAT(Louvain(PathGraph(10).Compress(), {}, progress),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::graph
