// Networks with capacities: what flows through them, and where they are
// narrowest.
//
// Compiled as C++17 where LEMON is (see CMakeLists.txt): no newer words here.

#ifndef MI_ENGINE_FLOW_FLOW_NETWORK_H_
#define MI_ENGINE_FLOW_FLOW_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mi::flow {

// The largest sum of all finite capacities.
constexpr int64_t kMaxTotal = int64_t{1} << 61;

struct Arc {
  uint32_t source = 0;
  uint32_t target = 0;
  int64_t capacity = 0;    // >= 0
  bool unlimited = false;  // capacity does not count
  int64_t cost = 0;        // of a unit of flow; of MinCostFlow only
};

// Nodes are 0 to nodes - 1. Parallel and opposite arcs and loops are allowed;
// what flows through a loop is 0. Finite capacities add up to at most
// kMaxTotal.
struct Network {
  uint32_t nodes = 0;
  std::vector<Arc> arcs;
};

// Arc `a` of a network with no more than it can carry, in an order that depends
// on what the arcs are and not on how they were given: equal networks have
// equal answers.
std::vector<size_t> CanonicalOrder(const Network& network);

}  // namespace mi::flow

#endif  // MI_ENGINE_FLOW_FLOW_NETWORK_H_
