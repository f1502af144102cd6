// The ordered log that a workspace's state is computed from.
//
// A record is opaque tagged bytes: the journal knows nothing of what changed.
// Whatever was appended is read back in the same order, without gaps, on this
// machine and on any other that reads the same journal.

#ifndef MI_ENGINE_STORAGE_JOURNAL_H_
#define MI_ENGINE_STORAGE_JOURNAL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/clock.h"

namespace mi::storage {

// One change, as its module encoded it. README.md says how kinds and schema
// versions are assigned.
struct Record {
  uint32_t kind = 0;
  uint32_t schema_version = 0;
  std::string body;

  friend bool operator==(const Record&, const Record&) = default;
};

// A record and its place: 1, 2, 3, ... within its journal.
struct StoredRecord {
  uint64_t sequence = 0;
  Record record;

  friend bool operator==(const StoredRecord&, const StoredRecord&) = default;
};

// What a write with an idempotency key left behind, so that the same call can
// be answered again without being carried out again.
struct IdempotencyRow {
  // Names the call: unique among the rows that have not expired.
  std::string key;
  // Of the request: another request must not use the key.
  std::string request_hash;
  // The head behind the write's records.
  uint64_t sequence = 0;
  // Until then the key is kept.
  TimeMicros expires_at = 0;
  // What the call was answered.
  std::string answer;

  friend bool operator==(const IdempotencyRow&,
                         const IdempotencyRow&) = default;
};

// A point in a journal's history: all records up to `sequence`, which is 0
// before the first. Positions of different epochs cannot be compared: the epoch
// (a UUID) changes when history is replaced, as by restoring an older state.
struct Position {
  std::string epoch;
  uint64_t sequence = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

// Where a journal's records begin.
struct Beginning {
  // The position in an earlier history whose state the first record of this one
  // was written upon: of Restart. The epoch is empty for a history that began
  // with nothing.
  Position origin;
  // Lowest sequence that was not truncated; the head's successor when there is
  // no record.
  uint64_t first = 1;

  friend bool operator==(const Beginning&, const Beginning&) = default;
};

// One journal: one shard of one workspace. Thread-safe. Readers never wait for
// an append, nor an append for readers.
//
// Errors of every call, beside those named below:
//   DATA_LOSS    stored bytes are damaged or missing, or an earlier write left
//                an unknown outcome; nothing but a restart will help
//   UNAVAILABLE  the store cannot be reached now, and nothing was changed
class Journal {
 public:
  // The longest record body, and the longest idempotency row, in bytes.
  static constexpr size_t kMaxBodyBytes = size_t{256} << 20;

  virtual ~Journal() = default;

  // Stores `records` behind `expected_head`, as sequences
  // expected_head.sequence + 1 and following, and returns the new head; with
  // them, in the same transaction, `idempotency`, which may be there without
  // any record. When it returns OK all of it is durable; otherwise nothing is
  // stored, unless the code is DATA_LOSS. Cost: one transaction and one sync
  // for the whole span, so a writer should hand over all that is waiting.
  //
  // Errors:
  //   ABORTED             the head is not `expected_head`: another writer
  //   INVALID_ARGUMENT    a body or a row is longer than kMaxBodyBytes
  //   RESOURCE_EXHAUSTED  no space (Reason::kDiskFull); reading goes on, and
  //                       appending works again once there is space
  virtual absl::StatusOr<Position> Append(
      absl::Span<const Record> records,
      absl::Span<const IdempotencyRow> idempotency,
      const Position& expected_head) = 0;

  // The same for writes without keys.
  absl::StatusOr<Position> Append(absl::Span<const Record> records,
                                  const Position& expected_head) {
    return Append(records, {}, expected_head);
  }

  // Visits every record behind sequence `after`, ascending, up to the head at
  // the time of the call. The record is valid during its visit only. An error
  // from `visit` ends the reading and is returned.
  //
  // Errors:
  //   DATA_LOSS     a record is missing or damaged; the message names its
  //                 sequence, and those before it have been visited
  //   OUT_OF_RANGE  records behind `after` were truncated, or `after` is
  //                 beyond the head
  using Visitor = absl::FunctionRef<absl::Status(const StoredRecord&)>;
  virtual absl::Status Read(uint64_t after, Visitor visit) = 0;

  // Visits every idempotency row in the order in which they were appended;
  // those appended meanwhile may be among them. Of rows with the same key the
  // last one counts: the others had expired when it came. Rows stay when their
  // records are truncated. An error from `visit` ends the reading and is
  // returned.
  //
  // Errors:
  //   DATA_LOSS     a row is damaged; those before it have been visited
  using IdempotencyVisitor =
      absl::FunctionRef<absl::Status(const IdempotencyRow&)>;
  virtual absl::Status ReadIdempotency(IdempotencyVisitor visit) = 0;

  // Forgets the idempotency rows that expire at `now` or before: the journal
  // has no clock of its own. Appends go on meanwhile.
  // Errors: RESOURCE_EXHAUSTED as for Append.
  virtual absl::Status DropExpiredIdempotency(TimeMicros now) = 0;

  // The position of the last durable record.
  virtual absl::StatusOr<Position> Head() = 0;

  // Where the records begin.
  virtual absl::StatusOr<Beginning> Begin() = 0;

  // Replaces the history by one with a new epoch, whose first record will
  // follow `origin`, a position of any history: forgets all records and
  // idempotency rows and stores `idempotency` instead. All of it is durable
  // when this returns the new head, and nothing has changed otherwise, unless
  // the code is DATA_LOSS. Cost: one transaction that visits every page.
  // Errors: as for Append.
  virtual absl::StatusOr<Position> Restart(
      const Position& origin, absl::Span<const IdempotencyRow> idempotency,
      const Position& expected_head) = 0;

  // Waits until the head is beyond `after`, or the history was replaced, and
  // returns the head.
  // Errors: DEADLINE_EXCEEDED, CANCELLED when `stop` was requested.
  virtual absl::StatusOr<Position> Wait(
      uint64_t after, std::chrono::steady_clock::time_point deadline,
      std::stop_token stop = {}) = 0;

  // Forgets the records before `sequence` for good; sequences go on as they
  // were. Their space is used again by later appends.
  // Errors: OUT_OF_RANGE when `sequence` is beyond the head's successor.
  virtual absl::Status TruncateBefore(uint64_t sequence) = 0;

  // Housekeeping that keeps appends fast and the files small. To be called from
  // a background thread, every second or so while records are appended; cheap
  // when there is nothing to do.
  // Errors: RESOURCE_EXHAUSTED as for Append.
  virtual absl::Status Maintain() = 0;

  // Bytes used on disk, all files together.
  virtual absl::StatusOr<uint64_t> DiskBytes() = 0;
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_JOURNAL_H_
