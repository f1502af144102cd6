// A start from a snapshot gives the state that the whole journal gives.

#include "engine/workspace/snapshot.h"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/executor.h"
#include "engine/base/progress.h"
#include "engine/base/random.h"
#include "engine/base/status_macros.h"
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
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr size_t kDimension = 8;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() : builds_({.name = "build", .threads = 2}) {
    options_.snapshots.store.folder = snapshots_;
    options_.snapshots.every_bytes = 10'000;
    options_.collections.max_delta_rows = 300;
    options_.collections.build.min_graph_rows = 200;
    Reopen();
  }
  ~SnapshotTest() override { workspace_.reset(); }

  absl::Status TryReopen() {
    workspace_.reset();
    reads_.clear();
    auto journal =
        storage::OpenSqliteJournal({.folder = folder_.path() / "journal"});
    RETURN_IF_ERROR(journal.status());
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
    environment.on_snapshot_written = [this](const SnapshotEvent& event) {
      written_.push_back(event.outcome.status().code());
    };
    ASSIGN_OR_RETURN(workspace_, Workspace::Open(*std::move(journal), options_,
                                                 std::move(environment)));
    return absl::OkStatus();
  }
  void Reopen() { ASSERT_OK(TryReopen()); }

  absl::StatusOr<SnapshotInfo> WriteSnapshot(
      SnapshotTrigger trigger = SnapshotTrigger::kSchedule) {
    clock_.Advance(std::chrono::seconds(1));
    Progress progress;
    return workspace_->WriteSnapshot(trigger, "of a test", progress);
  }
  absl::StatusOr<Restored> Restore(const std::string& name,
                                   bool discard = false) {
    clock_.Advance(std::chrono::seconds(1));
    Progress progress;
    return workspace_->RestoreSnapshot(name, discard, progress);
  }
  // Newest first.
  std::vector<SnapshotInfo> Snapshots() const {
    auto all = workspace_->snapshots().List();
    EXPECT_OK(all);
    return *all;
  }
  void Damage(const SnapshotInfo& snapshot) const {
    Damage(workspace_->snapshots().PathOf(snapshot.name));
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

  // What the journal says to whoever wants to replay it from there.
  absl::Status TryReplayFrom(uint64_t after) {
    workspace_.reset();
    {
      auto journal =
          storage::OpenSqliteJournal({.folder = folder_.path() / "journal"});
      RETURN_IF_ERROR(journal.status());
      const absl::Status read =
          (*journal)->Read(after, [](const auto&) { return absl::OkStatus(); });
      RETURN_IF_ERROR(read);
    }
    return TryReopen();
  }

  uint64_t DiskBytes() const {
    uint64_t bytes = 0;
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (file.is_regular_file()) bytes += file.file_size();
    }
    return bytes;
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
  WorkspaceOptions options_;
  std::vector<absl::StatusCode> reads_;  // of snapshots, at the last opening
  std::vector<absl::StatusCode> written_;
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
  uint64_t early = 0;
  for (int round = 0; round < 24; ++round) {
    WriteSome("campaigns", 40);
    ASSERT_TRUE(workspace_->SnapshotIsDue());
    ASSERT_OK(WriteSnapshot());
    ASSERT_OK(workspace_->Tick());
    if (round == 5) early = DiskBytes();
  }
  EXPECT_THAT(Snapshots(), SizeIs(2));
  EXPECT_LT(DiskBytes(), early + early / 4);
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
    upsert.vectors.assign(kDimension, 1);
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
