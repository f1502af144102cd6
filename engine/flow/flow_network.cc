#include "engine/flow/flow_network.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace mi::flow {

std::vector<size_t> CanonicalOrder(const Network& network) {
  std::vector<size_t> order(network.arcs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&network](size_t a, size_t b) {
    const auto key = [](const Arc& arc) {
      return std::tie(arc.source, arc.target, arc.unlimited, arc.capacity,
                      arc.cost);
    };
    return key(network.arcs[a]) < key(network.arcs[b]);
  });
  return order;
}

}  // namespace mi::flow
