// The tables and settings of an embedded journal's file.

#ifndef MI_ENGINE_STORAGE_SQLITE_JOURNAL_FILE_H_
#define MI_ENGINE_STORAGE_SQLITE_JOURNAL_FILE_H_

#include <filesystem>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/storage/journal.h"
#include "engine/storage/journal_folder.h"
#include "engine/storage/sqlite_database.h"

namespace mi::storage {

inline constexpr char kJournalFile[] = "journal.db";
inline constexpr char kWriteAheadFile[] = "journal.db-wal";
inline constexpr char kWalIndexFile[] = "journal.db-shm";

// Increases with every change that an older version could not read. A file of
// an older format is brought to this one when it is opened: 1 had no
// idempotency rows, 2 no origin.
inline constexpr int64_t kJournalFormat = 3;

// A random (version 4) UUID; SQLite seeds its generator from the system. An
// expression.
inline constexpr char kRandomEpoch[] =
    "(SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' ||"
    " substr(h, 14, 3) || '-' || substr('89ab', 1 + (r & 3), 1) ||"
    " substr(h, 18, 3) || '-' || substr(h, 21, 12)"
    " FROM (SELECT lower(hex(randomblob(16))) AS h, random() AS r))";

// An open file whose format, shard and ends were checked.
struct JournalFile {
  Database writer;
  Position head;
};

// Opens the file in `folder`, or creates it with a new epoch and syncs the
// folder. Errors as OpenSqliteJournal.
absl::StatusOr<JournalFile> OpenJournalFile(const JournalFolder& folder,
                                            std::string_view shard);

// The head row.
struct HeadRow {
  Position head;
  Beginning beginning;
};
absl::StatusOr<HeadRow> ReadHeadRow(Database& database);

// A further connection to an open file, with the same guarantees.
absl::StatusOr<Database> ConnectToJournalFile(const std::filesystem::path& path,
                                              Database::Mode mode);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_JOURNAL_FILE_H_
