// Time as an argument: the engine reads no wall clock of its own.

#ifndef MI_ENGINE_BASE_CLOCK_H_
#define MI_ENGINE_BASE_CLOCK_H_

#include <chrono>

namespace mi {

// Microseconds since the Unix epoch, UTC.
using TimeMicros = int64_t;

// Where an engine module gets the time from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimeMicros Now() const = 0;
  // For intervals; never goes back.
  virtual std::chrono::steady_clock::time_point Steady() const = 0;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_CLOCK_H_
