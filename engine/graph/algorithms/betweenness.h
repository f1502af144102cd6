// On how many of the shortest paths between others a vertex lies.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_BETWEENNESS_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_BETWEENNESS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/progress.h"
#include "engine/graph/algorithms/compressed_graph.h"

namespace mi::graph {

struct BetweennessOptions {
  // Paths from so many vertices, chosen at random by `seed`, stand for all. 0,
  // or n and more: from all.
  uint32_t sample_size = 0;
  uint64_t seed = 0;
  bool directed = false;
  // Divided by the number of pairs of other vertices.
  bool normalized = false;
};

// For each vertex v the sum, over all pairs (s, t) of others, of the share of
// the shortest paths from s to t on which v lies; in an undirected graph a pair
// counts once. Of parallel edges the shortest counts, self-loops do not. The
// lengths of a weighted graph are its weights.
//
// Source: U. Brandes, "A Faster Algorithm for Betweenness Centrality", 2001;
// samples as in U. Brandes and C. Pich, "Centrality Estimation in Large
// Networks", 2007: scaled by n / sample_size.
//
// Cost: O(edges) a source, O(edges log n) with weights. Errors: CANCELLED;
// INVALID_ARGUMENT for a weight of 0, with which paths cannot be counted.
absl::StatusOr<std::vector<double>> Betweenness(
    const CompressedGraph& graph, const BetweennessOptions& options,
    Progress& progress);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_BETWEENNESS_H_
