// Flows from one node to another, and the cuts that bound them.

#ifndef MI_ENGINE_FLOW_MAX_FLOW_H_
#define MI_ENGINE_FLOW_MAX_FLOW_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/flow/flow_network.h"

namespace mi::flow {

struct MaxFlow {
  int64_t value = 0;
  std::vector<int64_t> flow;  // by arc
  // Of the minimum cuts the one with the fewest nodes on the source's side:
  // there is only one such. True: on that side.
  std::vector<bool> source_side;  // by node
  // Arcs from that side to the other; their capacities add up to the value.
  std::vector<size_t> cut_arcs;
};

// The most that can flow from `source` to `target`, by preflows and push
// (A. Goldberg and R. Tarjan, "A New Approach to the Maximum Flow Problem",
// 1988), as LEMON has it. `source` and `target` are different nodes.
//
// Cost: O(n^2 sqrt(arcs)), in practice near linear: 8 to 90 ms for 111,000
// arcs. Cannot be stopped. Errors: FAILED_PRECONDITION when arcs without limit
// lead from the source to the target.
absl::StatusOr<MaxFlow> ComputeMaxFlow(const Network& network, uint32_t source,
                                       uint32_t target);

struct MinCostFlow {
  int64_t value = 0;
  int64_t cost = 0;           // sum of cost times flow
  std::vector<int64_t> flow;  // by arc
};

// Of the flows of `amount` from `source` to `target` the cheapest, by the
// network simplex method (R. Ahuja, T. Magnanti and J. Orlin, "Network Flows",
// 1993, chapter 11). Costs are of at most 10^9 in either direction; those of
// arcs without limit are not negative, so that no cycle pays for ever. `amount`
// is at most kMaxTotal.
//
// Errors: FAILED_PRECONDITION when `amount` is more than can flow; OUT_OF_RANGE
// when the cost is beyond 64 bits.
absl::StatusOr<MinCostFlow> ComputeMinCostFlow(const Network& network,
                                               uint32_t source, uint32_t target,
                                               int64_t amount);

struct Cut {
  int64_t value = 0;
  std::vector<bool> side;  // by node; node 0 is on the side that is false
  std::vector<size_t> cut_edges;
};

// Of all ways to part the nodes in two, one whose edges between the parts weigh
// least; arcs count as edges, without direction, by their capacity. At least
// two nodes. By maximum adjacency orders (H. Nagamochi and T. Ibaraki,
// "Computing edge-connectivity in multigraphs and capacitated graphs", 1992).
// Errors: FAILED_PRECONDITION when every cut has an edge without limit.
absl::StatusOr<Cut> ComputeGlobalMinCut(const Network& network);

}  // namespace mi::flow

#endif  // MI_ENGINE_FLOW_MAX_FLOW_H_
