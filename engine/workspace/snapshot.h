// The state of a workspace in a snapshot file, so that a start need not replay
// the whole journal.

#ifndef MI_ENGINE_WORKSPACE_SNAPSHOT_H_
#define MI_ENGINE_WORKSPACE_SNAPSHOT_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/snapshot_file.h"
#include "engine/vector/collection.h"
#include "engine/workspace/catalog.h"

namespace mi::workspace {

// One state, held still by the views in it while writes go on.
struct StateImage {
  uint64_t sequence = 0;
  std::shared_ptr<const Catalog> catalog;
  // Of every collection of the catalog.
  std::vector<std::pair<CollectionEntryPtr,
                        std::shared_ptr<const vector::CollectionView>>>
      views;
};

// Adds the sections of a state. Errors: those of SnapshotWriter; CANCELLED when
// `stop` was requested, seen between sections.
absl::Status WriteImage(const StateImage& image,
                        storage::SnapshotWriter& snapshot,
                        const std::stop_token& stop);

// The names and collections that a snapshot holds; builds no graph. Errors:
// DATA_LOSS for sections that WriteImage cannot have written.
absl::StatusOr<std::shared_ptr<const Catalog>> ReadImage(
    const storage::SnapshotReader& snapshot,
    const vector::CollectionOptions& options,
    const vector::BackgroundLanes& lanes);

// The snapshots of a folder, newest first: files whose name is a sequence in 20
// digits and ".snapshot". None where there is no folder.
std::vector<std::filesystem::path> FindSnapshots(
    const std::filesystem::path& folder);
// Removes what a process that was killed had not completed. For whoever alone
// writes into the folder.
void RemovePartialSnapshots(const std::filesystem::path& folder);
std::filesystem::path SnapshotPath(const std::filesystem::path& folder,
                                   uint64_t sequence);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_SNAPSHOT_H_
