#include "server/telemetry/library_logs.h"

#include <atomic>
#include <string>
#include <string_view>

#include "absl/base/internal/raw_logging.h"
#include "absl/base/log_severity.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"

namespace mi::telemetry {
namespace {

std::atomic<Log*> target = nullptr;

void Forward(Severity severity, std::string_view library, const char* file,
             int line, std::string_view message) {
  Log* log = target.load(std::memory_order_acquire);
  if (log == nullptr) return;
  log->Write(severity, message,
             {{"library", library},
              {"file", std::string_view(file == nullptr ? "" : file)},
              {"line", static_cast<int64_t>(line)}});
}

void OnGrpcLog(gpr_log_func_args* args) {
  Severity severity = Severity::kError;
  if (args->severity == GPR_LOG_SEVERITY_INFO) severity = Severity::kInfo;
  if (args->severity == GPR_LOG_SEVERITY_DEBUG) severity = Severity::kDebug;
  Forward(severity, "grpc", args->file, args->line, args->message);
}

void OnProtobufLog(google::protobuf::LogLevel level, const char* file, int line,
                   const std::string& message) {
  const Severity severity = level == google::protobuf::LOGLEVEL_FATAL
                                ? Severity::kCritical
                                : Severity::kDebug;
  Forward(severity, "protobuf", file, line, message);
}

// Abseil hands over only what it logs through its internal logger; its raw
// logger, for use where nothing may be allocated, writes to standard error.
void OnAbseilLog(absl::LogSeverity level, const char* file, int line,
                 const std::string& message) {
  Severity severity = Severity::kInfo;
  if (level == absl::LogSeverity::kWarning) severity = Severity::kWarning;
  if (level == absl::LogSeverity::kError) severity = Severity::kError;
  if (level == absl::LogSeverity::kFatal) severity = Severity::kCritical;
  Forward(severity, "abseil", file, line, message);
}

}  // namespace

void RouteLibraryLogs(Log* log) {
  target.store(log, std::memory_order_release);
  static const bool registered = [] {
    gpr_set_log_function(&OnGrpcLog);
    google::protobuf::SetLogHandler(&OnProtobufLog);
    absl::raw_logging_internal::RegisterInternalLogFunction(&OnAbseilLog);
    return true;
  }();
  static_cast<void>(registered);
}

}  // namespace mi::telemetry
