// The templates of editor.h.

#ifndef MI_ENGINE_GRAPH_EDIT_EDITOR_INL_H_
#define MI_ENGINE_GRAPH_EDIT_EDITOR_INL_H_

#include "absl/hash/hash.h"
#include "engine/graph/edit/editor.h"
#include "engine/graph/limits.h"
#include "fmt/format.h"

namespace mi::graph {

template <typename Record>
std::optional<uint32_t> Editor::Find(const Tables<Record>& tables,
                                     const Value& id) {
  return tables.ids.Find(absl::HashOf(id), [&](uint32_t row) {
    return tables.rows[row].id == id;
  });
}

template <typename Record>
absl::StatusOr<uint32_t> Editor::Require(const Tables<Record>& tables,
                                         const Value& id,
                                         std::string_view field) {
  if (const auto row = Find(tables, id)) return *row;
  ErrorDetails details;
  details.reason = tables.not_found;
  details.resource_type = tables.kind;
  details.resource_name = IdText(id);
  const std::string what = fmt::format("no {} {}", tables.kind, IdText(id));
  details.violations = {{.field = Field(field), .description = what}};
  return MakeError(absl::StatusCode::kNotFound,
                   fmt::format("{}: {}", Field(field), what), details);
}

template <typename Record>
absl::StatusOr<uint32_t> Editor::Insert(const Tables<Record>& tables,
                                        const Value& id,
                                        HashIndex::Batch* later) {
  Value stored = id;
  if (id.is_null()) {
    if (tables.next_id > kMaxIntegerId) {
      return absl::ResourceExhaustedError(
          fmt::format("no integer is left to name another {}", tables.kind));
    }
    stored = Value::Integer(tables.next_id++);
    result_.assigned_ids.back() = stored;
  } else if (id.type() == ValueType::kInteger &&
             id.integer() >= tables.next_id) {
    tables.next_id = id.integer() + 1;
  }
  uint32_t row = 0;
  if (tables.free_rows.empty()) {
    if (tables.rows.size() >= kMaxRows) {
      return absl::ResourceExhaustedError(
          fmt::format("a graph has at most {} {}s", kMaxRows, tables.kind));
    }
    row = static_cast<uint32_t>(tables.rows.size());
    tables.rows.PushBack({}, edit_);
  } else {
    row = tables.free_rows[tables.free_rows.size() - 1];
    tables.free_rows.PopBack(edit_);
  }
  Record& record = tables.rows.Mutable(row, edit_);
  record.version = sequence_;
  if (later != nullptr) {
    later->Add(absl::HashOf(stored), row);
  } else {
    tables.ids.Insert(absl::HashOf(stored), row, edit_);
  }
  record.id = std::move(stored);
  return row;
}

template <typename Record>
void Editor::Free(const Tables<Record>& tables, uint32_t row) {
  Record& record = tables.rows.Mutable(row, edit_);
  tables.ids.Erase(absl::HashOf(record.id), row, edit_);
  record = Record();
  tables.free_rows.PushBack(row, edit_);
}

template <typename Record>
absl::Status Editor::CheckVersion(const Tables<Record>& tables, const Value& id,
                                  ExpectedVersion expected,
                                  uint64_t stored) const {
  if (!expected.has_value() || *expected == stored) return absl::OkStatus();
  ErrorDetails details;
  details.reason = Reason::kVersionConflict;
  details.resource_type = tables.kind;
  details.resource_name = IdText(id);
  details.metadata = {{"expected_version", fmt::to_string(*expected)},
                      {"current_version", fmt::to_string(stored)}};
  const std::string what =
      fmt::format("{} {} has version {}, expected {}", tables.kind, IdText(id),
                  stored, *expected);
  details.violations = {
      {.field = Field("expected_version"), .description = what}};
  return MakeError(absl::StatusCode::kAborted,
                   fmt::format("{}: {}", Field("expected_version"), what),
                   details);
}

template <typename Record>
absl::Status Editor::CheckUnwritten(const Tables<Record>& tables, uint32_t row,
                                    std::string_view field) const {
  if (tables.rows[row].version != sequence_) return absl::OkStatus();
  return InvalidField(
      Field(field),
      fmt::format("names {} {}, which a mutation before this one writes",
                  tables.kind, IdText(tables.rows[row].id)));
}

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_EDIT_EDITOR_INL_H_
