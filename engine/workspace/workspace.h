// One tenant's whole state, durable: journal, then apply, then publish.

#ifndef MI_ENGINE_WORKSPACE_WORKSPACE_H_
#define MI_ENGINE_WORKSPACE_WORKSPACE_H_

#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "engine/storage/journal.h"
#include "engine/workspace/idempotency.h"
#include "engine/workspace/snapshot.h"
#include "engine/workspace/state.h"

namespace mi::workspace {

struct WorkspaceOptions {
  StateLimits limits;
  vector::CollectionOptions collections;
  // Where snapshots lie; empty: there are none. One is written when the journal
  // grew by so many bytes since the last one (0: never), and so many are kept.
  std::filesystem::path snapshot_folder;
  uint64_t snapshot_every_bytes = uint64_t{256} << 20;
  size_t snapshots_kept = 2;
  // Stands in the snapshots.
  std::string creator = "mi";
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

// What a workspace needs from its surroundings.
struct WorkspaceEnvironment {
  const Clock* clock = nullptr;  // not owned, required
  vector::BackgroundLanes lanes;
  // Called by the writer thread after each group; may be empty.
  std::function<void(const CommitEvent&)> on_commit;
  // Called for a snapshot that could not be used, and for one that was: with OK
  // and its file. May be empty.
  std::function<void(const std::filesystem::path&, const absl::Status&)>
      on_snapshot_read;
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
  const std::string& epoch() const { return epoch_; }
  absl::StatusOr<uint64_t> JournalBytes() const;

  // Writes the present state into the snapshot folder, while reads and writes
  // go on, and removes those beyond options.snapshots_kept. One at a time.
  // Errors: FAILED_PRECONDITION without a folder; those of SnapshotWriter, and
  // of reading it back; CANCELLED when `stop` was requested.
  absl::Status WriteSnapshot(const std::stop_token& stop);
  // Whether the journal has grown enough since the last one.
  bool SnapshotIsDue() const;

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

  // Upkeep of all collections, of the idempotency keys and of the journal; call
  // every second or so. Errors: those of Journal::Maintain; state is intact
  // whatever it returns.
  absl::Status Tick();

 private:
  struct PendingWrite;
  struct Group;

  Workspace(std::unique_ptr<storage::Journal> journal,
            const WorkspaceOptions& options, WorkspaceEnvironment environment);

  absl::Status Replay();
  // The position to replay from.
  uint64_t StartFromSnapshot(const storage::Position& head);
  absl::Status StartFrom(const std::filesystem::path& path,
                         const storage::Position& head);
  StateImage Image();
  absl::Status LoadIdempotency();
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
      const Group& group, TimeMicros now) const;
  // Applies a group that was stored, or finishes its members with the error.
  void Conclude(const Group& group, uint64_t old_head,
                const absl::Status& appended);

  const WorkspaceOptions options_;
  const WorkspaceEnvironment environment_;
  const std::unique_ptr<storage::Journal> journal_;
  // Held while records are applied: what it sees is one state.
  Mutex apply_mutex_;
  State state_;
  Mutex snapshot_mutex_;  // one is written at a time
  std::atomic<uint64_t> bytes_since_snapshot_{0};
  IdempotencyTable idempotency_;
  std::string epoch_;

  Mutex waiting_mutex_;
  Condition waiting_changed_;
  std::deque<PendingWrite*> waiting_ ABSL_GUARDED_BY(waiting_mutex_);
  bool closing_ ABSL_GUARDED_BY(waiting_mutex_) = false;
  std::thread writer_;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_WORKSPACE_H_
