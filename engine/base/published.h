// Hands an immutable value from writers to readers without either waiting for
// the other's work.

#ifndef MI_ENGINE_BASE_PUBLISHED_H_
#define MI_ENGINE_BASE_PUBLISHED_H_

#include <atomic>
#include <memory>
#include <utility>

namespace mi {

// The current version of an immutable T. A reader keeps the version that it
// loaded for as long as it holds the pointer, whatever is published meanwhile;
// the last holder frees it. Thread-safe.
//
// Writers that derive a version from the one before must serialise themselves.
template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first)
      : current_(std::move(first)) {}

  std::shared_ptr<const T> Load() const {
    return current_.load(std::memory_order_acquire);
  }

  void Publish(std::shared_ptr<const T> next) {
    current_.store(std::move(next), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const T>> current_;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_PUBLISHED_H_
