// Writes that become durable together.

#ifndef MI_ENGINE_WORKSPACE_WRITE_GROUP_H_
#define MI_ENGINE_WORKSPACE_WRITE_GROUP_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/storage/journal.h"
#include "engine/workspace/change.h"
#include "engine/workspace/write_request.h"

namespace mi::workspace {

// Members of a group are checked against the state before the group, so a
// write may join only if no member can change the answer: writes of points may
// group, unless one that expects versions or has an idempotency key (whose
// answer says what was replaced) names a point that a member writes; so may
// changes of what is in graphs, which are checked against what the members
// before make of them; changes of the catalog and deletions by filter stand
// alone. No two members have the same
// idempotency key. Thread-compatible.
class WriteGroup {
 public:
  WriteGroup(size_t max_writes, size_t max_bytes)
      : max_writes_(max_writes), max_bytes_(max_bytes) {}

  bool empty() const { return changes_.empty(); }

  // Whether `request` may be checked and added now. An empty group admits
  // everything.
  bool Admits(const WriteRequest& request);

  // `row` is there for a write with an idempotency key.
  void Add(Change change, std::optional<storage::IdempotencyRow> row);

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<storage::Record>& records() const { return records_; }
  // Of those members that have a key, in their order.
  const std::vector<storage::IdempotencyRow>& idempotency() const {
    return idempotency_;
  }
  // Of the texts of those rows.
  size_t idempotency_bytes() const { return idempotency_bytes_; }
  size_t bytes() const { return bytes_; }

 private:
  bool WritesAnyOf(const WriteRequest& request);

  const size_t max_writes_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  bool stands_alone_ = false;
  std::vector<Change> changes_;
  std::vector<storage::Record> records_;
  std::vector<storage::IdempotencyRow> idempotency_;
  size_t idempotency_bytes_ = 0;
  absl::flat_hash_set<std::string> keys_;
  // The points that the first `indexed_changes_` members write; made when a
  // write with expected versions or a key asks.
  absl::flat_hash_set<std::pair<CollectionId, std::string>> written_;
  size_t indexed_changes_ = 0;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_WRITE_GROUP_H_
