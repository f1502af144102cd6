#include "engine/storage/wal_check.h"

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/storage/journal.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/storage/sqlite_journal_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/status_matchers.h"

namespace mi::storage {
namespace {

using ::mi::testing::StatusIs;
using ::testing::HasSubstr;

// From the file format: a header of 32 bytes, then frames with one of 24.
constexpr size_t kHeader = 32;
constexpr size_t kFrame = 24 + 16384;

class WalCheckTest : public ::testing::Test {
 protected:
  absl::Status Check(const std::string& bytes) {
    const std::filesystem::path path = other_.path() / "log";
    WriteFile(path, bytes);
    return CheckWriteAheadLog(path);
  }

  // The log of an open journal, and where it ended after each append.
  void Append(Journal& journal, int appends, uint64_t records_each) {
    ends_.clear();
    for (int i = 0; i < appends; ++i) {
      ASSERT_OK(AppendNumbered(journal, records_each));
      ends_.push_back(ReadLog().size());
    }
  }
  std::string ReadLog() { return ReadFile(folder_.path() / kWriteAheadFile); }

  static std::string Flip(std::string bytes, size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    return bytes;
  }

  const TemporaryFolder folder_{TemporaryFolder::Where::kMemory};
  const TemporaryFolder other_{TemporaryFolder::Where::kMemory};
  std::vector<size_t> ends_;
};

TEST_F(WalCheckTest, AMissingOrEmptyLogIsFine) {
  EXPECT_OK(CheckWriteAheadLog(folder_.path() / "missing"));
  EXPECT_OK(Check(""));
  EXPECT_OK(Check(std::string(kHeader, '\0')));
}

TEST_F(WalCheckTest, AnIntactLogIsFine) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path()}));
  Append(*journal, 6, 200);
  EXPECT_OK(Check(ReadLog()));
}

// The rule, flip by flip: damage before the last two transactions is found;
// damage in the last one is what a torn write looks like.
TEST_F(WalCheckTest, FindsDamageBeforeTheLastTransactions) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path()}));
  Append(*journal, 6, 200);
  const std::string log = ReadLog();
  const size_t found_before = ends_[ends_.size() - 3];
  const size_t torn_from = ends_[ends_.size() - 2];
  ASSERT_GT(found_before, 10 * kFrame);
  for (size_t frame = kHeader; frame + kFrame <= log.size(); frame += kFrame) {
    // The page number, the checksum, the page's first, middle and last byte.
    // (A damaged salt reads as the end of this generation: see below.)
    for (const size_t offset : {size_t{0}, size_t{16}, size_t{23}, size_t{24},
                                kFrame / 2, kFrame - 1}) {
      const absl::Status status = Check(Flip(log, frame + offset));
      if (frame < found_before) {
        EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                                     HasSubstr("is damaged in frame")))
            << "frame at " << frame << " offset " << offset;
      } else if (frame >= torn_from) {
        EXPECT_OK(status) << "frame at " << frame << " offset " << offset;
      }
    }
  }
}

TEST_F(WalCheckTest, FindsADamagedHeader) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path()}));
  Append(*journal, 1, 3);
  const std::string log = ReadLog();
  for (size_t at = 0; at < kHeader; ++at) {
    EXPECT_THAT(Check(Flip(log, at)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("header")))
        << at;
  }
}

TEST_F(WalCheckTest, ALogThatWasCutIsATornWrite) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path()}));
  Append(*journal, 3, 100);
  const std::string log = ReadLog();
  for (size_t size = ends_[1]; size < log.size(); size += 1000) {
    EXPECT_OK(Check(log.substr(0, size))) << size;
  }
}

// A log that was started anew still has old frames behind its end.
TEST_F(WalCheckTest, FramesOfAnOlderGenerationAreFine) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path(),
                                          .max_write_ahead_bytes = 16}));
  Append(*journal, 1, 2000);
  const size_t long_log = ReadLog().size();
  Append(*journal, 3, 2);
  ASSERT_EQ(ReadLog().size(), long_log);
  EXPECT_OK(Check(ReadLog()));
}

// A transaction that was rolled back leaves frames of this generation behind
// the end, without the last one that would make them a transaction.
TEST_F(WalCheckTest, FramesOfARolledBackTransactionAreFine) {
  const std::filesystem::path path = folder_.path() / "plain.db";
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  const auto execute = [&](const char* sql) {
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
  };
  execute(
      "PRAGMA journal_mode = WAL; PRAGMA cache_size = 5;"
      "CREATE TABLE t (x); INSERT INTO t VALUES (1);");
  const std::filesystem::path log = path.string() + "-wal";
  const size_t before = ReadFile(log).size();
  execute(
      "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
      " WHERE i < 200) INSERT INTO t SELECT zeroblob(3000) FROM n; ROLLBACK;");
  ASSERT_GT(ReadFile(log).size(), before + 100'000);  // it was written in part
  EXPECT_OK(Check(ReadFile(log)));
  execute("INSERT INTO t VALUES (2); INSERT INTO t VALUES (3);");
  const std::string bytes = ReadFile(log);
  EXPECT_OK(Check(bytes));
  // Torn last transaction, with the leftovers behind it.
  const size_t frame = 24 + 4096;
  EXPECT_OK(Check(Flip(bytes, before + frame + frame / 2)));
  // But damage in the first of the transactions is found.
  EXPECT_THAT(Check(Flip(bytes, kHeader + frame / 2)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("frame 1,")));
  sqlite3_close(database);
}

// What the check is for: without it SQLite would drop the acknowledged end.
TEST_F(WalCheckTest, AJournalWithADamagedLogIsNotOpened) {
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path()}));
  Append(*journal, 5, 20);
  const std::string database = ReadFile(folder_.path() / kJournalFile);
  const std::string log = ReadLog();
  WriteFile(other_.path() / kJournalFile, database);
  WriteFile(other_.path() / kWriteAheadFile, Flip(log, kHeader + 100));
  EXPECT_THAT(OpenSqliteJournal({.folder = other_.path()}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("frame 1,")));
  WriteFile(other_.path() / kWriteAheadFile, log);
  ASSERT_OK_AND_ASSIGN(const auto reopened,
                       OpenSqliteJournal({.folder = other_.path()}));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*reopened));
  ExpectNumbered(records, 1, 100);
}

}  // namespace
}  // namespace mi::storage
