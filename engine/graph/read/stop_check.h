// Ends long reads when nobody waits for them any more.

#ifndef MI_ENGINE_GRAPH_READ_STOP_CHECK_H_
#define MI_ENGINE_GRAPH_READ_STOP_CHECK_H_

#include <cstdint>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"

namespace mi::graph {

// Looks at a stop token now and then. Thread-compatible.
class StopCheck {
 public:
  explicit StopCheck(std::stop_token stop) : stop_(std::move(stop)) {}

  // To be called for every element that is looked at, which takes a microsecond
  // at most: true when the work should end.
  bool Tick() {
    if (++count_ % kInterval == 0) stopped_ = stopped_ || IsRequested();
    return stopped_;
  }
  // The same for a larger piece of work.
  bool Now() { return stopped_ = stopped_ || IsRequested(); }

  bool stopped() const { return stopped_; }
  static absl::Status Error() { return absl::CancelledError("graph read"); }

 private:
  static constexpr uint32_t kInterval = 64;

  bool IsRequested() const { return stop_.stop_requested(); }

  std::stop_token stop_;
  uint32_t count_ = 0;
  bool stopped_ = false;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_STOP_CHECK_H_
