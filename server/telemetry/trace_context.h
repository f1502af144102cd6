// Which trace a call belongs to, as its headers say.

#ifndef MI_SERVER_TELEMETRY_TRACE_CONTEXT_H_
#define MI_SERVER_TELEMETRY_TRACE_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace mi::telemetry {

struct TraceContext {
  std::string trace_id;  // 32 lower-case hexadecimal digits
  std::string span_id;   // 16 lower-case hexadecimal digits
  bool sampled = false;
};

// Reads a `traceparent` header (W3C Trace Context, level 1); nothing when it is
// malformed.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

// Reads an `x-cloud-trace-context` header: TRACE_ID[/SPAN_ID][;o=OPTIONS], the
// span in decimal; nothing when it is malformed.
std::optional<TraceContext> ParseCloudTraceContext(std::string_view header);

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_TRACE_CONTEXT_H_
