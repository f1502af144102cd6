// When a snapshot is due, which ones are kept, and what the journal keeps.

#include <cerrno>
#include <filesystem>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/workspace/snapshot_fixture.h"
#include "tests/support/status_matchers.h"

namespace mi::workspace {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(SnapshotTest, TheJournalIsCutBehindTheOldestOfTheKeptSnapshots) {
  Create("campaigns");
  WriteSome("campaigns", 10);
  ASSERT_OK(WriteSnapshot());
  EXPECT_OK(TryReplayFrom(0)) << "one snapshot is not enough to cut";
  WriteSome("campaigns", 10);
  ASSERT_OK(WriteSnapshot());
  const auto snapshots = Snapshots();
  EXPECT_THAT(TryReplayFrom(snapshots[1].position.sequence - 1),
              StatusIs(absl::StatusCode::kOutOfRange, _));
  EXPECT_OK(TryReplayFrom(snapshots[1].position.sequence));

  // Either of them is enough.
  WriteSome("campaigns", 3);
  Damage(snapshots[0]);
  Reopen();
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);

  // Without both there is nothing to start with, and that is said.
  Damage(snapshots[1]);
  EXPECT_THAT(TryReopen(),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("the journal begins with record")));
  std::filesystem::remove_all(snapshots_);
  EXPECT_THAT(TryReopen(), StatusIs(absl::StatusCode::kDataLoss, _));
}

// Overwrites the same points for ever: neither snapshots nor journal grow.
TEST_F(SnapshotTest, DiskUseStaysBoundedWhilePointsAreOverwritten) {
  Create("campaigns");
  // From the third round on there are two snapshots and the journal behind the
  // older one; every round without a cut would add a third of that.
  uint64_t settled = 0;
  for (int round = 0; round < 24; ++round) {
    WriteSome("campaigns", 40);
    ASSERT_TRUE(workspace_->SnapshotIsDue());
    ASSERT_OK(WriteSnapshot());
    ASSERT_OK(workspace_->Tick());
    if (round == 2) settled = DiskBytes();
    // Payloads are random, and so is their size: by a third from round to
    // round.
    if (round > 2) {
      EXPECT_LT(DiskBytes(), settled + settled / 2) << "round " << round;
    }
  }
  EXPECT_THAT(Snapshots(), SizeIs(2));
  Reopen();
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
}

TEST_F(SnapshotTest, TheJournalStaysWholeWhenItIsToBeKept) {
  options_.snapshots.keep_journal = true;
  Reopen();
  Create("campaigns");
  for (int round = 0; round < 4; ++round) {
    WriteSome("campaigns", 5);
    ASSERT_OK(WriteSnapshot());
  }
  EXPECT_OK(TryReplayFrom(0));
}

TEST_F(SnapshotTest, SnapshotsThatWereAskedForAreKept) {
  Create("campaigns");
  ASSERT_OK_AND_ASSIGN(const auto wanted,
                       WriteSnapshot(SnapshotTrigger::kRequest));
  for (int round = 0; round < 4; ++round) {
    WriteSome("campaigns", 2);
    ASSERT_OK(WriteSnapshot());
  }
  const auto snapshots = Snapshots();
  ASSERT_THAT(snapshots, SizeIs(3));
  EXPECT_EQ(snapshots[2], wanted);
  // The journal does not reach back to it any more: no start needs it.
  EXPECT_OK(workspace_->DeleteSnapshot(wanted.name));
  EXPECT_THAT(Snapshots(), SizeIs(2));
}

TEST_F(SnapshotTest, WhatAStartCouldNeedIsNotDeleted) {
  Create("campaigns");
  ASSERT_OK_AND_ASSIGN(const auto first, WriteSnapshot());
  // The journal is whole still.
  ASSERT_OK(workspace_->DeleteSnapshot(first.name));
  for (int round = 0; round < 2; ++round) {
    WriteSome("campaigns", 2);
    ASSERT_OK(WriteSnapshot());
  }
  for (const SnapshotInfo& snapshot : Snapshots()) {
    const absl::Status refused = workspace_->DeleteSnapshot(snapshot.name);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, _));
    EXPECT_EQ(GetErrorDetails(refused)->reason, Reason::kSnapshotInUse);
  }
  EXPECT_THAT(workspace_->DeleteSnapshot(first.name),
              StatusIs(absl::StatusCode::kNotFound, _));
  for (const char* name : {"", "../journal/journal", "00000000000000000001",
                           "0000000000000000000x-01234567"}) {
    EXPECT_THAT(workspace_->DeleteSnapshot(name),
                StatusIs(absl::StatusCode::kInvalidArgument, _));
  }
}

TEST_F(SnapshotTest, IsDueWhenTheJournalHasGrown) {
  Create("campaigns");
  EXPECT_FALSE(workspace_->SnapshotIsDue());
  WriteSome("campaigns", 10);
  EXPECT_TRUE(workspace_->SnapshotIsDue());
  ASSERT_OK(WriteSnapshot());
  EXPECT_FALSE(workspace_->SnapshotIsDue());
}

TEST_F(SnapshotTest, IsDueAfterAWhileWhenAnythingWasWritten) {
  options_.snapshots.every_bytes = 0;
  options_.snapshots.every = std::chrono::minutes(60);
  Reopen();
  clock_.Advance(std::chrono::minutes(61));
  EXPECT_FALSE(workspace_->SnapshotIsDue()) << "there is nothing to write";
  Create("campaigns");
  EXPECT_TRUE(workspace_->SnapshotIsDue());
  ASSERT_OK(WriteSnapshot());
  clock_.Advance(std::chrono::minutes(61));
  EXPECT_FALSE(workspace_->SnapshotIsDue());
  Reopen();
  clock_.Advance(std::chrono::minutes(61));
  EXPECT_FALSE(workspace_->SnapshotIsDue());
  WriteSome("campaigns", 1);
  EXPECT_TRUE(workspace_->SnapshotIsDue());
}

TEST_F(SnapshotTest, IsNotDueForAMinuteAfterAFailure) {
  options_.snapshots.store.calls.sync = [](int) {
    errno = ENOSPC;
    return -1;
  };
  Reopen();
  Create("campaigns");
  WriteSome("campaigns", 10);
  EXPECT_THAT(WriteSnapshot(),
              StatusIs(absl::StatusCode::kResourceExhausted, _));
  EXPECT_THAT(written_, ElementsAre(absl::StatusCode::kResourceExhausted));
  EXPECT_FALSE(workspace_->SnapshotIsDue());
  clock_.Advance(std::chrono::seconds(61));
  EXPECT_TRUE(workspace_->SnapshotIsDue());
  EXPECT_TRUE(std::filesystem::is_empty(snapshots_));
}

}  // namespace
}  // namespace mi::workspace
