#include "engine/graph/algorithms/similar_nodes.h"

#include <algorithm>

#include "engine/graph/read/edge_walk.h"
#include "engine/graph/read/matcher.h"

namespace mi::graph {

absl::StatusOr<std::vector<SimilarNode>> FindSimilarNodes(
    const GraphView& view, const SimilarNodesQuery& query,
    const std::stop_token& stop) {
  const EdgeMatcher edges = EdgeMatcher::ForEdges(view, query.edges);
  NodeMatcher wanted(view, query.nodes);
  if (edges.never() || wanted.never()) return std::vector<SimilarNode>();
  const auto neighbors = [&](NodeRow node, Direction direction) {
    std::vector<NodeRow> rows;
    WalkEdges(view.adjacency[node], direction, edges.types(), nullptr,
              [&](const AdjacencyEntry& entry, Direction) {
                if (edges.Matches(entry.edge)) rows.push_back(entry.neighbor);
                return true;
              });
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  };
  return FindSimilarNodes(
      query.node, query.similarity, query.limit,
      [&](NodeRow node) { return neighbors(node, query.direction); },
      [&](NodeRow node) { return neighbors(node, Reversed(query.direction)); },
      [&](NodeRow node) { return wanted.Matches(node); }, stop);
}

}  // namespace mi::graph
