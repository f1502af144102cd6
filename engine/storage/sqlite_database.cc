#include "engine/storage/sqlite_database.h"

#include <chrono>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

// For whoever looks into the file with another program; our own connections
// never wait for each other.
constexpr int kBusyTimeoutMs = 5'000;
constexpr std::chrono::milliseconds kRetryWhenFull{30'000};
constexpr std::chrono::milliseconds kRetryWhenBusy{1'000};

absl::Status LastError(sqlite3* database) {
  return SqliteError(sqlite3_extended_errcode(database),
                     sqlite3_errmsg(database));
}

int OpenFlags(Database::Mode mode) {
  // Each connection is used by one thread at a time.
  constexpr int kCommon = SQLITE_OPEN_NOMUTEX;
  switch (mode) {
    case Database::Mode::kCreate:
      return kCommon | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Mode::kReadWrite:
      return kCommon | SQLITE_OPEN_READWRITE;
    case Database::Mode::kReadOnly:
      return kCommon | SQLITE_OPEN_READONLY;
  }
  return kCommon | SQLITE_OPEN_READONLY;
}

}  // namespace

absl::Status SqliteError(int code, std::string_view message) {
  const std::string text =
      fmt::format("journal: {} (SQLite code {})", message, code);
  switch (code & 0xff) {  // without what extends the primary code
    case SQLITE_FULL:
      return RetryLater(absl::StatusCode::kResourceExhausted, Reason::kDiskFull,
                        text, kRetryWhenFull);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
      return RetryLater(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                        text, kRetryWhenBusy);
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DataLoss(text);
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return absl::FailedPreconditionError(text);
    default:
      return absl::InternalError(text);
  }
}

// Binding can fail only for a statement that was not reset or a parameter that
// does not exist, which NOT NULL in the schema turns into an error.
void Statement::Bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void Statement::BindText(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::BindBytes(int parameter, std::string_view bytes) {
  // A null pointer would bind NULL.
  sqlite3_bind_blob64(statement_.get(), parameter,
                      bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return LastError(sqlite3_db_handle(statement_.get()));
}

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = true;
  while (row.ok() && *row) row = Step();
  Reset();
  return row.status();
}

void Statement::Reset() { sqlite3_reset(statement_.get()); }

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

absl::StatusOr<Database> Database::Open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, OpenFlags(mode), nullptr);
  Database database(handle);  // to be closed also after an error
  if (handle == nullptr) return SqliteError(SQLITE_NOMEM, "out of memory");
  sqlite3_extended_result_codes(handle, 1);
  if (code != SQLITE_OK) return LastError(handle);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return database;
}

absl::Status Database::Execute(const std::string& sql) {
  const int code =
      sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : LastError(handle());
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return LastError(handle());
  return Statement(statement);
}

absl::StatusOr<int64_t> Database::QueryInt(std::string_view sql) {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return absl::InternalError(fmt::format("no row from '{}'", sql));
  return statement.Int(0);
}

bool Database::InTransaction() const {
  return sqlite3_get_autocommit(handle()) == 0;
}

}  // namespace mi::storage
