// A restore replaces everything, as a whole or not at all.

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "engine/payload/codec.h"
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

TEST_F(SnapshotTest, ARestoreGivesTheStateOfTheSnapshot) {
  Create("campaigns");
  WriteSome("campaigns", 40);
  Entry("campaigns")->points->WaitForBuilds(/*fold=*/false);
  ASSERT_OK_AND_ASSIGN(const auto wanted,
                       WriteSnapshot(SnapshotTrigger::kRequest));
  const auto model = model_;
  const auto answers = Answers("campaigns");
  const std::string epoch = workspace_->epoch();
  WriteSome("campaigns", 30);
  Create("audiences");
  WriteSome("audiences", 3);
  const auto later = model_;

  ASSERT_OK_AND_ASSIGN(const Restored restored, Restore(wanted.name));
  EXPECT_NE(restored.position.epoch, epoch);
  EXPECT_EQ(restored.position.epoch, workspace_->epoch());
  EXPECT_EQ(restored.position.sequence, wanted.position.sequence);
  ASSERT_TRUE(restored.previous_state.has_value());
  model_ = model;
  // After a restart as well; and writing goes on.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(workspace_->catalog()->collections.size(), 1);
    EXPECT_EQ(workspace_->sequence(), wanted.position.sequence);
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
    EXPECT_EQ(Answers("campaigns"), answers);
    Reopen();
  }
  for (int round = 0; round < 3; ++round) {
    WriteSome("campaigns", 5);
    ASSERT_OK(WriteSnapshot());
    Reopen();
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
  }

  // The restore can be undone.
  ASSERT_OK(Restore(restored.previous_state->name, /*discard=*/true));
  model_ = later;
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
    EXPECT_EQ(Stored("audiences"), model_["audiences"]);
    Reopen();
  }
}

TEST_F(SnapshotTest, ReadsAndWritesGoOnDuringARestore) {
  Create("campaigns");
  WriteSome("campaigns", 20);
  ASSERT_OK_AND_ASSIGN(const auto wanted,
                       WriteSnapshot(SnapshotTrigger::kRequest));
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) EXPECT_THAT(Answers("campaigns"), SizeIs(50));
  });
  std::thread writer([&] {
    while (!done) WriteSome("campaigns", 1);
  });
  for (int round = 0; round < 5; ++round) {
    EXPECT_OK(Restore(wanted.name, /*discard=*/round % 2 == 0));
  }
  done = true;
  reader.join();
  writer.join();
  const auto stored = Stored("campaigns");
  Reopen();
  EXPECT_EQ(Stored("campaigns"), stored);
}

TEST_F(SnapshotTest, ADamagedSnapshotIsNotRestoredAndNothingChanges) {
  Create("campaigns");
  WriteSome("campaigns", 5);
  ASSERT_OK_AND_ASSIGN(const auto wanted,
                       WriteSnapshot(SnapshotTrigger::kRequest));
  WriteSome("campaigns", 5);
  const std::string epoch = workspace_->epoch();
  Damage(wanted);
  EXPECT_THAT(Restore(wanted.name), StatusIs(absl::StatusCode::kDataLoss, _));
  EXPECT_EQ(workspace_->epoch(), epoch);
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
}

TEST_F(SnapshotTest, ARestoreBringsBackTheKeysOfItsTime) {
  Create("campaigns");
  const auto write = [&](const std::string& key) {
    UpsertPoints upsert{.collection = Entry("campaigns")->id};
    upsert.points.push_back({key, *payload::EncodePayload({})});
    upsert.vectors.assign(kSnapshotTestDimension, 1);
    WriteRequest request{.write = upsert};
    request.idempotency = {
        .key = {.key = key, .request_hash = "hash of " + key},
        .make_answer = [](const WriteResult& result) {
          return std::to_string(result.sequence);
        }};
    return workspace_->Write(std::move(request), {});
  };
  ASSERT_OK_AND_ASSIGN(const auto before, write("before"));
  ASSERT_OK_AND_ASSIGN(const auto wanted,
                       WriteSnapshot(SnapshotTrigger::kRequest));
  ASSERT_OK_AND_ASSIGN(const auto after, write("after"));
  ASSERT_OK(Restore(wanted.name));
  for (int round = 0; round < 2; ++round) {
    ASSERT_OK_AND_ASSIGN(const auto again, write("before"));
    EXPECT_EQ(again.answer, before.answer);
    EXPECT_EQ(again.sequence, before.sequence);
    Reopen();
  }
  // This one is of the history that was replaced: it is carried out anew.
  ASSERT_OK_AND_ASSIGN(const auto anew, write("after"));
  EXPECT_EQ(anew.inserted, 1);
}

TEST_F(SnapshotTest, AMissingJournalIsNoticed) {
  Create("campaigns");
  WriteSome("campaigns", 5);
  ASSERT_OK(WriteSnapshot());
  const auto kept = model_;
  WriteSome("campaigns", 2);
  workspace_.reset();
  std::filesystem::remove_all(folder_.path() / "journal");
  EXPECT_THAT(TryReopen(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                    HasSubstr("--restore-missing-journal")));

  options_.snapshots.restore_missing_journal = true;
  for (int round = 0; round < 2; ++round) {
    Reopen();
    EXPECT_EQ(Stored("campaigns"), kept.at("campaigns"));
  }
}

TEST_F(SnapshotTest, ASnapshotOfAnotherHistoryIsNotUsed) {
  Create("campaigns");
  WriteSome("campaigns", 5);
  ASSERT_OK(WriteSnapshot());
  workspace_.reset();
  std::filesystem::remove_all(folder_.path() / "journal");
  std::filesystem::rename(snapshots_, folder_.path() / "aside");
  Reopen();  // another epoch
  model_.clear();
  Create("campaigns");
  WriteSome("campaigns", 6);
  std::filesystem::rename(folder_.path() / "aside", snapshots_);
  Reopen();
  EXPECT_THAT(reads_, ElementsAre());
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
}

}  // namespace
}  // namespace mi::workspace
