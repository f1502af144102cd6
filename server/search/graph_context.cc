#include "server/search/graph_context.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/convert/element_writer.h"
#include "server/convert/selector_proto.h"

namespace mi::server {
namespace {

constexpr uint32_t kDefaultNeighbors = 10;
constexpr uint32_t kMaxNeighbors = 1'000;

}  // namespace

std::vector<std::string> NamesOfCollection(const workspace::Catalog& catalog,
                                           const std::string& collection) {
  std::vector<std::string> names = {collection};
  for (const auto& [alias, named] : catalog.aliases) {
    if (named == collection) names.push_back(alias);
  }
  return names;
}

std::vector<graph::NodeRow> NodesLinkedTo(const graph::GraphView& view,
                                          const std::vector<std::string>& names,
                                          std::string_view point_id) {
  std::vector<graph::NodeRow> nodes;
  for (const std::string& name : names) {
    const auto linked = view.NodesLinkedTo(name, point_id);
    nodes.insert(nodes.end(), linked.begin(), linked.end());
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

absl::StatusOr<std::optional<GraphContext>> GraphContext::For(
    const v1::SearchRequest& request, const workspace::Catalog& catalog,
    const std::string& collection, std::string_view prefix) {
  if (!request.has_graph_context()) return std::nullopt;
  const v1::GraphContext& asked = request.graph_context();
  const auto field = [prefix](const char* name) {
    return fmt::format("{}graph_context.{}", prefix, name);
  };
  Violations violations;
  GraphContext context;
  context.query_.direction =
      DirectionFromProto(asked.direction(), field("direction"), &violations);
  context.query_.edges =
      EdgeSelectorFromProto(asked.edges(), field("edges"), &violations);
  context.query_.nodes =
      NodeSelectorFromProto(asked.nodes(), field("nodes"), &violations);
  context.query_.limit = asked.has_limit() ? asked.limit() : kDefaultNeighbors;
  CheckRange(context.query_.limit, 0, kMaxNeighbors, field("limit"),
             &violations);
  if (asked.with_properties()) context.parts_ = ElementParts::kAll;
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const auto entry, catalog.ResolveGraph(asked.graph()));
  context.view_ = entry->graph->View();
  context.collection_names_ = NamesOfCollection(catalog, collection);
  return context;
}

absl::Status GraphContext::AddTo(v1::SearchResponse* response,
                                 const std::stop_token& stop) const {
  for (v1::ScoredPoint& point : *response->mutable_points()) {
    for (const graph::NodeRow node :
         NodesLinkedTo(*view_, collection_names_, point.point().id())) {
      RETURN_IF_ERROR(Describe(node, stop, point.add_linked_nodes()));
    }
  }
  return absl::OkStatus();
}

absl::Status GraphContext::Describe(graph::NodeRow node,
                                    const std::stop_token& stop,
                                    v1::LinkedNode* out) const {
  ElementWriter writer(*view_, parts_);
  writer.Write(node, out->mutable_node());
  graph::NeighborQuery query = query_;
  query.node = node;
  ASSIGN_OR_RETURN(const graph::NeighborPage page,
                   graph::ListNeighbors(*view_, query, stop));
  for (const graph::NeighborHit& hit : page.hits) {
    v1::LinkedNeighbor* neighbor = out->add_neighbors();
    writer.Write(hit.entry.neighbor, neighbor->mutable_node());
    writer.Write(hit.entry.edge, neighbor->mutable_edge());
  }
  out->set_limited(page.more);
  return absl::OkStatus();
}

}  // namespace mi::server
