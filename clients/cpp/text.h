// Reading and measuring text: UTF-8, numbers, times, payload paths.

#ifndef MI_CLIENTS_CPP_TEXT_H_
#define MI_CLIENTS_CPP_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/timestamp.pb.h"

namespace mi::client {

// As RFC 3629 defines it: no overlong forms, no surrogates.
bool IsValidUtf8(std::string_view text);

// Number of code points of valid UTF-8: what columns count, and about how many
// places the text takes on a screen.
size_t CodePoints(std::string_view text);

// The first `count` code points.
std::string_view FirstCodePoints(std::string_view text, size_t count);

// The whole of `text` as a decimal integer, "-12"; nothing if it is none or
// does not fit.
std::optional<int64_t> ParseInteger(std::string_view text);

// The whole of `text` as a finite decimal number; nothing if it is none or
// beyond the range of a double.
std::optional<double> ParseFloat(std::string_view text);

// Reads RFC 3339 ("2026-03-01T09:30:00Z", fractions and offsets too) or a date
// alone, which means its first instant in UTC. Nothing for other text and for
// years that a Timestamp does not have.
std::optional<google::protobuf::Timestamp> ParseDateTime(std::string_view text);

// The same for a pattern of strptime, "%d-%m-%Y"; times without an offset are
// in UTC.
std::optional<google::protobuf::Timestamp> ParseDateTime(
    std::string_view text, const std::string& pattern);

// RFC 3339 in UTC.
std::string FormatDateTime(const google::protobuf::Timestamp& time);

// The keys of a path, "budget.daily" being two; "\." is a dot and "\\" a
// backslash inside a key. Nothing if the path is malformed.
std::optional<std::vector<std::string>> SplitPath(std::string_view path);

// One key in the form that a path has it.
std::string EscapeKey(std::string_view key);

// The name of an enumeration's value as people see it: "METRIC_COSINE" without
// its prefix, "METRIC_", in lower case.
std::string ShortName(std::string_view name, std::string_view prefix);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_TEXT_H_
