// A clock that stands still until it is moved.

#ifndef MI_TESTS_SUPPORT_MANUAL_CLOCK_H_
#define MI_TESTS_SUPPORT_MANUAL_CLOCK_H_

#include <atomic>
#include <chrono>

#include "engine/base/clock.h"

namespace mi::testing {

// Thread-safe.
class ManualClock : public Clock {
 public:
  TimeMicros Now() const override { return micros_; }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::microseconds(micros_));
  }

  void Advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<TimeMicros> micros_{1'700'000'000'000'000};
};

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_MANUAL_CLOCK_H_
