// The state of a workspace as sections of a snapshot file.

#ifndef MI_ENGINE_WORKSPACE_SNAPSHOT_H_
#define MI_ENGINE_WORKSPACE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/snapshot_file.h"
#include "engine/vector/collection.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/idempotency.h"
#include "engine/workspace/snapshot_info.h"

namespace mi::workspace {

// One state, held still by the views in it while writes go on.
struct StateImage {
  uint64_t sequence = 0;
  std::shared_ptr<const Catalog> catalog;
  // Of every collection of the catalog.
  std::vector<std::pair<CollectionEntryPtr,
                        std::shared_ptr<const vector::CollectionView>>>
      views;
  // Of every graph of the catalog.
  std::vector<std::pair<GraphEntryPtr, std::shared_ptr<const graph::GraphView>>>
      graphs;
  // The idempotency keys; those of later writes are left out.
  std::vector<IdempotencyRowPtr> keys;

  // Says how much of everything there is.
  void Count(SnapshotInfo* info) const;
  // About how long the snapshot will be.
  uint64_t EstimateBytes() const;
};

// Adds the sections of a state. Errors: those of SnapshotWriter.
absl::Status WriteImage(const StateImage& image,
                        storage::SnapshotWriter& snapshot);

// The names and collections that a snapshot holds; builds no graph. Errors:
// DATA_LOSS for sections that WriteImage cannot have written.
absl::StatusOr<std::shared_ptr<const Catalog>> ReadImage(
    const storage::SnapshotReader& snapshot,
    const vector::CollectionOptions& options,
    const vector::BackgroundLanes& lanes);

// The idempotency keys that a snapshot holds. Errors: DATA_LOSS as above.
absl::StatusOr<std::vector<storage::IdempotencyRow>> ReadKeys(
    const storage::SnapshotReader& snapshot);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_SNAPSHOT_H_
