// What all calls of a server share: who may call, the queues, the limits, the
// series that calls are counted in, and the calls in flight.

#ifndef MI_SERVER_RPC_CALL_RUNTIME_H_
#define MI_SERVER_RPC_CALL_RUNTIME_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "server/auth/authenticator.h"
#include "server/auth/permissions.h"
#include "server/rpc/access_log.h"
#include "server/rpc/inflight_calls.h"
#include "server/rpc/method.h"
#include "server/rpc/tenant_inflight.h"
#include "server/rpc/work_queue.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"

namespace mi::rpc {

struct CallOptions {
  // Threads and queue of each class; 0 threads: one per processor.
  WorkQueue::Options read{.threads = 0, .may_run_here = true};
  WorkQueue::Options write{.threads = 16};
  WorkQueue::Options admin{.threads = 2};
  // The longest that a unary call may take: it has this deadline when the
  // client sets none, or a later one.
  std::chrono::milliseconds max_unary_duration{60'000};
  // The same for streams.
  std::chrono::milliseconds max_stream_duration{3'300'000};
  // Calls of one tenant that may be in flight at once.
  size_t max_inflight_per_tenant = 256;
  // Larger answers are refused, with advice, rather than sent.
  size_t max_response_bytes = 32 << 20;
  // Share of the calls that succeed which get a log line, 0 to 1. Errors and
  // slow calls always do.
  double access_log_sample = 0.01;
  std::chrono::milliseconds slow_call{1'000};
  // Google Cloud project that traces belong to; trace ids stand alone when it
  // is empty.
  std::string trace_project;
  // One row per method that may be called.
  absl::Span<const auth::MethodPermission> permissions =
      auth::MethodPermissions();
};

// What is known of a method from the start.
struct MethodState {
  std::string full_name;  // "service/method"
  const auth::MethodPermission* permission = nullptr;
  telemetry::MethodMetrics metrics;
};

// Thread-safe.
class CallRuntime {
 public:
  CallRuntime(const auth::Authenticator& authenticator,
              telemetry::Metrics& metrics, telemetry::Log& log,
              const CallOptions& options);
  ~CallRuntime();

  CallRuntime(const CallRuntime&) = delete;
  CallRuntime& operator=(const CallRuntime&) = delete;

  const CallOptions& options() const { return options_; }
  const auth::Authenticator& authenticator() const { return authenticator_; }
  AccessLog& access_log() { return access_log_; }
  InflightCalls& inflight() { return inflight_; }
  TenantInflight& tenants() { return tenants_; }
  bool draining() const { return draining_.load(std::memory_order_acquire); }

  WorkQueue& queue(CallClass call_class) {
    return *queues_[static_cast<size_t>(call_class)];
  }
  // The state of a method; for one without a row, a state without permission.
  const MethodState& StateOf(const MethodInfo& method) const;

  void StartDraining();
  bool Drain(std::chrono::steady_clock::time_point deadline);

 private:
  using MethodKey = std::pair<std::string_view, std::string_view>;
  struct HashMethod {
    size_t operator()(const MethodKey& key) const {
      const std::hash<std::string_view> hash;
      return hash(key.first) * 31 + hash(key.second);
    }
  };

  const CallOptions options_;
  const auth::Authenticator& authenticator_;
  AccessLog access_log_;
  absl::flat_hash_map<MethodKey, std::unique_ptr<MethodState>, HashMethod>
      methods_;
  MethodState unlisted_;
  std::atomic<bool> draining_{false};
  TenantInflight tenants_;
  InflightCalls inflight_;
  std::array<std::unique_ptr<WorkQueue>, kCallClasses> queues_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_CALL_RUNTIME_H_
