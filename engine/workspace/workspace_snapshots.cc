// Snapshots of a workspace that runs: writing, restoring and deleting them.

#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

// After a snapshot that could not be written.
constexpr auto kPause = std::chrono::minutes(1);

}  // namespace

bool Workspace::SnapshotIsDue() const {
  const SnapshotOptions& options = options_.snapshots;
  const auto now = environment_.clock->Steady();
  if (!store_.enabled() || now < snapshot_not_before_.load()) return false;
  const bool grown =
      options.every_bytes > 0 && bytes_since_snapshot_ >= options.every_bytes;
  const bool overdue = options.every.count() > 0 &&
                       now - snapshot_time_.load() >= options.every &&
                       sequence() != snapshot_sequence_;
  return grown || overdue;
}

StateImage Workspace::Image() {
  StateImage image;
  {
    MutexLock lock(apply_mutex_);
    image.sequence = state_.sequence();
    image.catalog = state_.catalog();
    for (const auto& [name, entry] : image.catalog->collections) {
      image.views.emplace_back(entry, entry->points->View());
    }
    for (const auto& [name, entry] : image.catalog->graphs) {
      image.graphs.emplace_back(entry, entry->graph->View());
    }
  }
  image.keys = idempotency_.Rows();
  return image;
}

absl::StatusOr<SnapshotInfo> Workspace::WriteSnapshot(SnapshotTrigger trigger,
                                                      std::string description,
                                                      Progress& progress) {
  MutexLock lock(snapshot_mutex_);
  ASSIGN_OR_RETURN(
      SnapshotInfo written,
      WriteSnapshotLocked(trigger, std::move(description), progress));
  RETURN_IF_ERROR(RemoveWhatIsNotNeeded());
  return written;
}

absl::StatusOr<SnapshotInfo> Workspace::WriteSnapshotLocked(
    SnapshotTrigger trigger, std::string description, Progress& progress) {
  const auto start = environment_.clock->Steady();
  const uint64_t bytes = bytes_since_snapshot_;
  const StateImage image = Image();
  SnapshotInfo info;
  info.position = {.epoch = epoch(), .sequence = image.sequence};
  info.created = environment_.clock->Now();
  info.creator = options_.snapshots.creator;
  info.trigger = trigger;
  info.description = std::move(description);
  image.Count(&info);
  auto written = store_.Write(
      std::move(info), image.EstimateBytes(), progress,
      [&](storage::SnapshotWriter& file) { return WriteImage(image, file); });
  const auto end = environment_.clock->Steady();
  if (written.ok()) {
    bytes_since_snapshot_ -= bytes;
    snapshot_sequence_ = image.sequence;
    snapshot_time_ = end;
  } else {
    snapshot_not_before_ = end + kPause;
  }
  if (environment_.on_snapshot_written) {
    environment_.on_snapshot_written(
        {.outcome = written, .trigger = trigger, .time = end - start});
  }
  return written;
}

absl::StatusOr<std::vector<SnapshotInfo>> Workspace::UsableSnapshots() const {
  ASSIGN_OR_RETURN(std::vector<SnapshotInfo> all, store_.List());
  std::vector<SnapshotInfo> usable;
  for (SnapshotInfo& snapshot : all) {
    ASSIGN_OR_RETURN(const bool yes, IsUsable(snapshot));
    if (yes) usable.push_back(std::move(snapshot));
  }
  SortByState(&usable);
  return usable;
}

absl::Status Workspace::RemoveWhatIsNotNeeded() {
  const size_t kept = options_.snapshots.kept;
  ASSIGN_OR_RETURN(const auto usable, UsableSnapshots());
  if (usable.size() < kept) return absl::OkStatus();
  const std::string epoch = *epoch_.Load();
  for (size_t i = kept; i < usable.size(); ++i) {
    // Those of another history were copied here, or a restore began with them:
    // somebody may want them.
    if (usable[i].trigger != SnapshotTrigger::kSchedule ||
        usable[i].position.epoch != epoch) {
      continue;
    }
    RETURN_IF_ERROR(store_.Remove(usable[i]));
  }
  if (options_.snapshots.keep_journal) return absl::OkStatus();
  return journal_->TruncateBefore(usable[kept - 1].position.sequence + 1);
}

absl::StatusOr<Restored> Workspace::RestoreSnapshot(const std::string& name,
                                                    bool discard_present_state,
                                                    Progress& progress) {
  MutexLock lock(snapshot_mutex_);
  Restored restored;
  ASSIGN_OR_RETURN(restored.snapshot, store_.Find(name));
  if (!discard_present_state) {
    Progress part = progress.Part(0.5);
    ASSIGN_OR_RETURN(
        restored.previous_state,
        WriteSnapshotLocked(SnapshotTrigger::kBeforeRestore,
                            fmt::format("before restoring {}", name), part));
  }
  progress.Begin("reading", 0.9);
  ASSIGN_OR_RETURN(const auto file, store_.Open(restored.snapshot, progress));
  ASSIGN_OR_RETURN(auto catalog,
                   ReadImage(*file, options_.collections, environment_.lanes));
  ASSIGN_OR_RETURN(const auto keys, ReadKeys(*file));
  // The last moment to stop.
  RETURN_IF_ERROR(progress.At(1));
  progress.Begin("switching", 1);
  const std::shared_ptr<const Catalog> replaced = this->catalog();
  RETURN_IF_ERROR(SwitchTo(restored.snapshot, std::move(catalog), keys));
  for (const auto& [unused, entry] : replaced->collections) {
    entry->points->StopBackground();
  }
  restored.position = {.epoch = epoch(),
                       .sequence = restored.snapshot.position.sequence};
  return restored;
}

absl::Status Workspace::SwitchTo(
    const SnapshotInfo& snapshot, std::shared_ptr<const Catalog> catalog,
    const std::vector<storage::IdempotencyRow>& keys) {
  MutexLock commit(commit_mutex_);
  ASSIGN_OR_RETURN(
      const storage::Position head,
      journal_->Restart(snapshot.position, keys, {epoch(), state_.sequence()}));
  MutexLock apply(apply_mutex_);
  epoch_.Publish(std::make_shared<const std::string>(head.epoch));
  state_.Restore(std::move(catalog), head.sequence);
  idempotency_.Clear();
  const TimeMicros now = environment_.clock->Now();
  for (const auto& row : keys) {
    if (row.expires_at > now) idempotency_.Add(row);
  }
  bytes_since_snapshot_ = 0;
  snapshot_sequence_ = head.sequence;
  return absl::OkStatus();
}

absl::Status Workspace::DeleteSnapshot(const std::string& name) {
  MutexLock lock(snapshot_mutex_);
  ASSIGN_OR_RETURN(const SnapshotInfo snapshot, store_.Find(name));
  ASSIGN_OR_RETURN(const storage::Beginning beginning, journal_->Begin());
  ASSIGN_OR_RETURN(const bool usable, IsUsable(snapshot));
  // A journal that reaches back to its beginning needs no snapshot.
  if (usable && beginning.first > 1) {
    ASSIGN_OR_RETURN(const auto all, UsableSnapshots());
    if (all.size() <= options_.snapshots.kept) {
      return ResourceError(
          absl::StatusCode::kFailedPrecondition, Reason::kSnapshotInUse,
          "snapshot", name,
          fmt::format("a start could need '{}': the journal begins with record "
                      "{}, and {} snapshots of the state before it are kept",
                      name, beginning.first, options_.snapshots.kept));
    }
  }
  return store_.Remove(snapshot);
}

}  // namespace mi::workspace
