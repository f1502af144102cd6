// The calls in flight: stops each at its deadline, and all of them at the end.

#ifndef MI_SERVER_RPC_INFLIGHT_CALLS_H_
#define MI_SERVER_RPC_INFLIGHT_CALLS_H_

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace mi::rpc {

// Thread-safe.
//
// gRPC cancels a call when the client's deadline passes, but it does not know
// ours, which may be earlier; so one thread watches all deadlines. It sleeps
// until the earliest one: a call that is answered in time costs two visits to a
// list and wakes nobody.
class InflightCalls {
 public:
  // The place of one call in the list; part of the call.
  struct Entry {
    std::chrono::steady_clock::time_point deadline;
    std::stop_source stop;  // fires at the deadline and in StopAll
    std::stop_source drain{std::nostopstate};  // fires in StopStreams, if any
    Entry* previous = nullptr;
    Entry* next = nullptr;
  };

  InflightCalls();
  // The list must be empty.
  ~InflightCalls();

  InflightCalls(const InflightCalls&) = delete;
  InflightCalls& operator=(const InflightCalls&) = delete;

  // `entry` must stay where it is until it is removed.
  void Add(Entry* entry);
  void Remove(Entry* entry);

  // Asks the calls that have a drain source, or all calls, to stop.
  void StopStreams();
  void StopAll();

  // False when there still were calls at `deadline`.
  bool WaitUntilEmpty(std::chrono::steady_clock::time_point deadline);

  size_t size() const;

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  void Watch();
  bool EmptyLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_) {
    return size_ == 0;
  }

  mutable absl::Mutex calls_mutex_;
  absl::CondVar earlier_deadline_;
  Entry head_ ABSL_GUARDED_BY(calls_mutex_);  // of a circular list
  size_t size_ ABSL_GUARDED_BY(calls_mutex_) = 0;
  // When the watching thread looks again.
  TimePoint next_look_ ABSL_GUARDED_BY(calls_mutex_);
  bool stopping_ ABSL_GUARDED_BY(calls_mutex_) = false;
  std::thread watcher_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_INFLIGHT_CALLS_H_
