// A one-time signal between threads.

#ifndef MI_ENGINE_BASE_NOTIFICATION_H_
#define MI_ENGINE_BASE_NOTIFICATION_H_

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace mi {

// Thread-safe. A thread that waited may destroy it at once.
class Notification {
 public:
  // At most once.
  void Notify() {
    // Under the lock: the waiter cannot leave, and destroy this, in between.
    MutexLock lock(mutex_);
    notified_ = true;
    changed_.NotifyAll();
  }

  void Wait() {
    MutexLock lock(mutex_);
    changed_.Wait(
        mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return notified_; });
  }

 private:
  Mutex mutex_;
  Condition changed_;
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_NOTIFICATION_H_
