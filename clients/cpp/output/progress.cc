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

}  // namespace

std::string RenderProgress(const ProgressState& state) {
  const double share =
      state.total_bytes == 0
          ? 1
          : std::min(1.0, static_cast<double>(state.bytes) /
                              static_cast<double>(state.total_bytes));
  const double seconds = state.elapsed.count();
  const double speed =
      seconds > 0
          ? static_cast<double>(state.rows - state.rows_before) / seconds
          : 0;
  std::string text = fmt::format(
      "[{}] {:>3.0f} %  {} rows  {} rows/s  {} of {}", Bar(share),
      std::min(share * 100, state.bytes < state.total_bytes ? 99.0 : 100.0),
      GroupDigits(state.rows), GroupDigits(static_cast<uint64_t>(speed)),
      FormatBytes(state.bytes), FormatBytes(state.total_bytes));
  const uint64_t read = state.bytes - state.bytes_before;
  if (read > 0 && state.bytes < state.total_bytes) {
    const double rest = static_cast<double>(state.total_bytes - state.bytes);
    text += fmt::format(
        "  ETA {}", FormatDuration(seconds * rest / static_cast<double>(read)));
  } else if (state.bytes >= state.total_bytes) {
    text += fmt::format("  in {}", FormatDuration(seconds));
  }
  if (state.skipped > 0) {
    text += fmt::format("  {} skipped", GroupDigits(state.skipped));
  }
  return text;
}

void ProgressLine::Update(const ProgressState& state) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kInterval) return;
  last_ = now;
  Draw(state);
}

void ProgressLine::Finish(const ProgressState& state) {
  if (!is_terminal_) return;
  Draw(state);
  out_ << '\n' << std::flush;
  drawn_ = false;
}

void ProgressLine::Clear() {
  if (!drawn_) return;
  out_ << kClearLine << std::flush;
  drawn_ = false;
}

void ProgressLine::Draw(const ProgressState& state) {
  out_ << kClearLine << RenderProgress(state) << std::flush;
  drawn_ = true;
}

}  // namespace mi::client
