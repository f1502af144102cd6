// The embedded journal: one SQLite file in a folder of its own.

#ifndef MI_ENGINE_STORAGE_SQLITE_JOURNAL_H_
#define MI_ENGINE_STORAGE_SQLITE_JOURNAL_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/journal.h"

namespace mi::storage {

struct SqliteJournalOptions {
  // Created when missing. One server at a time may have it open.
  std::filesystem::path folder;

  // The shard that this journal is; stored, and compared when it is opened.
  std::string shard = "0";

  // An append that leaves the write-ahead log longer than this moves it into
  // the database itself, which takes a while. Maintain() does so earlier and
  // without holding appends up. In bytes.
  size_t max_write_ahead_bytes = size_t{64} << 20;

  // Called once, when a write had an outcome that cannot be known: a failed
  // sync, or an I/O error. The process should stop and start again, since only
  // reading the files afresh tells what is durable. Runs on the thread that met
  // the error and must not call the journal.
  std::function<void(const absl::Status&)> on_fatal = [](const absl::Status&) {
  };
};

// Opens the journal in a folder, or starts one there with a new epoch. What
// is found in the write-ahead log is first moved into the database.
//
// Durability: an acknowledged record survives the crash of the process and of
// the machine, but not the loss of its disk.
//
// Errors:
//   FAILED_PRECONDITION  another server has the folder; it cannot be written;
//                        the file is of a newer version, of another program, or
//                        of another shard
//   DATA_LOSS            the files are damaged
//   RESOURCE_EXHAUSTED   no space to start a journal
absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(
    SqliteJournalOptions options);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_JOURNAL_H_
