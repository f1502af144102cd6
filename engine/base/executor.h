// Bounded pools of threads on which all work runs, so that gRPC's threads only
// parse and answer, and so that load beyond capacity is refused, not hoarded.

#ifndef MI_ENGINE_BASE_EXECUTOR_H_
#define MI_ENGINE_BASE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "engine/base/mutex.h"

namespace mi {

// Runs tasks on a fixed number of threads, first in first out. Thread-safe.
class Executor {
 public:
  struct Options {
    std::string name = "work";  // thread names become "name-0", "name-1", ...
    size_t threads = 1;         // >= 1
    size_t max_queued = 1024;   // tasks waiting, beyond those that run
    // The nice value of every thread (0..19): background work yields to
    // requests.
    int nice = 0;
  };

  explicit Executor(Options options);
  // Runs what is queued, then joins.
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False, without running `task`, when the queue is full or Shutdown began.
  [[nodiscard]] bool TrySubmit(std::function<void()> task);

  // Runs `task` on the calling thread, in the place of one of ours, when that
  // one would start it at once: nothing is queued, and fewer tasks run than
  // there are threads. Spares the task two changes of thread. False, without
  // running it, otherwise, and while another caller's task runs so: there is
  // one such place, so that callers who must come back soon do.
  [[nodiscard]] bool TryRunHere(absl::FunctionRef<void()> task);

  // Refuses further tasks, runs those that are queued and joins. Idempotent.
  void Shutdown();

  size_t queued() const;
  // Tasks that run at this moment, on threads of callers too.
  size_t running() const;
  size_t threads() const { return options_.threads; }
  size_t max_queued() const { return options_.max_queued; }

 private:
  void Loop(size_t index);
  const Options options_;
  mutable Mutex queue_mutex_;
  Condition queue_changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(queue_mutex_);
  bool stopping_ ABSL_GUARDED_BY(queue_mutex_) = false;
  size_t running_ ABSL_GUARDED_BY(queue_mutex_) = 0;
  bool runs_here_ ABSL_GUARDED_BY(queue_mutex_) =
      false;  // on a caller's thread
  std::vector<std::thread> threads_;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_EXECUTOR_H_
