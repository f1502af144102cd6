#include "server/graph/mutation_proto.h"

#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/graph_edit.h"
#include "engine/graph/limits.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/property_value_proto.h"

namespace mi::server {
namespace {

// One mutation of a request. What the engine's ValidateMutations says of the
// result is left to it.
struct Converter {
  size_t position;
  const char* kind;
  Violations* violations;

  std::string Field(const char* field) const {
    return fmt::format("mutations[{}].{}.{}", position, kind, field);
  }

  graph::Properties Properties(const ProtoProperties& properties,
                               const char* field) const {
    if (properties.empty()) return {};
    return PropertiesFromProto(
        properties, [this, field] { return Field(field); }, violations);
  }

  std::optional<graph::TimeSpan> Span(bool present, const v1::TimeSpan& span,
                                      const char* field) const {
    if (!present) return std::nullopt;
    graph::TimeSpan converted;
    if (span.has_from()) {
      converted.from =
          TimeFromProto(true, span.from(), Field(field) + ".from", violations)
              .value_or(converted.from);
    }
    if (span.has_to()) {
      converted.to =
          TimeFromProto(true, span.to(), Field(field) + ".to", violations)
              .value_or(converted.to);
    }
    return converted;
  }

  template <typename Message>
  static graph::ExpectedVersion Version(const Message& message) {
    if (!message.has_expected_version()) return std::nullopt;
    return message.expected_version();
  }

  static std::optional<graph::PointLink> Link(bool present,
                                              const v1::PointLink& link) {
    if (!present) return std::nullopt;
    return graph::PointLink{.collection = link.collection(),
                            .point_id = link.point_id()};
  }

  template <typename Names>
  static std::vector<std::string> NamesOf(const Names& names) {
    return {names.begin(), names.end()};
  }

  graph::PutNode operator()(const v1::PutNode& put) const {
    const v1::Node& node = put.node();
    return {.id = IdFromProto(node.id()),
            .labels = NamesOf(node.labels()),
            .properties = Properties(node.properties(), "node.properties"),
            .link = Link(node.has_link(), node.link()),
            .expected_version = Version(put)};
  }

  graph::PatchNode operator()(const v1::PatchNode& patch) const {
    return {.id = IdFromProto(patch.id()),
            .properties = Properties(patch.properties(), "properties"),
            .add_labels = NamesOf(patch.add_labels()),
            .remove_labels = NamesOf(patch.remove_labels()),
            .link = Link(patch.has_link(), patch.link()),
            .remove_link = patch.remove_link(),
            .expected_version = Version(patch)};
  }

  graph::DeleteNode operator()(const v1::DeleteNode& removal) const {
    return {.id = IdFromProto(removal.id()),
            .detach = removal.detach(),
            .expected_version = Version(removal)};
  }

  graph::PutEdge operator()(const v1::PutEdge& put) const {
    const v1::Edge& edge = put.edge();
    return {.id = IdFromProto(edge.id()),
            .type = edge.type(),
            .source = IdFromProto(edge.source_id()),
            .target = IdFromProto(edge.target_id()),
            .properties = Properties(edge.properties(), "edge.properties"),
            .span = Span(edge.has_valid_time(), edge.valid_time(),
                         "edge.valid_time"),
            .merge = put.merge(),
            .expected_version = Version(put)};
  }

  graph::PatchEdge operator()(const v1::PatchEdge& patch) const {
    return {
        .id = IdFromProto(patch.id()),
        .properties = Properties(patch.properties(), "properties"),
        .span = Span(patch.has_valid_time(), patch.valid_time(), "valid_time"),
        .expected_version = Version(patch)};
  }

  graph::DeleteEdge operator()(const v1::DeleteEdge& removal) const {
    return {.id = IdFromProto(removal.id()),
            .expected_version = Version(removal)};
  }

  graph::PutHyperedge operator()(const v1::PutHyperedge& put) const {
    const v1::Hyperedge& hyperedge = put.hyperedge();
    graph::PutHyperedge converted;
    converted.id = IdFromProto(hyperedge.id());
    converted.type = hyperedge.type();
    for (const v1::HyperedgeMember& member : hyperedge.members()) {
      converted.members.push_back(
          {.node = IdFromProto(member.node_id()), .role = member.role()});
    }
    if (hyperedge.has_weight()) converted.weight = hyperedge.weight();
    if (hyperedge.has_confidence()) {
      converted.confidence = hyperedge.confidence();
    }
    converted.span = Span(hyperedge.has_valid_time(), hyperedge.valid_time(),
                          "hyperedge.valid_time");
    converted.properties =
        Properties(hyperedge.properties(), "hyperedge.properties");
    converted.expected_version = Version(put);
    return converted;
  }

  graph::PatchHyperedge operator()(const v1::PatchHyperedge& patch) const {
    graph::PatchHyperedge converted;
    converted.id = IdFromProto(patch.id());
    converted.properties = Properties(patch.properties(), "properties");
    if (patch.has_weight()) converted.weight = patch.weight();
    if (patch.has_confidence()) converted.confidence = patch.confidence();
    converted.span =
        Span(patch.has_valid_time(), patch.valid_time(), "valid_time");
    converted.expected_version = Version(patch);
    return converted;
  }

  graph::DeleteHyperedge operator()(const v1::DeleteHyperedge& removal) const {
    return {.id = IdFromProto(removal.id()),
            .expected_version = Version(removal)};
  }
};

graph::Mutation Convert(const v1::GraphMutation& mutation, size_t position,
                        Violations* violations) {
  const auto with = [&](const char* kind) {
    return Converter{position, kind, violations};
  };
  switch (mutation.kind_case()) {
    case v1::GraphMutation::kPutNode:
      return with("put_node")(mutation.put_node());
    case v1::GraphMutation::kPatchNode:
      return with("patch_node")(mutation.patch_node());
    case v1::GraphMutation::kDeleteNode:
      return with("delete_node")(mutation.delete_node());
    case v1::GraphMutation::kPutEdge:
      return with("put_edge")(mutation.put_edge());
    case v1::GraphMutation::kPatchEdge:
      return with("patch_edge")(mutation.patch_edge());
    case v1::GraphMutation::kDeleteEdge:
      return with("delete_edge")(mutation.delete_edge());
    case v1::GraphMutation::kPutHyperedge:
      return with("put_hyperedge")(mutation.put_hyperedge());
    case v1::GraphMutation::kPatchHyperedge:
      return with("patch_hyperedge")(mutation.patch_hyperedge());
    case v1::GraphMutation::kDeleteHyperedge:
      return with("delete_hyperedge")(mutation.delete_hyperedge());
    case v1::GraphMutation::KIND_NOT_SET:
      break;
  }
  violations->Add(fmt::format("mutations[{}]", position), "has no kind set");
  return graph::DeleteNode{.id = graph::Value::Integer(0)};
}

}  // namespace

absl::StatusOr<std::vector<graph::Mutation>> MutationsFromProto(
    const ProtoMutations& mutations) {
  std::vector<graph::Mutation> converted;
  // More are refused below: no need to look at them.
  const auto count = static_cast<size_t>(mutations.size());
  if (count <= graph::kMaxMutations) {
    Violations violations;
    converted.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      converted.push_back(
          Convert(mutations[static_cast<int>(i)], i, &violations));
    }
    RETURN_IF_ERROR(violations.ToStatus());
  } else {
    converted.resize(count);
  }
  RETURN_IF_ERROR(graph::ValidateMutations(converted));
  return converted;
}

void ToProto(const graph::MutationCounts& counts,
             v1::GraphMutationCounts* out) {
  out->set_nodes_created(counts.nodes_created);
  out->set_nodes_updated(counts.nodes_updated);
  out->set_nodes_deleted(counts.nodes_deleted);
  out->set_edges_created(counts.edges_created);
  out->set_edges_updated(counts.edges_updated);
  out->set_edges_deleted(counts.edges_deleted);
  out->set_hyperedges_created(counts.hyperedges_created);
  out->set_hyperedges_updated(counts.hyperedges_updated);
  out->set_hyperedges_deleted(counts.hyperedges_deleted);
  out->set_missing(counts.missing);
}

void AddTo(const v1::GraphMutationCounts& more, v1::GraphMutationCounts* sum) {
  sum->set_nodes_created(sum->nodes_created() + more.nodes_created());
  sum->set_nodes_updated(sum->nodes_updated() + more.nodes_updated());
  sum->set_nodes_deleted(sum->nodes_deleted() + more.nodes_deleted());
  sum->set_edges_created(sum->edges_created() + more.edges_created());
  sum->set_edges_updated(sum->edges_updated() + more.edges_updated());
  sum->set_edges_deleted(sum->edges_deleted() + more.edges_deleted());
  sum->set_hyperedges_created(sum->hyperedges_created() +
                              more.hyperedges_created());
  sum->set_hyperedges_updated(sum->hyperedges_updated() +
                              more.hyperedges_updated());
  sum->set_hyperedges_deleted(sum->hyperedges_deleted() +
                              more.hyperedges_deleted());
  sum->set_missing(sum->missing() + more.missing());
}

}  // namespace mi::server
