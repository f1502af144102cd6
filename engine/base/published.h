// Hands an immutable value from writers to readers without either waiting for
// the other's work.

#ifndef MI_ENGINE_BASE_PUBLISHED_H_
#define MI_ENGINE_BASE_PUBLISHED_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace mi {

// The current version of an immutable T. A reader keeps the version that it
// loaded for as long as it holds the pointer, whatever is published meanwhile;
// the last holder frees it. Thread-safe.
//
// The lock is held only to copy or swap the pointer, never while anyone works.
// (std::atomic<std::shared_ptr> does the same with a lock bit of its own, which
// GCC 12 releases with too weak an order for ThreadSanitizer.)
//
// Writers that derive a version from the one before must serialise themselves.
template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first)
      : current_(std::move(first)) {}

  std::shared_ptr<const T> Load() const {
    MutexLock lock(current_mutex_);
    return current_;
  }

  void Publish(std::shared_ptr<const T> next) {
    {
      MutexLock lock(current_mutex_);
      current_.swap(next);
    }
    // The version before is freed here, outside of the lock, if nobody has it.
  }

 private:
  mutable Mutex current_mutex_;
  std::shared_ptr<const T> current_ ABSL_GUARDED_BY(current_mutex_);
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_PUBLISHED_H_
