// Random networks, and slow ways to look at them.

#ifndef MI_TESTS_ENGINE_FLOW_RANDOM_NETWORK_H_
#define MI_TESTS_ENGINE_FLOW_RANDOM_NETWORK_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/random.h"
#include "engine/flow/flow_network.h"

namespace mi::flow::testing {

// With loops, parallel arcs, arcs of nothing and, some, without limit.
inline Network RandomNetwork(Random& random, uint32_t nodes, size_t arcs,
                             bool unlimited = false) {
  Network network{.nodes = nodes};
  for (size_t a = 0; a < arcs; ++a) {
    Arc& arc = network.arcs.emplace_back();
    arc.source = static_cast<uint32_t>(random.Below(nodes));
    arc.target = static_cast<uint32_t>(random.Below(nodes));
    arc.capacity = static_cast<int64_t>(random.Below(20));
    arc.unlimited = unlimited && random.Below(12) == 0;
    arc.cost =
        static_cast<int64_t>(random.Below(30)) - (arc.unlimited ? 0 : 10);
  }
  return network;
}

// The capacity of what leads from the side that is true to the other, or, if
// not `directed`, between the two; nothing when that has no limit.
inline std::optional<int64_t> CutValue(const Network& network,
                                       const std::vector<bool>& side,
                                       bool directed) {
  int64_t value = 0;
  for (const Arc& arc : network.arcs) {
    const bool cut = directed ? side[arc.source] && !side[arc.target]
                              : side[arc.source] != side[arc.target];
    if (!cut) continue;
    if (arc.unlimited) return std::nullopt;
    value += arc.capacity;
  }
  return value;
}

// The sides that a number stands for, bit by bit.
inline std::vector<bool> SidesOf(uint32_t bits, uint32_t nodes) {
  std::vector<bool> side(nodes);
  for (uint32_t node = 0; node < nodes; ++node) side[node] = bits >> node & 1;
  return side;
}

}  // namespace mi::flow::testing

#endif  // MI_TESTS_ENGINE_FLOW_RANDOM_NETWORK_H_
