#include "engine/base/status_macros.h"
#include "engine/graph/edit/editor.h"
#include "engine/graph/limits.h"

namespace mi::graph {
namespace {

// What an index holds of a node; null when it is not concerned.
const Value* IndexedValue(const GraphView& view, const PropertyIndex& index,
                          NodeRow node) {
  if (!view.HasLabel(node, index.label)) return nullptr;
  return view.node_properties.Find(index.key, node);
}

std::string NameOf(const IndexDefinition& definition) {
  return fmt::format("{}.{}", definition.label, definition.property);
}

std::optional<NodeRow> FindEqual(const PropertyIndex& index,
                                 const Value& value) {
  const auto at = index.entries.Seek([&value](const IndexEntry& entry) {
    return Compare(entry.value, value) < 0;
  });
  if (at.done() || !(at->value == value)) return std::nullopt;
  return at->node;
}

// As in a condition, 1 and 1.0 are the same: they stand side by side.
std::optional<NodeRow> FindSame(const PropertyIndex& index,
                                const Value& value) {
  if (auto found = FindEqual(index, value)) return found;
  if (value.type() == ValueType::kInteger) {
    const Value as_float = Value::Float(static_cast<double>(value.integer()));
    if (EqualInCondition(value, as_float)) return FindEqual(index, as_float);
  }
  if (value.type() == ValueType::kFloat) {
    constexpr double kLimit = 9.2e18;
    const double number = value.float_value();
    if (number > -kLimit && number < kLimit) {
      const Value as_integer = Value::Integer(static_cast<int64_t>(number));
      if (EqualInCondition(value, as_integer)) {
        return FindEqual(index, as_integer);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

void Editor::RemoveFromIndexes(NodeRow node) {
  for (size_t i = 0; i < next_.indexes.size(); ++i) {
    const Value* value = IndexedValue(next_, next_.indexes[i], node);
    if (value == nullptr) continue;
    next_.indexes.Mutable(i, edit_).entries.Erase(
        {.value = *value, .node = node}, edit_);
  }
}

absl::Status Editor::AddToIndexes(NodeRow node) {
  for (size_t i = 0; i < next_.indexes.size(); ++i) {
    if (IndexedValue(next_, next_.indexes[i], node) == nullptr) continue;
    RETURN_IF_ERROR(AddToIndex(node, next_.indexes.Mutable(i, edit_)));
  }
  return absl::OkStatus();
}

absl::Status Editor::AddToIndex(NodeRow node, PropertyIndex& index) {
  const IndexDefinition& definition = *index.definition;
  const Value& value = *IndexedValue(next_, index, node);
  ErrorDetails details;
  details.resource_type = "index";
  details.resource_name = NameOf(definition);
  const std::string field =
      kind_.empty() ? "index"
                    : Field(fmt::format("properties.{}", definition.property));
  if (definition.required_type != ValueType::kNull &&
      value.type() != definition.required_type) {
    details.reason = Reason::kPropertyType;
    const std::string what =
        fmt::format("node {} has {} {}, the index on {} requires {}",
                    IdText(next_.nodes[node].id), ValueTypeName(value.type()),
                    DebugString(value), NameOf(definition),
                    ValueTypeName(definition.required_type));
    details.violations = {{.field = field, .description = what}};
    return MakeError(absl::StatusCode::kFailedPrecondition, what, details);
  }
  if (definition.unique) {
    if (const auto other = FindSame(index, value)) {
      details.reason = Reason::kNotUnique;
      const std::string what = fmt::format(
          "nodes {} and {} would both have {} in the unique index on {}",
          IdText(next_.nodes[*other].id), IdText(next_.nodes[node].id),
          DebugString(value), NameOf(definition));
      details.violations = {{.field = field, .description = what}};
      return MakeError(absl::StatusCode::kAlreadyExists, what, details);
    }
  }
  index.entries.Insert({.value = value, .node = node}, edit_);
  return absl::OkStatus();
}

absl::Status Editor::AddIndex(const IndexDefinition& definition) {
  if (next_.FindIndex(definition.label, definition.property) != nullptr) {
    return ResourceError(
        absl::StatusCode::kAlreadyExists, Reason::kGraphIndexExists, "index",
        NameOf(definition),
        fmt::format("there is an index on {}", NameOf(definition)));
  }
  if (next_.indexes.size() >= kMaxIndexes) {
    ErrorDetails details;
    details.reason = Reason::kQuotaExceeded;
    details.metadata = {{"limit", fmt::to_string(kMaxIndexes)}};
    return MakeError(absl::StatusCode::kResourceExhausted,
                     fmt::format("a graph has at most {} indexes", kMaxIndexes),
                     details);
  }
  PropertyIndex index;
  index.definition = std::make_shared<const IndexDefinition>(definition);
  ASSIGN_OR_RETURN(index.label,
                   Intern(next_.labels, definition.label, "labels"));
  ASSIGN_OR_RETURN(index.key,
                   Intern(next_.keys, definition.property, "properties"));
  const OrderedSet<NodeRow> nodes = next_.NodesWithLabel(index.label);
  for (auto at = nodes.Begin(); !at.done(); at.Next()) {
    if (IndexedValue(next_, index, *at) == nullptr) continue;
    RETURN_IF_ERROR(AddToIndex(*at, index));
  }
  next_.indexes.PushBack(std::move(index), edit_);
  return absl::OkStatus();
}

absl::Status Editor::RemoveIndex(std::string_view label,
                                 std::string_view property) {
  PersistentArray<PropertyIndex> kept;
  for (size_t i = 0; i < next_.indexes.size(); ++i) {
    const PropertyIndex& index = next_.indexes[i];
    if (index.definition->label == label &&
        index.definition->property == property) {
      continue;
    }
    kept.PushBack(index, edit_);
  }
  if (kept.size() == next_.indexes.size()) {
    return ResourceError(absl::StatusCode::kNotFound,
                         Reason::kGraphIndexNotFound, "index",
                         fmt::format("{}.{}", label, property),
                         fmt::format("no index on {}.{}", label, property));
  }
  next_.indexes = std::move(kept);
  return absl::OkStatus();
}

}  // namespace mi::graph
