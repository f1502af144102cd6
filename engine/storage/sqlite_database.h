// SQLite with owners instead of pointers and absl::Status instead of codes.

#ifndef MI_ENGINE_STORAGE_SQLITE_DATABASE_H_
#define MI_ENGINE_STORAGE_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::storage {

// The status of an SQLite result code that is not a success.
//   RESOURCE_EXHAUSTED  no space: Reason::kDiskFull, with a delay
//   UNAVAILABLE         locked by somebody else, no memory, or a file cannot be
//                       opened: nothing was changed
//   FAILED_PRECONDITION the file or its folder is read-only
//   DATA_LOSS           an I/O error, or a damaged file
//   INTERNAL            anything else: a bug of ours
absl::Status SqliteError(int code, std::string_view message);

// A prepared statement. Values bound as text or bytes must live until the
// statement is reset. Thread-compatible; must not outlive its database.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Parameters count from 1, columns from 0.
  void Bind(int parameter, int64_t value);
  void BindText(int parameter, std::string_view text);
  void BindBytes(int parameter, std::string_view bytes);

  // True when there is a row to look at, false at the end.
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows, and resets.
  absl::Status Run();
  void Reset();

  int64_t Int(int column) const;
  // Text or bytes, valid until the next step.
  std::string_view Bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const {
      sqlite3_finalize(statement);
    }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A connection to a database file. Thread-compatible.
class Database {
 public:
  enum class Mode { kCreate, kReadWrite, kReadOnly };

  static absl::StatusOr<Database> Open(const std::string& path, Mode mode);

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // The first column of the first row of a query that has one.
  absl::StatusOr<int64_t> QueryInt(std::string_view sql);

  // Whether BEGIN was executed without its COMMIT or ROLLBACK.
  bool InTransaction() const;
  sqlite3* handle() const { return database_.get(); }

 private:
  explicit Database(sqlite3* database) : database_(database) {}

  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SQLITE_DATABASE_H_
