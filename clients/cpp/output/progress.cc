#include "clients/cpp/output/progress.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "clients/cpp/output/table.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr size_t kBarWidth = 24;
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr uint64_t kSecondsPerMinute = 60;
constexpr uint64_t kSecondsPerHour = 3600;

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  if (whole >= kSecondsPerHour) {
    return fmt::format("{}:{:02}:{:02}", whole / kSecondsPerHour,
                       whole % kSecondsPerHour / kSecondsPerMinute,
                       whole % kSecondsPerMinute);
  }
  return fmt::format("{}:{:02}", whole / kSecondsPerMinute,
                     whole % kSecondsPerMinute);
}

std::string Bar(double share) {
  const auto filled = static_cast<size_t>(share * kBarWidth);
  std::string bar(filled, '=');
  if (filled < kBarWidth) bar += '>';
  bar.resize(kBarWidth, ' ');
  return bar;
}

// How much of the rows, or else of the bytes, is done.
struct Work {
  uint64_t done = 0;
  uint64_t total = 0;
  uint64_t before = 0;  // done by an earlier run

  bool IsDone() const { return done >= total; }
  double Share() const {
    return IsDone() ? 1
                    : static_cast<double>(done) / static_cast<double>(total);
  }
};

Work WorkOf(const ProgressState& state) {
  if (state.total_rows) {
    return {state.rows, *state.total_rows, state.rows_before};
  }
  return {state.bytes, state.total_bytes, state.bytes_before};
}

// 100 % is only what is done.
double Percent(double share) {
  constexpr double kWhole = 100;
  constexpr double kMostOfPart = 99;
  return share < 1 ? std::min(share * kWhole, kMostOfPart) : kWhole;
}

std::string BarAndPercent(double share) {
  return fmt::format("[{}] {:>3.0f} %", Bar(share), Percent(share));
}

}  // namespace

std::string RenderProgress(const ProgressState& state) {
  const Work work = WorkOf(state);
  const double seconds = state.elapsed.count();
  const double speed =
      seconds > 0
          ? static_cast<double>(state.rows - state.rows_before) / seconds
          : 0;
  std::string text = fmt::format(
      "{}  {} rows  {} rows/s  {}", BarAndPercent(work.Share()),
      GroupDigits(state.rows), GroupDigits(static_cast<uint64_t>(speed)),
      FormatBytes(state.bytes));
  if (!state.total_rows) text += " of " + FormatBytes(state.total_bytes);
  const uint64_t done = work.done - work.before;
  if (work.IsDone()) {
    text += fmt::format("  in {}", FormatDuration(seconds));
  } else if (done > 0) {
    const auto rest = static_cast<double>(work.total - work.done);
    text += fmt::format(
        "  ETA {}", FormatDuration(seconds * rest / static_cast<double>(done)));
  }
  if (state.skipped > 0) {
    text += fmt::format("  {} skipped", GroupDigits(state.skipped));
  }
  return text;
}

std::string RenderProgress(const StepProgress& state) {
  const double share = std::clamp(state.share, 0.0, 1.0);
  return fmt::format("{}  {}  {}", BarAndPercent(share), state.step,
                     FormatDuration(state.elapsed.count()));
}

void ProgressLine::Update(const ProgressState& state) {
  if (IsDue()) Draw(RenderProgress(state));
}

void ProgressLine::Update(const StepProgress& state) {
  if (IsDue()) Draw(RenderProgress(state));
}

void ProgressLine::Finish(const ProgressState& state) {
  if (is_terminal_) DrawLast(RenderProgress(state));
}

void ProgressLine::Finish(const StepProgress& state) {
  if (is_terminal_) DrawLast(RenderProgress(state));
}

void ProgressLine::Clear() {
  if (!drawn_) return;
  out_ << kClearLine << std::flush;
  drawn_ = false;
}

bool ProgressLine::IsDue() const {
  if (!is_terminal_) return false;
  return !drawn_ || std::chrono::steady_clock::now() - last_ >= kInterval;
}

void ProgressLine::Draw(const std::string& text) {
  last_ = std::chrono::steady_clock::now();
  out_ << kClearLine << text << std::flush;
  drawn_ = true;
}

void ProgressLine::DrawLast(const std::string& text) {
  Draw(text);
  out_ << '\n' << std::flush;
  drawn_ = false;
}

}  // namespace mi::client
