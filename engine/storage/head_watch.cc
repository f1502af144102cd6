#include "engine/storage/head_watch.h"

#include <string>
#include <utility>

#include "engine/base/status_macros.h"
#include "fmt/format.h"

namespace mi::storage {

void HeadWatch::Advance(uint64_t sequence) {
  {
    const std::lock_guard lock(head_mutex_);
    head_.sequence = sequence;
  }
  head_moved_.notify_all();
}

void HeadWatch::Replace(Position head) {
  {
    const std::lock_guard lock(head_mutex_);
    head_ = std::move(head);
  }
  head_moved_.notify_all();
}

bool HeadWatch::Fail(absl::Status error) {
  {
    const std::lock_guard lock(head_mutex_);
    if (!error_.ok()) return false;
    error_ = std::move(error);
  }
  head_moved_.notify_all();
  return true;
}

absl::Status HeadWatch::status() const {
  const std::lock_guard lock(head_mutex_);
  return error_;
}

absl::StatusOr<Position> HeadWatch::Head() const {
  const std::lock_guard lock(head_mutex_);
  RETURN_IF_ERROR(error_);
  return head_;
}

absl::StatusOr<Position> HeadWatch::Wait(
    uint64_t after, std::chrono::steady_clock::time_point deadline,
    std::stop_token stop) {
  std::unique_lock lock(head_mutex_);
  const std::string epoch = head_.epoch;
  const bool moved = head_moved_.wait_until(lock, stop, deadline, [&] {
    return head_.sequence > after || head_.epoch != epoch || !error_.ok();
  });
  RETURN_IF_ERROR(error_);
  if (moved) return head_;
  if (stop.stop_requested()) {
    return absl::CancelledError("waiting for the journal was cancelled");
  }
  return absl::DeadlineExceededError(
      fmt::format("the journal's head is still {}, which is not beyond {}",
                  head_.sequence, after));
}

}  // namespace mi::storage
