// How far a long piece of work is, and whether it should go on.

#ifndef MI_ENGINE_BASE_PROGRESS_H_
#define MI_ENGINE_BASE_PROGRESS_H_

#include <algorithm>
#include <functional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace mi {

// What work that takes longer than a call is handed by whoever started it.
// Thread-compatible.
class Progress {
 public:
  // Told the step, in a word or two, and how much of the whole is done, 0 to 1;
  // never less than before.
  using Report = std::function<void(std::string_view step, double done)>;

  Progress() = default;
  explicit Progress(std::stop_token stop, Report report = {})
      : stop_(std::move(stop)), report_(std::move(report)) {}

  // For a piece of the work that begins and ends as if it were the whole, and
  // is done when `until` of the whole is. Must not outlive this.
  Progress Part(double until) {
    const double from = done_;
    return Progress(stop_,
                    [this, from, until](std::string_view step, double done) {
                      step_ = step;
                      done_ = std::max(done_, from + (until - from) * done);
                      until_ = done_;
                      if (report_) report_(step_, done_);
                    });
  }

  // From here on the work is at `step`, which ends when `until` of the whole is
  // done. The text must outlive the step.
  void Begin(std::string_view step, double until) {
    step_ = step;
    from_ = until_;
    until_ = until;
    (void)At(0);
  }

  // Fires when the work should end: for what takes a token instead of this.
  const std::stop_token& stop() const { return stop_; }

  // `part` of the step is done, 0 to 1. CANCELLED when the work should end.
  absl::Status At(double part) {
    if (stop_.stop_requested()) return absl::CancelledError("stopped");
    const double done = from_ + (until_ - from_) * std::clamp(part, 0.0, 1.0);
    done_ = std::max(done_, done);
    if (report_) report_(step_, done_);
    return absl::OkStatus();
  }

 private:
  std::stop_token stop_;
  Report report_;
  std::string_view step_;
  double from_ = 0;
  double until_ = 0;
  double done_ = 0;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_PROGRESS_H_
