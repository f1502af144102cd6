#include "engine/graph/algorithms/compressed_graph.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

constexpr uint32_t kNoVertex = UINT32_MAX;
// Edges between two looks at the stop token.
constexpr size_t kEdgesPerCheck = 65'536;

struct Edge {
  uint32_t source;
  uint32_t target;
  double weight;
};

// Edges into rows, by counting: `for_each(add)` calls add(source, target,
// weight) for all of them, twice the same.
template <typename ForEach>
CompressedRows Compress(size_t vertices, bool weighted, ForEach&& for_each) {
  CompressedRows rows;
  rows.offsets.assign(vertices + 1, 0);
  for_each(
      [&](uint32_t source, uint32_t, double) { ++rows.offsets[source + 1]; });
  for (size_t i = 0; i < vertices; ++i) rows.offsets[i + 1] += rows.offsets[i];
  rows.targets.resize(rows.offsets.back());
  if (weighted) rows.weights.resize(rows.offsets.back());
  std::vector<uint32_t> next(rows.offsets.begin(), rows.offsets.end() - 1);
  for_each([&](uint32_t source, uint32_t target, double weight) {
    const uint32_t place = next[source]++;
    rows.targets[place] = target;
    if (weighted) rows.weights[place] = weight;
  });
  return rows;
}

// Whether each type is wanted; nothing: all are.
std::optional<std::vector<bool>> WantedTypes(
    const GraphView& view, const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  std::vector<bool> wanted(view.types.size());
  for (const std::string& name : names) {
    if (const auto type = view.types.Find(name)) wanted[*type] = true;
  }
  return wanted;
}

// Rows of the nodes that are part of a projection, ascending.
std::vector<NodeRow> ChooseNodes(const GraphView& view,
                                 const std::vector<std::string>& labels) {
  std::vector<NodeRow> nodes;
  if (labels.empty()) {
    for (NodeRow row = 0; row < view.nodes.size(); ++row) {
      if (view.nodes[row].version != 0) nodes.push_back(row);
    }
    return nodes;
  }
  for (const std::string& name : labels) {
    const auto label = view.labels.Find(name);
    if (!label) continue;
    for (auto at = view.NodesWithLabel(*label).Begin(); !at.done(); at.Next()) {
      nodes.push_back(*at);
    }
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

absl::StatusOr<double> WeightOf(const GraphView& view, std::string_view name,
                                NameId key, EdgeRow edge) {
  const Value* value = view.edge_properties.Find(key, edge);
  if (value == nullptr) return 1;
  if (value->is_number()) {
    const double weight = value->number();
    if (std::isfinite(weight) && weight >= 0) return weight;
  }
  return InvalidField(
      "projection.weight_property",
      fmt::format("edge {} has {} {}; a weight is a finite number of at least "
                  "0",
                  DebugString(view.edges[edge].id), name, DebugString(*value)));
}

}  // namespace

absl::StatusOr<CompressedGraph> CompressedGraph::Make(
    const GraphView& view, const Projection& projection, std::stop_token stop) {
  CompressedGraph graph;
  graph.nodes_ = ChooseNodes(view, projection.node_labels);
  graph.vertex_of_.assign(view.nodes.size(), kNoVertex);
  for (uint32_t vertex = 0; vertex < graph.nodes_.size(); ++vertex) {
    graph.vertex_of_[graph.nodes_[vertex]] = vertex;
  }
  const auto wanted = WantedTypes(view, projection.edge_types);
  const auto weight_key = projection.weight_property.empty()
                              ? std::nullopt
                              : view.keys.Find(projection.weight_property);
  std::vector<Edge> edges;
  edges.reserve(view.edge_count());
  for (size_t first = 0; first < view.edges.size();
       first += PersistentArray<EdgeRecord>::kLeafSize) {
    if (first % kEdgesPerCheck == 0 && stop.stop_requested()) {
      return absl::CancelledError("cancelled");
    }
    auto row = static_cast<EdgeRow>(first);
    for (const EdgeRecord& edge : view.edges.Leaf(first)) {
      const EdgeRow at = row++;
      if (edge.version == 0 || (wanted && !(*wanted)[edge.type])) continue;
      const uint32_t source = graph.vertex_of_[edge.source];
      const uint32_t target = graph.vertex_of_[edge.target];
      if (source == kNoVertex || target == kNoVertex) continue;
      if (projection.as_of && !view.EdgeSpan(at).Contains(*projection.as_of)) {
        continue;
      }
      double weight = 1;
      if (weight_key) {
        ASSIGN_OR_RETURN(weight, WeightOf(view, projection.weight_property,
                                          *weight_key, at));
      }
      edges.push_back({source, target, weight});
    }
  }
  graph.out_ = Compress(graph.nodes_.size(), weight_key.has_value(),
                        [&edges](auto&& add) {
                          for (const Edge& edge : edges) {
                            add(edge.source, edge.target, edge.weight);
                          }
                        });
  return graph;
}

CompressedGraph CompressedGraph::FromEdges(
    size_t vertices, std::span<const std::pair<uint32_t, uint32_t>> edges,
    std::span<const double> weights) {
  CompressedGraph graph;
  graph.out_ = Compress(vertices, !weights.empty(), [&](auto&& add) {
    for (size_t i = 0; i < edges.size(); ++i) {
      add(edges[i].first, edges[i].second, weights.empty() ? 1 : weights[i]);
    }
  });
  return graph;
}

CompressedRows CompressedGraph::In() const {
  return Compress(size(), weighted(), [this](auto&& add) {
    for (uint32_t source = 0; source < size(); ++source) {
      for (size_t place = out_.offsets[source];
           place < out_.offsets[source + 1]; ++place) {
        add(out_.targets[place], source, out_.weight(place));
      }
    }
  });
}

CompressedRows CompressedGraph::Both() const {
  return Compress(size(), weighted(), [this](auto&& add) {
    for (uint32_t source = 0; source < size(); ++source) {
      for (size_t place = out_.offsets[source];
           place < out_.offsets[source + 1]; ++place) {
        add(source, out_.targets[place], out_.weight(place));
        add(out_.targets[place], source, out_.weight(place));
      }
    }
  });
}

std::optional<uint32_t> CompressedGraph::VertexOf(NodeRow node) const {
  if (node >= vertex_of_.size() || vertex_of_[node] == kNoVertex) {
    return std::nullopt;
  }
  return vertex_of_[node];
}

}  // namespace mi::graph
