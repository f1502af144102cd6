// Neighbourhoods against sorted lists of all that is within reach.

#include "engine/graph/read/subgraph.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

// The nodes within reach and their distances, by relaxing until nothing
// changes.
std::map<NodeRow, uint32_t> Reach(const NaiveGraph& graph,
                                  const SubgraphQuery& query) {
  std::map<NodeRow, uint32_t> hops;
  for (const NodeRow center : query.centers) hops[center] = 0;
  for (uint32_t hop = 0; hop < query.max_hops; ++hop) {
    const std::map<NodeRow, uint32_t> before = hops;
    for (const auto& [node, at] : before) {
      if (at != hop) continue;
      for (const NaiveStep& step :
           graph.Steps(node, query.direction, query.edges)) {
        if (graph.Matches(step.entry.neighbor, query.nodes)) {
          hops.emplace(step.entry.neighbor, hop + 1);
        }
      }
    }
  }
  return hops;
}

Subgraph NaiveSubgraph(const NaiveGraph& graph, const SubgraphQuery& query) {
  Subgraph subgraph;
  for (const auto& [node, hops] : Reach(graph, query)) {
    subgraph.nodes.push_back(
        {.node = node,
         .hops = hops,
         .degree = graph.Steps(node, Direction::kBoth, {}).size()});
  }
  std::sort(subgraph.nodes.begin(), subgraph.nodes.end(),
            [](const SubgraphNode& a, const SubgraphNode& b) {
              return std::tuple(a.hops, b.degree, a.node) <
                     std::tuple(b.hops, a.degree, b.node);
            });
  const size_t all = subgraph.nodes.size();
  subgraph.nodes.resize(std::min(all, query.max_nodes));
  subgraph.nodes_left_out = all - subgraph.nodes.size();
  std::map<NodeRow, size_t> place_of;
  for (const SubgraphNode& node : subgraph.nodes) {
    place_of.emplace(node.node, place_of.size());
  }

  std::vector<std::tuple<size_t, size_t, EdgeRow>> edges;
  for (const auto& [row, edge] : graph.edges) {
    if (!graph.MatchesEdge(row, query.edges) ||
        !place_of.contains(edge.source) || !place_of.contains(edge.target)) {
      continue;
    }
    const auto [earlier, later] =
        std::minmax(place_of[edge.source], place_of[edge.target]);
    edges.emplace_back(later, earlier, row);
  }
  std::sort(edges.begin(), edges.end());
  for (const auto& [later, earlier, row] : edges) {
    if (subgraph.edges.size() == query.max_edges) break;
    subgraph.edges.push_back(row);
  }
  subgraph.edges_left_out = edges.size() - subgraph.edges.size();

  if (!query.with_hyperedges) return subgraph;
  std::vector<std::pair<size_t, HyperedgeRow>> hyperedges;
  for (const auto& [row, hyperedge] : graph.hyperedges) {
    if (!graph.MatchesHyperedge(row, query.hyperedges)) continue;
    std::set<size_t> places;
    for (const auto& [role, node] : hyperedge.members) {
      if (place_of.contains(node)) places.insert(place_of[node]);
    }
    if (places.size() >= 2) hyperedges.emplace_back(*++places.begin(), row);
  }
  std::sort(hyperedges.begin(), hyperedges.end());
  for (const auto& [second, row] : hyperedges) {
    if (subgraph.hyperedges.size() == query.max_hyperedges) break;
    subgraph.hyperedges.push_back(row);
  }
  subgraph.hyperedges_left_out = hyperedges.size() - subgraph.hyperedges.size();
  return subgraph;
}

void ExpectSame(const Subgraph& actual, const Subgraph& expected) {
  EXPECT_EQ(actual.nodes, expected.nodes);
  EXPECT_EQ(actual.edges, expected.edges);
  EXPECT_EQ(actual.hyperedges, expected.hyperedges);
  EXPECT_EQ(actual.nodes_left_out, expected.nodes_left_out);
  EXPECT_EQ(actual.edges_left_out, expected.edges_left_out);
  EXPECT_EQ(actual.hyperedges_left_out, expected.hyperedges_left_out);
  EXPECT_FALSE(actual.search_limited);
}

TEST(SubgraphTest, IsWhatIsWithinReachNearestFirst) {
  size_t edges = 0;
  size_t hyperedges = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    SubgraphQuery query;
    query.centers = random.AnyNodes(world, 2);
    query.max_hops = static_cast<uint32_t>(random.Below(4));
    query.direction = random.AnyDirection();
    query.edges = random.Edges();
    query.nodes = random.Nodes();
    query.with_hyperedges = random.OneIn(2);
    query.hyperedges = random.Edges();
    if (random.OneIn(2)) query.max_nodes = random.Below(6);
    if (random.OneIn(3)) query.max_edges = random.Below(5);
    if (random.OneIn(3)) query.max_hyperedges = random.Below(3);
    ASSERT_OK_AND_ASSIGN(const Subgraph actual,
                         GetSubgraph(*world.view, query, {}));
    ExpectSame(actual, NaiveSubgraph(world.naive, query));
    edges += actual.edges.size();
    hyperedges += actual.hyperedges.size();
  }
  EXPECT_GT(edges, 2'000);
  EXPECT_GT(hyperedges, 300);
}

TEST(SubgraphTest, FindsTheEdgesOfNodesThatHaveVeryMany) {
  // With so many edges a node, they are searched instead of walked.
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw({.max_nodes = 3, .max_edges = 600});
    SubgraphQuery query;
    query.centers = random.AnyNodes(world, 2);
    query.max_nodes = 3;
    query.edges = random.Edges();
    ASSERT_OK_AND_ASSIGN(const Subgraph actual,
                         GetSubgraph(*world.view, query, {}));
    ExpectSame(actual, NaiveSubgraph(world.naive, query));
  }
}

TEST(SubgraphTest, SaysWhenTheSearchWasCutOff) {
  RandomWorld random(5);
  const World world = random.Draw({.max_nodes = 30, .max_edges = 200});
  SubgraphQuery query;
  for (const auto& [node, unused] : world.naive.nodes) {
    query.centers.push_back(node);
    if (!world.naive.Steps(node, Direction::kBoth, {}).empty()) break;
  }
  query.max_edges_searched = 0;
  ASSERT_OK_AND_ASSIGN(const Subgraph actual,
                       GetSubgraph(*world.view, query, {}));
  EXPECT_TRUE(actual.search_limited);
}

}  // namespace
}  // namespace mi::graph
