// Reading an embedded journal, on a connection of its own.

#ifndef MI_ENGINE_STORAGE_SQLITE_JOURNAL_READER_H_
#define MI_ENGINE_STORAGE_SQLITE_JOURNAL_READER_H_

#include <cstdint>
#include <filesystem>

#include "absl/status/status.h"
#include "engine/storage/journal.h"

namespace mi::storage {

// Visits the records in (after, head] of the open journal file at `path`, as
// Journal::Read.
absl::Status ReadJournalFile(const std::filesystem::path& path, uint64_t after,
                             uint64_t head, Journal::Visitor visit);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_JOURNAL_READER_H_
