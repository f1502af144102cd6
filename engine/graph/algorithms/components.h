// Which vertices hang together.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_COMPONENTS_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_COMPONENTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/progress.h"
#include "engine/graph/algorithms/compressed_graph.h"

namespace mi::graph {

// A division of the vertices into groups, numbered from the largest on; of
// equal size, the one with the lowest vertex first.
struct Grouping {
  std::vector<uint32_t> group_of;  // [n]
  std::vector<uint64_t> sizes;     // descending

  // Groups as any numbers below `n` become numbers as above.
  static Grouping FromLabels(const std::vector<uint32_t>& labels);
};

// Vertices that are connected, whatever the direction of edges. Union-find with
// path halving and union by size (R. Tarjan and J. van Leeuwen, "Worst-case
// Analysis of Set Union Algorithms", 1984). Cost: nearly O(n + edges). Errors:
// CANCELLED.
absl::StatusOr<Grouping> WeakComponents(const CompressedGraph& graph,
                                        Progress& progress);

// Vertices of which each can be reached from each along the edges. Source: R.
// Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972, without
// recursion. Cost: O(n + edges). Errors: CANCELLED.
absl::StatusOr<Grouping> StrongComponents(const CompressedGraph& graph,
                                          Progress& progress);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_COMPONENTS_H_
