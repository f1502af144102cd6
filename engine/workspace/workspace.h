// One tenant's whole state, durable: journal, then apply, then publish.

#ifndef MI_ENGINE_WORKSPACE_WORKSPACE_H_
#define MI_ENGINE_WORKSPACE_WORKSPACE_H_

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "engine/base/progress.h"
#include "engine/base/published.h"
#include "engine/storage/journal.h"
#include "engine/workspace/idempotency.h"
#include "engine/workspace/snapshot.h"
#include "engine/workspace/snapshot_store.h"
#include "engine/workspace/state.h"

namespace mi::workspace {

struct SnapshotOptions {
  SnapshotStoreOptions store;
  // A snapshot is due when the journal grew by so many bytes since the last one
  // (0: never for this reason), and when so much time has passed and anything
  // was written meanwhile (0: the same).
  uint64_t every_bytes = uint64_t{256} << 20;
  std::chrono::nanoseconds every{0};
  // So many of the newest are what a start may need: older ones that were
  // written on schedule are removed, and the journal is cut behind the oldest
  // of them, unless it is to be kept whole.
  size_t kept = 2;
  bool keep_journal = false;
  // Whether a workspace that has snapshots and an empty journal starts from the
  // newest of them, as after the loss of a disk. Otherwise it does not start.
  bool restore_missing_journal = false;
  // Program and version; stands in the snapshots.
  std::string creator = "mi";
};

struct WorkspaceOptions {
  StateLimits limits;
  vector::CollectionOptions collections;
  SnapshotOptions snapshots;
  // A group of writes that is made durable with one sync holds at most this
  // many writes and this many bytes, beyond the first write.
  size_t max_group_writes = 256;
  size_t max_group_bytes = size_t{16} << 20;
  // Writes that may wait; more are refused with UNAVAILABLE.
  size_t max_waiting_writes = 1024;
  // How long an idempotency key is kept, from its first use on.
  std::chrono::microseconds idempotency_retention = std::chrono::hours(24);
  IdempotencyLimits idempotency;
};

// What a group commit did, for metrics.
struct CommitEvent {
  size_t records = 0;
  size_t bytes = 0;
  std::chrono::nanoseconds append_time{0};
  bool ok = true;
};

// What writing a snapshot did, for metrics and the log.
struct SnapshotEvent {
  absl::StatusOr<SnapshotInfo> outcome;
  SnapshotTrigger trigger = SnapshotTrigger::kSchedule;
  std::chrono::nanoseconds time{0};
};

// What a workspace needs from its surroundings.
struct WorkspaceEnvironment {
  const Clock* clock = nullptr;  // not owned, required
  vector::BackgroundLanes lanes;
  // Called by the writer thread after each group; may be empty.
  std::function<void(const CommitEvent&)> on_commit;
  // Called at a start for each snapshot that could not be used, and with OK for
  // the one that was. May be empty.
  std::function<void(const std::string& name, const absl::Status&)>
      on_snapshot_read;
  // Called after each attempt to write a snapshot. May be empty.
  std::function<void(const SnapshotEvent&)> on_snapshot_written;
};

// What a restore did.
struct Restored {
  SnapshotInfo snapshot;
  // The head of the new history.
  storage::Position position;
  // Of the state that was replaced, unless it was discarded.
  std::optional<SnapshotInfo> previous_state;
};

// Thread-safe. One thread of its own checks writes, groups what is waiting into
// one journal append, applies the records in order and answers. State is
// therefore a pure function of the journal, and a restart replays it.
class Workspace {
 public:
  // Starts from the newest snapshot that can be used, then replays what the
  // journal holds beyond it; the whole journal where there is none. Errors:
  // DATA_LOSS for a damaged journal; what the journal itself returns.
  static absl::StatusOr<std::unique_ptr<Workspace>> Open(
      std::unique_ptr<storage::Journal> journal,
      const WorkspaceOptions& options, WorkspaceEnvironment environment);
  // Finishes the writes that wait, then closes the journal.
  ~Workspace();

  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // --- Reads never wait for writes.

  std::shared_ptr<const Catalog> catalog() const { return state_.catalog(); }
  uint64_t sequence() const { return state_.sequence(); }
  std::string epoch() const { return *epoch_.Load(); }
  absl::StatusOr<uint64_t> JournalBytes() const;

  // What an earlier write with this key was answered; nothing when there was
  // none, or its key expired. Errors: INVALID_ARGUMENT with
  // Reason::kIdempotencyKeyReused when it asked for something else.
  absl::StatusOr<std::optional<std::string>> FindAnswer(
      const IdempotencyKey& key) const;
  // The keys and answers that are kept.
  const IdempotencyTable& idempotency() const { return idempotency_; }

  // --- Writes.

  // Returns when the write is durable and visible to every read that starts
  // afterwards. A write whose turn has not come when `stop` is requested is
  // dropped with CANCELLED; afterwards it completes whatever happens.
  //
  // A write with an idempotency key that was used before is not carried out
  // again but answered as it was then. One that has the same key as a write
  // before it in the queue waits for that one. Only writes that succeed use
  // their key up.
  //
  // Errors: those of State::Prepare and FindAnswer; RESOURCE_EXHAUSTED when the
  // disk is full, or more idempotency keys would have to be kept than the
  // limit; UNAVAILABLE when too many writes wait or the workspace is closing.
  absl::StatusOr<WriteResult> Write(WriteRequest request, std::stop_token stop);

  // --- Snapshots. One is written, read or deleted at a time; others wait.

  // Writes the present state down while reads and writes go on, then removes
  // what is no longer needed: see SnapshotOptions::kept. Errors: those of
  // SnapshotStore::Write. An error of the removal is returned too, though the
  // snapshot is there.
  absl::StatusOr<SnapshotInfo> WriteSnapshot(SnapshotTrigger trigger,
                                             std::string description,
                                             Progress& progress);
  // Whether one should be written on schedule. Not for a minute after one that
  // failed.
  bool SnapshotIsDue() const;

  // Replaces the state by that of a snapshot, in one step for whoever reads,
  // and gives the journal a new epoch. Writes wait for the step only. By
  // default the present state is written down first. Errors: those of
  // SnapshotStore::Find, Write and Open, and of Journal::Restart; nothing has
  // changed then, unless it is DATA_LOSS of the journal.
  absl::StatusOr<Restored> RestoreSnapshot(const std::string& name,
                                           bool discard_present_state,
                                           Progress& progress);

  // Errors: those of SnapshotStore::Find; FAILED_PRECONDITION with
  // Reason::kSnapshotInUse when a start could need it.
  absl::Status DeleteSnapshot(const std::string& name);

  // To list and find snapshots.
  const SnapshotStore& snapshots() const { return store_; }
  // Whether a start could begin with this snapshot: it is of the present
  // history, and the journal reaches back to it.
  absl::StatusOr<bool> IsUsable(const SnapshotInfo& snapshot) const;

  // --- Upkeep.

  // Upkeep of all collections, of the idempotency keys and of the journal; call
  // every second or so. Errors: those of Journal::Maintain; state is intact
  // whatever it returns.
  absl::Status Tick();

 private:
  struct PendingWrite;
  struct Group;

  Workspace(std::unique_ptr<storage::Journal> journal,
            const WorkspaceOptions& options, WorkspaceEnvironment environment);

  // start.cc: how the state is found again.
  absl::Status Start();
  absl::Status RestoreMissingJournal(
      const std::vector<SnapshotInfo>& snapshots);
  // The sequence to replay from.
  absl::StatusOr<uint64_t> StartFromSnapshot(
      const std::vector<SnapshotInfo>& snapshots);
  absl::Status StartFrom(const SnapshotInfo& snapshot);
  absl::Status Replay(uint64_t after);
  absl::Status LoadIdempotency();

  // workspace_snapshots.cc
  StateImage Image();
  absl::StatusOr<SnapshotInfo> WriteSnapshotLocked(SnapshotTrigger trigger,
                                                   std::string description,
                                                   Progress& progress)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(snapshot_mutex_);
  // Of all that a start could begin with, the state furthest on first.
  absl::StatusOr<std::vector<SnapshotInfo>> UsableSnapshots() const;
  absl::Status RemoveWhatIsNotNeeded()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(snapshot_mutex_);
  absl::Status SwitchTo(const SnapshotInfo& snapshot,
                        std::shared_ptr<const Catalog> catalog,
                        const std::vector<storage::IdempotencyRow>& keys);
  absl::Status DropExpiredKeys();
  void WriterLoop();
  // Commits a prefix of `pending` as one group and removes it.
  void CommitGroup(std::deque<PendingWrite*>* pending);
  // Adds a write to the group, or finishes it: as cancelled, as one that is
  // done already, or with the reason why it cannot be done.
  void Admit(PendingWrite* write, Group* group);
  // The answer of an earlier write with the same key, if there is one.
  absl::StatusOr<std::optional<WriteResult>> FindEarlier(
      const WriteRequest& request, TimeMicros now) const;
  absl::StatusOr<std::optional<storage::IdempotencyRow>> MakeRow(
      const std::optional<Idempotency>& idempotency, const Change& change,
      uint64_t sequence, const Group& group, TimeMicros now) const;
  // Applies a group that was stored, or finishes its members with the error.
  void Conclude(const Group& group, uint64_t old_head,
                const absl::Status& appended);

  const WorkspaceOptions options_;
  const WorkspaceEnvironment environment_;
  const std::unique_ptr<storage::Journal> journal_;
  // Held while records are applied: what it sees is one state.
  Mutex apply_mutex_;
  State state_;
  IdempotencyTable idempotency_;
  Published<std::string> epoch_;
  // Held while a group is checked, stored and applied, and while the history is
  // replaced.
  Mutex commit_mutex_ ABSL_ACQUIRED_BEFORE(apply_mutex_);

  SnapshotStore store_;
  Mutex snapshot_mutex_ ABSL_ACQUIRED_BEFORE(commit_mutex_);
  // Of the journal, since the last snapshot; and what that one was.
  std::atomic<uint64_t> bytes_since_snapshot_{0};
  std::atomic<uint64_t> snapshot_sequence_{0};
  std::atomic<std::chrono::steady_clock::time_point> snapshot_time_;
  // None is due before.
  std::atomic<std::chrono::steady_clock::time_point> snapshot_not_before_;

  Mutex waiting_mutex_;
  Condition waiting_changed_;
  std::deque<PendingWrite*> waiting_ ABSL_GUARDED_BY(waiting_mutex_);
  bool closing_ ABSL_GUARDED_BY(waiting_mutex_) = false;
  std::thread writer_;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_WORKSPACE_H_
