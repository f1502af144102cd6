#include "server/convert/element_proto.h"

#include <algorithm>
#include <limits>

#include "engine/base/status_macros.h"
#include "engine/graph/limits.h"
#include "engine/payload/value.h"
#include "fmt/format.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kNanosPerMicro = 1'000;

void SpanToProto(const graph::TimeSpan& span, v1::TimeSpan* out) {
  constexpr graph::TimeSpan kAlways;
  if (span.from != kAlways.from) {
    *out->mutable_from() = TimestampFromMicros(span.from);
  }
  if (span.to != kAlways.to) *out->mutable_to() = TimestampFromMicros(span.to);
}

absl::Status NoNode(const v1::ElementId& id, std::string_view field) {
  const std::string name = graph::DebugString(IdFromProto(id));
  ErrorDetails details;
  details.reason = Reason::kNodeNotFound;
  details.resource_type = "node";
  details.resource_name = name;
  const std::string what = fmt::format("no node {}", name);
  details.violations = {{.field = std::string(field), .description = what}};
  return MakeError(absl::StatusCode::kNotFound, what, details);
}

// The names of a set, sorted.
std::vector<std::string> SortedNames(const graph::GraphView& view,
                                     const graph::Dictionary& names,
                                     uint32_t set) {
  std::vector<std::string> sorted;
  for (const graph::NameId name : view.NamesIn(set)) {
    sorted.emplace_back(names.name(name));
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

graph::Value IdFromProto(const v1::ElementId& id) {
  switch (id.kind_case()) {
    case v1::ElementId::kName:
      return graph::Value::String(id.name());
    case v1::ElementId::kNumber:
      // What does not fit is negative, which the engine refuses.
      return graph::Value::Integer(static_cast<int64_t>(id.number()));
    case v1::ElementId::KIND_NOT_SET:
      break;
  }
  return {};
}

void IdToProto(const graph::Value& id, v1::ElementId* out) {
  if (id.type() == graph::ValueType::kInteger) {
    out->set_number(static_cast<uint64_t>(id.integer()));
  } else {
    out->set_name(std::string(id.string()));
  }
}

void CheckId(const v1::ElementId& id, std::string_view field,
             Violations* violations) {
  switch (id.kind_case()) {
    case v1::ElementId::kName:
      if (id.name().empty() || id.name().size() > graph::kMaxIdBytes ||
          id.name().find('\0') != std::string::npos) {
        violations->Add(field,
                        fmt::format("has {} bytes; 1 to {} without NUL "
                                    "are allowed",
                                    id.name().size(), graph::kMaxIdBytes));
      }
      return;
    case v1::ElementId::kNumber:
      if (id.number() > static_cast<uint64_t>(graph::kMaxIntegerId)) {
        violations->Add(field, fmt::format("is {}; 0 to {} are allowed",
                                           id.number(), graph::kMaxIntegerId));
      }
      return;
    case v1::ElementId::KIND_NOT_SET:
      violations->Add(field, "is required");
      return;
  }
}

absl::Status CheckIds(const ProtoIds& ids, int max, std::string_view field) {
  Violations violations;
  if (ids.empty() || ids.size() > max) {
    violations.Add(
        field, fmt::format("has {} ids, must have 1 to {}", ids.size(), max));
    return violations.ToStatus();
  }
  for (int i = 0; i < ids.size(); ++i) {
    CheckId(ids[i], fmt::format("{}[{}]", field, i), &violations);
  }
  return violations.ToStatus();
}

absl::StatusOr<graph::NodeRow> FindNode(const graph::GraphView& view,
                                        const v1::ElementId& id,
                                        std::string_view field) {
  Violations violations;
  CheckId(id, field, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (const auto row = view.FindNode(IdFromProto(id))) return *row;
  return NoNode(id, field);
}

absl::StatusOr<std::vector<graph::NodeRow>> FindNodes(
    const graph::GraphView& view, const ProtoIds& ids, int max,
    std::string_view field) {
  RETURN_IF_ERROR(CheckIds(ids, max, field));
  std::vector<graph::NodeRow> rows;
  rows.reserve(static_cast<size_t>(ids.size()));
  for (int i = 0; i < ids.size(); ++i) {
    const auto row = view.FindNode(IdFromProto(ids[i]));
    if (!row) return NoNode(ids[i], fmt::format("{}[{}]", field, i));
    rows.push_back(*row);
  }
  return rows;
}

std::optional<TimeMicros> TimeFromProto(bool present,
                                        const google::protobuf::Timestamp& time,
                                        std::string_view field,
                                        Violations* violations) {
  if (!present) return std::nullopt;
  constexpr int64_t kMaxSeconds =
      payload::kMaxDateTimeMicros / kMicrosPerSecond;
  if (time.seconds() < 0 || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() >= kMicrosPerSecond * kNanosPerMicro) {
    violations->Add(field, "is not within the years 1970 to 2200");
    return std::nullopt;
  }
  return time.seconds() * kMicrosPerSecond + time.nanos() / kNanosPerMicro;
}

void NodeToProto(const graph::GraphView& view, graph::NodeRow row,
                 bool with_properties, v1::StoredNode* out) {
  const graph::NodeRecord& record = view.nodes[row];
  out->set_version(record.version);
  v1::Node* node = out->mutable_node();
  IdToProto(record.id, node->mutable_id());
  for (std::string& label : SortedNames(view, view.labels, record.labels)) {
    node->add_labels(std::move(label));
  }
  if (const auto link = view.LinkOf(row)) {
    node->mutable_link()->set_collection(link->collection);
    node->mutable_link()->set_point_id(link->point_id);
  }
  if (!with_properties) return;
  PropertiesToProto(PropertiesOf(view, view.node_properties, record.keys, row),
                    node->mutable_properties());
}

void EdgeToProto(const graph::GraphView& view, graph::EdgeRow row,
                 bool with_properties, v1::StoredEdge* out) {
  const graph::EdgeRecord& record = view.edges[row];
  out->set_version(record.version);
  v1::Edge* edge = out->mutable_edge();
  IdToProto(record.id, edge->mutable_id());
  edge->set_type(std::string(view.types.name(record.type)));
  IdToProto(view.nodes[record.source].id, edge->mutable_source_id());
  IdToProto(view.nodes[record.target].id, edge->mutable_target_id());
  if (const auto span = view.EdgeSpan(row); span != graph::TimeSpan{}) {
    SpanToProto(span, edge->mutable_valid_time());
  }
  if (!with_properties) return;
  PropertiesToProto(PropertiesOf(view, view.edge_properties, record.keys, row),
                    edge->mutable_properties());
}

void HyperedgeToProto(const graph::GraphView& view, graph::HyperedgeRow row,
                      v1::StoredHyperedge* out) {
  const graph::HyperedgeRecord& record = view.hyperedges[row];
  out->set_version(record.version);
  v1::Hyperedge* hyperedge = out->mutable_hyperedge();
  IdToProto(record.id, hyperedge->mutable_id());
  hyperedge->set_type(std::string(view.types.name(record.type)));
  hyperedge->set_weight(record.weight);
  hyperedge->set_confidence(record.confidence);
  std::vector<std::pair<std::string, graph::NodeRow>> members;
  for (auto at = record.members.Begin(); !at.done(); at.Next()) {
    members.emplace_back(view.roles.name(at->role), at->node);
  }
  std::stable_sort(
      members.begin(), members.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [role, node] : members) {
    v1::HyperedgeMember* member = hyperedge->add_members();
    member->set_role(std::move(role));
    IdToProto(view.nodes[node].id, member->mutable_node_id());
  }
  if (const auto span = view.HyperedgeSpan(row); span != graph::TimeSpan{}) {
    SpanToProto(span, hyperedge->mutable_valid_time());
  }
  PropertiesToProto(
      PropertiesOf(view, view.hyperedge_properties, record.keys, row),
      hyperedge->mutable_properties());
}

}  // namespace mi::server
