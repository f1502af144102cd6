// What is particular to the embedded journal: its files, its lock, and how it
// finds damage.

#include "engine/storage/sqlite_journal.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/storage/journal.h"
#include "engine/storage/record_checksum.h"
#include "engine/storage/sqlite_journal_file.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/status_matchers.h"

namespace mi::storage {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SqliteJournalTest : public ::testing::Test {
 protected:
  auto Open() { return OpenSqliteJournal({.folder = folder_.path()}); }

  // A closed journal with records 1 to `count`, each found by its body.
  void Fill(int count) {
    ASSERT_OK_AND_ASSIGN(const auto journal, Open());
    std::vector<Record> records;
    for (int i = 1; i <= count; ++i) {
      records.push_back({.kind = 7, .schema_version = 2, .body = Body(i)});
    }
    ASSERT_OK(journal->Append(records, *journal->Head()));
  }

  static std::string Body(int number) {
    return fmt::format("<body of record {:06}>", number);
  }

  // Reads all records and returns the error, having checked that those before
  // `bad` were visited.
  absl::Status ReadUpTo(uint64_t bad) {
    const auto journal = Open();
    if (!journal.ok()) return journal.status();
    uint64_t last = 0;
    absl::Status status = (*journal)->Read(0, [&](const StoredRecord& record) {
      last = record.sequence;
      return absl::OkStatus();
    });
    EXPECT_EQ(last, bad - 1);
    return status;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / kJournalFile;
};

TEST_F(SqliteJournalTest, CreatesTheFoldersThatAreMissingForItsOwnerOnly) {
  const std::filesystem::path deep = folder_.path() / "a" / "b";
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = deep.string() + "/"}));
  ASSERT_OK(AppendNumbered(*journal, 1));
  struct stat info;
  ASSERT_EQ(stat(deep.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700);
}

TEST_F(SqliteJournalTest, RefusesAFolderThatIsAFile) {
  const std::filesystem::path path = folder_.path() / "plain";
  WriteFile(path, "text");
  EXPECT_THAT(OpenSqliteJournal({.folder = path}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("Not a directory")));
}

TEST_F(SqliteJournalTest, RefusesASecondOpenerInThisProcess) {
  ASSERT_OK_AND_ASSIGN(auto journal, Open());
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr(folder_.path().string()),
                                     HasSubstr("in use by another server"))));
  journal.reset();
  EXPECT_OK(Open());
}

TEST_F(SqliteJournalTest, RefusesASecondOpenerInAnotherProcess) {
  int to_child[2];
  ASSERT_EQ(pipe(to_child), 0);
  const pid_t child = fork();
  if (child == 0) {
    char go;
    (void)!read(to_child[0], &go, 1);
    _exit(Open().status().code() == absl::StatusCode::kFailedPrecondition ? 0
                                                                          : 1);
  }
  ASSERT_OK_AND_ASSIGN(const auto journal, Open());
  ASSERT_EQ(write(to_child[1], "g", 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(to_child[0]);
  close(to_child[1]);
}

TEST_F(SqliteJournalTest, RefusesAFileOfANewerFormat) {
  Fill(1);
  ExecuteSql(folder_.path(), "PRAGMA user_version = 4");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               AllOf(HasSubstr("format 4"),
                                     HasSubstr("a newer version"))));
  ExecuteSql(folder_.path(), "PRAGMA user_version = 3");
  EXPECT_OK(Open());
}

TEST_F(SqliteJournalTest, RefusesAFileOfAFormatThatNeverWas) {
  Fill(1);
  ExecuteSql(folder_.path(), "PRAGMA user_version = 0");
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("format 0")));
}

// A file as version 1 made it, written out so that it stays as it was.
constexpr char kFormat1[] = R"sql(
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
PRAGMA application_id = 0x6d696a6c;
PRAGMA user_version = 1;
CREATE TABLE journal_head (
  shard TEXT PRIMARY KEY NOT NULL,
  epoch TEXT NOT NULL,
  first INTEGER NOT NULL,
  sequence INTEGER NOT NULL
) STRICT;
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY NOT NULL,
  kind INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
INSERT INTO journal_head
  VALUES ('0', '0f8fad5b-d9cb-469f-a165-70867728950e', 1, 2);
)sql";

// Checksums are computed by today's code, which a test of their own pins.
std::string RecordsOfFormat1() {
  std::string sql;
  for (uint64_t sequence = 1; sequence <= 2; ++sequence) {
    const Record record{.kind = 7, .schema_version = 2, .body = "body"};
    sql += fmt::format(
        "INSERT INTO journal VALUES ({}, 7, 2, {}, CAST('body' AS BLOB));",
        sequence, RecordChecksum(sequence, record));
  }
  return sql;
}

TEST_F(SqliteJournalTest, AFileOfFormat1IsMigratedWhenItIsOpened) {
  ExecuteSql(folder_.path(), kFormat1 + RecordsOfFormat1());
  const IdempotencyRow row{.key = "a key",
                           .request_hash = "a hash",
                           .sequence = 3,
                           .expires_at = 9,
                           .answer = "answer"};
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, Open());
    EXPECT_EQ(journal->Head()->sequence, 2);
    EXPECT_EQ(journal->Head()->epoch, "0f8fad5b-d9cb-469f-a165-70867728950e");
    ASSERT_OK_AND_ASSIGN(const auto none, ReadAllIdempotency(*journal));
    EXPECT_TRUE(none.empty());
    ASSERT_OK_AND_ASSIGN(const Beginning beginning, journal->Begin());
    EXPECT_EQ(beginning, Beginning{});
    ASSERT_OK(journal->Append({Record{.kind = 7}}, {row}, *journal->Head()));
  }
  ASSERT_OK_AND_ASSIGN(const auto journal, Open());
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal));
  ASSERT_EQ(records.size(), 3);
  EXPECT_EQ(records[1].record.body, "body");
  ASSERT_OK_AND_ASSIGN(const auto rows, ReadAllIdempotency(*journal));
  EXPECT_EQ(rows, std::vector{row});
}

// What refuses a file must not have changed it before.
TEST_F(SqliteJournalTest, AFileOfAnotherShardIsNotMigrated) {
  ExecuteSql(folder_.path(), kFormat1 + RecordsOfFormat1() +
                                 "UPDATE journal_head SET shard = 'another';");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition, _));
  ExecuteSql(folder_.path(),
             "UPDATE journal_head SET shard = '0';"
             "CREATE TABLE idempotency (number INTEGER);"
             "DROP TABLE idempotency;");
  EXPECT_OK(Open());
}

TEST_F(SqliteJournalTest, EveryColumnOfAnIdempotencyRowIsChecked) {
  for (const char* change :
       {"key = 'another key'", "request_hash = x'00'", "sequence = 2",
        "expires_at = 10", "answer = x'00'", "number = 5", "crc = crc + 1",
        // The texts together stay the same.
        "key = 'a ', request_hash = CAST('keya hash' AS BLOB)"}) {
    const TemporaryFolder folder;
    {
      ASSERT_OK_AND_ASSIGN(const auto journal,
                           OpenSqliteJournal({.folder = folder.path()}));
      ASSERT_OK(journal->Append({},
                                {IdempotencyRow{.key = "a key",
                                                .request_hash = "a hash",
                                                .sequence = 1,
                                                .expires_at = 9,
                                                .answer = "answer"}},
                                *journal->Head()));
    }
    ExecuteSql(folder.path(), fmt::format("UPDATE idempotency SET {}", change));
    ASSERT_OK_AND_ASSIGN(const auto journal,
                         OpenSqliteJournal({.folder = folder.path()}));
    EXPECT_THAT(ReadAllIdempotency(*journal),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("checksum")))
        << change;
  }
}

TEST_F(SqliteJournalTest, RefusesADatabaseOfAnotherProgram) {
  ExecuteSql(folder_.path(), "CREATE TABLE customers (name TEXT)");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("another program")));
}

TEST_F(SqliteJournalTest, RefusesAFileThatIsNoDatabase) {
  WriteFile(file_, std::string(8192, 'x'));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, _));
}

TEST_F(SqliteJournalTest, RefusesTheJournalOfAnotherShard) {
  Fill(1);
  EXPECT_THAT(OpenSqliteJournal({.folder = folder_.path(), .shard = "1"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("shard '0', not '1'")));
}

// As a crash right after the file's creation leaves it.
TEST_F(SqliteJournalTest, StartsInAnEmptyFile) {
  WriteFile(file_, "");
  ASSERT_OK_AND_ASSIGN(const auto journal, Open());
  ASSERT_OK(AppendNumbered(*journal, 1));
}

TEST_F(SqliteJournalTest, RefusesALogWhoseDatabaseIsMissing) {
  std::string log;
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, Open());
    ASSERT_OK(AppendNumbered(*journal, 1));
    log = ReadFile(folder_.path() / kWriteAheadFile);
  }
  std::filesystem::remove(file_);
  WriteFile(folder_.path() / kWriteAheadFile, log);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("'journal.db' is missing")));
}

TEST_F(SqliteJournalTest, ClosingMovesEverythingIntoTheDatabase) {
  Fill(20);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / kWriteAheadFile));
  EXPECT_NE(ReadFile(file_).find(Body(20)), std::string::npos);
}

// Damage on the disk: the bytes of one body change, below SQLite.
TEST_F(SqliteJournalTest, NamesARecordWhoseBodyWasDamaged) {
  Fill(40);
  const std::string intact = ReadFile(file_);
  for (const int number : {1, 17, 40}) {
    std::string bytes = intact;
    const size_t at = bytes.find(Body(number));
    ASSERT_NE(at, std::string::npos);
    for (const size_t offset : {size_t{0}, Body(number).size() - 1}) {
      for (int bit = 0; bit < 8; ++bit) {
        bytes = intact;
        bytes[at + offset] = static_cast<char>(bytes[at + offset] ^ (1 << bit));
        WriteFile(file_, bytes);
        EXPECT_THAT(ReadUpTo(number),
                    StatusIs(absl::StatusCode::kDataLoss,
                             HasSubstr(fmt::format("record {} does", number))));
      }
    }
  }
}

TEST_F(SqliteJournalTest, NamesARecordWhoseColumnsWereChanged) {
  const std::vector<std::string> changes = {
      "UPDATE journal SET kind = 8 WHERE sequence = 3",
      "UPDATE journal SET schema_version = 3 WHERE sequence = 3",
      "UPDATE journal SET crc = crc + 1 WHERE sequence = 3",
      "UPDATE journal SET body = x'' WHERE sequence = 3",
      // Each fits a checksum, but that of another place.
      std::string("UPDATE journal SET (body, crc) = (SELECT body, crc") +
          " FROM journal WHERE sequence = 4) WHERE sequence = 3"};
  for (const std::string& change : changes) {
    std::filesystem::remove(file_);
    Fill(5);
    ExecuteSql(folder_.path(), change);
    EXPECT_THAT(ReadUpTo(3),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 3")))
        << change;
  }
}

TEST_F(SqliteJournalTest, NamesARecordThatIsMissingInTheMiddle) {
  Fill(2000);
  ExecuteSql(folder_.path(), "DELETE FROM journal WHERE sequence = 1025");
  EXPECT_THAT(ReadUpTo(1025), StatusIs(absl::StatusCode::kDataLoss,
                                       HasSubstr("record 1025 is missing")));
}

TEST_F(SqliteJournalTest, NeverTakesAMissingEndForTheEnd) {
  Fill(5);
  ExecuteSql(folder_.path(), "DELETE FROM journal WHERE sequence = 5");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss,
                               HasSubstr("records 1 to 5 are recorded, but 1 "
                                         "to 4 are there")));
}

TEST_F(SqliteJournalTest, NoticesAMissingBeginningAndAnEndThatIsTooMuch) {
  for (const char* change :
       {"DELETE FROM journal WHERE sequence = 1",
        "UPDATE journal_head SET sequence = 4",
        "UPDATE journal_head SET first = 2", "DELETE FROM journal_head",
        "DELETE FROM journal"}) {
    std::filesystem::remove(file_);
    Fill(5);
    ExecuteSql(folder_.path(), change);
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, _)) << change;
  }
}

// The whole file, page by page: either the damage is reported, or the page
// held nothing that matters and all is read as it was.
TEST_F(SqliteJournalTest, ADamagedPageIsNeverReadAsSomethingElse) {
  constexpr int kRecords = 3000;
  constexpr size_t kPage = 16384;
  Fill(kRecords);
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, Open());
    ASSERT_OK(
        journal->Append({}, {NumberedIdempotencyRow(1)}, *journal->Head()));
  }
  const std::string intact = ReadFile(file_);
  ASSERT_GT(intact.size(), 8 * kPage);
  int reported = 0;
  for (size_t page = 0; page < intact.size() / kPage; ++page) {
    for (const char filling : {'\0', '\x55'}) {
      std::string bytes = intact;
      bytes.replace(page * kPage, kPage, kPage, filling);
      WriteFile(file_, bytes);
      const auto journal = Open();
      absl::Status status = journal.status();
      int read = 0;
      if (status.ok()) {
        status = (*journal)->Read(0, [&](const StoredRecord& record) {
          EXPECT_EQ(record.record.body, Body(++read));
          return absl::OkStatus();
        });
      }
      if (status.ok()) {
        const auto rows = ReadAllIdempotency(**journal);
        if (rows.ok()) {
          EXPECT_EQ(*rows, std::vector{NumberedIdempotencyRow(1)});
        }
        status = rows.status();
      }
      if (status.ok()) status = (*journal)->DropExpiredIdempotency(0);
      if (status.ok()) {
        EXPECT_EQ(read, kRecords) << "page " << page;
      } else {
        ++reported;
      }
    }
  }
  // An empty first page is a file that was never a journal's, and starts one.
  EXPECT_GE(reported, 2 * static_cast<int>(intact.size() / kPage) - 2);
}

// Somebody who changes the file past the lock must not make us write twice.
TEST_F(SqliteJournalTest, AbortsWhenTheStoredHeadWasMovedByAnother) {
  ASSERT_OK_AND_ASSIGN(const auto journal, Open());
  ASSERT_OK(AppendNumbered(*journal, 2));
  ExecuteSql(folder_.path(), "UPDATE journal_head SET sequence = 9");
  EXPECT_THAT(
      AppendNumbered(*journal, 1),
      StatusIs(absl::StatusCode::kAborted, HasSubstr("somebody else wrote")));
  ExecuteSql(folder_.path(), "UPDATE journal_head SET sequence = 2");
  ASSERT_OK(AppendNumbered(*journal, 1));
}

// 80 groups of 256 KiB are 20 MiB of log.
TEST_F(SqliteJournalTest, MaintenanceKeepsTheLogShort) {
  const auto append = [](Journal& journal) {
    return journal
        .Append({Record{.kind = 1, .body = std::string(256 << 10, 'x')}},
                *journal.Head())
        .status();
  };
  const auto log_bytes = [this] {
    return std::filesystem::file_size(folder_.path() / kWriteAheadFile);
  };
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, Open());
    for (int i = 0; i < 80; ++i) {
      ASSERT_OK(append(*journal));
      ASSERT_OK(journal->Maintain());
    }
    EXPECT_LT(log_bytes(), 8 << 20);
  }
  // Nor does it grow without bound where nobody calls Maintain.
  ASSERT_OK_AND_ASSIGN(const auto journal,
                       OpenSqliteJournal({.folder = folder_.path(),
                                          .max_write_ahead_bytes = 2 << 20}));
  for (int i = 0; i < 80; ++i) ASSERT_OK(append(*journal));
  EXPECT_LT(log_bytes(), 4 << 20);
}

}  // namespace
}  // namespace mi::storage
