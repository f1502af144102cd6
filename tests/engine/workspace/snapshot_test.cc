// A start from a snapshot gives the state that the whole journal gives.

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/progress.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/workspace/snapshot_fixture.h"
#include "tests/support/status_matchers.h"

namespace mi::workspace {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_F(SnapshotTest, ARestartGivesTheSameStateAndTheSameAnswers) {
  Create("campaigns");
  Create("audiences");
  ASSERT_OK(workspace_->Write(
      {.write = SetAlias{"live", Entry("campaigns")->id}}, {}));
  WriteSome("campaigns", 60);
  WriteSome("audiences", 3);
  Entry("campaigns")->points->WaitForBuilds(/*fold=*/false);
  ASSERT_OK(WriteSnapshot());
  const uint64_t sequence = workspace_->sequence();
  const auto answers = Answers("live");
  const auto segments = Entry("live")->points->View()->segments.size();
  ASSERT_GT(segments, 0);

  Reopen();
  EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kOk));
  EXPECT_EQ(workspace_->sequence(), sequence);
  EXPECT_EQ(Stored("live"), model_["campaigns"]);
  EXPECT_EQ(Stored("audiences"), model_["audiences"]);
  EXPECT_EQ(Answers("live"), answers);
}

TEST_F(SnapshotTest, WritesBehindTheSnapshotComeFromTheJournal) {
  Create("campaigns");
  for (int round = 0; round < 6; ++round) {
    WriteSome("campaigns", 12);
    ASSERT_OK(WriteSnapshot());
    WriteSome("campaigns", 7);  // replaces and deletes what it holds
    Reopen();
    EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kOk));
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]) << "round " << round;
  }
  EXPECT_THAT(Snapshots(), SizeIs(2));
}

TEST_F(SnapshotTest, WritesGoOnWhileASnapshotIsWritten) {
  Create("campaigns");
  WriteSome("campaigns", 30);
  for (int round = 0; round < 5; ++round) {
    std::thread snapshot([&] { EXPECT_OK(WriteSnapshot()); });
    WriteSome("campaigns", 20);
    snapshot.join();
    Reopen();
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]) << "round " << round;
  }
}

TEST_F(SnapshotTest, ADamagedSnapshotFallsBackToAnOlderOneThenToTheJournal) {
  options_.snapshots.keep_journal = true;
  Reopen();
  Create("campaigns");
  WriteSome("campaigns", 10);
  ASSERT_OK(WriteSnapshot());
  WriteSome("campaigns", 10);
  ASSERT_OK(WriteSnapshot());
  WriteSome("campaigns", 10);
  const auto snapshots = Snapshots();
  ASSERT_THAT(snapshots, SizeIs(2));

  Damage(snapshots[0]);
  Reopen();
  EXPECT_THAT(reads_,
              ElementsAre(absl::StatusCode::kDataLoss, absl::StatusCode::kOk));
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);

  Damage(snapshots[1]);
  Reopen();
  EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kDataLoss,
                                  absl::StatusCode::kDataLoss));
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
}

TEST_F(SnapshotTest, WhatAKilledProcessLeftIsPutInOrder) {
  Create("campaigns");
  ASSERT_OK_AND_ASSIGN(const auto written, WriteSnapshot());
  auto partial = workspace_->snapshots().PathOf(written.name);
  partial += ".partial";
  std::ofstream(partial) << "half";
  // The manifest comes last: a kill may leave a snapshot without it.
  std::filesystem::remove(snapshots_ / (written.name + ".json"));
  EXPECT_THAT(Snapshots(), SizeIs(0));
  Reopen();
  EXPECT_FALSE(std::filesystem::exists(partial));
  EXPECT_THAT(Snapshots(), ElementsAre(written));
  EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kOk));
}

TEST_F(SnapshotTest, FilesThatAreNoSnapshotsAreLeftAlone) {
  std::filesystem::create_directories(snapshots_);
  const std::string name = "00000000000000000009-0123abcd";
  const std::filesystem::path files[] = {
      snapshots_ / (name + ".snapshot"), snapshots_ / "notes.json",
      snapshots_ / (name + ".json"), snapshots_ / "backup.tar.partial"};
  for (const auto& file : files) std::ofstream(file) << "{}";
  Reopen();
  EXPECT_THAT(Snapshots(), SizeIs(0));
  for (const auto& file : files) EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(SnapshotTest, ABucketIsWrittenWithoutRenaming) {
  int renamed = 0;
  options_.snapshots.store.bucket = true;
  options_.snapshots.store.calls.rename = [&](const char*, const char*) {
    ++renamed;
    return 0;
  };
  Reopen();
  Create("campaigns");
  WriteSome("campaigns", 5);
  ASSERT_OK(WriteSnapshot());
  EXPECT_EQ(renamed, 0);
  Reopen();
  EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kOk));
  EXPECT_EQ(Stored("campaigns"), model_["campaigns"]);
}

TEST_F(SnapshotTest, StopsWhenAskedAndLeavesNothing) {
  Create("campaigns");
  WriteSome("campaigns", 2);
  std::stop_source stop;
  stop.request_stop();
  Progress progress(stop.get_token());
  EXPECT_THAT(
      workspace_->WriteSnapshot(SnapshotTrigger::kRequest, "", progress),
      StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_TRUE(std::filesystem::is_empty(snapshots_));
}

TEST_F(SnapshotTest, ProgressGoesFromNothingToEverything) {
  Create("campaigns");
  WriteSome("campaigns", 40);
  std::vector<std::pair<std::string, double>> reports;
  Progress progress({}, [&](std::string_view step, double done) {
    reports.emplace_back(step, done);
  });
  ASSERT_OK(workspace_->WriteSnapshot(SnapshotTrigger::kRequest, "", progress));
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.front(), std::pair(std::string("writing"), 0.0));
  EXPECT_EQ(reports.back(), std::pair(std::string("reading back"), 1.0));
  for (size_t i = 1; i < reports.size(); ++i) {
    EXPECT_GE(reports[i].second, reports[i - 1].second);
  }
}

}  // namespace
}  // namespace mi::workspace
