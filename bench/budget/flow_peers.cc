#include "bench/budget/flow_peers.h"

#include <lemon/preflow.h>
#include <lemon/static_graph.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <boost/graph/stoer_wagner_min_cut.hpp>
#include <numeric>
#include <utility>
#include <vector>

namespace mi::bench {

int64_t LemonMaxFlow(const flow::Network& network, uint32_t source,
                     uint32_t target) {
  using Graph = lemon::StaticDigraph;
  // It wants its arcs by source.
  std::vector<size_t> order(network.arcs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return network.arcs[a].source < network.arcs[b].source;
  });
  std::vector<std::pair<int, int>> ends;
  for (const size_t at : order) {
    ends.emplace_back(network.arcs[at].source, network.arcs[at].target);
  }
  Graph graph;
  graph.build(static_cast<int>(network.nodes), ends.begin(), ends.end());
  Graph::ArcMap<int64_t> capacity(graph);
  for (size_t i = 0; i < order.size(); ++i) {
    capacity[Graph::arc(static_cast<int>(i))] = network.arcs[order[i]].capacity;
  }
  lemon::Preflow<Graph, Graph::ArcMap<int64_t>> preflow(
      graph, capacity, Graph::node(static_cast<int>(source)),
      Graph::node(static_cast<int>(target)));
  preflow.run();
  return preflow.flowValue();
}

int64_t BoostMaxFlow(const flow::Network& network, uint32_t source,
                     uint32_t target) {
  using Traits =
      boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using Graph = boost::adjacency_list<
      boost::vecS, boost::vecS, boost::directedS, boost::no_property,
      boost::property<
          boost::edge_capacity_t, int64_t,
          boost::property<boost::edge_residual_capacity_t, int64_t,
                          boost::property<boost::edge_reverse_t,
                                          Traits::edge_descriptor>>>>;
  Graph graph(network.nodes);
  auto capacity = get(boost::edge_capacity, graph);
  auto reverse = get(boost::edge_reverse, graph);
  for (const flow::Arc& arc : network.arcs) {
    const auto forth = add_edge(arc.source, arc.target, graph).first;
    const auto back = add_edge(arc.target, arc.source, graph).first;
    capacity[forth] = arc.capacity;
    capacity[back] = 0;
    reverse[forth] = back;
    reverse[back] = forth;
  }
  return push_relabel_max_flow(graph, source, target);
}

int64_t BoostGlobalMinCut(const flow::Network& network) {
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS,
                            boost::no_property,
                            boost::property<boost::edge_weight_t, int64_t>>;
  Graph graph(network.nodes);
  for (const flow::Arc& arc : network.arcs) {
    if (arc.source == arc.target) continue;
    add_edge(arc.source, arc.target, arc.capacity, graph);
  }
  return stoer_wagner_min_cut(graph, get(boost::edge_weight, graph));
}

}  // namespace mi::bench
