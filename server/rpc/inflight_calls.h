// The calls in flight: stops each at its deadline, and all of them at the end.

#ifndef MI_SERVER_RPC_INFLIGHT_CALLS_H_
#define MI_SERVER_RPC_INFLIGHT_CALLS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace mi::rpc {

// Thread-safe.
//
// gRPC cancels a call when the client's deadline passes, but it does not know
// ours, which may be earlier; so one thread watches all deadlines. It sleeps
// until the earliest one: a call that is answered in time costs two visits to a
// list and wakes nobody.
//
// A call that works on gRPC's own thread hears of its client's going only when
// it comes back there; for those the same thread asks every kPollInterval, from
// the first such call until there were none for a second.
class InflightCalls {
 public:
  struct Links {
    Links* previous = this;
    Links* next = this;
  };

  // The place of one call in the list; part of the call.
  struct Entry : Links {
    std::chrono::steady_clock::time_point deadline;
    // Fires at the deadline, in StopAll, and when `client_gone` says so.
    std::stop_source stop{std::nostopstate};
    // Called by the watching thread; may be empty.
    std::function<bool()> client_gone;
    // Fires in StopStreams; without a state for unary calls.
    std::stop_source drain{std::nostopstate};
  };

  static constexpr std::chrono::milliseconds kPollInterval{10};

  InflightCalls();
  // The list must be empty.
  ~InflightCalls();

  InflightCalls(const InflightCalls&) = delete;
  InflightCalls& operator=(const InflightCalls&) = delete;

  // `entry` must stay where it is until it is removed.
  void Add(Entry* entry);
  void Remove(Entry* entry);

  // Asks the calls that have a drain source, or all of them, to stop.
  void StopStreams();
  void StopAll();

  // False when there still were calls at `deadline`.
  bool WaitUntilEmpty(std::chrono::steady_clock::time_point deadline);

  size_t size() const;

 private:
  static constexpr int kPollsUntilRest = 100;

  using TimePoint = std::chrono::steady_clock::time_point;

  void Watch();
  // Those past their deadline, or whose client is gone; sets when to look
  // again.
  std::vector<std::stop_source> CollectExpiredLocked()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_);
  // The sources of all entries that `pick` returns; to be fired without the
  // lock, because what listens to them may come back here.
  template <typename Pick>
  std::vector<std::stop_source> CollectLocked(Pick pick)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_);

  mutable Mutex calls_mutex_;
  Condition earlier_deadline_;  // or stopping
  Condition emptied_;
  Links head_ ABSL_GUARDED_BY(calls_mutex_);  // of a circular list
  size_t size_ ABSL_GUARDED_BY(calls_mutex_) = 0;
  // When the watching thread looks again.
  TimePoint next_look_ ABSL_GUARDED_BY(calls_mutex_);
  // Looks since a call with `client_gone` came; the watching thread polls until
  // kPollsUntilRest.
  int polls_ ABSL_GUARDED_BY(calls_mutex_) = kPollsUntilRest;
  bool stopping_ ABSL_GUARDED_BY(calls_mutex_) = false;
  std::thread watcher_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_INFLIGHT_CALLS_H_
