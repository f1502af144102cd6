#include "engine/payload/path.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/payload/utf8.h"
#include "engine/payload/value.h"
#include "engine/payload/wire.h"
#include "fmt/format.h"

namespace mi::payload {
namespace {

absl::StatusOr<std::vector<std::string>> SplitKeys(std::string_view text,
                                                   std::string_view field) {
  std::vector<std::string> keys(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      keys.emplace_back();
    } else if (text[i] != '\\') {
      keys.back() += text[i];
    } else if (i + 1 < text.size() &&
               (text[i + 1] == '.' || text[i + 1] == '\\')) {
      keys.back() += text[++i];
    } else {
      return InvalidField(field,
                          fmt::format("a backslash at byte {} must be followed "
                                      "by a dot or a backslash",
                                      i));
    }
  }
  return keys;
}

}  // namespace

absl::StatusOr<Path> Path::Parse(std::string_view text,
                                 std::string_view field) {
  if (text.empty()) return InvalidField(field, "an empty path");
  if (text.size() > kMaxBytes) {
    return InvalidField(field, fmt::format("a path of {} bytes; at most {}",
                                           text.size(), kMaxBytes));
  }
  if (!IsValidUtf8(text)) return InvalidField(field, "not valid UTF-8");
  ASSIGN_OR_RETURN(std::vector<std::string> keys, SplitKeys(text, field));
  if (keys.size() > kMaxSegments) {
    return InvalidField(field, fmt::format("a path of {} keys; at most {}",
                                           keys.size(), kMaxSegments));
  }
  Path path;
  for (std::string& key : keys) {
    if (key.empty() || key.size() > kMaxKeyBytes) {
      return InvalidField(
          field, fmt::format("a key of {} bytes in path '{}'; keys have 1 to "
                             "{} bytes",
                             key.size(), text, kMaxKeyBytes));
    }
    if (!path.text_.empty()) path.text_ += '.';
    path.text_ += EscapePathKey(key);
    std::string encoded = wire::EncodeKey(key);
    path.segments_.push_back({std::move(key), std::move(encoded)});
  }
  return path;
}

std::optional<Path> ParsePath(std::string_view text, std::string_view field,
                              Violations* violations) {
  absl::StatusOr<Path> path = Path::Parse(text, field);
  if (path.ok()) return *std::move(path);
  if (const auto details = GetErrorDetails(path.status())) {
    for (const FieldViolation& fault : details->violations) {
      violations->Add(fault.field, fault.description);
    }
  }
  return std::nullopt;
}

std::string EscapePathKey(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '.' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace mi::payload
