// Which payload fields of a collection are indexed, and as what.

#ifndef MI_ENGINE_FILTER_SCHEMA_H_
#define MI_ENGINE_FILTER_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/base/error.h"

namespace mi::filter {

inline constexpr size_t kMaxIndexedFields = 64;

enum class FieldType : uint8_t {
  kKeyword,  // whole strings: equality, membership, ranges
  kInteger,  // whole numbers, also those sent as floats
  kFloat,    // numbers
  kBool,
  kDateTime,
  kGeo,
  kText,  // words of strings: text match
};

std::string_view FieldTypeName(FieldType type);

// One field to index. Values of another type are still stored and found; the
// index does not speed up finding them.
struct FieldSchema {
  std::string path;  // text form, payload/path.h
  FieldType type = FieldType::kKeyword;

  friend bool operator==(const FieldSchema&, const FieldSchema&) = default;
};

// Reports paths that do not parse or occur twice, and too many fields. `field`
// is the list's place in the request: "config.payload_fields".
void ValidateSchema(absl::Span<const FieldSchema> schema,
                    std::string_view field, Violations* violations);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_SCHEMA_H_
