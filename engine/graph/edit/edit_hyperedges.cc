#include "engine/base/status_macros.h"
#include "engine/graph/edit/editor.h"

namespace mi::graph {

absl::Status Editor::ApplyTo(const PutHyperedge& put) {
  const auto tables = Hyperedges();
  std::optional<HyperedgeRow> row;
  if (!put.id.is_null()) row = Find(tables, put.id);
  RETURN_IF_ERROR(CheckVersion(tables, put.id, put.expected_version,
                               row ? next_.hyperedges[*row].version : 0));
  ASSIGN_OR_RETURN(OrderedSet<Member> members, MakeMembers(put));
  ASSIGN_OR_RETURN(const NameId type, Intern(next_.types, put.type, "types"));
  if (row) {
    RETURN_IF_ERROR(CheckUnwritten(tables, *row, "hyperedge.id"));
    Disconnect(*row);
    ++result_.counts.hyperedges_updated;
  } else {
    ASSIGN_OR_RETURN(row, Insert(tables, put.id));
    ++result_.counts.hyperedges_created;
  }
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.hyperedge_properties, *row,
                                 next_.hyperedges[*row].keys, put.properties,
                                 /*whole=*/true));
  HyperedgeRecord& record = next_.hyperedges.Mutable(*row, edit_);
  record.version = sequence_;
  record.type = type;
  record.keys = keys;
  record.weight = put.weight;
  record.confidence = put.confidence;
  record.members = std::move(members);
  SetSpan(next_.hyperedge_spans, *row, put.span);
  Connect(*row);
  return absl::OkStatus();
}

absl::Status Editor::ApplyTo(const PatchHyperedge& patch) {
  const auto tables = Hyperedges();
  ASSIGN_OR_RETURN(const HyperedgeRow row, Require(tables, patch.id, "id"));
  RETURN_IF_ERROR(CheckVersion(tables, patch.id, patch.expected_version,
                               next_.hyperedges[row].version));
  RETURN_IF_ERROR(CheckUnwritten(tables, row, "id"));
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.hyperedge_properties, row,
                                 next_.hyperedges[row].keys, patch.properties,
                                 /*whole=*/false));
  if (patch.span.has_value()) SetSpan(next_.hyperedge_spans, row, patch.span);
  HyperedgeRecord& record = next_.hyperedges.Mutable(row, edit_);
  record.version = sequence_;
  record.keys = keys;
  record.weight = patch.weight.value_or(record.weight);
  record.confidence = patch.confidence.value_or(record.confidence);
  ++result_.counts.hyperedges_updated;
  return absl::OkStatus();
}

absl::Status Editor::ApplyTo(const DeleteHyperedge& removal) {
  const auto tables = Hyperedges();
  const auto row = Find(tables, removal.id);
  RETURN_IF_ERROR(CheckVersion(tables, removal.id, removal.expected_version,
                               row ? next_.hyperedges[*row].version : 0));
  if (row) {
    RemoveHyperedge(*row);
  } else {
    ++result_.counts.missing;
  }
  return absl::OkStatus();
}

absl::StatusOr<OrderedSet<Member>> Editor::MakeMembers(
    const PutHyperedge& put) {
  OrderedSet<Member> members;
  for (size_t i = 0; i < put.members.size(); ++i) {
    const auto row = Find(Nodes(), put.members[i].node);
    if (!row) {
      // The field is only needed for the error.
      return Require(Nodes(), put.members[i].node,
                     fmt::format("hyperedge.members[{}].node_id", i))
          .status();
    }
    ASSIGN_OR_RETURN(const NameId role,
                     Intern(next_.roles, put.members[i].role, "roles"));
    members.Insert({.role = role, .node = *row}, edit_);
  }
  return members;
}

void Editor::Connect(HyperedgeRow hyperedge) {
  const HyperedgeRecord& record = next_.hyperedges[hyperedge];
  for (auto at = record.members.Begin(); !at.done(); at.Next()) {
    next_.adjacency.Mutable(at->node, edit_)
        .hyperedges.Insert({.type = record.type, .hyperedge = hyperedge},
                           edit_);
  }
  next_.hyperedges_by_type.GrowTo(record.type + size_t{1}, edit_);
  next_.hyperedges_by_type.Mutable(record.type, edit_).Insert(hyperedge, edit_);
}

void Editor::Disconnect(HyperedgeRow hyperedge) {
  const HyperedgeRecord& record = next_.hyperedges[hyperedge];
  for (auto at = record.members.Begin(); !at.done(); at.Next()) {
    next_.adjacency.Mutable(at->node, edit_)
        .hyperedges.Erase({.type = record.type, .hyperedge = hyperedge}, edit_);
  }
  next_.hyperedges_by_type.Mutable(record.type, edit_).Erase(hyperedge, edit_);
}

void Editor::RemoveHyperedge(HyperedgeRow hyperedge) {
  Disconnect(hyperedge);
  EraseProperties(next_.hyperedge_properties, hyperedge,
                  next_.hyperedges[hyperedge].keys);
  SetSpan(next_.hyperedge_spans, hyperedge, std::nullopt);
  Free(Hyperedges(), hyperedge);
  ++result_.counts.hyperedges_deleted;
}

}  // namespace mi::graph
