#include "clients/cpp/export/graph/graph_json.h"

#include <string>
#include <utility>

#include "clients/cpp/export/graph/property_json.h"
#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

template <typename Element>
void AddProperties(const Element& element, Json* json) {
  if (element.properties().empty()) return;
  (*json)["properties"] = ToTypedJson(element.properties());
}

template <typename Element>
void AddValidTime(const Element& element, Json* json) {
  if (!element.has_valid_time()) return;
  (*json)["valid_time"] = TimeSpanToJson(element.valid_time());
}

Json Wrap(const char* kind, Json json) {
  Json wrapped = Json::object();
  wrapped[kind] = std::move(json);
  return wrapped;
}

}  // namespace

Json IdToJson(const v1::ElementId& id) {
  if (id.kind_case() == v1::ElementId::kNumber) return id.number();
  return id.name();
}

Json TimeSpanToJson(const v1::TimeSpan& span) {
  Json json = Json::object();
  if (span.has_from()) json["from"] = FormatDateTime(span.from());
  if (span.has_to()) json["to"] = FormatDateTime(span.to());
  return json;
}

Json LinkToJson(const v1::PointLink& link) {
  return {{"collection", link.collection()}, {"point_id", link.point_id()}};
}

Json ElementToJson(const v1::Node& node) {
  Json json = {{"id", IdToJson(node.id())}};
  if (node.labels_size() > 0) {
    json["labels"] = Json::array();
    for (const std::string& label : node.labels()) {
      json["labels"].push_back(label);
    }
  }
  AddProperties(node, &json);
  if (node.has_link()) json["link"] = LinkToJson(node.link());
  return Wrap("node", std::move(json));
}

Json ElementToJson(const v1::Edge& edge) {
  Json json = {{"id", IdToJson(edge.id())},
               {"type", edge.type()},
               {"source_id", IdToJson(edge.source_id())},
               {"target_id", IdToJson(edge.target_id())}};
  AddProperties(edge, &json);
  AddValidTime(edge, &json);
  return Wrap("edge", std::move(json));
}

Json ElementToJson(const v1::Hyperedge& hyperedge) {
  Json members = Json::array();
  for (const v1::HyperedgeMember& member : hyperedge.members()) {
    Json json = {{"node_id", IdToJson(member.node_id())}};
    if (!member.role().empty()) json["role"] = member.role();
    members.push_back(std::move(json));
  }
  Json json = {{"id", IdToJson(hyperedge.id())}, {"type", hyperedge.type()}};
  json["members"] = std::move(members);
  if (hyperedge.has_weight() && hyperedge.weight() != 1) {
    json["weight"] = hyperedge.weight();
  }
  if (hyperedge.has_confidence() && hyperedge.confidence() != 1) {
    json["confidence"] = hyperedge.confidence();
  }
  AddProperties(hyperedge, &json);
  AddValidTime(hyperedge, &json);
  return Wrap("hyperedge", std::move(json));
}

}  // namespace mi::client
