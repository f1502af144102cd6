#include "engine/flow/max_flow.h"

#include <lemon/network_simplex.h>
#include <lemon/preflow.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"

namespace mi::flow {
namespace {

using Graph = lemon::StaticDigraph;
using Amounts = Graph::ArcMap<int64_t>;

// More than can flow anywhere.
int64_t Unlimited(const Network& network) {
  int64_t sum = 1;
  for (const Arc& arc : network.arcs) {
    if (!arc.unlimited) sum += arc.capacity;
  }
  return sum;
}

// A network as LEMON has it, its arcs in canonical order.
struct Compiled {
  Graph graph;
  std::vector<size_t> order;  // of LEMON's arcs
  std::vector<int64_t> capacity;

  explicit Compiled(const Network& network) : order(CanonicalOrder(network)) {
    const int64_t unlimited = Unlimited(network);
    std::vector<std::pair<int, int>> ends;
    ends.reserve(order.size());
    capacity.reserve(order.size());
    for (const size_t at : order) {
      const Arc& arc = network.arcs[at];
      ends.emplace_back(static_cast<int>(arc.source),
                        static_cast<int>(arc.target));
      capacity.push_back(arc.unlimited ? unlimited : arc.capacity);
    }
    graph.build(static_cast<int>(network.nodes), ends.begin(), ends.end());
  }

  Graph::Arc arc(size_t place) const {
    return Graph::arc(static_cast<int>(place));
  }
  Graph::Node node(uint32_t number) const {
    return Graph::node(static_cast<int>(number));
  }
};

// Visits nodes from `source` on, along the arcs of a node that `leads` allows:
// leads(arc, forth) tells whether an arc does so from its source (forth), or
// back from its target.
template <typename Leads>
std::vector<bool> Reach(const Network& network, uint32_t source,
                        Leads&& leads) {
  // The arcs at each node, at either end, side by side.
  std::vector<size_t> next(size_t{network.nodes} + 1, 0);
  for (const Arc& arc : network.arcs) {
    ++next[arc.source + 1];
    ++next[arc.target + 1];
  }
  for (size_t node = 0; node < network.nodes; ++node) {
    next[node + 1] += next[node];
  }
  const std::vector<size_t> first = next;
  std::vector<uint32_t> arcs(2 * network.arcs.size());
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    arcs[next[network.arcs[a].source]++] = static_cast<uint32_t>(a);
    arcs[next[network.arcs[a].target]++] = static_cast<uint32_t>(a);
  }
  std::vector<bool> reached(network.nodes, false);
  std::vector<uint32_t> open = {source};
  reached[source] = true;
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    for (size_t place = first[at]; place < first[at + 1]; ++place) {
      const Arc& arc = network.arcs[arcs[place]];
      const bool forth = arc.source == at;
      const uint32_t other = forth ? arc.target : arc.source;
      if (reached[other] || !leads(arcs[place], forth)) continue;
      reached[other] = true;
      open.push_back(other);
    }
  }
  return reached;
}

// The nodes to which more could flow from `source`.
std::vector<bool> ResidualReach(const Network& network, uint32_t source,
                                const std::vector<int64_t>& flow) {
  return Reach(network, source, [&](uint32_t a, bool forth) {
    const Arc& arc = network.arcs[a];
    return forth ? arc.unlimited || flow[a] < arc.capacity : flow[a] > 0;
  });
}

absl::Status CheckBounded(const Network& network, uint32_t source,
                          uint32_t target) {
  const auto unlimited = [](const Arc& arc) { return arc.unlimited; };
  if (std::none_of(network.arcs.begin(), network.arcs.end(), unlimited)) {
    return absl::OkStatus();
  }
  const std::vector<bool> reached =
      Reach(network, source, [&](uint32_t a, bool forth) {
        return forth && network.arcs[a].unlimited;
      });
  if (!reached[target]) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "arcs without limit lead from the source to the target: the flow has no "
      "maximum");
}

// Sums above this overflow where costs and amounts are multiplied.
constexpr double kLargestCost = 9e18;

}  // namespace

absl::StatusOr<MaxFlow> ComputeMaxFlow(const Network& network, uint32_t source,
                                       uint32_t target) {
  const absl::Status bounded = CheckBounded(network, source, target);
  if (!bounded.ok()) return bounded;
  const Compiled compiled(network);
  Amounts capacity(compiled.graph);
  for (size_t place = 0; place < compiled.order.size(); ++place) {
    capacity[compiled.arc(place)] = compiled.capacity[place];
  }
  lemon::Preflow<Graph, Amounts> preflow(
      compiled.graph, capacity, compiled.node(source), compiled.node(target));
  preflow.run();
  MaxFlow result;
  result.value = preflow.flowValue();
  result.flow.assign(network.arcs.size(), 0);
  for (size_t place = 0; place < compiled.order.size(); ++place) {
    const size_t at = compiled.order[place];
    const Arc& arc = network.arcs[at];
    if (arc.source == arc.target) continue;
    result.flow[at] = preflow.flow(compiled.arc(place));
  }
  result.source_side = ResidualReach(network, source, result.flow);
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    if (result.source_side[network.arcs[a].source] &&
        !result.source_side[network.arcs[a].target]) {
      result.cut_arcs.push_back(a);
    }
  }
  return result;
}

absl::StatusOr<MinCostFlow> ComputeMinCostFlow(const Network& network,
                                               uint32_t source, uint32_t target,
                                               int64_t amount) {
  const Compiled compiled(network);
  using Simplex = lemon::NetworkSimplex<Graph, int64_t, int64_t>;
  Amounts capacity(compiled.graph);
  Amounts cost(compiled.graph);
  for (size_t place = 0; place < compiled.order.size(); ++place) {
    const Arc& arc = network.arcs[compiled.order[place]];
    // Without cycles that pay, no arc carries more than the amount.
    capacity[compiled.arc(place)] =
        arc.unlimited ? std::max(compiled.capacity[place], amount)
                      : compiled.capacity[place];
    cost[compiled.arc(place)] = arc.cost;
  }
  Simplex simplex(compiled.graph);
  simplex.upperMap(capacity).costMap(cost).stSupply(
      compiled.node(source), compiled.node(target), amount);
  if (simplex.run() != Simplex::OPTIMAL) {
    return absl::FailedPreconditionError(
        "less can flow from the source to the target than the amount");
  }
  MinCostFlow result;
  result.value = amount;
  result.flow.assign(network.arcs.size(), 0);
  double bound = 0;
  for (size_t place = 0; place < compiled.order.size(); ++place) {
    const size_t at = compiled.order[place];
    result.flow[at] = simplex.flow(compiled.arc(place));
    bound += std::abs(static_cast<double>(network.arcs[at].cost)) *
             static_cast<double>(result.flow[at]);
  }
  if (bound > kLargestCost) {
    return absl::OutOfRangeError("the cost of the flow is beyond 64 bits");
  }
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    result.cost += network.arcs[a].cost * result.flow[a];
  }
  return result;
}

}  // namespace mi::flow
