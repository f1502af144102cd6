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
// format 1, which had no idempotency rows, becomes one of format 2 when it is
// opened.
inline constexpr int64_t kJournalFormat = 2;

// An open file whose format, shard and ends were checked.
struct JournalFile {
  Database writer;
  Position head;
};

// Opens the file in `folder`, or creates it with a new epoch and syncs the
// folder. Errors as OpenSqliteJournal.
absl::StatusOr<JournalFile> OpenJournalFile(const JournalFolder& folder,
                                            std::string_view shard);

// A further connection to an open file, with the same guarantees.
absl::StatusOr<Database> ConnectToJournalFile(const std::filesystem::path& path,
                                              Database::Mode mode);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_JOURNAL_FILE_H_
