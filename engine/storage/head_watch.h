// The head of a journal in memory: asking for it costs no I/O, and readers can
// wait for it to move.

#ifndef MI_ENGINE_STORAGE_HEAD_WATCH_H_
#define MI_ENGINE_STORAGE_HEAD_WATCH_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/journal.h"

namespace mi::storage {

// Thread-safe.
class HeadWatch {
 public:
  explicit HeadWatch(Position head) : head_(std::move(head)) {}

  // Makes records up to `sequence` known as durable, and wakes who waits.
  void Advance(uint64_t sequence);

  // Makes the head of another history known, and wakes who waits.
  void Replace(Position head);

  // From now on every call returns `error`. False if one was set before.
  bool Fail(absl::Status error);

  // OK until Fail.
  absl::Status status() const;
  absl::StatusOr<Position> Head() const;

  // As Journal::Wait.
  absl::StatusOr<Position> Wait(uint64_t after,
                                std::chrono::steady_clock::time_point deadline,
                                std::stop_token stop);

 private:
  // A standard mutex, since its condition variable waits for a stop token.
  mutable std::mutex head_mutex_;
  std::condition_variable_any head_moved_;
  Position head_;       // guarded by head_mutex_
  absl::Status error_;  // guarded by head_mutex_
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_HEAD_WATCH_H_
