#include "server/convert/element_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "server/convert/element_id_proto.h"
#include "server/convert/property_value_proto.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

void SpanToProto(const graph::TimeSpan& span, v1::TimeSpan* out) {
  constexpr graph::TimeSpan kAlways;
  if (span.from != kAlways.from) {
    *out->mutable_from() = TimestampFromMicros(span.from);
  }
  if (span.to != kAlways.to) *out->mutable_to() = TimestampFromMicros(span.to);
}

// By role, and in the stored order within a role.
void MembersToProto(const graph::GraphView& view,
                    const graph::HyperedgeRecord& record,
                    v1::Hyperedge* hyperedge) {
  std::vector<std::pair<std::string_view, graph::NodeRow>> members;
  for (auto at = record.members.Begin(); !at.done(); at.Next()) {
    members.emplace_back(view.roles.name(at->role), at->node);
  }
  std::stable_sort(
      members.begin(), members.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [role, node] : members) {
    v1::HyperedgeMember* member = hyperedge->add_members();
    member->set_role(role.data(), role.size());
    IdToProto(view.nodes[node].id, member->mutable_node_id());
  }
}

}  // namespace

ElementParts PartsFromProto(const v1::ReturnElements& asked,
                            Violations* violations) {
  if (asked.ids_only() && asked.with_properties()) {
    violations->Add("return_elements.ids_only",
                    "cannot be set with with_properties");
  }
  if (asked.ids_only()) return ElementParts::kIds;
  return asked.with_properties() ? ElementParts::kAll
                                 : ElementParts::kStructure;
}

const ElementWriter::Names& ElementWriter::LabelsOf(uint32_t label_set) {
  const auto [at, is_new] = labels_.try_emplace(label_set);
  if (is_new) {
    for (const graph::NameId name : view_.NamesIn(label_set)) {
      at->second.emplace_back(view_.labels.name(name));
    }
    std::sort(at->second.begin(), at->second.end());
  }
  return at->second;
}

void ElementWriter::Write(graph::NodeRow row, v1::StoredNode* out) {
  const graph::NodeRecord& record = view_.nodes[row];
  v1::Node* node = out->mutable_node();
  IdToProto(record.id, node->mutable_id());
  if (parts_ == ElementParts::kIds) return;
  out->set_version(record.version);
  for (const std::string& label : LabelsOf(record.labels)) {
    node->add_labels(label);
  }
  if (const auto link = view_.LinkOf(row)) {
    node->mutable_link()->set_collection(link->collection);
    node->mutable_link()->set_point_id(link->point_id);
  }
  if (parts_ == ElementParts::kStructure) return;
  PropertiesToProto(
      PropertiesOf(view_, view_.node_properties, record.keys, row),
      node->mutable_properties());
}

void ElementWriter::Write(graph::EdgeRow row, v1::StoredEdge* out) const {
  const graph::EdgeRecord& record = view_.edges[row];
  v1::Edge* edge = out->mutable_edge();
  IdToProto(record.id, edge->mutable_id());
  if (parts_ == ElementParts::kIds) return;
  out->set_version(record.version);
  const std::string_view type = view_.types.name(record.type);
  edge->set_type(type.data(), type.size());
  IdToProto(view_.nodes[record.source].id, edge->mutable_source_id());
  IdToProto(view_.nodes[record.target].id, edge->mutable_target_id());
  if (const auto span = view_.EdgeSpan(row); span != graph::TimeSpan{}) {
    SpanToProto(span, edge->mutable_valid_time());
  }
  if (parts_ == ElementParts::kStructure) return;
  PropertiesToProto(
      PropertiesOf(view_, view_.edge_properties, record.keys, row),
      edge->mutable_properties());
}

void ElementWriter::Write(graph::HyperedgeRow row,
                          v1::StoredHyperedge* out) const {
  const graph::HyperedgeRecord& record = view_.hyperedges[row];
  v1::Hyperedge* hyperedge = out->mutable_hyperedge();
  IdToProto(record.id, hyperedge->mutable_id());
  if (parts_ == ElementParts::kIds) return;
  out->set_version(record.version);
  const std::string_view type = view_.types.name(record.type);
  hyperedge->set_type(type.data(), type.size());
  hyperedge->set_weight(record.weight);
  hyperedge->set_confidence(record.confidence);
  MembersToProto(view_, record, hyperedge);
  if (const auto span = view_.HyperedgeSpan(row); span != graph::TimeSpan{}) {
    SpanToProto(span, hyperedge->mutable_valid_time());
  }
  if (parts_ == ElementParts::kStructure) return;
  PropertiesToProto(
      PropertiesOf(view_, view_.hyperedge_properties, record.keys, row),
      hyperedge->mutable_properties());
}

}  // namespace mi::server
