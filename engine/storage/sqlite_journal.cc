#include "engine/storage/sqlite_journal.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/head_watch.h"
#include "engine/storage/journal_folder.h"
#include "engine/storage/record_checksum.h"
#include "engine/storage/sqlite_database.h"
#include "engine/storage/sqlite_idempotency.h"
#include "engine/storage/sqlite_journal_file.h"
#include "engine/storage/sqlite_journal_reader.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

// Bounds how long one transaction of TruncateBefore keeps appends waiting:
// every page of a body is visited.
constexpr int64_t kTruncatedAtOnce = 4096;
constexpr int64_t kTruncatedBytesAtOnce = 16 << 20;

// Maintain() leaves a log that is shorter than a sixteenth of the maximum.
constexpr size_t kMaintainFraction = 16;
constexpr int kMaintainRounds = 3;

absl::Status CheckSizes(absl::Span<const Record> records,
                        absl::Span<const IdempotencyRow> idempotency) {
  const auto check = [](std::string_view what, size_t bytes) {
    if (bytes <= Journal::kMaxBodyBytes) return absl::OkStatus();
    return absl::InvalidArgumentError(
        fmt::format("journal: {} of {} bytes; at most {} are possible", what,
                    bytes, Journal::kMaxBodyBytes));
  };
  for (const Record& record : records) {
    RETURN_IF_ERROR(check("a record", record.body.size()));
  }
  for (const IdempotencyRow& row : idempotency) {
    RETURN_IF_ERROR(
        check("an idempotency row",
              row.key.size() + row.request_hash.size() + row.answer.size()));
  }
  return absl::OkStatus();
}

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(SqliteJournalOptions options, JournalFolder folder,
                JournalFile file, Database checkpointer)
      : options_(std::move(options)),
        folder_(std::move(folder)),
        head_(std::move(file.head)),
        writer_(std::move(file.writer)),
        checkpointer_(std::move(checkpointer)) {}
  ~SqliteJournal() override;

  // Prepares what appending needs, and empties the write-ahead log.
  absl::Status Start();

  absl::StatusOr<Position> Append(absl::Span<const Record> records,
                                  absl::Span<const IdempotencyRow> idempotency,
                                  const Position& expected_head) override;
  absl::Status Read(uint64_t after, Visitor visit) override;
  absl::Status ReadIdempotency(IdempotencyVisitor visit) override;
  absl::Status DropExpiredIdempotency(TimeMicros now) override;
  absl::StatusOr<Position> Head() override { return head_.Head(); }
  absl::StatusOr<Beginning> Begin() override;
  absl::StatusOr<Position> Restart(const Position& origin,
                                   absl::Span<const IdempotencyRow> idempotency,
                                   const Position& expected_head) override;
  absl::StatusOr<Position> Wait(uint64_t after,
                                std::chrono::steady_clock::time_point deadline,
                                std::stop_token stop) override {
    return head_.Wait(after, deadline, std::move(stop));
  }
  absl::Status TruncateBefore(uint64_t sequence) override;
  absl::Status Maintain() override;
  absl::StatusOr<uint64_t> DiskBytes() override;

 private:
  template <typename Change>
  absl::Status TransactLocked(Change&& change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::StatusOr<Position> ExpectHead(const Position& expected) const;
  absl::Status RestartLocked(const Position& origin)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status InsertLocked(absl::Span<const Record> records, uint64_t old_head)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  // Behind the records from `first` on that one transaction may delete.
  absl::StatusOr<uint64_t> SliceEndLocked(int64_t first)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  absl::Status TruncateSliceLocked(uint64_t sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);
  // Moves frames of the write-ahead log into the database; returns how many
  // bytes of them are left.
  absl::StatusOr<size_t> Checkpoint(Database& database, int mode);
  absl::Status Fatal(absl::Status error);

  const SqliteJournalOptions options_;
  const JournalFolder folder_;
  HeadWatch head_;
  // Bytes in the write-ahead log that are not in the database yet.
  std::atomic<size_t> write_ahead_bytes_{0};
  size_t page_bytes_ = 0;

  absl::Mutex maintain_mutex_ ABSL_ACQUIRED_BEFORE(writer_mutex_);
  absl::Mutex writer_mutex_;
  // Statements go before their connection.
  Database writer_ ABSL_GUARDED_BY(writer_mutex_);
  Statement begin_ ABSL_GUARDED_BY(writer_mutex_);
  Statement commit_ ABSL_GUARDED_BY(writer_mutex_);
  Statement rollback_ ABSL_GUARDED_BY(writer_mutex_);
  Statement insert_ ABSL_GUARDED_BY(writer_mutex_);
  Statement move_head_ ABSL_GUARDED_BY(writer_mutex_);
  IdempotencyWriter idempotency_ ABSL_GUARDED_BY(writer_mutex_);
  Database checkpointer_ ABSL_GUARDED_BY(maintain_mutex_);
};

SqliteJournal::~SqliteJournal() {
  if (head_.status().ok()) return;
  // Closing would write once more, on a disk whose state is unknown.
  const absl::MutexLock maintain(&maintain_mutex_);
  const absl::MutexLock lock(&writer_mutex_);
  for (sqlite3* handle : {writer_.handle(), checkpointer_.handle()}) {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
}

absl::Status SqliteJournal::Start() {
  const absl::MutexLock lock(&writer_mutex_);
  ASSIGN_OR_RETURN(begin_, writer_.Prepare("BEGIN IMMEDIATE"));
  ASSIGN_OR_RETURN(commit_, writer_.Prepare("COMMIT"));
  ASSIGN_OR_RETURN(rollback_, writer_.Prepare("ROLLBACK"));
  ASSIGN_OR_RETURN(insert_,
                   writer_.Prepare("INSERT INTO journal(sequence, kind,"
                                   " schema_version, crc, body)"
                                   " VALUES (?1, ?2, ?3, ?4, ?5)"));
  ASSIGN_OR_RETURN(move_head_,
                   writer_.Prepare("UPDATE journal_head SET sequence = ?2"
                                   " WHERE sequence = ?1"));
  ASSIGN_OR_RETURN(idempotency_, IdempotencyWriter::Prepare(writer_));
  ASSIGN_OR_RETURN(const int64_t page_bytes,
                   writer_.QueryInt("PRAGMA page_size"));
  page_bytes_ = static_cast<size_t>(page_bytes);
  sqlite3_wal_hook(
      writer_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        auto* journal = static_cast<SqliteJournal*>(self);
        journal->write_ahead_bytes_ =
            static_cast<size_t>(pages) * journal->page_bytes_;
        return SQLITE_OK;
      },
      this);
  // After a crash the log may be in the page cache alone. Writing it into the
  // database syncs it; where there is no space, it stays where it is.
  const auto left = Checkpoint(writer_, SQLITE_CHECKPOINT_TRUNCATE);
  if (!left.ok() && !absl::IsResourceExhausted(left.status())) {
    return left.status();
  }
  return absl::OkStatus();
}

absl::Status SqliteJournal::Fatal(absl::Status error) {
  if (head_.Fail(error)) options_.on_fatal(error);
  return error;
}

// Runs change() in a transaction of its own: all of it is durable when this
// returns OK, and none of it otherwise, unless the error is DATA_LOSS.
template <typename Change>
absl::Status SqliteJournal::TransactLocked(Change&& change) {
  RETURN_IF_ERROR(head_.status());
  absl::Status status = begin_.Run();
  bool committing = false;
  if (status.ok()) status = change();
  if (status.ok()) {
    committing = true;
    status = commit_.Run();
  }
  if (status.ok()) return status;
  // No space is known to precede the sync. Any other failure of a commit leaves
  // it open whether the transaction will be found after a restart.
  const bool unknown = absl::IsDataLoss(status) ||
                       (committing && !absl::IsResourceExhausted(status));
  if (unknown) return Fatal(DataLoss(std::string(status.message())));
  if (writer_.InTransaction()) {
    const absl::Status undone = rollback_.Run();
    if (!undone.ok()) return Fatal(DataLoss(std::string(undone.message())));
  }
  return status;
}

absl::StatusOr<Position> SqliteJournal::Append(
    absl::Span<const Record> records,
    absl::Span<const IdempotencyRow> idempotency,
    const Position& expected_head) {
  RETURN_IF_ERROR(CheckSizes(records, idempotency));
  const absl::MutexLock lock(&writer_mutex_);
  ASSIGN_OR_RETURN(Position head, ExpectHead(expected_head));
  if (records.empty() && idempotency.empty()) return head;
  RETURN_IF_ERROR(TransactLocked([&]() -> absl::Status {
    writer_mutex_.AssertHeld();
    RETURN_IF_ERROR(InsertLocked(records, head.sequence));
    return idempotency_.Insert(idempotency);
  }));
  head.sequence += records.size();
  head_.Advance(head.sequence);
  if (write_ahead_bytes_ > options_.max_write_ahead_bytes) {
    // The append itself is durable: what goes wrong here concerns the next.
    (void)Checkpoint(writer_, SQLITE_CHECKPOINT_PASSIVE);
  }
  return head;
}

absl::StatusOr<Position> SqliteJournal::ExpectHead(
    const Position& expected) const {
  ASSIGN_OR_RETURN(Position head, head_.Head());
  if (head == expected) return head;
  return absl::AbortedError(fmt::format(
      "journal: the head is {} of epoch {}, not {} of epoch {}", head.sequence,
      head.epoch, expected.sequence, expected.epoch));
}

absl::StatusOr<Beginning> SqliteJournal::Begin() {
  RETURN_IF_ERROR(head_.status());
  const absl::MutexLock lock(&writer_mutex_);
  ASSIGN_OR_RETURN(HeadRow row, ReadHeadRow(writer_));
  return std::move(row.beginning);
}

absl::StatusOr<Position> SqliteJournal::Restart(
    const Position& origin, absl::Span<const IdempotencyRow> idempotency,
    const Position& expected_head) {
  RETURN_IF_ERROR(CheckSizes({}, idempotency));
  const absl::MutexLock lock(&writer_mutex_);
  RETURN_IF_ERROR(ExpectHead(expected_head).status());
  RETURN_IF_ERROR(TransactLocked([&]() -> absl::Status {
    writer_mutex_.AssertHeld();
    RETURN_IF_ERROR(RestartLocked(origin));
    RETURN_IF_ERROR(idempotency_.Clear());
    return idempotency_.Insert(idempotency);
  }));
  ASSIGN_OR_RETURN(HeadRow row, ReadHeadRow(writer_));
  head_.Replace(row.head);
  return std::move(row.head);
}

absl::Status SqliteJournal::RestartLocked(const Position& origin) {
  ASSIGN_OR_RETURN(Statement forget, writer_.Prepare("DELETE FROM journal"));
  RETURN_IF_ERROR(forget.Run());
  ASSIGN_OR_RETURN(
      Statement begin,
      writer_.Prepare(fmt::format(
          "UPDATE journal_head SET epoch = {}, first = ?2 + 1, sequence = ?2,"
          " origin_epoch = ?1, origin_sequence = ?2",
          kRandomEpoch)));
  begin.BindText(1, origin.epoch);
  begin.Bind(2, static_cast<int64_t>(origin.sequence));
  return begin.Run();
}

absl::Status SqliteJournal::InsertLocked(absl::Span<const Record> records,
                                         uint64_t old_head) {
  uint64_t sequence = old_head;
  for (const Record& record : records) {
    ++sequence;
    insert_.Bind(1, static_cast<int64_t>(sequence));
    insert_.Bind(2, record.kind);
    insert_.Bind(3, record.schema_version);
    insert_.Bind(4, RecordChecksum(sequence, record));
    insert_.BindBytes(5, record.body);
    RETURN_IF_ERROR(insert_.Run());
  }
  move_head_.Bind(1, static_cast<int64_t>(old_head));
  move_head_.Bind(2, static_cast<int64_t>(sequence));
  RETURN_IF_ERROR(move_head_.Run());
  if (sqlite3_changes(writer_.handle()) == 1) return absl::OkStatus();
  return absl::AbortedError(fmt::format(
      "journal: the stored head is no longer {}: somebody else wrote",
      old_head));
}

absl::Status SqliteJournal::Read(uint64_t after, Visitor visit) {
  ASSIGN_OR_RETURN(const Position head, head_.Head());
  return ReadJournalFile(folder_.File(kJournalFile), after, head.sequence,
                         visit);
}

absl::Status SqliteJournal::ReadIdempotency(IdempotencyVisitor visit) {
  RETURN_IF_ERROR(head_.status());
  return ReadIdempotencyRows(folder_.File(kJournalFile), visit);
}

absl::Status SqliteJournal::DropExpiredIdempotency(TimeMicros now) {
  while (true) {
    // Taken anew for each slice, so that appends go on in between.
    const absl::MutexLock lock(&writer_mutex_);
    // Most of the time there is none, and then nothing is written.
    ASSIGN_OR_RETURN(const bool any, idempotency_.HasExpired(now));
    if (!any) return absl::OkStatus();
    RETURN_IF_ERROR(TransactLocked([&] {
      writer_mutex_.AssertHeld();
      return idempotency_.DropSlice(now);
    }));
  }
}

absl::Status SqliteJournal::TruncateBefore(uint64_t sequence) {
  ASSIGN_OR_RETURN(const Position head, head_.Head());
  if (sequence > head.sequence + 1) {
    return absl::OutOfRangeError(
        fmt::format("journal: cannot truncate before {}: the head is {}",
                    sequence, head.sequence));
  }
  while (true) {
    // Taken anew for each slice, so that appends go on in between.
    const absl::MutexLock lock(&writer_mutex_);
    ASSIGN_OR_RETURN(const int64_t first,
                     writer_.QueryInt("SELECT first FROM journal_head"));
    if (sequence <= static_cast<uint64_t>(first)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const uint64_t slice, SliceEndLocked(first));
    RETURN_IF_ERROR(TransactLocked([&] {
      writer_mutex_.AssertHeld();
      return TruncateSliceLocked(std::min(sequence, slice));
    }));
  }
}

absl::StatusOr<uint64_t> SqliteJournal::SliceEndLocked(int64_t first) {
  // A body's length stands before it: none of its pages is read.
  ASSIGN_OR_RETURN(
      Statement lengths,
      writer_.Prepare("SELECT length(body) FROM journal WHERE sequence >= ?1"
                      " ORDER BY sequence LIMIT ?2"));
  lengths.Bind(1, first);
  lengths.Bind(2, kTruncatedAtOnce);
  auto end = static_cast<uint64_t>(first);
  for (int64_t bytes = 0; bytes < kTruncatedBytesAtOnce; ++end) {
    ASSIGN_OR_RETURN(const bool row, lengths.Step());
    if (!row) break;
    bytes += lengths.Int(0);
  }
  return end;
}

absl::Status SqliteJournal::TruncateSliceLocked(uint64_t sequence) {
  ASSIGN_OR_RETURN(Statement forget,
                   writer_.Prepare("DELETE FROM journal WHERE sequence < ?1"));
  ASSIGN_OR_RETURN(Statement move,
                   writer_.Prepare("UPDATE journal_head SET first = ?1"));
  forget.Bind(1, static_cast<int64_t>(sequence));
  move.Bind(1, static_cast<int64_t>(sequence));
  RETURN_IF_ERROR(forget.Run());
  return move.Run();
}

absl::StatusOr<size_t> SqliteJournal::Checkpoint(Database& database, int mode) {
  int logged = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(database.handle(), nullptr, mode,
                                             &logged, &moved);
  // Somebody else is at it, as Maintain() during an append: theirs will do.
  if (code == SQLITE_BUSY) return write_ahead_bytes_;
  if (code != SQLITE_OK) {
    absl::Status error =
        SqliteError(sqlite3_extended_errcode(database.handle()),
                    sqlite3_errmsg(database.handle()));
    return absl::IsDataLoss(error) ? Fatal(std::move(error)) : error;
  }
  const size_t left =
      static_cast<size_t>(std::max(logged - moved, 0)) * page_bytes_;
  write_ahead_bytes_ = left;
  return left;
}

absl::Status SqliteJournal::Maintain() {
  RETURN_IF_ERROR(head_.status());
  const size_t enough = options_.max_write_ahead_bytes / kMaintainFraction;
  if (write_ahead_bytes_ < enough) return absl::OkStatus();
  const absl::MutexLock maintain(&maintain_mutex_);
  // Appends go on beside these, so each leaves only what came during it.
  for (int round = 0; round < kMaintainRounds; ++round) {
    ASSIGN_OR_RETURN(const size_t left,
                     Checkpoint(checkpointer_, SQLITE_CHECKPOINT_PASSIVE));
    if (left < enough) break;
  }
  // With nothing left, and only then, the next append starts the log anew: this
  // moves the last bit while none can come.
  const absl::MutexLock lock(&writer_mutex_);
  return Checkpoint(checkpointer_, SQLITE_CHECKPOINT_PASSIVE).status();
}

absl::StatusOr<uint64_t> SqliteJournal::DiskBytes() {
  uint64_t bytes = 0;
  for (const char* name : {kJournalFile, kWriteAheadFile, kWalIndexFile}) {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder_.File(name), error);
    if (error == std::errc::no_such_file_or_directory) continue;
    if (error) {
      return absl::UnavailableError(
          fmt::format("journal: size of '{}': {}", name, error.message()));
    }
    bytes += size;
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(
    SqliteJournalOptions options) {
  ASSIGN_OR_RETURN(JournalFolder folder, JournalFolder::Open(options.folder));
  ASSIGN_OR_RETURN(JournalFile file, OpenJournalFile(folder, options.shard));
  ASSIGN_OR_RETURN(Database checkpointer,
                   ConnectToJournalFile(folder.File(kJournalFile),
                                        Database::Mode::kReadWrite));
  auto journal =
      std::make_unique<SqliteJournal>(std::move(options), std::move(folder),
                                      std::move(file), std::move(checkpointer));
  RETURN_IF_ERROR(journal->Start());
  return journal;
}

}  // namespace mi::storage
