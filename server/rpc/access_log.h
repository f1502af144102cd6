// One line of the log for a call that ended.

#ifndef MI_SERVER_RPC_ACCESS_LOG_H_
#define MI_SERVER_RPC_ACCESS_LOG_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/rpc/call.h"
#include "server/telemetry/log.h"

namespace mi::rpc {

// Thread-safe.
class AccessLog {
 public:
  struct Options {
    // As in CallOptions.
    double sample = 0;
    std::chrono::milliseconds slow_call{};
    std::string trace_project;
  };

  // `log` must outlive this object.
  AccessLog(telemetry::Log& log, const Options& options)
      : log_(log), options_(options) {}

  // Writes the line if the call gets one. Never waits, except for the errors
  // that are our own fault: those lines are never lost.
  void Write(std::string_view method, Call& call, const absl::Status& status,
             std::chrono::steady_clock::duration took);

 private:
  bool IsDue(const absl::Status& status,
             std::chrono::steady_clock::duration took) const;

  telemetry::Log& log_;
  const Options options_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_ACCESS_LOG_H_
