// How alike the neighbours of two nodes are.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_NEIGHBORHOOD_SIMILARITY_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_NEIGHBORHOOD_SIMILARITY_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"

namespace mi::graph {

// With A and B the neighbours of two nodes:
enum class Similarity {
  kJaccard,          // |A and B| / |A or B| (P. Jaccard, 1901)
  kAdamicAdar,       // sum of 1 / ln(degree) over A and B (L. Adamic and E.
                     // Adar, "Friends and neighbors on the Web", 2003)
  kCommonNeighbors,  // |A and B|
  kOverlap,          // |A and B| / min(|A|, |B|)
};

struct SimilarNode {
  NodeRow node = 0;
  double score = 0;
  uint64_t common = 0;  // |A and B|

  friend bool operator==(const SimilarNode&, const SimilarNode&) = default;
};

// What a node is next to, each once, in any order.
using NeighborsOf = absl::FunctionRef<std::vector<NodeRow>(NodeRow)>;

// The nodes that share neighbours with `node`, most similar first and of equal
// ones in the order of rows; at most `limit` of those that are `wanted`.
// `neighbors` is the relation and `reverse` its reverse, which is the same
// where the direction of edges does not count; the degree of a common neighbour
// is the size of its `reverse`.
//
// Cost: the sizes of all two-step neighbourhoods. Errors: CANCELLED.
absl::StatusOr<std::vector<SimilarNode>> FindSimilarNodes(
    NodeRow node, Similarity similarity, size_t limit, NeighborsOf neighbors,
    NeighborsOf reverse, absl::FunctionRef<bool(NodeRow)> wanted,
    const std::stop_token& stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_NEIGHBORHOOD_SIMILARITY_H_
