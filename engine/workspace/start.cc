// How a workspace finds its state again: the newest snapshot that can be used,
// then what the journal holds beyond it.

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"

namespace mi::workspace {
absl::Status Workspace::Start() {
  std::vector<SnapshotInfo> snapshots;
  if (store_.enabled()) {
    for (const std::string& unusable : store_.TidyUp()) {
      if (environment_.on_snapshot_read) {
        environment_.on_snapshot_read("", storage::DataLoss(unusable));
      }
    }
    ASSIGN_OR_RETURN(snapshots, store_.List());
    RETURN_IF_ERROR(RestoreMissingJournal(snapshots));
  }
  ASSIGN_OR_RETURN(const storage::Position head, journal_->Head());
  epoch_.Publish(std::make_shared<const std::string>(head.epoch));
  ASSIGN_OR_RETURN(const uint64_t after, StartFromSnapshot(snapshots));
  RETURN_IF_ERROR(Replay(after));
  return LoadIdempotency();
}

absl::Status Workspace::RestoreMissingJournal(
    const std::vector<SnapshotInfo>& snapshots) {
  ASSIGN_OR_RETURN(const storage::Position head, journal_->Head());
  ASSIGN_OR_RETURN(const storage::Beginning beginning, journal_->Begin());
  const bool has_state = std::any_of(snapshots.begin(), snapshots.end(),
                                     [](const SnapshotInfo& snapshot) {
                                       return snapshot.position.sequence > 0;
                                     });
  if (head.sequence > 0 || !beginning.origin.epoch.empty() || !has_state) {
    return absl::OkStatus();
  }
  if (!options_.snapshots.restore_missing_journal) {
    return absl::FailedPreconditionError(fmt::format(
        "there are snapshots, the newest of them '{}', but the journal is "
        "empty: is a disk missing? Put the journal back, or start with "
        "--restore-missing-journal to begin with the newest snapshot, which "
        "loses what was written after it",
        snapshots.front().name));
  }
  absl::Status status;
  for (const SnapshotInfo& snapshot : snapshots) {
    Progress progress;
    const auto file = store_.Open(snapshot, progress);
    status = file.status();
    if (file.ok()) {
      ASSIGN_OR_RETURN(const auto keys, ReadKeys(**file));
      return journal_->Restart(snapshot.position, keys, head).status();
    }
    if (environment_.on_snapshot_read) {
      environment_.on_snapshot_read(snapshot.name, status);
    }
  }
  return status;
}

absl::StatusOr<bool> Workspace::IsUsable(const SnapshotInfo& snapshot) const {
  ASSIGN_OR_RETURN(const storage::Position head, journal_->Head());
  ASSIGN_OR_RETURN(const storage::Beginning beginning, journal_->Begin());
  const storage::Position& position = snapshot.position;
  const bool of_this_history =
      (position.epoch == head.epoch && position.sequence <= head.sequence) ||
      position == beginning.origin;
  return snapshot.complete && of_this_history &&
         position.sequence + 1 >= beginning.first;
}

absl::StatusOr<uint64_t> Workspace::StartFromSnapshot(
    const std::vector<SnapshotInfo>& snapshots) {
  std::vector<SnapshotInfo> candidates = snapshots;
  SortByState(&candidates);
  for (const SnapshotInfo& snapshot : candidates) {
    ASSIGN_OR_RETURN(const bool usable, IsUsable(snapshot));
    if (!usable && snapshot.complete) continue;  // of another history
    const absl::Status started =
        usable
            ? StartFrom(snapshot)
            : storage::DataLoss("its file is missing, or has another length");
    if (environment_.on_snapshot_read) {
      environment_.on_snapshot_read(snapshot.name, started);
    }
    if (started.ok()) return state_.sequence();
  }
  ASSIGN_OR_RETURN(const storage::Beginning beginning, journal_->Begin());
  if (beginning.first == 1) return 0;
  return storage::DataLoss(fmt::format(
      "the journal begins with record {}, and no snapshot of the state before "
      "it can be read. Put one back into the folder of the snapshots",
      beginning.first));
}

absl::Status Workspace::StartFrom(const SnapshotInfo& snapshot) {
  Progress progress;
  ASSIGN_OR_RETURN(const auto file, store_.Open(snapshot, progress));
  ASSIGN_OR_RETURN(auto catalog,
                   ReadImage(*file, options_.collections, environment_.lanes));
  state_.Restore(std::move(catalog), snapshot.position.sequence);
  snapshot_sequence_ = snapshot.position.sequence;
  return absl::OkStatus();
}

absl::Status Workspace::Replay(uint64_t after) {
  return journal_->Read(
      after, [this](const storage::StoredRecord& stored) -> absl::Status {
        bytes_since_snapshot_ += stored.record.body.size();
        ASSIGN_OR_RETURN(const Change change, DecodeChange(stored.record));
        return state_.Apply(change, stored.sequence).status();
      });
}

absl::Status Workspace::LoadIdempotency() {
  const TimeMicros now = environment_.clock->Now();
  RETURN_IF_ERROR(
      journal_->ReadIdempotency([&](const storage::IdempotencyRow& row) {
        if (row.expires_at > now) idempotency_.Add(row);
        return absl::OkStatus();
      }));
  const absl::Status dropped = journal_->DropExpiredIdempotency(now);
  // A full disk must not keep what is stored from being read; Tick tries again
  // with the next key that expires.
  return absl::IsResourceExhausted(dropped) ? absl::OkStatus() : dropped;
}

}  // namespace mi::workspace
