// ComputeGlobalMinCut of max_flow.h.

#include <lemon/nagamochi_ibaraki.h>
#include <lemon/smart_graph.h>

#include <algorithm>

#include "absl/status/status.h"
#include "engine/flow/max_flow.h"

namespace mi::flow {
namespace {

uint32_t Root(std::vector<uint32_t>& parent, uint32_t node) {
  while (parent[node] != node) {
    parent[node] = parent[parent[node]];
    node = parent[node];
  }
  return node;
}

// Nodes that edges without limit join can be on one side only: each gets the
// number of its group, from 0 on in the order of nodes.
std::vector<uint32_t> Contract(const Network& network, uint32_t* groups) {
  std::vector<uint32_t> parent(network.nodes);
  for (uint32_t node = 0; node < network.nodes; ++node) parent[node] = node;
  for (const Arc& arc : network.arcs) {
    if (!arc.unlimited) continue;
    const uint32_t a = Root(parent, arc.source);
    const uint32_t b = Root(parent, arc.target);
    // The lower number is the root: it comes first below.
    parent[std::max(a, b)] = std::min(a, b);
  }
  std::vector<uint32_t> number(network.nodes);
  *groups = 0;
  for (uint32_t node = 0; node < network.nodes; ++node) {
    const uint32_t root = Root(parent, node);
    number[node] = root == node ? (*groups)++ : number[root];
  }
  return number;
}

}  // namespace

absl::StatusOr<Cut> ComputeGlobalMinCut(const Network& network) {
  uint32_t groups = 0;
  const std::vector<uint32_t> group_of = Contract(network, &groups);
  if (groups < 2) {
    return absl::FailedPreconditionError(
        "edges without limit join all nodes: every cut is infinite");
  }
  using Graph = lemon::SmartGraph;
  Graph graph;
  graph.reserveNode(static_cast<int>(groups));
  for (uint32_t group = 0; group < groups; ++group) graph.addNode();
  Graph::EdgeMap<int64_t> weight(graph);
  for (const size_t at : CanonicalOrder(network)) {
    const Arc& arc = network.arcs[at];
    const uint32_t a = group_of[arc.source];
    const uint32_t b = group_of[arc.target];
    if (a == b || arc.unlimited) continue;
    weight[graph.addEdge(Graph::nodeFromId(static_cast<int>(a)),
                         Graph::nodeFromId(static_cast<int>(b)))] =
        arc.capacity;
  }
  lemon::NagamochiIbaraki<Graph, Graph::EdgeMap<int64_t>> search(graph, weight);
  search.run();
  Graph::NodeMap<bool> side(graph);
  Cut cut;
  cut.value = search.minCutMap(side);
  const bool first = side[Graph::nodeFromId(0)];
  for (uint32_t node = 0; node < network.nodes; ++node) {
    cut.side.push_back(
        side[Graph::nodeFromId(static_cast<int>(group_of[node]))] != first);
  }
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    if (cut.side[network.arcs[a].source] != cut.side[network.arcs[a].target]) {
      cut.cut_edges.push_back(a);
    }
  }
  return cut;
}

}  // namespace mi::flow
