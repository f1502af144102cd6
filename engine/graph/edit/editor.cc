#include "engine/graph/edit/editor.h"

#include <algorithm>

#include "engine/base/status_macros.h"
#include "engine/graph/graph_edit.h"
#include "engine/graph/limits.h"

namespace mi::graph {

std::string IdText(const Value& id) { return DebugString(id); }

std::string Editor::Field(std::string_view field) const {
  return fmt::format("mutations[{}].{}.{}", position_, kind_, field);
}

Tables<NodeRecord> Editor::Nodes() {
  return {next_.nodes,          next_.free_nodes,      next_.node_ids,
          next_.next_node_id,   next_.node_properties, "node",
          Reason::kNodeNotFound};
}

Tables<EdgeRecord> Editor::Edges() {
  return {next_.edges,          next_.free_edges,      next_.edge_ids,
          next_.next_edge_id,   next_.edge_properties, "edge",
          Reason::kEdgeNotFound};
}

Tables<HyperedgeRecord> Editor::Hyperedges() {
  return {next_.hyperedges,           next_.free_hyperedges,
          next_.hyperedge_ids,        next_.next_hyperedge_id,
          next_.hyperedge_properties, "hyperedge",
          Reason::kHyperedgeNotFound};
}

absl::Status Editor::ApplyAll(absl::Span<const Mutation> mutations) {
  GuessEnds(mutations);
  result_.assigned_ids.reserve(mutations.size());
  for (size_t i = 0; i < mutations.size(); ++i) {
    PrefetchEnds(i);
    RETURN_IF_ERROR(Apply(i, mutations[i]));
  }
  return absl::OkStatus();
}

absl::Status Editor::Apply(size_t position, const Mutation& mutation) {
  position_ = position;
  kind_ = MutationName(mutation);
  result_.assigned_ids.emplace_back();
  return std::visit([this](const auto& kind) { return ApplyTo(kind); },
                    mutation);
}

absl::StatusOr<NameId> Editor::Intern(Dictionary& names, std::string_view name,
                                      std::string_view what) {
  if (const auto id = names.Find(name)) return *id;
  if (names.size() < kMaxNames) return names.Intern(name, edit_);
  ErrorDetails details;
  details.reason = Reason::kQuotaExceeded;
  details.metadata = {{"limit", fmt::to_string(kMaxNames)}};
  const std::string description =
      fmt::format("a graph has at most {} different {}", kMaxNames, what);
  details.violations = {{.field = Field(what), .description = description}};
  return MakeError(absl::StatusCode::kResourceExhausted, description, details);
}

uint32_t Editor::InternSet(std::vector<NameId> names) {
  std::sort(names.begin(), names.end());
  const std::string_view bytes(reinterpret_cast<const char*>(names.data()),
                               names.size() * sizeof(NameId));
  return next_.name_sets.Intern(bytes, edit_);
}

absl::StatusOr<uint32_t> Editor::SetProperties(Columns& columns, uint32_t row,
                                               uint32_t keys,
                                               const Properties& properties,
                                               bool whole) {
  if (properties.empty() && (!whole || keys == 0)) return keys;
  std::vector<NameId> kept = next_.NamesIn(keys);
  if (whole) {
    EraseProperties(columns, row, keys);
    kept.clear();
  }
  for (const auto& [name, value] : properties) {
    ASSIGN_OR_RETURN(const NameId key, Intern(next_.keys, name, "properties"));
    columns.by_key.GrowTo(key + size_t{1}, edit_);
    Column& column = columns.by_key.Mutable(key, edit_);
    const auto known = std::find(kept.begin(), kept.end(), key);
    if (!value.is_null()) {
      column.InsertOrAssign({.row = row, .value = value}, edit_);
      if (known == kept.end()) kept.push_back(key);
    } else if (known != kept.end()) {
      column.Erase({.row = row, .value = {}}, edit_);
      kept.erase(known);
    }
  }
  return InternSet(std::move(kept));
}

void Editor::EraseProperties(Columns& columns, uint32_t row, uint32_t keys) {
  for (const NameId key : next_.NamesIn(keys)) {
    columns.by_key.Mutable(key, edit_).Erase({.row = row, .value = {}}, edit_);
  }
}

void Editor::SetSpan(OrderedSet<SpanCell>& spans, uint32_t row,
                     const std::optional<TimeSpan>& span) {
  if (span.has_value() && *span != TimeSpan{}) {
    spans.InsertOrAssign({.row = row, .span = *span}, edit_);
  } else {
    spans.Erase({.row = row, .span = {}}, edit_);
  }
}

absl::StatusOr<EditedGraph> EditGraph(const GraphView& base,
                                      absl::Span<const Mutation> mutations,
                                      uint64_t sequence, Edit edit) {
  Editor editor(base, sequence, edit);
  RETURN_IF_ERROR(editor.ApplyAll(mutations));
  EditedGraph edited;
  edited.result = editor.TakeResult();
  edited.view = std::make_shared<const GraphView>(editor.TakeView());
  return edited;
}

absl::StatusOr<std::shared_ptr<const GraphView>> AddIndex(
    const GraphView& base, const IndexDefinition& definition, uint64_t sequence,
    Edit edit) {
  Editor editor(base, sequence, edit);
  RETURN_IF_ERROR(editor.AddIndex(definition));
  return std::make_shared<const GraphView>(editor.TakeView());
}

absl::StatusOr<std::shared_ptr<const GraphView>> RemoveIndex(
    const GraphView& base, std::string_view label, std::string_view property,
    uint64_t sequence, Edit edit) {
  Editor editor(base, sequence, edit);
  RETURN_IF_ERROR(editor.RemoveIndex(label, property));
  return std::make_shared<const GraphView>(editor.TakeView());
}

std::shared_ptr<const GraphView> EmptyGraph(uint64_t sequence) {
  auto empty = std::make_shared<GraphView>();
  empty->sequence = sequence;
  empty->name_sets.Intern("", /*edit=*/0);
  return empty;
}

}  // namespace mi::graph
