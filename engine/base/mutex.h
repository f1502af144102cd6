// A mutex and a condition that clang's lock analysis and ThreadSanitizer both
// understand.
//
// absl::Mutex would be the natural choice, but the packaged Abseil is compiled
// without ThreadSanitizer, which then cannot see that its locks order anything
// and reports every guarded access. These wrap the standard ones, which it
// knows.

#ifndef MI_ENGINE_BASE_MUTEX_H_
#define MI_ENGINE_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace mi {

// Not recursive.
class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

// Holds a mutex for the length of a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Lets threads wait until something that a mutex guards has changed. Whoever
// changes it calls NotifyAll (or NotifyOne where any one waiter will do).
class Condition {
 public:
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

  // Releases `mutex` until `holds()`, which is called with it held.
  template <typename Predicate>
  void Wait(Mutex& mutex, Predicate holds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock, holds);
    lock.release();
  }

  // The same until `deadline`; returns whether it holds.
  template <typename Predicate>
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline,
                 Predicate holds) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool reached = condition_.wait_until(lock, deadline, holds);
    lock.release();
    return reached;
  }

 private:
  std::condition_variable condition_;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_MUTEX_H_
