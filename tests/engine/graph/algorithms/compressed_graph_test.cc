// Projections of a graph against a list of the edges that are meant.

#include "engine/graph/algorithms/compressed_graph.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "engine/graph/graph_edit.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/algorithms/small_graph.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

using Arc = std::tuple<uint32_t, uint32_t, double>;

std::vector<Arc> ArcsOf(const CompressedRows& rows) {
  std::vector<Arc> arcs;
  for (uint32_t source = 0; source < rows.size(); ++source) {
    for (size_t at = rows.offsets[source]; at < rows.offsets[source + 1];
         ++at) {
      arcs.emplace_back(source, rows.targets[at], rows.weight(at));
    }
  }
  std::sort(arcs.begin(), arcs.end());
  return arcs;
}

Projection AnyProjection(RandomWorld& random) {
  Projection projection;
  const EdgeSelector edges = random.Edges();
  projection.edge_types = edges.types;
  projection.as_of = edges.as_of;
  projection.node_labels = random.Nodes().any_label;
  return projection;
}

std::vector<NodeRow> NaiveNodes(const NaiveGraph& graph,
                                const Projection& projection) {
  std::vector<NodeRow> nodes;
  for (const auto& [row, unused] : graph.nodes) {
    if (graph.Matches(row, {.any_label = projection.node_labels})) {
      nodes.push_back(row);
    }
  }
  return nodes;
}

std::vector<Arc> NaiveArcs(const NaiveGraph& graph,
                           const std::vector<NodeRow>& nodes,
                           const Projection& projection) {
  std::map<NodeRow, uint32_t> vertex_of;
  for (const NodeRow node : nodes) {
    vertex_of.emplace(node, static_cast<uint32_t>(vertex_of.size()));
  }
  EdgeSelector wanted;
  wanted.types = projection.edge_types;
  wanted.as_of = projection.as_of;
  std::vector<Arc> arcs;
  for (const auto& [row, edge] : graph.edges) {
    if (!graph.MatchesEdge(row, wanted) || !vertex_of.contains(edge.source) ||
        !vertex_of.contains(edge.target)) {
      continue;
    }
    arcs.emplace_back(vertex_of[edge.source], vertex_of[edge.target], 1);
  }
  std::sort(arcs.begin(), arcs.end());
  return arcs;
}

TEST(CompressedGraphTest, HoldsWhatTheProjectionMeans) {
  size_t arcs = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    const Projection projection = AnyProjection(random);
    ASSERT_OK_AND_ASSIGN(const CompressedGraph graph,
                         CompressedGraph::Make(*world.view, projection));
    const std::vector<NodeRow> nodes = NaiveNodes(world.naive, projection);
    EXPECT_THAT(graph.nodes(), ElementsAreArray(nodes));
    const std::vector<Arc> expected = NaiveArcs(world.naive, nodes, projection);
    EXPECT_EQ(ArcsOf(graph.out()), expected);
    for (NodeRow row = 0; row < world.view->nodes.size(); ++row) {
      const auto at = std::lower_bound(nodes.begin(), nodes.end(), row);
      const bool part = at != nodes.end() && *at == row;
      EXPECT_EQ(graph.VertexOf(row),
                part ? std::optional(static_cast<uint32_t>(at - nodes.begin()))
                     : std::nullopt);
    }
    arcs += expected.size();
  }
  EXPECT_GT(arcs, 2'000);
}

TEST(CompressedGraphTest, TurnsItsEdgesAround) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random);
    const CompressedGraph compressed = graph.Compress();
    EXPECT_EQ(ArcsOf(compressed.In()),
              ArcsOf(graph.Reversed().Compress().out()));
    EXPECT_EQ(ArcsOf(compressed.Both()),
              ArcsOf(graph.BothWays().Compress().out()));
  }
}

TEST(CompressedGraphTest, ScalesByAPowerOfTwo) {
  const CompressedRows rows = ScaledToOne(
      {.offsets = {0, 3}, .targets = {0, 0, 0}, .weights = {1.5, 96, 0}});
  EXPECT_THAT(rows.weights, ElementsAre(1.5 / 128, 0.75, 0));
  EXPECT_THAT(
      ScaledToOne({.offsets = {0, 1}, .targets = {0}, .weights = {0}}).weights,
      ElementsAre(0));
}

class WeightsTest : public ::testing::Test {
 protected:
  absl::StatusOr<CompressedGraph> WithWeight(const Value& weight) {
    std::vector<Mutation> batch = {PutNode{.id = Value::String("a")},
                                   PutNode{.id = Value::String("b")},
                                   PutEdge{.id = Value::String("one"),
                                           .type = "T",
                                           .source = Value::String("a"),
                                           .target = Value::String("b"),
                                           .properties = {{"w", weight}}},
                                   PutEdge{.id = Value::String("two"),
                                           .type = "T",
                                           .source = Value::String("b"),
                                           .target = Value::String("a")}};
    auto edited = EditGraph(*EmptyGraph(1), batch, 1, 1);
    if (!edited.ok()) return edited.status();
    return CompressedGraph::Make(*edited->view, {.weight_property = "w"});
  }
};

TEST_F(WeightsTest, AreThePropertyOrOne) {
  ASSERT_OK_AND_ASSIGN(CompressedGraph graph, WithWeight(Value::Float(2.5)));
  EXPECT_TRUE(graph.weighted());
  EXPECT_THAT(ArcsOf(graph.out()), ElementsAre(Arc(0, 1, 2.5), Arc(1, 0, 1)));
  ASSERT_OK_AND_ASSIGN(graph, WithWeight(Value::Integer(3)));
  EXPECT_THAT(ArcsOf(graph.out()), ElementsAre(Arc(0, 1, 3), Arc(1, 0, 1)));
}

TEST_F(WeightsTest, ThatAreNoneAreRefusedByName) {
  for (const Value& wrong :
       {Value::Float(-1), Value::Float(std::numeric_limits<double>::infinity()),
        Value::Float(std::numeric_limits<double>::quiet_NaN()),
        Value::String("1"), Value::Boolean(true)}) {
    EXPECT_THAT(WithWeight(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("one")));
  }
}

}  // namespace
}  // namespace mi::graph
