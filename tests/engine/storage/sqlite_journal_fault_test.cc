// What the embedded journal does when writing fails: no false acknowledgement,
// and nothing acknowledged lost.

#include <sys/mount.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/error.h"
#include "engine/storage/journal.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/storage/sqlite_journal_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/storage/faulty_vfs.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/status_matchers.h"

namespace mi::storage {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using Fault = FaultyVfs::Fault;

struct Opened {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<std::vector<absl::Status>> fatal =
      std::make_unique<std::vector<absl::Status>>();
};

absl::StatusOr<Opened> Open(const TemporaryFolder& folder,
                            size_t max_write_ahead_bytes = 64 << 20) {
  Opened opened;
  auto journal = OpenSqliteJournal(
      {.folder = folder.path(),
       .max_write_ahead_bytes = max_write_ahead_bytes,
       .on_fatal = [fatal = opened.fatal.get()](const absl::Status& error) {
         fatal->push_back(error);
       }});
  if (!journal.ok()) return journal.status();
  opened.journal = *std::move(journal);
  return opened;
}

Reason ReasonOf(const absl::Status& status) {
  return GetErrorDetails(status).value_or(ErrorDetails{}).reason;
}

// This is what synchronous=FULL is for: with NORMAL or OFF the log would be
// dirty when the append returns.
TEST(SqliteJournalFaultTest, AnAppendReturnsOnlyWhenTheLogIsSynced) {
  FaultyVfs vfs;
  const TemporaryFolder folder;
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
  for (int i = 0; i < 5; ++i) {
    const size_t before = vfs.writes();
    ASSERT_OK(AppendNumbered(*opened.journal, 3));
    EXPECT_GT(vfs.writes(), before);
    EXPECT_FALSE(vfs.log_is_dirty());
  }
}

TEST(SqliteJournalFaultTest, AFullDiskKeepsTheJournalReadableAndUsableLater) {
  FaultyVfs vfs;
  const TemporaryFolder folder;
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
  Journal& journal = *opened.journal;
  ASSERT_OK(AppendNumbered(journal, 10));
  vfs.FailAfter(Fault::kWriteNoSpace, 0, /*persistent=*/true);
  for (int i = 0; i < 3; ++i) {
    const absl::Status full = AppendNumbered(journal, 5).status();
    EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted, _));
    EXPECT_EQ(ReasonOf(full), Reason::kDiskFull);
    EXPECT_TRUE(GetErrorDetails(full)->retry_after.has_value());
    ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(journal));
    ExpectNumbered(records, 1, 10);
  }
  vfs.Heal();
  ASSERT_OK(AppendNumbered(journal, 5));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(journal));
  ExpectNumbered(records, 1, 15);
  EXPECT_TRUE(opened.fatal->empty());
}

TEST(SqliteJournalFaultTest, AfterAFailedSyncEverythingFailsUntilAReopen) {
  FaultyVfs vfs;
  const TemporaryFolder folder;
  {
    ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
    Journal& journal = *opened.journal;
    ASSERT_OK(AppendNumbered(journal, 10));
    const Position head = *journal.Head();
    vfs.FailAfter(Fault::kSyncError, 0, /*persistent=*/false);
    const absl::Status unknown = AppendNumbered(journal, 5).status();
    EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kDataLoss, _));
    EXPECT_EQ(ReasonOf(unknown), Reason::kDataLoss);
    ASSERT_EQ(opened.fatal->size(), 1);
    EXPECT_EQ(opened.fatal->front(), unknown);

    // The disk is well again, but what it holds is not known.
    EXPECT_EQ(journal.Append(NumberedRecords(11, 1), head).status(), unknown);
    EXPECT_EQ(journal.Head().status(), unknown);
    EXPECT_EQ(ReadAll(journal).status(), unknown);
    EXPECT_EQ(journal.Wait(10, {}).status(), unknown);
    EXPECT_EQ(journal.TruncateBefore(2), unknown);
    EXPECT_EQ(journal.Maintain(), unknown);
    EXPECT_EQ(opened.fatal->size(), 1);
  }
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*opened.journal));
  EXPECT_TRUE(records.size() == 10 || records.size() == 15) << records.size();
  ExpectNumbered(records, 1, records.size());
  ASSERT_OK(AppendNumbered(*opened.journal, 1));
}

TEST(SqliteJournalFaultTest, AFailedSyncOfACheckpointIsFatalButLosesNothing) {
  FaultyVfs vfs;
  const TemporaryFolder folder;
  {
    ASSERT_OK_AND_ASSIGN(const Opened opened,
                         Open(folder, /*max_write_ahead_bytes=*/16));
    ASSERT_OK(AppendNumbered(*opened.journal, 10));
    vfs.FailAfter(Fault::kCheckpointSyncError, 0, /*persistent=*/true);
    ASSERT_OK(AppendNumbered(*opened.journal, 5));
    EXPECT_TRUE(vfs.failed());
    EXPECT_EQ(opened.fatal->size(), 1);
    EXPECT_THAT(AppendNumbered(*opened.journal, 5),
                StatusIs(absl::StatusCode::kDataLoss, _));
  }
  vfs.Heal();
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*opened.journal));
  ExpectNumbered(records, 1, 15);
}

// Fails one write or sync after the other, until a run meets none.
class FailpointTest : public ::testing::TestWithParam<std::pair<Fault, bool>> {
 protected:
  // One run: appends, checkpoints and a truncation. Returns the acknowledged
  // head, and the head if the operation that failed took place after all.
  struct Outcome {
    uint64_t acknowledged = 0;
    uint64_t possible = 0;
  };
  Outcome Run(Journal& journal) {
    Outcome outcome;
    for (const uint64_t count : {1, 200, 3, 60}) {
      outcome.possible = outcome.acknowledged + count;
      if (!AppendNumbered(journal, count).ok()) return outcome;
      outcome.acknowledged = outcome.possible;
      if (count == 60 && !journal.TruncateBefore(2).ok()) return outcome;
      if (!journal.Maintain().ok()) return outcome;
    }
    return outcome;
  }
};

TEST_P(FailpointTest, NothingAcknowledgedIsLostAndNoGroupIsHalved) {
  const auto [fault, persistent] = GetParam();
  FaultyVfs vfs;
  for (size_t after = 0;; ++after) {
    SCOPED_TRACE(::testing::Message() << "the first " << after << " go well");
    ASSERT_LT(after, 2000);
    const TemporaryFolder folder(TemporaryFolder::Where::kMemory);
    Outcome outcome;
    {
      ASSERT_OK_AND_ASSIGN(const Opened opened,
                           Open(folder, /*max_write_ahead_bytes=*/16 << 10));
      vfs.FailAfter(fault, after, persistent);
      outcome = Run(*opened.journal);
      // On a full disk, what was acknowledged can still be read.
      if (opened.fatal->empty()) {
        EXPECT_EQ(opened.journal->Head()->sequence, outcome.acknowledged);
        const uint64_t from = outcome.acknowledged > 204 ? 1 : 0;
        const auto records = ReadAll(*opened.journal, from);
        ASSERT_OK(records);
        ExpectNumbered(*records, from + 1, outcome.acknowledged - from);
      } else {
        EXPECT_THAT(opened.journal->Head(),
                    StatusIs(absl::StatusCode::kDataLoss, _));
      }
    }
    const bool failed = vfs.failed();
    vfs.Heal();
    ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
    const uint64_t head = opened.journal->Head()->sequence;
    EXPECT_TRUE(head == outcome.acknowledged || head == outcome.possible)
        << head << ", acknowledged " << outcome.acknowledged;
    auto records = ReadAll(*opened.journal, 0);
    if (absl::IsOutOfRange(records.status())) {  // truncated
      records = ReadAll(*opened.journal, 1);
    }
    ASSERT_OK(records);
    ExpectNumbered(*records, head + 1 - records->size(), records->size());
    ASSERT_OK(AppendNumbered(*opened.journal, 2));
    if (!failed) {
      EXPECT_EQ(outcome.acknowledged, 264);
      EXPECT_GT(after, 10);
      return;
    }
  }
}

std::string FaultName(
    const ::testing::TestParamInfo<std::pair<Fault, bool>>& info) {
  static constexpr const char* kNames[] = {"None", "WriteNoSpace", "WriteError",
                                           "ShortWrite", "SyncError"};
  return std::string(kNames[static_cast<int>(info.param.first)]) +
         (info.param.second ? "FromThenOn" : "Once");
}

INSTANTIATE_TEST_SUITE_P(
    Faults, FailpointTest,
    ::testing::Values(std::pair(Fault::kWriteNoSpace, true),
                      std::pair(Fault::kWriteNoSpace, false),
                      std::pair(Fault::kShortWrite, true),
                      std::pair(Fault::kWriteError, true),
                      std::pair(Fault::kWriteError, false),
                      std::pair(Fault::kSyncError, true),
                      std::pair(Fault::kSyncError, false)),
    FaultName);

// A journal as a kill leaves it: with a log that was not moved into the
// database yet.
void CopyOpenJournal(const TemporaryFolder& from, const TemporaryFolder& to) {
  for (const char* name : {kJournalFile, kWriteAheadFile}) {
    WriteFile(to.path() / name, ReadFile(from.path() / name));
  }
}

TEST_P(FailpointTest, AFaultWhileOpeningLosesNothing) {
  const auto [fault, persistent] = GetParam();
  FaultyVfs vfs;
  const TemporaryFolder original(TemporaryFolder::Where::kMemory);
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(original));
  for (int i = 0; i < 10; ++i) ASSERT_OK(AppendNumbered(*opened.journal, 50));
  for (size_t after = 0;; ++after) {
    SCOPED_TRACE(::testing::Message() << "the first " << after << " go well");
    ASSERT_LT(after, 2000);
    const TemporaryFolder folder(TemporaryFolder::Where::kMemory);
    CopyOpenJournal(original, folder);
    vfs.FailAfter(fault, after, persistent);
    if (const auto damaged = Open(folder); damaged.ok()) {
      ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*damaged->journal));
      ExpectNumbered(records, 1, 500);
    } else {
      EXPECT_TRUE(vfs.failed());
      EXPECT_THAT(damaged, StatusIs(absl::StatusCode::kDataLoss, _));
    }
    const bool failed = vfs.failed();
    vfs.Heal();
    ASSERT_OK_AND_ASSIGN(const Opened healed, Open(folder));
    ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*healed.journal));
    ExpectNumbered(records, 1, 500);
    if (!failed) {
      EXPECT_GT(after, 0);
      return;
    }
  }
}

// A file system of a few megabytes, with the real thing in place of the shim.
class SmallFileSystem {
 public:
  explicit SmallFileSystem(const char* options) {
    if (mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) != 0) {
      error_ = errno;
    }
  }
  ~SmallFileSystem() {
    if (error_ == 0) umount(folder_.path().c_str());
  }
  const TemporaryFolder& folder() const { return folder_; }
  int error() const { return error_; }

 private:
  const TemporaryFolder folder_;
  int error_ = 0;
};

TEST(SqliteJournalFaultTest, AFileSystemThatIsReallyFullIsSurvived) {
  const SmallFileSystem small("size=6m");
  if (small.error() != 0) {
    GTEST_SKIP() << "cannot mount a small file system: "
                 << std::strerror(small.error());
  }
  uint64_t acknowledged = 0;
  {
    ASSERT_OK_AND_ASSIGN(const Opened opened, Open(small.folder()));
    absl::Status status;
    while (status.ok()) {
      ASSERT_LT(acknowledged, 1'000'000);
      status = AppendNumbered(*opened.journal, 500).status();
      if (status.ok()) acknowledged += 500;
    }
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                                 HasSubstr("full")));
    EXPECT_EQ(ReasonOf(status), Reason::kDiskFull);
    EXPECT_GT(acknowledged, 0);
    ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*opened.journal));
    ExpectNumbered(records, 1, acknowledged);

    ASSERT_EQ(mount("tmpfs", small.folder().path().c_str(), "tmpfs", MS_REMOUNT,
                    "size=64m"),
              0);
    ASSERT_OK(AppendNumbered(*opened.journal, 500));
    acknowledged += 500;
    EXPECT_TRUE(opened.fatal->empty());
  }
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(small.folder()));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*opened.journal));
  ExpectNumbered(records, 1, acknowledged);
}

TEST(SqliteJournalFaultTest, AFullDiskAtTheStartIsSaidClearly) {
  FaultyVfs vfs;
  const TemporaryFolder folder;
  vfs.FailAfter(Fault::kWriteNoSpace, 0, /*persistent=*/true);
  EXPECT_THAT(Open(folder), StatusIs(absl::StatusCode::kResourceExhausted, _));
  vfs.Heal();
  ASSERT_OK_AND_ASSIGN(const Opened opened, Open(folder));
  ASSERT_OK(AppendNumbered(*opened.journal, 1));
}

}  // namespace
}  // namespace mi::storage
