// Writes that become durable together.

#ifndef MI_ENGINE_WORKSPACE_WRITE_GROUP_H_
#define MI_ENGINE_WORKSPACE_WRITE_GROUP_H_

#include <cstddef>
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
// group, unless one expects a version of a point that a member writes; changes
// of the catalog and deletions by filter stand alone. Thread-compatible.
class WriteGroup {
 public:
  WriteGroup(size_t max_writes, size_t max_bytes)
      : max_writes_(max_writes), max_bytes_(max_bytes) {}

  bool empty() const { return changes_.empty(); }

  // Whether `request` may be checked and added now. An empty group admits
  // everything.
  bool Admits(const WriteRequest& request);

  void Add(Change change);

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<storage::Record>& records() const { return records_; }
  size_t bytes() const { return bytes_; }

 private:
  bool WritesAnyOf(const WriteRequest& request);

  const size_t max_writes_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  bool stands_alone_ = false;
  std::vector<Change> changes_;
  std::vector<storage::Record> records_;
  // The points that the first `indexed_changes_` members write; made when a
  // write with expected versions asks.
  absl::flat_hash_set<std::pair<CollectionId, std::string>> written_;
  size_t indexed_changes_ = 0;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_WRITE_GROUP_H_
