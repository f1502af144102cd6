// Idempotency keys: how a write that is asked for twice is carried out once.

#ifndef MI_ENGINE_WORKSPACE_IDEMPOTENCY_H_
#define MI_ENGINE_WORKSPACE_IDEMPOTENCY_H_

#include <cstddef>
#include <memory>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "engine/storage/journal.h"

namespace mi::workspace {

// Names a call and what it asks for.
struct IdempotencyKey {
  // Unique among the tenant's calls: names the method as well.
  std::string key;
  // The same for equal requests, and for no others.
  std::string request_hash;
};

using IdempotencyRowPtr = std::shared_ptr<const storage::IdempotencyRow>;

struct IdempotencyLimits {
  // Keys that have not expired, and the memory that they take together.
  size_t max_keys = 1'000'000;
  size_t max_bytes = size_t{512} << 20;
};

// The keys of a workspace that have not expired, with the answers given. A key
// costs 256 bytes beside its texts: some 450 for an upsert. Thread-safe; calls
// wait for each other no longer than it takes to copy a pointer a key.
class IdempotencyTable {
 public:
  explicit IdempotencyTable(const IdempotencyLimits& limits)
      : limits_(limits) {}

  // The row of an earlier call with this key; null when there is none, or when
  // it expired. Errors: INVALID_ARGUMENT with Reason::kIdempotencyKeyReused
  // when that call asked for something else.
  absl::StatusOr<IdempotencyRowPtr> Find(const IdempotencyKey& key,
                                         TimeMicros now) const;

  // Whether `more` keys with `bytes` bytes of text together may be added.
  // Errors: RESOURCE_EXHAUSTED naming the limit.
  absl::Status CheckRoom(size_t more, size_t bytes) const;

  // Adds a row, in place of one with the same key.
  void Add(storage::IdempotencyRow row);

  // Forgets all rows.
  void Clear();

  // Forgets the rows that expire at `now` or before. Returns how many.
  size_t DropExpired(TimeMicros now);

  // All rows, in no order; for whoever writes the state down. A row whose
  // sequence is beyond that of the state is of a later write.
  std::vector<IdempotencyRowPtr> Rows() const;

  size_t size() const;
  // Memory of all rows, in bytes.
  size_t bytes() const;

 private:
  struct ExpiresLater {
    bool operator()(const IdempotencyRowPtr& a,
                    const IdempotencyRowPtr& b) const {
      return a->expires_at > b->expires_at;
    }
  };
  static size_t BytesOf(const storage::IdempotencyRow& row);

  const IdempotencyLimits limits_;
  mutable Mutex rows_mutex_;
  // Points into the rows.
  absl::flat_hash_map<std::string_view, IdempotencyRowPtr> by_key_
      ABSL_GUARDED_BY(rows_mutex_);
  // The row that expires first is on top.
  std::priority_queue<IdempotencyRowPtr, std::vector<IdempotencyRowPtr>,
                      ExpiresLater>
      by_expiry_ ABSL_GUARDED_BY(rows_mutex_);
  size_t bytes_ ABSL_GUARDED_BY(rows_mutex_) = 0;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_IDEMPOTENCY_H_
