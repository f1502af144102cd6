#include "engine/storage/sqlite_journal_file.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/sqlite_idempotency.h"
#include "engine/storage/wal_check.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

constexpr int64_t kApplicationId = 0x6d696a6c;  // "mijl"

// Fewer, larger pages: most bodies are longer than SQLite's 4 KiB.
constexpr int kPageBytes = 16384;

// `first` is the lowest sequence that was not truncated. The checksum stands
// before the body, so that reading it does not walk the body's pages.
constexpr char kSchema[] = R"sql(
CREATE TABLE journal_head (
  shard TEXT PRIMARY KEY NOT NULL,
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  origin_epoch TEXT NOT NULL DEFAULT '',
  origin_sequence INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY NOT NULL,
  kind INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
)sql";

// What an older format lacks, by the format that brought it.
constexpr char kOriginColumns[] = R"sql(
ALTER TABLE journal_head ADD COLUMN origin_epoch TEXT NOT NULL DEFAULT '';
ALTER TABLE journal_head ADD COLUMN origin_sequence INTEGER NOT NULL DEFAULT 0;
)sql";

// The settings that make a returned COMMIT durable, for each connection.
absl::Status Configure(Database& database) {
  return database.Execute(
      "PRAGMA synchronous = FULL;"
      // We decide when to checkpoint, and look at what comes of it.
      "PRAGMA wal_autocheckpoint = 0;"
      // Truncated records are overwritten where that needs no I/O of its own.
      "PRAGMA secure_delete = FAST;"
      "PRAGMA cache_size = -8192;");
}

// The page size applies to a file that is still empty.
absl::Status UseWriteAheadLog(Database& database) {
  RETURN_IF_ERROR(
      database.Execute(fmt::format("PRAGMA page_size = {}", kPageBytes)));
  ASSIGN_OR_RETURN(Statement set,
                   database.Prepare("PRAGMA journal_mode = WAL"));
  ASSIGN_OR_RETURN(const bool row, set.Step());
  if (row && set.Bytes(0) == "wal") return absl::OkStatus();
  return absl::FailedPreconditionError(
      "journal: the file system does not support write-ahead logging");
}

absl::Status Create(Database& database, std::string_view shard) {
  RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  RETURN_IF_ERROR(database.Execute(fmt::format(
      "PRAGMA application_id = {}; PRAGMA user_version = {}; {} {}",
      kApplicationId, kJournalFormat, kSchema, kIdempotencySchema)));
  {
    ASSIGN_OR_RETURN(
        Statement insert,
        database.Prepare(fmt::format(
            "INSERT INTO journal_head(shard, epoch, first, sequence)"
            " VALUES (?1, {}, 1, 0)",
            kRandomEpoch)));
    insert.BindText(1, shard);
    RETURN_IF_ERROR(insert.Run());
  }
  return database.Execute("COMMIT");
}

// Makes a file of an older format one of this. All of it or nothing: after a
// crash in between the file is as it was.
absl::Status Migrate(Database& database) {
  ASSIGN_OR_RETURN(const int64_t format,
                   database.QueryInt("PRAGMA user_version"));
  if (format == kJournalFormat) return absl::OkStatus();
  RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  if (format < 2) RETURN_IF_ERROR(database.Execute(kIdempotencySchema));
  if (format < 3) RETURN_IF_ERROR(database.Execute(kOriginColumns));
  RETURN_IF_ERROR(database.Execute(
      fmt::format("PRAGMA user_version = {};", kJournalFormat)));
  return database.Execute("COMMIT");
}

absl::Status CheckFormat(Database& database) {
  ASSIGN_OR_RETURN(const int64_t application,
                   database.QueryInt("PRAGMA application_id"));
  if (application != kApplicationId) {
    return absl::FailedPreconditionError(
        fmt::format("journal: '{}' is not a journal but a file of another "
                    "program (application id {})",
                    kJournalFile, application));
  }
  ASSIGN_OR_RETURN(const int64_t format,
                   database.QueryInt("PRAGMA user_version"));
  if (format < 1) {
    return DataLoss(fmt::format("journal: '{}' has format {}, which never was",
                                kJournalFile, format));
  }
  if (format > kJournalFormat) {
    return absl::FailedPreconditionError(
        fmt::format("journal: '{}' has format {}, and this version reads up to "
                    "{}: it was written by a newer version",
                    kJournalFile, format, kJournalFormat));
  }
  return absl::OkStatus();
}

// The stored head, after comparing it with the records that are there.
absl::StatusOr<Position> LoadHead(Database& database, std::string_view shard) {
  ASSIGN_OR_RETURN(
      Statement query,
      database.Prepare("SELECT shard, epoch, first, sequence,"
                       " ifnull((SELECT min(sequence) FROM journal), first),"
                       " ifnull((SELECT max(sequence) FROM journal), first - 1)"
                       " FROM journal_head"));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return DataLoss("journal: the head row is missing");
  if (query.Bytes(0) != shard) {
    return absl::FailedPreconditionError(fmt::format(
        "journal: this is shard '{}', not '{}'", query.Bytes(0), shard));
  }
  const Position head{std::string(query.Bytes(1)),
                      static_cast<uint64_t>(query.Int(3))};
  if (query.Int(4) != query.Int(2) || query.Int(5) != query.Int(3)) {
    return DataLoss(fmt::format(
        "journal: records {} to {} are recorded, but {} to {} are there",
        query.Int(2), query.Int(3), query.Int(4), query.Int(5)));
  }
  return head;
}

absl::Status CheckFiles(const JournalFolder& folder, bool exists) {
  std::error_code error;
  if (!exists && std::filesystem::exists(folder.File(kWriteAheadFile), error)) {
    return DataLoss(fmt::format("journal: '{}' is there, but '{}' is missing",
                                kWriteAheadFile, kJournalFile));
  }
  return CheckWriteAheadLog(folder.File(kWriteAheadFile));
}

}  // namespace

absl::StatusOr<Database> ConnectToJournalFile(const std::filesystem::path& path,
                                              Database::Mode mode) {
  ASSIGN_OR_RETURN(Database database, Database::Open(path.string(), mode));
  RETURN_IF_ERROR(Configure(database));
  return database;
}

absl::StatusOr<HeadRow> ReadHeadRow(Database& database) {
  ASSIGN_OR_RETURN(Statement query,
                   database.Prepare("SELECT epoch, sequence, origin_epoch,"
                                    " origin_sequence, first"
                                    " FROM journal_head"));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return DataLoss("journal: the head row is missing");
  return HeadRow{.head = {std::string(query.Bytes(0)),
                          static_cast<uint64_t>(query.Int(1))},
                 .beginning = {.origin = {std::string(query.Bytes(2)),
                                          static_cast<uint64_t>(query.Int(3))},
                               .first = static_cast<uint64_t>(query.Int(4))}};
}

absl::StatusOr<JournalFile> OpenJournalFile(const JournalFolder& folder,
                                            std::string_view shard) {
  const std::filesystem::path path = folder.File(kJournalFile);
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  RETURN_IF_ERROR(CheckFiles(folder, exists));
  ASSIGN_OR_RETURN(Database writer,
                   ConnectToJournalFile(path, Database::Mode::kCreate));
  // A crash while the file was created leaves one without tables.
  ASSIGN_OR_RETURN(const int64_t tables,
                   writer.QueryInt("SELECT count(*) FROM sqlite_schema"));
  if (tables > 0) RETURN_IF_ERROR(CheckFormat(writer));
  RETURN_IF_ERROR(UseWriteAheadLog(writer));
  if (tables == 0) {
    RETURN_IF_ERROR(Create(writer, shard));
    RETURN_IF_ERROR(folder.Sync());
  }
  ASSIGN_OR_RETURN(Position head, LoadHead(writer, shard));
  RETURN_IF_ERROR(Migrate(writer));
  return JournalFile{std::move(writer), std::move(head)};
}

}  // namespace mi::storage
