#include "server/convert/names.h"

#include <algorithm>

#include "fmt/format.h"
#include "server/convert/limits.h"

namespace mi::server {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

void CheckName(std::string_view name, std::string_view field,
               Violations* violations) {
  if (name.empty()) {
    violations->Add(field, "is required");
  } else if (name.size() > kMaxNameBytes) {
    violations->Add(field, fmt::format("has {} characters, at most {} allowed",
                                       name.size(), kMaxNameBytes));
  } else if (!std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    violations->Add(
        field,
        fmt::format("'{}' has other characters than a-z, 0-9, '_', '-'", name));
  }
}

void CheckPointId(std::string_view id, std::string_view field,
                  Violations* violations) {
  if (id.empty()) {
    violations->Add(field, "is required");
  } else if (id.size() > kMaxIdBytes) {
    violations->Add(field, fmt::format("has {} bytes, at most {} allowed",
                                       id.size(), kMaxIdBytes));
  } else if (id.find('\0') != std::string_view::npos) {
    violations->Add(field, "contains a NUL character");
  }
}

}  // namespace mi::server
