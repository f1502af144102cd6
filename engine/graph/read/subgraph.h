// The neighbourhood of some nodes, ready to draw.

#ifndef MI_ENGINE_GRAPH_READ_SUBGRAPH_H_
#define MI_ENGINE_GRAPH_READ_SUBGRAPH_H_

#include <cstdint>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

struct SubgraphQuery {
  // Of nodes that are there; one that comes twice counts once.
  std::vector<NodeRow> centers;
  uint32_t max_hops = 1;
  // In which direction edges are walked to find nodes. Edges between the nodes
  // found are shown whatever their direction.
  Direction direction = Direction::kBoth;
  EdgeSelector edges;  // that are walked, and shown
  // Of the nodes that are walked through and shown; the centres are exempt.
  NodeSelector nodes;
  bool with_hyperedges = false;
  HyperedgeSelector hyperedges;
  // The nearest nodes are chosen, of those at the same distance the ones with
  // most edges, then in the order of rows.
  size_t max_nodes = 200;
  // Edges between nodes that come earlier are chosen first.
  size_t max_edges = 2'000;
  // Hyperedges two of whose members come earlier are chosen first.
  size_t max_hyperedges = 1'000;
  // Limits of the search for nodes, as of ExpandQuery.
  uint64_t max_nodes_searched = 100'000;
  uint64_t max_edges_searched = 1'000'000;
};

struct SubgraphNode {
  NodeRow node = 0;
  uint32_t hops = 0;  // from the nearest centre
  // All edges of the node in the graph, whether they are shown or not.
  uint64_t degree = 0;

  friend bool operator==(const SubgraphNode&, const SubgraphNode&) = default;
};

struct Subgraph {
  // Nearest first, then those with most edges, then in the order of rows.
  std::vector<SubgraphNode> nodes;
  // In the order of the later of their ends among `nodes`, then of the earlier,
  // then of rows.
  std::vector<EdgeRow> edges;
  // Those with at least two of the nodes among their members, in the order of
  // the second of these, then of rows.
  std::vector<HyperedgeRow> hyperedges;
  // What the limits left out: of the nodes within max_hops, and of the edges
  // and hyperedges between the nodes that are shown.
  uint64_t nodes_left_out = 0;
  uint64_t edges_left_out = 0;
  uint64_t hyperedges_left_out = 0;
  // Whether the search for nodes was cut off: there are more to leave out, and
  // farther nodes may be missing.
  bool search_limited = false;
};

// Cost: that of Expand; then O(log n) an edge between the nodes, or O(d) in the
// degree of each node where that is less. Errors: CANCELLED.
absl::StatusOr<Subgraph> GetSubgraph(const GraphView& view,
                                     const SubgraphQuery& query,
                                     std::stop_token stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_SUBGRAPH_H_
