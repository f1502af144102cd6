// The snapshots of a workspace: a folder with two files for each, NAME.snapshot
// and, written last, NAME.json, its manifest. A snapshot without a manifest is
// not there yet.

#ifndef MI_ENGINE_WORKSPACE_SNAPSHOT_STORE_H_
#define MI_ENGINE_WORKSPACE_SNAPSHOT_STORE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/progress.h"
#include "engine/storage/file_calls.h"
#include "engine/storage/snapshot_file.h"
#include "engine/workspace/snapshot_info.h"

namespace mi::workspace {

struct SnapshotStoreOptions {
  // Created with the first snapshot. Empty: there are no snapshots.
  std::filesystem::path folder;
  // The folder is a bucket that is mounted: nothing is renamed or appended to,
  // no name is used twice, and a file exists when it is closed.
  bool bucket = false;
  storage::FileCalls calls;
};

// Thread-safe: it holds nothing but options. One process at a time writes into
// the folder; anybody may copy files into it, the manifest last.
class SnapshotStore {
 public:
  explicit SnapshotStore(SnapshotStoreOptions options)
      : options_(std::move(options)) {}

  bool enabled() const { return !options_.folder.empty(); }

  // Newest first; none where there is no folder. Cost: one small file each.
  // Errors: FAILED_PRECONDITION when the folder cannot be read.
  absl::StatusOr<std::vector<SnapshotInfo>> List() const;

  // Errors: INVALID_ARGUMENT for what is no name; NOT_FOUND.
  absl::StatusOr<SnapshotInfo> Find(std::string_view name) const;

  // Writes what `write` adds, makes it durable, reads it back and then makes
  // it known. Fills in name, bytes and hash of `info`. A write that fails or is
  // stopped leaves nothing. `bytes` is about how many will be written, for the
  // progress.
  //
  // Errors: those of SnapshotWriter, SnapshotReader and `write`; CANCELLED;
  // FAILED_PRECONDITION when the folder cannot be written.
  absl::StatusOr<SnapshotInfo> Write(
      SnapshotInfo info, uint64_t bytes, Progress& progress,
      absl::FunctionRef<absl::Status(storage::SnapshotWriter&)> write);

  // Reads all of a snapshot and checks it; DATA_LOSS also when it is another
  // one than its manifest says. Otherwise as SnapshotReader::Open.
  absl::StatusOr<std::unique_ptr<storage::SnapshotReader>> Open(
      const SnapshotInfo& info, Progress& progress) const;

  // Errors: FAILED_PRECONDITION when a file cannot be removed.
  absl::Status Remove(const SnapshotInfo& info);

  // Puts the folder in order after a crash, or after somebody copied a snapshot
  // without its manifest: gives it one if it is whole, and removes what a write
  // left behind. Returns what it could not use, in words. Before anything else.
  std::vector<std::string> TidyUp();

  // The snapshot's own file.
  std::filesystem::path PathOf(std::string_view name) const;

 private:
  absl::Status WriteManifest(const SnapshotInfo& info);
  absl::Status Adopt(const std::string& name);

  const SnapshotStoreOptions options_;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_SNAPSHOT_STORE_H_
