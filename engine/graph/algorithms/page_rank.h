// Who is reached by many, and by those who are.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_PAGE_RANK_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_PAGE_RANK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/progress.h"
#include "engine/graph/algorithms/compressed_graph.h"

namespace mi::graph {

struct PageRankOptions {
  double damping = 0.85;  // 0 <= damping < 1
  uint32_t max_iterations = 100;
  // Ends when the sum of all changes of an iteration is below.
  double tolerance = 1e-9;
  // Vertices at which the walker starts, all alike, no two the same. Empty:
  // everywhere.
  std::vector<uint32_t> starts;
};

struct PageRankResult {
  std::vector<double> scores;  // [n], sum 1
  uint32_t iterations = 0;
  double residual = 0;  // of the last iteration
  bool converged = false;
};

// The share of time that a walker spends at each vertex who follows an edge,
// chosen by weight, with probability `damping`, and starts anew otherwise; at a
// vertex without outgoing weight always anew:
//
//   r = (1 - d) s + d (A^T D^-1 r + (sum of r at dead ends) s)
//
// Source: L. Page, S. Brin, R. Motwani and T. Winograd, "The PageRank Citation
// Ranking: Bringing Order to the Web", 1999, sections 2.4 and 6; dead ends as
// in A. Langville and C. Meyer, "Deeper Inside PageRank", 2004, equation 3.
//
// Cost: O(n + edges) an iteration. Errors: CANCELLED.
absl::StatusOr<PageRankResult> PageRank(const CompressedGraph& graph,
                                        const PageRankOptions& options,
                                        Progress& progress);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_PAGE_RANK_H_
