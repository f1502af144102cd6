// The threads of one class of calls, and the bounded queue before them.

#ifndef MI_SERVER_RPC_WORK_QUEUE_H_
#define MI_SERVER_RPC_WORK_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "engine/base/executor.h"
#include "server/telemetry/metrics.h"

namespace mi::rpc {

// Thread-safe.
class WorkQueue {
 public:
  struct Options {
    size_t threads = 1;
    size_t max_queued = 1024;
    // A call that waited longer is refused: whoever sent it has likely given
    // up, and running it would delay those behind it.
    std::chrono::milliseconds max_wait{1'000};
    // Whether a task may run on the thread that submits it, if a thread of ours
    // would be free for it. For tasks that compute and wait for nothing.
    bool may_run_here = false;
  };

  WorkQueue(const std::string& name, const Options& options,
            telemetry::Metrics& metrics);

  // Queues `task`, or runs it on this thread (Options::may_run_here).
  //
  // Errors: UNAVAILABLE with a delay to retry after when the queue is full.
  absl::Status Submit(std::function<void()> task);

  // Says whether a task that was submitted at `since` may still run, and
  // records how long it waited.
  //
  // Errors: UNAVAILABLE with a delay to retry after.
  absl::Status CheckWait(std::chrono::steady_clock::time_point since);

  // Counts a call of this class that was refused for another reason.
  void CountRejection(telemetry::Rejection rejection);

  telemetry::ClassMetrics& metrics() { return metrics_; }
  bool may_run_here() const { return options_.may_run_here; }
  size_t queued() const { return executor_.queued(); }

  // Runs what is queued, then stops the threads.
  void Shutdown() { executor_.Shutdown(); }

 private:
  const Options options_;
  telemetry::ClassMetrics metrics_;
  Executor executor_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_WORK_QUEUE_H_
