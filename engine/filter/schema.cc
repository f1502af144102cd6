#include "engine/filter/schema.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "engine/payload/path.h"
#include "fmt/format.h"

namespace mi::filter {

std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kKeyword:
      return "keyword";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kFloat:
      return "float";
    case FieldType::kBool:
      return "bool";
    case FieldType::kDateTime:
      return "datetime";
    case FieldType::kGeo:
      return "geo";
    case FieldType::kText:
      return "text";
  }
  return "unknown";
}

void ValidateSchema(absl::Span<const FieldSchema> schema,
                    std::string_view field, Violations* violations) {
  if (schema.size() > kMaxIndexedFields) {
    violations->Add(field, fmt::format("{} fields; at most {}", schema.size(),
                                       kMaxIndexedFields));
    return;
  }
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < schema.size(); ++i) {
    const std::string place = fmt::format("{}[{}].path", field, i);
    const auto path = payload::ParsePath(schema[i].path, place, violations);
    if (path && !seen.insert(path->text()).second) {
      violations->Add(place, fmt::format("'{}' occurs twice", path->text()));
    }
  }
}

}  // namespace mi::filter
