// Finds damage in an SQLite write-ahead log that SQLite itself takes for the
// end of the log.

#ifndef MI_ENGINE_STORAGE_WAL_CHECK_H_
#define MI_ENGINE_STORAGE_WAL_CHECK_H_

#include <filesystem>

#include "absl/status/status.h"

namespace mi::storage {

// Checks the write-ahead log at `path` before SQLite opens it; a missing or
// empty one is fine.
//
// SQLite stops at the first frame whose checksum fails, since a crash in the
// middle of a commit leaves one, and forgets all that follow. With a sync in
// every commit only the last transaction can be torn like that. So a
// transaction that was written whole behind the bad frame proves that the bad
// frame had been synced, and damaged later. Damage inside the very last
// transaction cannot be told from a torn write and goes unnoticed here.
//
// Cost: reads the whole file. Source: "The WAL file format", sqlite.org.
//
// Errors: DATA_LOSS as described; FAILED_PRECONDITION when the file cannot be
// opened.
absl::Status CheckWriteAheadLog(const std::filesystem::path& path);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_WAL_CHECK_H_
