#include "engine/flow/flow_network.h"

#include <algorithm>
#include <tuple>

namespace mi::flow {
namespace {

// Targets in no order that a network has of its own: where arcs come sorted,
// preflows run up against the same nodes first, and take twice as long.
uint32_t Mix(uint32_t node) {
  node = (node ^ (node >> 16)) * 0x7feb352dU;
  node = (node ^ (node >> 15)) * 0x846ca68bU;
  return node ^ (node >> 16);
}

}  // namespace

std::vector<size_t> CanonicalOrder(const Network& network) {
  // By source first, by counting.
  std::vector<size_t> next(size_t{network.nodes} + 1, 0);
  for (const Arc& arc : network.arcs) ++next[arc.source + 1];
  for (size_t node = 0; node < network.nodes; ++node) {
    next[node + 1] += next[node];
  }
  const std::vector<size_t> first = next;
  std::vector<size_t> order(network.arcs.size());
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    order[next[network.arcs[a].source]++] = a;
  }
  const auto before = [&network](size_t a, size_t b) {
    const auto key = [](const Arc& arc) {
      return std::make_tuple(Mix(arc.target), arc.unlimited, arc.capacity,
                             arc.cost);
    };
    const auto of_a = key(network.arcs[a]);
    const auto of_b = key(network.arcs[b]);
    return of_a != of_b ? of_a < of_b : a < b;
  };
  for (size_t node = 0; node < network.nodes; ++node) {
    std::sort(order.begin() + static_cast<ptrdiff_t>(first[node]),
              order.begin() + static_cast<ptrdiff_t>(first[node + 1]), before);
  }
  return order;
}

}  // namespace mi::flow
