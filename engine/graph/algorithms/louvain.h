// Groups with many edges inside and few between.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_LOUVAIN_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_LOUVAIN_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/progress.h"
#include "engine/graph/algorithms/components.h"
#include "engine/graph/algorithms/compressed_graph.h"

namespace mi::graph {

struct LouvainOptions {
  double resolution = 1;  // > 0; higher: more and smaller communities
  uint32_t max_levels = 20;
};

struct LouvainResult {
  Grouping communities;
  double modularity = 0;
  uint32_t levels = 0;  // that joined anything
};

// Communities of high modularity; edges count in both directions. Vertices are
// moved in their order, to the community that gains most, of equal ones the one
// with the lowest number: the same graph gives the same answer.
//
// Source: V. Blondel, J.-L. Guillaume, R. Lambiotte and E. Lefebvre, "Fast
// unfolding of communities in large networks", 2008.
//
// Cost: some passes over all edges, in practice O(edges) each. Errors:
// CANCELLED.
absl::StatusOr<LouvainResult> Louvain(const CompressedGraph& graph,
                                      const LouvainOptions& options,
                                      Progress& progress);

// The modularity of a division, from its definition:
//
//   Q = sum over communities of  in / 2m - resolution (tot / 2m)^2
//
// where `in` is twice the weight of the edges inside, `tot` the sum of the
// weighted degrees and m the weight of all edges. 0 for a graph without weight.
// Source: M. Newman and M. Girvan, "Finding and evaluating community structure
// in networks", 2004; with resolution as in J. Reichardt and S. Bornholdt,
// "Statistical mechanics of community detection", 2006.
double Modularity(const CompressedGraph& graph,
                  const std::vector<uint32_t>& group_of, double resolution);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_LOUVAIN_H_
