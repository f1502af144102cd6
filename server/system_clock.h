// The machine's clock, for the engine.

#ifndef MI_SERVER_SYSTEM_CLOCK_H_
#define MI_SERVER_SYSTEM_CLOCK_H_

#include <chrono>

#include "engine/base/clock.h"

namespace mi::server {

// Thread-safe.
class SystemClock final : public Clock {
 public:
  TimeMicros Now() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now();
  }
};

}  // namespace mi::server

#endif  // MI_SERVER_SYSTEM_CLOCK_H_
