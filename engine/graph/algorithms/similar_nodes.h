// The nodes of a graph whose neighbours are most like those of a node.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_SIMILAR_NODES_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_SIMILAR_NODES_H_

#include <cstddef>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/algorithms/neighborhood_similarity.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

struct SimilarNodesQuery {
  NodeRow node = 0;  // of a node that is there
  Similarity similarity = Similarity::kJaccard;
  // Which edges make a neighbour, as seen from the nodes that are compared.
  Direction direction = Direction::kBoth;
  EdgeSelector edges;
  NodeSelector nodes;  // that are wanted
  size_t limit = 10;
};

// As FindSimilarNodes over the edges that are meant; parallel ones count once.
// Errors: CANCELLED.
absl::StatusOr<std::vector<SimilarNode>> FindSimilarNodes(
    const GraphView& view, const SimilarNodesQuery& query,
    const std::stop_token& stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_SIMILAR_NODES_H_
