// Similarity of neighbourhoods against sets of neighbours, from the formulas.

#include "engine/graph/algorithms/similar_nodes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::IsEmpty;

Direction Opposite(Direction direction) {
  switch (direction) {
    case Direction::kOut:
      return Direction::kIn;
    case Direction::kIn:
      return Direction::kOut;
    default:
      return Direction::kBoth;
  }
}

std::set<NodeRow> Neighbors(const NaiveGraph& graph, NodeRow node,
                            Direction direction, const EdgeSelector& edges) {
  std::set<NodeRow> neighbors;
  for (const NaiveStep& step : graph.Steps(node, direction, edges)) {
    neighbors.insert(step.entry.neighbor);
  }
  return neighbors;
}

double NaiveScore(const NaiveGraph& graph, const SimilarNodesQuery& query,
                  const std::set<NodeRow>& a, const std::set<NodeRow>& b,
                  const std::vector<NodeRow>& common) {
  const auto shared = static_cast<double>(common.size());
  switch (query.similarity) {
    case Similarity::kJaccard: {
      std::set<NodeRow> either = a;
      either.insert(b.begin(), b.end());
      return shared / static_cast<double>(either.size());
    }
    case Similarity::kAdamicAdar: {
      double sum = 0;
      for (const NodeRow node : common) {
        const size_t degree =
            Neighbors(graph, node, Opposite(query.direction), query.edges)
                .size();
        if (degree > 1) sum += 1 / std::log(static_cast<double>(degree));
      }
      return sum;
    }
    case Similarity::kCommonNeighbors:
      return shared;
    case Similarity::kOverlap:
      return shared / static_cast<double>(std::min(a.size(), b.size()));
  }
  return 0;
}

std::vector<SimilarNode> NaiveSimilar(const NaiveGraph& graph,
                                      const SimilarNodesQuery& query) {
  const std::set<NodeRow> own =
      Neighbors(graph, query.node, query.direction, query.edges);
  std::vector<SimilarNode> similar;
  for (const auto& [other, unused] : graph.nodes) {
    if (other == query.node || !graph.Matches(other, query.nodes)) continue;
    const std::set<NodeRow> its =
        Neighbors(graph, other, query.direction, query.edges);
    std::vector<NodeRow> common;
    std::set_intersection(own.begin(), own.end(), its.begin(), its.end(),
                          std::back_inserter(common));
    if (common.empty()) continue;
    similar.push_back({.node = other,
                       .score = NaiveScore(graph, query, own, its, common),
                       .common = common.size()});
  }
  return similar;
}

TEST(SimilarNodesTest, AreWhatTheFormulasSay) {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    SimilarNodesQuery query;
    query.node = random.AnyNode(world);
    query.similarity = static_cast<Similarity>(random.Below(4));
    query.direction = random.AnyDirection();
    query.edges = random.Edges();
    if (random.OneIn(2)) query.nodes = random.Nodes();
    query.limit = 1 + random.Below(8);
    ASSERT_OK_AND_ASSIGN(const std::vector<SimilarNode> actual,
                         FindSimilarNodes(*world.view, query, {}));
    std::vector<SimilarNode> all = NaiveSimilar(world.naive, query);
    ASSERT_EQ(actual.size(), std::min(query.limit, all.size()));
    std::map<NodeRow, SimilarNode> by_node;
    for (const SimilarNode& one : all) by_node[one.node] = one;
    for (size_t i = 0; i < actual.size(); ++i) {
      const SimilarNode& one = actual[i];
      EXPECT_NEAR(one.score, by_node.at(one.node).score, 1e-12);
      EXPECT_EQ(one.common, by_node.at(one.node).common);
      if (i > 0) {
        EXPECT_TRUE(actual[i - 1].score > one.score ||
                    (actual[i - 1].score == one.score &&
                     actual[i - 1].node < one.node));
      }
      by_node.erase(one.node);
    }
    // Nothing that was left out is more similar.
    for (const auto& [node, one] : by_node) {
      if (actual.empty()) break;
      EXPECT_LE(one.score, actual.back().score + 1e-12);
    }
    found += actual.size();
  }
  EXPECT_GT(found, 500);
}

TEST(SimilarNodesTest, StopWhenAsked) {
  RandomWorld random(1);
  World world = random.Draw({.max_nodes = 40, .max_edges = 200});
  std::stop_source stop;
  stop.request_stop();
  SimilarNodesQuery query;
  for (const auto& [node, unused] : world.naive.nodes) {
    query.node = node;
    if (!world.naive.Steps(node, Direction::kBoth, {}).empty()) break;
  }
  EXPECT_THAT(FindSimilarNodes(*world.view, query, stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::graph
