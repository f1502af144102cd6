// A start from a snapshot gives the state that the whole journal gives.

#include "engine/workspace/snapshot.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/listing.h"
#include "engine/vector/search.h"
#include "engine/workspace/workspace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr size_t kDimension = 8;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() : builds_({.name = "build", .threads = 2}) { Reopen(); }
  ~SnapshotTest() override { workspace_.reset(); }

  void Reopen() {
    workspace_.reset();
    reads_.clear();
    auto journal =
        storage::OpenSqliteJournal({.folder = folder_.path() / "journal"});
    ASSERT_OK(journal);
    const auto submit = [this](std::function<void()> task) {
      return builds_.TrySubmit(std::move(task));
    };
    WorkspaceEnvironment environment;
    environment.clock = &clock_;
    environment.lanes = {.seal = submit,
                         .merge = submit,
                         .on_error = [](const absl::Status& status) {
                           ADD_FAILURE() << status.ToString();
                         }};
    environment.on_snapshot_read = [this](const auto&,
                                          const absl::Status& status) {
      reads_.push_back(status.code());
    };
    WorkspaceOptions options;
    options.snapshot_folder = snapshots_;
    options.snapshot_every_bytes = 10'000;
    options.collections.max_delta_rows = 300;
    options.collections.build.min_graph_rows = 200;
    auto opened =
        Workspace::Open(*std::move(journal), options, std::move(environment));
    ASSERT_OK(opened);
    workspace_ = *std::move(opened);
  }

  void Create(const std::string& name) {
    CreateCollection create;
    create.name = name;
    create.config.dimension = kDimension;
    create.config.payload_fields = {{"value", filter::FieldType::kFloat}};
    ASSERT_OK(workspace_->Write({.write = create}, {}));
  }

  CollectionEntryPtr Entry(const std::string& name) const {
    return *workspace_->catalog()->Resolve(name);
  }

  // Writes random points, and now and then deletes some; the model follows.
  void WriteSome(const std::string& name, int batches) {
    auto& model = model_[name];
    for (int batch = 0; batch < batches; ++batch) {
      UpsertPoints upsert{.collection = Entry(name)->id};
      std::map<std::string, float> written;
      for (int i = 0; i < 40; ++i) {
        const std::string id = "p" + std::to_string(random_.Below(1'500));
        const auto value = static_cast<float>(random_.Uniform());
        if (!written.emplace(id, value).second) continue;
        upsert.points.push_back(
            {id, *payload::EncodePayload({{"value", double{value}}})});
        upsert.vectors.push_back(value);
        for (size_t j = 1; j < kDimension; ++j) {
          upsert.vectors.push_back(static_cast<float>(random_.Gaussian()));
        }
      }
      const auto result = workspace_->Write({.write = upsert}, {});
      ASSERT_OK(result);
      for (const auto& [id, value] : written) {
        model[id] = {result->sequence, value};
      }
      if (batch % 5 != 0) continue;
      DeletePoints erase{.collection = Entry(name)->id};
      for (int i = 0; i < 10; ++i) {
        const std::string id = "p" + std::to_string(random_.Below(1'500));
        if (model.erase(id) > 0) erase.ids.push_back(id);
      }
      if (!erase.ids.empty()) {
        ASSERT_OK(workspace_->Write({.write = erase}, {}));
      }
    }
  }

  using Points = std::map<std::string, std::pair<uint64_t, float>>;

  Points Stored(const std::string& name) const {
    const auto view = Entry(name)->points->View();
    Points points;
    const auto listed = vector::ListPoints(*view, nullptr, "", 100'000, {});
    for (const auto& point : *listed) {
      points[std::string(point.id())] = {point.version(), point.vector()[0]};
    }
    return points;
  }

  // The answers to some searches, as text.
  std::vector<std::string> Answers(const std::string& name) const {
    Random random(99);
    std::vector<std::string> answers;
    const auto view = Entry(name)->points->View();
    for (int q = 0; q < 50; ++q) {
      std::vector<float> query;
      for (size_t j = 0; j < kDimension; ++j) {
        query.push_back(static_cast<float>(random.Gaussian()));
      }
      vector::SearchRequest request;
      request.vector = query;
      request.k = 10;
      const auto result = vector::Search(*view, request, {});
      EXPECT_OK(result);
      std::string& answer = answers.emplace_back();
      for (const auto& hit : result->hits) {
        answer +=
            std::string(hit.point.id()) + "=" + std::to_string(hit.score) + " ";
      }
    }
    return answers;
  }

  void Damage(const std::filesystem::path& path) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(200);
    file << "damage";
  }

  mi::testing::TemporaryFolder folder_;
  const std::filesystem::path snapshots_ = folder_.path() / "snapshots";
  mi::testing::ManualClock clock_;
  Executor builds_;
  Random random_{5};
  std::map<std::string, Points> model_;
  std::vector<absl::StatusCode> reads_;  // of snapshots, at the last opening
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(SnapshotTest, ARestartGivesTheSameStateAndTheSameAnswers) {
  Create("campaigns");
  Create("audiences");
  ASSERT_OK(workspace_->Write(
      {.write = SetAlias{"live", Entry("campaigns")->id}}, {}));
  WriteSome("campaigns", 60);
  WriteSome("audiences", 3);
  Entry("campaigns")->points->WaitForBuilds(/*fold=*/false);
  ASSERT_OK(workspace_->WriteSnapshot({}));
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
    ASSERT_OK(workspace_->WriteSnapshot({}));
    WriteSome("campaigns", 7);  // replaces and deletes what it holds
    Reopen();
    EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kOk));
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]) << "round " << round;
  }
  EXPECT_THAT(FindSnapshots(snapshots_), SizeIs(2));
}

TEST_F(SnapshotTest, WritesGoOnWhileASnapshotIsWritten) {
  Create("campaigns");
  WriteSome("campaigns", 30);
  for (int round = 0; round < 5; ++round) {
    std::thread snapshot([&] { EXPECT_OK(workspace_->WriteSnapshot({})); });
    WriteSome("campaigns", 20);
    snapshot.join();
    Reopen();
    EXPECT_EQ(Stored("campaigns"), model_["campaigns"]) << "round " << round;
  }
}

TEST_F(SnapshotTest, ADamagedSnapshotFallsBackToAnOlderOneThenToTheJournal) {
  Create("campaigns");
  WriteSome("campaigns", 10);
  ASSERT_OK(workspace_->WriteSnapshot({}));
  WriteSome("campaigns", 10);
  ASSERT_OK(workspace_->WriteSnapshot({}));
  WriteSome("campaigns", 10);
  const auto snapshots = FindSnapshots(snapshots_);
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

TEST_F(SnapshotTest, ASnapshotOfAnotherHistoryIsNotUsed) {
  Create("campaigns");
  WriteSome("campaigns", 5);
  ASSERT_OK(workspace_->WriteSnapshot({}));
  workspace_.reset();
  std::filesystem::remove_all(folder_.path() / "journal");
  Reopen();  // another epoch
  EXPECT_THAT(reads_, ElementsAre(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(workspace_->sequence(), 0);
}

TEST_F(SnapshotTest, WhatAKilledProcessLeftIsRemoved) {
  Create("campaigns");
  ASSERT_OK(workspace_->WriteSnapshot({}));
  const auto leftover = snapshots_ / "00000000000000000009.snapshot.partial";
  std::ofstream(leftover) << "half";
  Reopen();
  EXPECT_FALSE(std::filesystem::exists(leftover));
  EXPECT_THAT(FindSnapshots(snapshots_), SizeIs(1));
}

TEST_F(SnapshotTest, IsDueWhenTheJournalHasGrown) {
  Create("campaigns");
  EXPECT_FALSE(workspace_->SnapshotIsDue());
  WriteSome("campaigns", 10);
  EXPECT_TRUE(workspace_->SnapshotIsDue());
  ASSERT_OK(workspace_->WriteSnapshot({}));
  EXPECT_FALSE(workspace_->SnapshotIsDue());
}

TEST_F(SnapshotTest, StopsWhenAskedAndLeavesNothing) {
  Create("campaigns");
  WriteSome("campaigns", 2);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(workspace_->WriteSnapshot(stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
  EXPECT_TRUE(std::filesystem::is_empty(snapshots_));
}

}  // namespace
}  // namespace mi::workspace
