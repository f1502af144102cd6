#include "engine/storage/sqlite_idempotency.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/record_checksum.h"
#include "engine/storage/sqlite_journal_file.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

// Bounds what one transaction adds to the write-ahead log, and how long one
// that reads holds its state.
constexpr int64_t kRowsAtOnce = 4096;

// Reads rows in pages, on a connection of its own.
class RowReader {
 public:
  static absl::StatusOr<RowReader> Open(const std::filesystem::path& path) {
    ASSIGN_OR_RETURN(Database database,
                     ConnectToJournalFile(path, Database::Mode::kReadOnly));
    ASSIGN_OR_RETURN(
        Statement rows,
        database.Prepare("SELECT number, key, request_hash, sequence,"
                         " expires_at, crc, answer FROM idempotency"
                         " WHERE number > ?1 ORDER BY number LIMIT ?2"));
    return RowReader(std::move(database), std::move(rows));
  }

  // Visits rows behind the one before; false when there are no more.
  absl::StatusOr<bool> ReadPage(Journal::IdempotencyVisitor visit) {
    rows_.Bind(1, number_);
    rows_.Bind(2, kRowsAtOnce);
    int64_t visited = 0;
    for (; visited < kRowsAtOnce; ++visited) {
      ASSIGN_OR_RETURN(const bool more, Next());
      if (!more) break;
      RETURN_IF_ERROR(visit(row_));
    }
    rows_.Reset();
    return visited == kRowsAtOnce;
  }

 private:
  RowReader(Database database, Statement rows)
      : database_(std::move(database)), rows_(std::move(rows)) {}

  // Loads the next row into row_; false at the end of the page.
  absl::StatusOr<bool> Next() {
    absl::StatusOr<bool> row = rows_.Step();
    if (absl::IsDataLoss(row.status())) {
      return DataLoss(
          fmt::format("journal: the idempotency row behind {} cannot be read: "
                      "{}",
                      number_, std::string(row.status().message())));
    }
    if (!row.ok() || !*row) return row;
    number_ = rows_.Int(0);
    row_.key = rows_.Bytes(1);
    row_.request_hash = rows_.Bytes(2);
    row_.sequence = static_cast<uint64_t>(rows_.Int(3));
    row_.expires_at = rows_.Int(4);
    row_.answer = rows_.Bytes(6);
    if (IdempotencyChecksum(number_, row_) == rows_.Int(5)) return true;
    return DataLoss(fmt::format(
        "journal: idempotency row {} does not fit its checksum", number_));
  }

  Database database_;
  Statement rows_;
  int64_t number_ = std::numeric_limits<int64_t>::min();
  IdempotencyRow row_;
};

}  // namespace

absl::StatusOr<IdempotencyWriter> IdempotencyWriter::Prepare(
    Database& database) {
  IdempotencyWriter writer;
  ASSIGN_OR_RETURN(
      writer.last_number_,
      database.Prepare("SELECT ifnull(max(number), 0) FROM idempotency"));
  ASSIGN_OR_RETURN(
      writer.insert_,
      database.Prepare("INSERT INTO idempotency(number, key, request_hash,"
                       " sequence, expires_at, crc, answer)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  ASSIGN_OR_RETURN(writer.clear_, database.Prepare("DELETE FROM idempotency"));
  ASSIGN_OR_RETURN(writer.first_expiry_,
                   database.Prepare("SELECT 1 FROM idempotency"
                                    " WHERE expires_at <= ?1 LIMIT 1"));
  ASSIGN_OR_RETURN(
      writer.drop_,
      database.Prepare("DELETE FROM idempotency WHERE number IN"
                       " (SELECT number FROM idempotency WHERE expires_at <= ?1"
                       " ORDER BY expires_at LIMIT ?2)"));
  return writer;
}

absl::Status IdempotencyWriter::Insert(absl::Span<const IdempotencyRow> rows) {
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool found, last_number_.Step());
  if (!found) return DataLoss("journal: idempotency rows cannot be numbered");
  int64_t number = last_number_.Int(0);
  last_number_.Reset();
  for (const IdempotencyRow& row : rows) {
    ++number;
    insert_.Bind(1, number);
    insert_.BindText(2, row.key);
    insert_.BindBytes(3, row.request_hash);
    insert_.Bind(4, static_cast<int64_t>(row.sequence));
    insert_.Bind(5, row.expires_at);
    insert_.Bind(6, IdempotencyChecksum(number, row));
    insert_.BindBytes(7, row.answer);
    RETURN_IF_ERROR(insert_.Run());
  }
  return absl::OkStatus();
}

absl::Status IdempotencyWriter::Clear() { return clear_.Run(); }

absl::StatusOr<bool> IdempotencyWriter::HasExpired(TimeMicros now) {
  first_expiry_.Bind(1, now);
  absl::StatusOr<bool> found = first_expiry_.Step();
  first_expiry_.Reset();
  return found;
}

absl::Status IdempotencyWriter::DropSlice(TimeMicros now) {
  drop_.Bind(1, now);
  drop_.Bind(2, kRowsAtOnce);
  return drop_.Run();
}

absl::Status ReadIdempotencyRows(const std::filesystem::path& path,
                                 Journal::IdempotencyVisitor visit) {
  ASSIGN_OR_RETURN(RowReader reader, RowReader::Open(path));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.ReadPage(visit));
    if (!more) return absl::OkStatus();
  }
}

}  // namespace mi::storage
