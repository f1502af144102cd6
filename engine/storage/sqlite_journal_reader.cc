#include "engine/storage/sqlite_journal_reader.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/record_checksum.h"
#include "engine/storage/sqlite_database.h"
#include "engine/storage/sqlite_journal_file.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

// A transaction holds the log's state while it lasts, so that the space of the
// write-ahead log cannot be used again. Reading goes in pages to keep it short.
constexpr int64_t kPageRecords = 512;
constexpr size_t kPageBytes = size_t{8} << 20;

class PageReader {
 public:
  static absl::StatusOr<PageReader> Open(const std::filesystem::path& path) {
    ASSIGN_OR_RETURN(Database database,
                     ConnectToJournalFile(path, Database::Mode::kReadOnly));
    ASSIGN_OR_RETURN(Statement first,
                     database.Prepare("SELECT first FROM journal_head"));
    ASSIGN_OR_RETURN(
        Statement records,
        database.Prepare("SELECT sequence, kind, schema_version, crc, body"
                         " FROM journal WHERE sequence > ?1 AND sequence <= ?2"
                         " ORDER BY sequence LIMIT ?3"));
    return PageReader(std::move(database), std::move(first),
                      std::move(records));
  }

  // Visits records behind `after` and returns the last sequence visited.
  absl::StatusOr<uint64_t> Read(uint64_t after, uint64_t head,
                                Journal::Visitor visit) {
    // One transaction: the records fit the truncation that is read with them.
    RETURN_IF_ERROR(database_.Execute("BEGIN"));
    RETURN_IF_ERROR(CheckNotTruncated(after));
    records_.Bind(1, static_cast<int64_t>(after));
    records_.Bind(2, static_cast<int64_t>(head));
    records_.Bind(3, kPageRecords);
    stored_.sequence = after;
    for (size_t bytes = 0; bytes < kPageBytes;
         bytes += stored_.record.body.size()) {
      ASSIGN_OR_RETURN(const bool more, Next());
      if (!more) break;
      RETURN_IF_ERROR(visit(stored_));
    }
    records_.Reset();
    if (stored_.sequence == after) return Missing(after + 1);
    RETURN_IF_ERROR(database_.Execute("COMMIT"));
    return stored_.sequence;
  }

 private:
  PageReader(Database database, Statement first, Statement records)
      : database_(std::move(database)),
        first_(std::move(first)),
        records_(std::move(records)) {}

  static absl::Status Missing(uint64_t sequence) {
    return DataLoss(fmt::format("journal: record {} is missing", sequence));
  }

  absl::Status CheckNotTruncated(uint64_t after) {
    ASSIGN_OR_RETURN(const bool has_head, first_.Step());
    if (!has_head) return DataLoss("journal: the head row is missing");
    const auto kept_from = static_cast<uint64_t>(first_.Int(0));
    first_.Reset();
    if (after + 1 >= kept_from) return absl::OkStatus();
    return absl::OutOfRangeError(fmt::format(
        "journal: records before {} were truncated, and {} was asked for",
        kept_from, after + 1));
  }

  // Loads the record behind stored_; false when the page is complete.
  absl::StatusOr<bool> Next() {
    const uint64_t sequence = stored_.sequence + 1;
    absl::StatusOr<bool> row = records_.Step();
    if (absl::IsDataLoss(row.status())) {
      return DataLoss(fmt::format("journal: record {} cannot be read: {}",
                                  sequence,
                                  std::string(row.status().message())));
    }
    if (!row.ok() || !*row) return row;
    if (static_cast<uint64_t>(records_.Int(0)) != sequence) {
      return Missing(sequence);
    }
    stored_.sequence = sequence;
    stored_.record.kind = static_cast<uint32_t>(records_.Int(1));
    stored_.record.schema_version = static_cast<uint32_t>(records_.Int(2));
    stored_.record.body = records_.Bytes(4);
    if (RecordChecksum(sequence, stored_.record) == records_.Int(3)) {
      return true;
    }
    return DataLoss(
        fmt::format("journal: record {} does not fit its checksum", sequence));
  }

  Database database_;
  Statement first_;
  Statement records_;
  StoredRecord stored_;  // its body's memory serves every record
};

}  // namespace

absl::Status ReadJournalFile(const std::filesystem::path& path, uint64_t after,
                             uint64_t head, Journal::Visitor visit) {
  if (after > head) {
    return absl::OutOfRangeError(
        fmt::format("journal: sequence {} is beyond the head {}", after, head));
  }
  ASSIGN_OR_RETURN(PageReader reader, PageReader::Open(path));
  while (after < head) {
    ASSIGN_OR_RETURN(after, reader.Read(after, head, visit));
  }
  return absl::OkStatus();
}

}  // namespace mi::storage
