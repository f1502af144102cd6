#include "server/rpc/access_log.h"

#include <optional>
#include <random>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/trace_context.h"

namespace mi::rpc {
namespace {

using telemetry::LogField;
using telemetry::Severity;
using telemetry::TraceContext;

// Errors that somebody should look at, errors that say something of the load,
// and errors that are the client's business.
Severity SeverityOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return Severity::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return Severity::kWarning;
    default:
      return Severity::kInfo;
  }
}

double UniformOfThisThread() {
  thread_local Random random(std::random_device{}());
  return random.Uniform();
}

std::optional<TraceContext> TraceOf(const Call& call) {
  auto trace = telemetry::ParseTraceparent(call.Header("traceparent"));
  if (trace) return trace;
  return telemetry::ParseCloudTraceContext(
      call.Header("x-cloud-trace-context"));
}

void AddTrace(const TraceContext& trace, const std::string& trace_name,
              std::vector<LogField>* fields) {
  fields->push_back({"logging.googleapis.com/trace", trace_name});
  fields->push_back({"logging.googleapis.com/spanId", trace.span_id});
  fields->push_back({"logging.googleapis.com/trace_sampled", trace.sampled});
}

struct AddCallField {
  std::string_view name;
  std::vector<LogField>* fields;

  void operator()(const std::string& text) const {
    fields->push_back({name, std::string_view(text)});
  }
  template <typename Value>
  void operator()(Value value) const {
    fields->push_back({name, value});
  }
};

}  // namespace

bool AccessLog::IsDue(const absl::Status& status,
                      std::chrono::steady_clock::duration took) const {
  return !status.ok() || took >= options_.slow_call ||
         (options_.sample > 0 && UniformOfThisThread() < options_.sample);
}

void AccessLog::Write(std::string_view method, Call& call,
                      const absl::Status& status,
                      std::chrono::steady_clock::duration took) {
  const Severity severity = SeverityOf(status);
  if (!log_.Enabled(severity) || !IsDue(status, took)) return;

  const std::string text(status.message());
  const std::string message =
      status.ok() ? std::string(method) : fmt::format("{}: {}", method, text);
  const std::string peer = call.Peer();
  std::vector<LogField> fields = {
      {"grpc.method", method},
      {"grpc.code", telemetry::StatusCodeLabel(status.code())},
      {"request_id", std::string_view(call.request_id())},
      {"latency_ms", std::chrono::duration<double, std::milli>(took).count()},
      {"peer", std::string_view(peer)}};
  if (const TenantScope* scope = call.tenant_if_known()) {
    fields.push_back({"tenant", std::string_view(scope->tenant())});
  }
  const auto trace = TraceOf(call);
  std::string trace_name;
  if (trace) {
    trace_name = options_.trace_project.empty()
                     ? trace->trace_id
                     : fmt::format("projects/{}/traces/{}",
                                   options_.trace_project, trace->trace_id);
    AddTrace(*trace, trace_name, &fields);
  }
  for (const auto& [name, value] : call.log_fields()) {
    std::visit(AddCallField{name, &fields}, value);
  }
  if (severity == Severity::kError) {
    log_.Write(severity, message, fields);
  } else {
    log_.WriteDroppable(severity, message, fields);
  }
}

}  // namespace mi::rpc
