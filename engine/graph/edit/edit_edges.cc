#include <algorithm>

#include "engine/base/status_macros.h"
#include "engine/graph/edit/editor.h"

namespace mi::graph {
namespace {

constexpr NodeRow kNoGuess = UINT32_MAX;

}  // namespace

void Editor::GuessEnds(absl::Span<const Mutation> mutations) {
  constexpr size_t kWorthwhile = 64;
  if (mutations.size() < kWorthwhile) return;
  struct End {
    uint32_t order;
    uint32_t mutation;
    uint32_t end;
    size_t hash;
  };
  std::vector<End> ends;
  ends.reserve(2 * mutations.size());
  for (uint32_t i = 0; i < mutations.size(); ++i) {
    const auto* put = std::get_if<PutEdge>(&mutations[i]);
    if (put == nullptr) continue;
    for (const uint32_t end : {0u, 1u}) {
      const size_t hash = absl::HashOf(end == 0 ? put->source : put->target);
      ends.push_back({HashIndex::OrderOf(hash), i, end, hash});
    }
  }
  std::sort(ends.begin(), ends.end(),
            [](const End& a, const End& b) { return a.order < b.order; });
  guessed_ends_.assign(mutations.size(), {kNoGuess, kNoGuess});
  for (const End& end : ends) {
    guessed_ends_[end.mutation][end.end] =
        next_.node_ids.Guess(end.hash).value_or(kNoGuess);
  }
}

void Editor::PrefetchEnds(size_t position) const {
  constexpr size_t kAhead = 8;
  if (position + kAhead >= guessed_ends_.size()) return;
  for (const NodeRow row : guessed_ends_[position + kAhead]) {
    if (row != kNoGuess) __builtin_prefetch(&next_.nodes[row]);
  }
}

absl::StatusOr<NodeRow> Editor::RequireEnd(const Value& id, size_t end,
                                           std::string_view field) {
  if (!guessed_ends_.empty()) {
    const NodeRow row = guessed_ends_[position_][end];
    // The id of a row that is free is null.
    if (row != kNoGuess && next_.nodes[row].id == id) return row;
  }
  return Require(Nodes(), id, field);
}

absl::Status Editor::ApplyTo(const PutEdge& put) {
  const auto tables = Edges();
  // An id of ours could be given again by the caller.
  if (put.merge || put.id.type() == ValueType::kInteger) ConnectPending();
  ASSIGN_OR_RETURN(const NodeRow source,
                   RequireEnd(put.source, 0, "edge.source_id"));
  ASSIGN_OR_RETURN(const NodeRow target,
                   RequireEnd(put.target, 1, "edge.target_id"));
  std::optional<EdgeRow> row;
  if (!put.id.is_null()) {
    row = Find(tables, put.id);
    if (row) RETURN_IF_ERROR(CheckUnwritten(tables, *row, "edge.id"));
  } else if (put.merge) {
    row = FindEdgeBetween(put.type, source, target);
    if (row) result_.assigned_ids.back() = next_.edges[*row].id;
  }
  RETURN_IF_ERROR(CheckVersion(tables, put.id, put.expected_version,
                               row ? next_.edges[*row].version : 0));
  return row ? ReplaceEdge(*row, put, source, target)
             : InsertEdge(put, source, target);
}

absl::Status Editor::InsertEdge(const PutEdge& put, NodeRow source,
                                NodeRow target) {
  ASSIGN_OR_RETURN(const NameId type, Intern(next_.types, put.type, "types"));
  ASSIGN_OR_RETURN(
      const EdgeRow row,
      Insert(Edges(), put.id, put.id.is_null() ? &pending_edge_ids_ : nullptr));
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.edge_properties, row, /*keys=*/0,
                                 put.properties, /*whole=*/true));
  EdgeRecord& record = next_.edges.Mutable(row, edit_);
  record.source = source;
  record.target = target;
  record.type = type;
  record.keys = keys;
  if (put.span.has_value()) SetSpan(next_.edge_spans, row, put.span);
  pending_edges_.push_back(
      {.edge = row, .source = source, .target = target, .type = type});
  next_.edges_by_type.GrowTo(type + size_t{1}, edit_);
  next_.edges_by_type.Mutable(type, edit_).InsertNew(row, edit_);
  ++result_.counts.edges_created;
  return absl::OkStatus();
}

absl::Status Editor::ReplaceEdge(EdgeRow edge, const PutEdge& put,
                                 NodeRow source, NodeRow target) {
  const EdgeRecord before = next_.edges[edge];
  if (before.source != source || before.target != target ||
      next_.types.name(before.type) != put.type) {
    ErrorDetails details;
    details.reason = Reason::kElementDiffers;
    details.resource_type = "edge";
    details.resource_name = IdText(before.id);
    const std::string what =
        fmt::format("edge {} is of type '{}' from {} to {}: delete it first",
                    IdText(before.id), next_.types.name(before.type),
                    IdText(next_.nodes[before.source].id),
                    IdText(next_.nodes[before.target].id));
    details.violations = {{.field = Field("edge.id"), .description = what}};
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     fmt::format("{}: {}", Field("edge.id"), what), details);
  }
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.edge_properties, edge, before.keys,
                                 put.properties, /*whole=*/true));
  SetSpan(next_.edge_spans, edge, put.span);
  EdgeRecord& record = next_.edges.Mutable(edge, edit_);
  record.version = sequence_;
  record.keys = keys;
  ++result_.counts.edges_updated;
  return absl::OkStatus();
}

void Editor::ConnectPending() {
  if (!pending_edge_ids_.empty()) {
    next_.edge_ids.Insert(&pending_edge_ids_, edit_);
  }
  ConnectPendingAt(&PendingEdge::source, &PendingEdge::target, &Adjacency::out);
  ConnectPendingAt(&PendingEdge::target, &PendingEdge::source, &Adjacency::in);
  pending_edges_.clear();
}

void Editor::ConnectPendingAt(NodeRow PendingEdge::*node,
                              NodeRow PendingEdge::*neighbor,
                              OrderedSet<AdjacencyEntry> Adjacency::*side) {
  // Far enough ahead for memory to answer meanwhile.
  constexpr size_t kAhead = 8;
  std::sort(pending_edges_.begin(), pending_edges_.end(),
            [node](const PendingEdge& a, const PendingEdge& b) {
              return a.*node < b.*node;
            });
  for (size_t i = 0; i < pending_edges_.size(); ++i) {
    if (i + kAhead < pending_edges_.size()) {
      (next_.adjacency[pending_edges_[i + kAhead].*node].*side).Prefetch();
    }
    const PendingEdge& pending = pending_edges_[i];
    (next_.adjacency.Mutable(pending.*node, edit_).*side)
        .InsertNew({.type = pending.type,
                    .neighbor = pending.*neighbor,
                    .edge = pending.edge},
                   edit_);
  }
}

absl::Status Editor::ApplyTo(const PatchEdge& patch) {
  ConnectPending();
  const auto tables = Edges();
  ASSIGN_OR_RETURN(const EdgeRow row, Require(tables, patch.id, "id"));
  const EdgeRecord before = next_.edges[row];
  RETURN_IF_ERROR(
      CheckVersion(tables, patch.id, patch.expected_version, before.version));
  RETURN_IF_ERROR(CheckUnwritten(tables, row, "id"));
  ASSIGN_OR_RETURN(const uint32_t keys,
                   SetProperties(next_.edge_properties, row, before.keys,
                                 patch.properties, /*whole=*/false));
  if (patch.span.has_value()) SetSpan(next_.edge_spans, row, patch.span);
  EdgeRecord& record = next_.edges.Mutable(row, edit_);
  record.version = sequence_;
  record.keys = keys;
  ++result_.counts.edges_updated;
  return absl::OkStatus();
}

absl::Status Editor::ApplyTo(const DeleteEdge& removal) {
  ConnectPending();
  const auto tables = Edges();
  const auto row = Find(tables, removal.id);
  RETURN_IF_ERROR(CheckVersion(tables, removal.id, removal.expected_version,
                               row ? next_.edges[*row].version : 0));
  if (row) {
    RemoveEdge(*row);
  } else {
    ++result_.counts.missing;
  }
  return absl::OkStatus();
}

std::optional<EdgeRow> Editor::FindEdgeBetween(std::string_view type,
                                               NodeRow source,
                                               NodeRow target) const {
  const auto id = next_.types.Find(type);
  if (!id) return std::nullopt;
  const AdjacencyEntry first{.type = *id, .neighbor = target, .edge = 0};
  const auto at = next_.adjacency[source].out.Seek(
      [&first](const AdjacencyEntry& entry) { return entry < first; });
  if (at.done() || at->type != *id || at->neighbor != target) {
    return std::nullopt;
  }
  return at->edge;
}

void Editor::RemoveEdge(EdgeRow edge) {
  const EdgeRecord record = next_.edges[edge];
  next_.adjacency.Mutable(record.source, edit_)
      .out.Erase({.type = record.type, .neighbor = record.target, .edge = edge},
                 edit_);
  next_.adjacency.Mutable(record.target, edit_)
      .in.Erase({.type = record.type, .neighbor = record.source, .edge = edge},
                edit_);
  next_.edges_by_type.Mutable(record.type, edit_).Erase(edge, edit_);
  EraseProperties(next_.edge_properties, edge, record.keys);
  SetSpan(next_.edge_spans, edge, std::nullopt);
  Free(Edges(), edge);
  ++result_.counts.edges_deleted;
}

}  // namespace mi::graph
