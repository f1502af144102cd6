#include "server/rpc/server_call.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/rpc/access_log.h"
#include "server/rpc/status_proto.h"

namespace mi::rpc {
namespace {

using std::chrono::milliseconds;
using telemetry::Rejection;

// A client should turn to another instance, or wait for a restart.
constexpr milliseconds kRetryWhenDraining{1'000};
constexpr milliseconds kRetryWhenTenantIsBusy{500};

// gRPC cancels a call at the client's deadline, by its own clock: a moment
// before or after ours says so.
constexpr milliseconds kClockSlack{5};

absl::Status ShuttingDown() {
  return RetryLater(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down", kRetryWhenDraining);
}

absl::Status DeadlineExceeded() {
  ErrorDetails details;
  details.reason = Reason::kDeadlineExceeded;
  return MakeError(absl::StatusCode::kDeadlineExceeded, "the deadline passed",
                   details);
}

absl::Status Cancelled() {
  ErrorDetails details;
  details.reason = Reason::kCancelled;
  return MakeError(absl::StatusCode::kCancelled, "the client cancelled",
                   details);
}

}  // namespace

ServerCall::ServerCall(CallRuntime& runtime,
                       grpc::CallbackServerContext& context,
                       const MethodInfo& method, CallShape shape)
    : runtime_(runtime),
      state_(runtime.StateOf(method)),
      queue_(runtime.queue(method.call_class)),
      shape_(shape),
      call_(context),
      arrival_(Clock::now()) {
  state_.metrics.started->Increment();
  queue_.metrics().inflight->Increment();
}

absl::Status ServerCall::Admit() {
  if (runtime_.draining()) {
    return Reject(Rejection::kDraining, ShuttingDown());
  }
  RETURN_IF_ERROR(Authenticate());
  RETURN_IF_ERROR(SetDeadline());
  if (!runtime_.tenants().TryAcquire(call_.tenant().tenant())) {
    return Reject(
        Rejection::kTenantInflight,
        RetryLater(absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
                   fmt::format("{} calls of this tenant are in flight already",
                               options().max_inflight_per_tenant),
                   kRetryWhenTenantIsBusy));
  }
  admitted_ = true;
  entry_.deadline = call_.deadline();
  entry_.stop = call_.stop_source_;
  if (shape_ == CallShape::kClientStream) entry_.drain = std::stop_source();
  if (queue_.may_run_here()) {
    entry_.client_gone = [this] { return call_.context_.IsCancelled(); };
  }
  runtime_.inflight().Add(&entry_);
  // Draining may have begun since the check above, and missed this call.
  if (runtime_.draining()) entry_.drain.request_stop();
  return absl::OkStatus();
}

absl::Status ServerCall::Authenticate() {
  const auth::Authenticator& authenticator = runtime_.authenticator();
  ASSIGN_OR_RETURN(auth::Identity identity,
                   authenticator.Authenticate(
                       {.api_key = call_.Header("x-api-key"),
                        .authorization = call_.Header("authorization")}));
  RETURN_IF_ERROR(authenticator.Authorize(identity, state_.permission));
  call_.tenant_.emplace(std::move(identity.scope));
  call_.permissions_ = identity.permissions;
  return absl::OkStatus();
}

absl::Status ServerCall::SetDeadline() {
  using std::chrono::system_clock;
  const auto longest = shape_ == CallShape::kUnary
                           ? options().max_unary_duration
                           : options().max_stream_duration;
  const auto now = system_clock::now();
  // The difference to a deadline that is not set would overflow.
  const auto latest = now + longest;
  const auto left = std::min(call_.context_.deadline(), latest) - now;
  call_.deadline_ =
      arrival_ + std::chrono::duration_cast<Clock::duration>(left);
  if (left > system_clock::duration::zero()) return absl::OkStatus();
  return Reject(Rejection::kDeadline, DeadlineExceeded());
}

absl::Status ServerCall::Reject(Rejection rejection, absl::Status status) {
  queue_.CountRejection(rejection);
  return status;
}

absl::Status ServerCall::Submit(std::function<void()> task) {
  submitted_ = Clock::now();
  return queue_.Submit(std::move(task));
}

absl::Status ServerCall::CheckBeforeRun() {
  RETURN_IF_ERROR(queue_.CheckWait(submitted_));
  absl::Status stop = StopStatus();
  if (absl::IsDeadlineExceeded(stop)) {
    return Reject(Rejection::kDeadline, std::move(stop));
  }
  return stop;
}

absl::Status ServerCall::StopStatus() const {
  if (Clock::now() >= call_.deadline_) return DeadlineExceeded();
  const bool gone = call_.context_.IsCancelled();
  if (!gone && !call_.stop_source_.stop_requested()) return absl::OkStatus();
  if (Clock::now() + kClockSlack >= call_.deadline_) return DeadlineExceeded();
  return gone ? Cancelled() : ShuttingDown();
}

absl::Status ServerCall::DrainStatus() const {
  RETURN_IF_ERROR(StopStatus());
  return entry_.drain.stop_requested() ? ShuttingDown() : absl::OkStatus();
}

absl::Status ServerCall::ExplainStop(const absl::Status& status) const {
  if (!absl::IsCancelled(status)) return status;
  absl::Status stop = StopStatus();
  return stop.ok() ? status : stop;
}

grpc::Status ServerCall::Conclude(const absl::Status& status) {
  const Clock::duration took = Clock::now() - arrival_;
  const auto& metrics = state_.metrics;
  if (status.ok()) metrics.messages_sent->Increment();
  const auto code =
      std::min(static_cast<size_t>(status.code()), telemetry::kStatusCodes - 1);
  metrics.handled[code]->Increment();
  metrics.handling_seconds->Observe(
      std::chrono::duration<double>(took).count());
  queue_.metrics().inflight->Decrement();
  if (admitted_) {
    runtime_.inflight().Remove(&entry_);
    runtime_.tenants().Release(call_.tenant().tenant());
  }
  runtime_.access_log().Write(state_.full_name, call_, status, took);
  if (status.ok()) {
    if (!call_.Header(kRequestIdHeader).empty()) SendRequestId();
    return grpc::Status::OK;
  }
  SendRequestId();
  if (const auto details = GetErrorDetails(status);
      details && details->retry_after) {
    call_.context_.AddTrailingMetadata(
        "grpc-retry-pushback-ms",
        fmt::to_string(details->retry_after->count()));
  }
  return ToGrpcStatus(status, call_.request_id());
}

void ServerCall::SendRequestId() {
  call_.context_.AddTrailingMetadata(kRequestIdHeader, call_.request_id());
}

}  // namespace mi::rpc
