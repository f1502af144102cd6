#include "clients/cpp/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"

namespace mi::client {
namespace {

// Bounds of a well-formed sequence that starts with `lead`: its length, and
// the range of its second byte. Source: Unicode Standard 15, table 3-7.
struct Sequence {
  size_t length = 0;  // 0: no sequence starts so
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Sequence SequenceOf(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {0};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<google::protobuf::Timestamp> ToTimestamp(absl::Time time) {
  const timespec since_epoch = absl::ToTimespec(time);
  if (since_epoch.tv_sec <
          google::protobuf::util::TimeUtil::kTimestampMinSeconds ||
      since_epoch.tv_sec >
          google::protobuf::util::TimeUtil::kTimestampMaxSeconds) {
    return std::nullopt;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(since_epoch.tv_sec);
  timestamp.set_nanos(static_cast<int32_t>(since_epoch.tv_nsec));
  return timestamp;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const Sequence sequence = SequenceOf(static_cast<unsigned char>(text[i]));
    if (sequence.length == 0 || i + sequence.length > text.size()) return false;
    for (size_t k = 1; k < sequence.length; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      const bool second = k == 1;
      if (byte < (second ? sequence.low : 0x80) ||
          byte > (second ? sequence.high : 0xbf)) {
        return false;
      }
    }
    i += sequence.length;
  }
  return true;
}

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0 : 1;
  return count;
}

std::string_view FirstCodePoints(std::string_view text, size_t count) {
  size_t end = 0;
  while (end < text.size()) {
    if (!IsContinuation(text[end]) && count-- == 0) break;
    ++end;
  }
  return text.substr(0, end);
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  return ParseWhole<int64_t>(text);
}

std::optional<double> ParseFloat(std::string_view text) {
  const auto number = ParseWhole<double>(text);
  // "inf" and "nan" are numbers to from_chars.
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::optional<google::protobuf::Timestamp> ParseDateTime(
    std::string_view text) {
  constexpr size_t kDateBytes = 10;
  return text.size() == kDateBytes ? ParseDateTime(text, "%Y-%m-%d")
                                   : ParseDateTime(text, absl::RFC3339_full);
}

std::optional<google::protobuf::Timestamp> ParseDateTime(
    std::string_view text, const std::string& pattern) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(pattern, std::string(text), &time, &error)) {
    return std::nullopt;
  }
  return ToTimestamp(time);
}

std::string FormatDateTime(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

std::optional<std::vector<std::string>> SplitPath(std::string_view path) {
  std::vector<std::string> keys(1);
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      keys.emplace_back();
    } else if (path[i] != '\\') {
      keys.back() += path[i];
    } else if (i + 1 < path.size() &&
               (path[i + 1] == '.' || path[i + 1] == '\\')) {
      keys.back() += path[++i];
    } else {
      return std::nullopt;
    }
  }
  for (const std::string& key : keys) {
    if (key.empty()) return std::nullopt;
  }
  return keys;
}

std::string EscapeKey(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '.' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string ShortName(std::string_view name, std::string_view prefix) {
  std::string text(name.substr(std::min(name.size(), prefix.size())));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace mi::client
