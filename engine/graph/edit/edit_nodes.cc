#include <algorithm>

#include "engine/base/status_macros.h"
#include "engine/graph/edit/editor.h"

namespace mi::graph {

absl::Status Editor::ApplyTo(const PutNode& put) {
  const auto tables = Nodes();
  std::optional<NodeRow> row;
  if (!put.id.is_null()) row = Find(tables, put.id);
  RETURN_IF_ERROR(CheckVersion(tables, put.id, put.expected_version,
                               row ? next_.nodes[*row].version : 0));
  if (row) {
    RETURN_IF_ERROR(CheckUnwritten(tables, *row, "node.id"));
    RemoveFromIndexes(*row);
    ++result_.counts.nodes_updated;
  } else {
    ASSIGN_OR_RETURN(row, Insert(tables, put.id));
    next_.adjacency.GrowTo(next_.nodes.size(), edit_);
    ++result_.counts.nodes_created;
  }
  const NodeRecord before = next_.nodes[*row];
  ASSIGN_OR_RETURN(const uint32_t labels, InternLabels(put.labels));
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.node_properties, *row, before.keys,
                                 put.properties, /*whole=*/true));
  MoveLabels(*row, before.labels, labels);
  SetLink(*row, put.link);
  NodeRecord& record = next_.nodes.Mutable(*row, edit_);
  record.version = sequence_;
  record.labels = labels;
  record.keys = keys;
  return AddToIndexes(*row);
}

absl::Status Editor::ApplyTo(const PatchNode& patch) {
  const auto tables = Nodes();
  ASSIGN_OR_RETURN(const NodeRow row, Require(tables, patch.id, "id"));
  const NodeRecord before = next_.nodes[row];
  RETURN_IF_ERROR(
      CheckVersion(tables, patch.id, patch.expected_version, before.version));
  RETURN_IF_ERROR(CheckUnwritten(tables, row, "id"));
  RemoveFromIndexes(row);
  std::vector<std::string> names;
  for (const NameId label : next_.NamesIn(before.labels)) {
    const std::string_view name = next_.labels.name(label);
    if (std::find(patch.remove_labels.begin(), patch.remove_labels.end(),
                  name) == patch.remove_labels.end()) {
      names.emplace_back(name);
    }
  }
  for (const std::string& label : patch.add_labels) {
    if (std::find(names.begin(), names.end(), label) == names.end()) {
      names.push_back(label);
    }
  }
  ASSIGN_OR_RETURN(const uint32_t labels, InternLabels(std::move(names)));
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.node_properties, row, before.keys,
                                 patch.properties, /*whole=*/false));
  MoveLabels(row, before.labels, labels);
  if (patch.link.has_value() || patch.remove_link) SetLink(row, patch.link);
  NodeRecord& record = next_.nodes.Mutable(row, edit_);
  record.version = sequence_;
  record.labels = labels;
  record.keys = keys;
  ++result_.counts.nodes_updated;
  return AddToIndexes(row);
}

absl::Status Editor::ApplyTo(const DeleteNode& removal) {
  ConnectPending();
  const auto tables = Nodes();
  const auto row = Find(tables, removal.id);
  RETURN_IF_ERROR(CheckVersion(tables, removal.id, removal.expected_version,
                               row ? next_.nodes[*row].version : 0));
  if (!row) {
    ++result_.counts.missing;
    return absl::OkStatus();
  }
  const Adjacency& touches = next_.adjacency[*row];
  const size_t edges = touches.out.size() + touches.in.size();
  const size_t hyperedges = touches.hyperedges.size();
  if (!removal.detach && edges + hyperedges > 0) {
    ErrorDetails details;
    details.reason = Reason::kNodeIsConnected;
    details.resource_type = "node";
    details.resource_name = IdText(removal.id);
    const std::string what = fmt::format(
        "node {} has {} edges and is in {} hyperedges; set detach to delete "
        "them as well",
        IdText(removal.id), edges, hyperedges);
    details.violations = {{.field = Field("detach"), .description = what}};
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     fmt::format("{}: {}", Field("detach"), what), details);
  }
  Detach(*row);
  RemoveNode(*row);
  ++result_.counts.nodes_deleted;
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> Editor::InternLabels(std::vector<std::string> labels) {
  std::vector<NameId> ids;
  ids.reserve(labels.size());
  for (const std::string& label : labels) {
    ASSIGN_OR_RETURN(const NameId id, Intern(next_.labels, label, "labels"));
    ids.push_back(id);
  }
  return InternSet(std::move(ids));
}

void Editor::MoveLabels(NodeRow node, uint32_t from_set, uint32_t to_set) {
  if (from_set == to_set) return;
  for (const NameId label : next_.NamesIn(from_set)) {
    next_.nodes_by_label.Mutable(label, edit_).Erase(node, edit_);
  }
  for (const NameId label : next_.NamesIn(to_set)) {
    next_.nodes_by_label.GrowTo(label + size_t{1}, edit_);
    next_.nodes_by_label.Mutable(label, edit_).Insert(node, edit_);
  }
}

void Editor::SetLink(NodeRow node, const std::optional<PointLink>& link) {
  if (const Cell* old = next_.links.Find({.row = node, .value = {}})) {
    next_.linked_nodes.Erase(absl::HashOf(old->value), node, edit_);
    next_.links.Erase({.row = node, .value = {}}, edit_);
  }
  if (!link.has_value()) return;
  const Value value = LinkValue(link->collection, link->point_id);
  next_.linked_nodes.Insert(absl::HashOf(value), node, edit_);
  next_.links.Insert({.row = node, .value = value}, edit_);
}

void Editor::Detach(NodeRow node) {
  std::vector<EdgeRow> edges;
  std::vector<HyperedgeRow> hyperedges;
  const Adjacency& touches = next_.adjacency[node];
  for (auto at = touches.out.Begin(); !at.done(); at.Next()) {
    edges.push_back(at->edge);
  }
  for (auto at = touches.in.Begin(); !at.done(); at.Next()) {
    if (at->neighbor != node) edges.push_back(at->edge);
  }
  for (auto at = touches.hyperedges.Begin(); !at.done(); at.Next()) {
    hyperedges.push_back(at->hyperedge);
  }
  for (const EdgeRow edge : edges) RemoveEdge(edge);
  for (const HyperedgeRow hyperedge : hyperedges) RemoveHyperedge(hyperedge);
}

void Editor::RemoveNode(NodeRow node) {
  const NodeRecord record = next_.nodes[node];
  RemoveFromIndexes(node);
  EraseProperties(next_.node_properties, node, record.keys);
  MoveLabels(node, record.labels, 0);
  SetLink(node, std::nullopt);
  Free(Nodes(), node);
}

}  // namespace mi::graph
