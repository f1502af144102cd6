// The idempotency rows of an embedded journal.

#ifndef MI_ENGINE_STORAGE_SQLITE_IDEMPOTENCY_H_
#define MI_ENGINE_STORAGE_SQLITE_IDEMPOTENCY_H_

#include <filesystem>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/clock.h"
#include "engine/storage/journal.h"
#include "engine/storage/sqlite_database.h"

namespace mi::storage {

// Rows are only ever added at the end, under numbers that increase: keys are
// random, and an index of them would make every append dirty a page of its own
// for each key. Whoever appends knows which keys are in use.
inline constexpr char kIdempotencySchema[] = R"sql(
CREATE TABLE idempotency (
  number INTEGER PRIMARY KEY NOT NULL,
  key TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  sequence INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  answer BLOB NOT NULL
) STRICT;
CREATE INDEX idempotency_expires_at ON idempotency(expires_at);
)sql";

// Changes the rows, within the transactions of its caller. Thread-compatible;
// must not outlive its database.
class IdempotencyWriter {
 public:
  IdempotencyWriter() = default;

  static absl::StatusOr<IdempotencyWriter> Prepare(Database& database);

  absl::Status Insert(absl::Span<const IdempotencyRow> rows);

  // Deletes every row.
  absl::Status Clear();

  // Whether a row expires at `now` or before.
  absl::StatusOr<bool> HasExpired(TimeMicros now);
  // Deletes a bounded number of those rows.
  absl::Status DropSlice(TimeMicros now);

 private:
  Statement last_number_;
  Statement insert_;
  Statement clear_;
  Statement first_expiry_;
  Statement drop_;
};

// Visits the rows of the open journal file at `path`, as
// Journal::ReadIdempotency.
absl::Status ReadIdempotencyRows(const std::filesystem::path& path,
                                 Journal::IdempotencyVisitor visit);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_IDEMPOTENCY_H_
