#include "server/rpc/work_queue.h"

#include <utility>

#include "engine/base/error.h"
#include "fmt/format.h"

namespace mi::rpc {
namespace {

using std::chrono::milliseconds;

// Long enough for a queue to move on, short enough not to be noticed.
constexpr milliseconds kRetryAfter{200};

absl::Status Overloaded(std::string_view message) {
  return RetryLater(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                    message, kRetryAfter);
}

}  // namespace

WorkQueue::WorkQueue(const std::string& name, const Options& options,
                     telemetry::Metrics& metrics)
    : options_(options),
      metrics_(metrics.AddClass(name)),
      executor_({.name = name,
                 .threads = options.threads,
                 .max_queued = options.max_queued}) {}

absl::Status WorkQueue::Submit(std::function<void()> task) {
  if (options_.may_run_here && executor_.TryRunHere(task)) {
    return absl::OkStatus();
  }
  if (executor_.TrySubmit(std::move(task))) return absl::OkStatus();
  CountRejection(telemetry::Rejection::kQueueFull);
  return Overloaded("the server is overloaded: its queue is full");
}

absl::Status WorkQueue::CheckWait(std::chrono::steady_clock::time_point since) {
  const auto waited = std::chrono::steady_clock::now() - since;
  metrics_.queue_wait_seconds->Observe(
      std::chrono::duration<double>(waited).count());
  if (waited <= options_.max_wait) return absl::OkStatus();
  CountRejection(telemetry::Rejection::kQueueWait);
  return Overloaded(fmt::format(
      "the server is overloaded: the call waited {} ms for a thread",
      std::chrono::duration_cast<milliseconds>(waited).count()));
}

void WorkQueue::CountRejection(telemetry::Rejection rejection) {
  metrics_.rejected[static_cast<size_t>(rejection)]->Increment();
}

}  // namespace mi::rpc
