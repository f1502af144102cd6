#include "server/telemetry/trace_context.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "fmt/format.h"

namespace mi::telemetry {
namespace {

constexpr size_t kTraceDigits = 32;
constexpr size_t kSpanDigits = 16;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool IsAllZero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// Identifiers of zeros mean that there is none.
bool IsId(std::string_view text, size_t digits) {
  return text.size() == digits && IsLowerHex(text) && !IsAllZero(text);
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  // version "-" trace "-" span "-" flags; later versions may have more.
  constexpr size_t kLength = 2 + 1 + kTraceDigits + 1 + kSpanDigits + 1 + 2;
  if (header.size() < kLength) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace = header.substr(3, kTraceDigits);
  const std::string_view span = header.substr(36, kSpanDigits);
  const std::string_view flags = header.substr(53, 2);
  const bool separated =
      header[2] == '-' && header[35] == '-' && header[52] == '-';
  const bool ends_well =
      header.size() == kLength || (version != "00" && header[kLength] == '-');
  if (!separated || !ends_well || !IsLowerHex(version) || version == "ff" ||
      !IsId(trace, kTraceDigits) || !IsId(span, kSpanDigits) ||
      !IsLowerHex(flags)) {
    return std::nullopt;
  }
  const char low = flags[1];
  const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceContext{std::string(trace), std::string(span), digit % 2 == 1};
}

std::optional<TraceContext> ParseCloudTraceContext(std::string_view header) {
  TraceContext context;
  if (header.size() < kTraceDigits ||
      !IsId(header.substr(0, kTraceDigits), kTraceDigits)) {
    return std::nullopt;
  }
  context.trace_id = header.substr(0, kTraceDigits);
  std::string_view rest = header.substr(kTraceDigits);
  if (rest.starts_with('/')) {
    uint64_t span = 0;
    const char* const end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + 1, end, span);
    if (error != std::errc()) return std::nullopt;
    context.span_id = fmt::format("{:016x}", span);
    rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
  }
  if (rest == ";o=1") {
    context.sampled = true;
  } else if (!rest.empty() && rest != ";o=0") {
    return std::nullopt;
  }
  return context;
}

}  // namespace mi::telemetry
