#include "engine/workspace/idempotency.h"

#include <utility>

#include "engine/base/error.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

// What a row takes beside its texts: the row and its reference counts, its
// places in the map and the queue, and what the allocator adds.
constexpr size_t kRowBytes = 256;

absl::Status KeyReused() {
  ErrorDetails details;
  details.reason = Reason::kIdempotencyKeyReused;
  details.violations = {
      {"idempotency_key", "was used for another request; choose a new one"}};
  return MakeError(absl::StatusCode::kInvalidArgument,
                   "idempotency_key was used for another request", details);
}

absl::Status NoRoom(std::string_view what, size_t limit) {
  ErrorDetails details;
  details.reason = Reason::kQuotaExceeded;
  details.metadata = {{"limit", fmt::to_string(limit)}};
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      fmt::format("at most {} {} a tenant; write without one, or wait until "
                  "some expire",
                  limit, what),
      details);
}

}  // namespace

size_t IdempotencyTable::BytesOf(const storage::IdempotencyRow& row) {
  return kRowBytes + row.key.size() + row.request_hash.size() +
         row.answer.size();
}

absl::StatusOr<IdempotencyRowPtr> IdempotencyTable::Find(
    const IdempotencyKey& key, TimeMicros now) const {
  IdempotencyRowPtr row;
  {
    MutexLock lock(rows_mutex_);
    const auto found = by_key_.find(key.key);
    if (found == by_key_.end()) return nullptr;
    row = found->second;
  }
  if (row->expires_at <= now) return nullptr;
  if (row->request_hash != key.request_hash) return KeyReused();
  return row;
}

absl::Status IdempotencyTable::CheckRoom(size_t more, size_t bytes) const {
  MutexLock lock(rows_mutex_);
  if (by_key_.size() + more > limits_.max_keys) {
    return NoRoom("idempotency keys", limits_.max_keys);
  }
  if (bytes_ + more * kRowBytes + bytes > limits_.max_bytes) {
    return NoRoom("bytes of idempotency keys", limits_.max_bytes);
  }
  return absl::OkStatus();
}

void IdempotencyTable::Add(storage::IdempotencyRow row) {
  auto added = std::make_shared<const storage::IdempotencyRow>(std::move(row));
  MutexLock lock(rows_mutex_);
  // A view of the old row's key must not stay as the key of the new one.
  if (const auto old = by_key_.find(added->key); old != by_key_.end()) {
    bytes_ -= BytesOf(*old->second);
    by_key_.erase(old);
  }
  bytes_ += BytesOf(*added);
  by_key_.emplace(added->key, added);
  by_expiry_.push(std::move(added));
}

void IdempotencyTable::Clear() {
  MutexLock lock(rows_mutex_);
  by_key_.clear();
  by_expiry_ = {};
  bytes_ = 0;
}

size_t IdempotencyTable::DropExpired(TimeMicros now) {
  MutexLock lock(rows_mutex_);
  size_t dropped = 0;
  for (; !by_expiry_.empty() && by_expiry_.top()->expires_at <= now;
       ++dropped) {
    const IdempotencyRowPtr row = by_expiry_.top();
    by_expiry_.pop();
    const auto found = by_key_.find(row->key);
    // A later call has the key by now.
    if (found == by_key_.end() || found->second != row) continue;
    bytes_ -= BytesOf(*row);
    by_key_.erase(found);
  }
  return dropped;
}

std::vector<IdempotencyRowPtr> IdempotencyTable::Rows() const {
  std::vector<IdempotencyRowPtr> rows;
  MutexLock lock(rows_mutex_);
  rows.reserve(by_key_.size());
  for (const auto& [key, row] : by_key_) rows.push_back(row);
  return rows;
}

size_t IdempotencyTable::size() const {
  MutexLock lock(rows_mutex_);
  return by_key_.size();
}

size_t IdempotencyTable::bytes() const {
  MutexLock lock(rows_mutex_);
  return bytes_;
}

}  // namespace mi::workspace
