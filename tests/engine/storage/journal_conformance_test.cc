// What every implementation of Journal promises. An implementation is one line
// in the list at the end.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/random.h"
#include "engine/storage/journal.h"
#include "engine/storage/sqlite_journal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/status_matchers.h"

namespace mi::storage {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Clock = std::chrono::steady_clock;

struct Implementation {
  std::string name;
  // Opens the journal that lives in `folder`, or starts one there.
  std::function<absl::StatusOr<std::unique_ptr<Journal>>(
      const std::filesystem::path& folder)>
      open;
};

std::vector<IdempotencyRow> NumberedIdempotencyRows(uint64_t first,
                                                    uint64_t count) {
  std::vector<IdempotencyRow> rows;
  for (uint64_t i = 0; i < count; ++i) {
    rows.push_back(NumberedIdempotencyRow(first + i));
  }
  return rows;
}

class JournalConformanceTest : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    journal_.reset();
    auto opened = GetParam().open(folder_.path());
    ASSERT_OK(opened.status());
    journal_ = *std::move(opened);
  }

  Position Head() { return journal_->Head().value(); }

  TemporaryFolder folder_;
  std::unique_ptr<Journal> journal_;
};

TEST_P(JournalConformanceTest, ANewJournalIsEmptyAndHasAnEpoch) {
  EXPECT_EQ(Head().sequence, 0);
  EXPECT_THAT(Head().epoch, SizeIs(36));  // a UUID
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_));
  EXPECT_THAT(records, IsEmpty());
}

TEST_P(JournalConformanceTest, EveryJournalHasAnEpochOfItsOwn) {
  const TemporaryFolder other;
  ASSERT_OK_AND_ASSIGN(const auto second, GetParam().open(other.path()));
  EXPECT_NE(second->Head()->epoch, Head().epoch);
}

TEST_P(JournalConformanceTest, RecordsAreReadAsTheyWereAppended) {
  for (const uint64_t count : {1, 3, 1500, 2}) {
    const Position before = Head();
    ASSERT_OK_AND_ASSIGN(const Position after,
                         AppendNumbered(*journal_, count));
    EXPECT_EQ(after.sequence, before.sequence + count);
    EXPECT_EQ(after, Head());
  }
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_));
  ExpectNumbered(records, 1, 1506);
}

TEST_P(JournalConformanceTest, ReadingStartsBehindTheSequenceGiven) {
  ASSERT_OK(AppendNumbered(*journal_, 10));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_, 7));
  ExpectNumbered(records, 8, 3);
  ASSERT_OK_AND_ASSIGN(const auto none, ReadAll(*journal_, 10));
  EXPECT_THAT(none, IsEmpty());
  EXPECT_THAT(ReadAll(*journal_, 11),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("head 10")));
}

TEST_P(JournalConformanceTest, ANewJournalBeginsWithNothing) {
  EXPECT_EQ(*journal_->Begin(), Beginning{});
  ASSERT_OK(AppendNumbered(*journal_, 3));
  ASSERT_OK(journal_->TruncateBefore(3));
  EXPECT_EQ(*journal_->Begin(), (Beginning{.origin = {}, .first = 3}));
}

TEST_P(JournalConformanceTest, ARestartBeginsAnotherHistory) {
  ASSERT_OK(AppendNumbered(*journal_, 5));
  const Position old = Head();
  ASSERT_OK(journal_->Append({}, NumberedIdempotencyRows(1, 3), old));
  const Position origin{"an epoch of elsewhere", 1'000};
  const auto kept = NumberedIdempotencyRows(7, 2);
  ASSERT_OK_AND_ASSIGN(const Position head,
                       journal_->Restart(origin, kept, old));
  EXPECT_NE(head.epoch, old.epoch);
  EXPECT_THAT(head.epoch, SizeIs(36));
  EXPECT_EQ(head.sequence, 1'000);
  // The same after a restart of the process, and appending goes on from there.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Head(), head);
    EXPECT_EQ(*journal_->Begin(),
              (Beginning{.origin = origin, .first = 1'001}));
    ASSERT_OK_AND_ASSIGN(const auto none, ReadAll(*journal_, 1'000));
    EXPECT_THAT(none, IsEmpty());
    EXPECT_THAT(ReadAll(*journal_, 5),
                StatusIs(absl::StatusCode::kOutOfRange, _));
    ASSERT_OK_AND_ASSIGN(const auto rows, ReadAllIdempotency(*journal_));
    EXPECT_EQ(rows, kept);
    Reopen();
  }
  ASSERT_OK(AppendNumbered(*journal_, 2));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_, 1'000));
  ExpectNumbered(records, 1'001, 2);
}

TEST_P(JournalConformanceTest, ARestartUponAnotherHeadChangesNothing) {
  ASSERT_OK(AppendNumbered(*journal_, 5));
  Position other = Head();
  other.sequence = 4;
  EXPECT_THAT(journal_->Restart({"elsewhere", 9}, {}, other),
              StatusIs(absl::StatusCode::kAborted, _));
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_));
  ExpectNumbered(records, 1, 5);
}

TEST_P(JournalConformanceTest, ARestartWakesWhoWaits) {
  ASSERT_OK(AppendNumbered(*journal_, 5));
  absl::StatusOr<Position> seen = absl::UnknownError("not yet");
  std::thread waiter([&] {
    seen = journal_->Wait(5, Clock::now() + std::chrono::seconds(20));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto head = journal_->Restart({"elsewhere", 2}, {}, Head());
  waiter.join();
  ASSERT_OK(head);
  ASSERT_OK(seen);
  EXPECT_EQ(*seen, *head);
}

TEST_P(JournalConformanceTest, AppendingNothingChangesNothing) {
  ASSERT_OK(AppendNumbered(*journal_, 2));
  const Position before = Head();
  ASSERT_OK_AND_ASSIGN(const Position after, journal_->Append({}, before));
  EXPECT_EQ(after, before);
  EXPECT_EQ(Head(), before);
}

TEST_P(JournalConformanceTest, EverythingIsThereAfterAReopen) {
  ASSERT_OK(AppendNumbered(*journal_, 100));
  const Position before = Head();
  Reopen();
  EXPECT_EQ(Head(), before);
  ASSERT_OK(AppendNumbered(*journal_, 5));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_));
  ExpectNumbered(records, 1, 105);
  EXPECT_EQ(Head().epoch, before.epoch);
}

TEST_P(JournalConformanceTest, AnUnexpectedHeadAbortsAndStoresNothing) {
  ASSERT_OK(AppendNumbered(*journal_, 3));
  const Position head = Head();
  const std::vector<Record> records = NumberedRecords(4, 2);
  EXPECT_THAT(journal_->Append(records, {head.epoch, 2}),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("head is 3")));
  EXPECT_THAT(journal_->Append(records, {head.epoch, 4}),
              StatusIs(absl::StatusCode::kAborted, _));
  EXPECT_THAT(journal_->Append(records, {"another epoch", 3}),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("epoch")));
  EXPECT_EQ(Head(), head);
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadAll(*journal_));
  ExpectNumbered(stored, 1, 3);
}

TEST_P(JournalConformanceTest, BodiesMayBeEmptyBinaryOrLarge) {
  std::vector<Record> records;
  records.push_back({.kind = 0, .schema_version = 0, .body = ""});
  records.push_back({.kind = std::numeric_limits<uint32_t>::max(),
                     .schema_version = std::numeric_limits<uint32_t>::max(),
                     .body = std::string("\0\xff\0", 3)});
  Random random(5);
  for (const size_t megabytes : {1, 8, 3}) {
    std::string body(megabytes << 20, '\0');
    for (size_t i = 0; i < body.size(); i += 97) {
      body[i] = static_cast<char>(random.Bits());
    }
    records.push_back({.kind = 1, .schema_version = 1, .body = body});
  }
  ASSERT_OK(journal_->Append(records, Head()));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadAll(*journal_));
  ASSERT_EQ(stored.size(), records.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_TRUE(stored[i].record == records[i]) << i;
  }
}

TEST_P(JournalConformanceTest, ABodyThatIsTooLongKeepsTheWholeGroupOut) {
  std::vector<Record> records = NumberedRecords(1, 2);
  records[1].body.assign(Journal::kMaxBodyBytes + 1, 'x');
  EXPECT_THAT(
      journal_->Append(records, Head()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("268435457")));
  EXPECT_EQ(Head().sequence, 0);
  ASSERT_OK(AppendNumbered(*journal_, 1));
}

TEST_P(JournalConformanceTest, AnErrorOfTheVisitorEndsTheReading) {
  ASSERT_OK(AppendNumbered(*journal_, 10));
  uint64_t last = 0;
  EXPECT_THAT(journal_->Read(2,
                             [&](const StoredRecord& record) {
                               last = record.sequence;
                               return last < 5 ? absl::OkStatus()
                                               : absl::CancelledError("enough");
                             }),
              StatusIs(absl::StatusCode::kCancelled, "enough"));
  EXPECT_EQ(last, 5);
}

TEST_P(JournalConformanceTest, TruncatedRecordsAreGoneAndSequencesGoOn) {
  ASSERT_OK(AppendNumbered(*journal_, 10));
  ASSERT_OK(journal_->TruncateBefore(7));
  EXPECT_THAT(ReadAll(*journal_, 5),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("before 7")));
  ASSERT_OK_AND_ASSIGN(auto records, ReadAll(*journal_, 6));
  ExpectNumbered(records, 7, 4);
  ASSERT_OK(journal_->TruncateBefore(3));  // less than before: nothing to do
  ASSERT_OK(AppendNumbered(*journal_, 2));
  Reopen();
  EXPECT_EQ(Head().sequence, 12);
  EXPECT_THAT(ReadAll(*journal_, 5),
              StatusIs(absl::StatusCode::kOutOfRange, _));
  ASSERT_OK_AND_ASSIGN(records, ReadAll(*journal_, 6));
  ExpectNumbered(records, 7, 6);
}

TEST_P(JournalConformanceTest, AllRecordsMayBeTruncatedButNoneThatIsToCome) {
  ASSERT_OK(AppendNumbered(*journal_, 6));
  EXPECT_THAT(journal_->TruncateBefore(8),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("head is 6")));
  ASSERT_OK(journal_->TruncateBefore(7));
  Reopen();
  EXPECT_EQ(Head().sequence, 6);
  ASSERT_OK_AND_ASSIGN(auto records, ReadAll(*journal_, 6));
  EXPECT_THAT(records, IsEmpty());
  EXPECT_THAT(ReadAll(*journal_, 0),
              StatusIs(absl::StatusCode::kOutOfRange, _));
  ASSERT_OK(AppendNumbered(*journal_, 1));
  ASSERT_OK_AND_ASSIGN(records, ReadAll(*journal_, 6));
  ExpectNumbered(records, 7, 1);
}

// 60 rounds of 1 MiB: without reuse of truncated space the journal would grow
// to 60 MiB.
TEST_P(JournalConformanceTest, TruncatedSpaceIsUsedAgain) {
  for (int round = 0; round < 60; ++round) {
    const std::vector<Record> records(
        64, Record{.kind = 1, .body = std::string(16 << 10, 'x')});
    ASSERT_OK_AND_ASSIGN(const Position head,
                         journal_->Append(records, Head()));
    ASSERT_OK(journal_->TruncateBefore(head.sequence - 63));
    ASSERT_OK(journal_->Maintain());
  }
  ASSERT_OK_AND_ASSIGN(const uint64_t bytes, journal_->DiskBytes());
  EXPECT_GT(bytes, 1 << 20);
  EXPECT_LT(bytes, 16 << 20);
}

TEST_P(JournalConformanceTest, IdempotencyRowsAreReadAsTheyWereAppended) {
  const std::vector<IdempotencyRow> rows = NumberedIdempotencyRows(1, 5000);
  ASSERT_OK(journal_->Append(NumberedRecords(1, 2),
                             absl::MakeSpan(rows).subspan(0, 3), Head()));
  ASSERT_OK(journal_->Append(NumberedRecords(3, 1),
                             absl::MakeSpan(rows).subspan(3), Head()));
  EXPECT_EQ(Head().sequence, 3);
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto stored, ReadAllIdempotency(*journal_));
    EXPECT_EQ(stored, rows);
    Reopen();
  }
}

TEST_P(JournalConformanceTest, IdempotencyRowsNeedNoRecord) {
  ASSERT_OK(AppendNumbered(*journal_, 2));
  const Position before = Head();
  const std::vector<IdempotencyRow> rows = {
      {.key = "k"},
      {.key = "binary",
       .request_hash = std::string("\0\xff", 2),
       .sequence = 2,
       .expires_at = std::numeric_limits<TimeMicros>::max(),
       .answer = std::string(3 << 20, '\xfe')}};
  ASSERT_OK_AND_ASSIGN(const Position after,
                       journal_->Append({}, rows, before));
  EXPECT_EQ(after, before);
  Reopen();
  EXPECT_EQ(Head(), before);
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, rows);
  ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_));
  ExpectNumbered(records, 1, 2);
}

TEST_P(JournalConformanceTest, ARefusedAppendStoresNoIdempotencyRow) {
  const std::vector<IdempotencyRow> rows = NumberedIdempotencyRows(1, 1);
  EXPECT_THAT(journal_->Append(NumberedRecords(1, 1), rows, {Head().epoch, 4}),
              StatusIs(absl::StatusCode::kAborted, _));
  EXPECT_THAT(journal_->Append({}, rows, {"another epoch", 0}),
              StatusIs(absl::StatusCode::kAborted, _));
  IdempotencyRow large = rows[0];
  large.answer.assign(Journal::kMaxBodyBytes, 'x');
  EXPECT_THAT(journal_->Append(NumberedRecords(1, 1), {rows[0], large}, Head()),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
  EXPECT_EQ(Head().sequence, 0);
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadAllIdempotency(*journal_));
  EXPECT_THAT(stored, IsEmpty());
}

TEST_P(JournalConformanceTest, IdempotencyRowsOutliveTheirRecords) {
  const std::vector<IdempotencyRow> rows = NumberedIdempotencyRows(1, 3);
  ASSERT_OK(journal_->Append(NumberedRecords(1, 3), rows, Head()));
  ASSERT_OK(journal_->TruncateBefore(4));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, rows);
}

TEST_P(JournalConformanceTest, ExpiredIdempotencyRowsAreDropped) {
  std::vector<IdempotencyRow> rows = NumberedIdempotencyRows(1, 10'000);
  // The order of expiry is not that of appending.
  std::swap(rows[2], rows[9000]);
  ASSERT_OK(journal_->Append({}, rows, Head()));
  ASSERT_OK(journal_->DropExpiredIdempotency(0));
  ASSERT_OK_AND_ASSIGN(auto stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, rows);
  ASSERT_OK(journal_->DropExpiredIdempotency(9500));
  std::erase_if(rows, [](const auto& row) { return row.expires_at <= 9500; });
  ASSERT_OK_AND_ASSIGN(stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, rows);
  Reopen();
  ASSERT_OK_AND_ASSIGN(stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, rows);
}

// A key that expired may be used again before its first row is dropped.
TEST_P(JournalConformanceTest, TheLastRowOfAKeyIsReadLast) {
  IdempotencyRow row = NumberedIdempotencyRow(1);
  ASSERT_OK(journal_->Append({}, {row}, Head()));
  row.expires_at = 50;
  row.answer = "another";
  ASSERT_OK(journal_->Append({}, {row}, Head()));
  ASSERT_OK_AND_ASSIGN(auto stored, ReadAllIdempotency(*journal_));
  ASSERT_THAT(stored, SizeIs(2));
  EXPECT_EQ(stored.back(), row);
  ASSERT_OK(journal_->DropExpiredIdempotency(1));
  ASSERT_OK_AND_ASSIGN(stored, ReadAllIdempotency(*journal_));
  EXPECT_EQ(stored, std::vector{row});
}

TEST_P(JournalConformanceTest, AnErrorOfTheVisitorEndsReadingIdempotencyRows) {
  ASSERT_OK(journal_->Append({}, NumberedIdempotencyRows(1, 5), Head()));
  uint64_t visited = 0;
  EXPECT_THAT(journal_->ReadIdempotency([&](const IdempotencyRow&) {
    return ++visited < 3 ? absl::OkStatus() : absl::CancelledError("enough");
  }),
              StatusIs(absl::StatusCode::kCancelled, "enough"));
  EXPECT_EQ(visited, 3);
}

TEST_P(JournalConformanceTest, WaitReturnsAtOnceWhenTheHeadIsBeyond) {
  ASSERT_OK(AppendNumbered(*journal_, 2));
  ASSERT_OK_AND_ASSIGN(const Position head, journal_->Wait(1, Clock::now()));
  EXPECT_EQ(head, Head());
}

TEST_P(JournalConformanceTest, WaitEndsWithTheAppendThatItWaitsFor) {
  std::jthread writer([this] {
    for (int i = 0; i < 3; ++i) EXPECT_OK(AppendNumbered(*journal_, 1));
  });
  ASSERT_OK_AND_ASSIGN(
      const Position head,
      journal_->Wait(2, Clock::now() + std::chrono::seconds(60)));
  EXPECT_EQ(head.sequence, 3);
}

TEST_P(JournalConformanceTest, WaitEndsAtItsDeadline) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(20);
  EXPECT_THAT(journal_->Wait(0, deadline),
              StatusIs(absl::StatusCode::kDeadlineExceeded, _));
  EXPECT_GE(Clock::now(), deadline);
}

TEST_P(JournalConformanceTest, WaitEndsWhenItIsCancelled) {
  std::stop_source stop;
  std::jthread canceller([&] { stop.request_stop(); });
  EXPECT_THAT(journal_->Wait(0, Clock::now() + std::chrono::seconds(60),
                             stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

// Readers, truncation and maintenance beside a writer: each reading must be a
// gap-free run up to a head that was durable when it began.
TEST_P(JournalConformanceTest, ReadersSeeWholePrefixesWhileRecordsAreAppended) {
  constexpr uint64_t kGroups = 120;
  constexpr uint64_t kGroup = 7;
  std::jthread maintainer([this](std::stop_token stop) {
    while (!stop.stop_requested()) EXPECT_OK(journal_->Maintain());
  });
  std::vector<std::jthread> readers;
  readers.reserve(2);
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([this] {
      uint64_t last = 0;
      while (last < kGroups * kGroup) {
        const uint64_t head = Head().sequence;
        ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_, last));
        ASSERT_GE(last + records.size(), head);
        ASSERT_EQ((last + records.size()) % kGroup, 0);
        ExpectNumbered(records, last + 1, records.size());
        if (records.empty()) std::this_thread::yield();
        last += records.size();
      }
    });
  }
  for (uint64_t g = 0; g < kGroups; ++g) {
    ASSERT_OK(AppendNumbered(*journal_, kGroup));
  }
}

// Against a model: the numbers of the records that should be there.
TEST_P(JournalConformanceTest, RandomOperationsFollowTheModel) {
  constexpr uint64_t kSeed = 77;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  uint64_t first = 1;
  uint64_t head = 0;
  for (int step = 0; step < 300; ++step) {
    switch (random.Below(8)) {
      case 0:
        Reopen();
        break;
      case 1:
        first = std::max(first, 1 + random.Below(head + 1));
        ASSERT_OK(journal_->TruncateBefore(first));
        break;
      case 2:
        ASSERT_OK(journal_->Maintain());
        break;
      case 3:
      case 4: {
        const uint64_t after = first - 1 + random.Below(head - first + 2);
        ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal_, after));
        ExpectNumbered(records, after + 1, head - after);
        break;
      }
      default: {
        const uint64_t count = 1 + random.Below(40);
        ASSERT_OK(AppendNumbered(*journal_, count));
        head += count;
      }
    }
    ASSERT_EQ(Head().sequence, head) << "step " << step;
  }
  EXPECT_GT(first, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Journals, JournalConformanceTest,
    ::testing::Values(Implementation{"Sqlite",
                                     [](const std::filesystem::path& folder) {
                                       return OpenSqliteJournal(
                                           {.folder = folder});
                                     }},
                      // Checkpoints at every append, in the append.
                      Implementation{"SqliteWithATinyWriteAheadLog",
                                     [](const std::filesystem::path& folder) {
                                       return OpenSqliteJournal(
                                           {.folder = folder,
                                            .max_write_ahead_bytes = 1});
                                     }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace mi::storage
