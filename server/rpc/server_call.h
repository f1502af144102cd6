// What unary calls and streams have in common: admission at the start, and the
// account of it at the end.

#ifndef MI_SERVER_RPC_SERVER_CALL_H_
#define MI_SERVER_RPC_SERVER_CALL_H_

#include <chrono>
#include <functional>
#include <stop_token>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"
#include "server/rpc/call.h"
#include "server/rpc/call_runtime.h"
#include "server/rpc/inflight_calls.h"
#include "server/rpc/method.h"

namespace mi::rpc {

enum class CallShape { kUnary, kClientStream };

// Thread-compatible, except RequestStop.
class ServerCall {
 public:
  ServerCall(CallRuntime& runtime, grpc::CallbackServerContext& context,
             const MethodInfo& method, CallShape shape);

  // Finds out who calls and whether there is room for the call. On success the
  // call counts as in flight until Conclude.
  //
  // Errors: UNAUTHENTICATED, PERMISSION_DENIED, UNAVAILABLE when draining,
  // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED at the tenant's limit.
  absl::Status Admit();

  // Queues `task` on the threads of the method's class, or runs it before it
  // returns.
  absl::Status Submit(std::function<void()> task);

  // Says, on that thread, whether the task should still run.
  absl::Status CheckBeforeRun();

  // OK, or why the call should stop: deadline, client gone, shutdown.
  absl::Status StopStatus() const;

  // The same for a stream that could read on: also when the server drains.
  absl::Status DrainStatus() const;

  // `status`, or in the place of a bare "cancelled" why it was.
  absl::Status ExplainStop(const absl::Status& status) const;

  // The status to finish the call with. Counts it, logs it and gives its place
  // back: to be called once, at the very end.
  grpc::Status Conclude(const absl::Status& status);

  void CountMessageReceived() { state_.metrics.messages_received->Increment(); }
  // Thread-safe.
  void RequestStop() { call_.stop_source_.request_stop(); }

  std::stop_token drain_token() const { return entry_.drain.get_token(); }
  Call& call() { return call_; }
  const CallOptions& options() const { return runtime_.options(); }

 private:
  using Clock = std::chrono::steady_clock;

  absl::Status Authenticate();
  absl::Status SetDeadline();
  absl::Status Reject(telemetry::Rejection rejection, absl::Status status);
  void SendRequestId();

  CallRuntime& runtime_;
  const MethodState& state_;
  WorkQueue& queue_;
  const CallShape shape_;
  Call call_;
  const Clock::time_point arrival_;
  Clock::time_point submitted_;
  bool admitted_ = false;
  InflightCalls::Entry entry_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_SERVER_CALL_H_
