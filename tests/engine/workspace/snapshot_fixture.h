// A workspace with snapshots, short ways to write into it, and a model of what
// it should hold.

#ifndef MI_TESTS_ENGINE_WORKSPACE_SNAPSHOT_FIXTURE_H_
#define MI_TESTS_ENGINE_WORKSPACE_SNAPSHOT_FIXTURE_H_

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

constexpr size_t kSnapshotTestDimension = 8;

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
    create.config.dimension = kSnapshotTestDimension;
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
        for (size_t j = 1; j < kSnapshotTestDimension; ++j) {
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
      for (size_t j = 0; j < kSnapshotTestDimension; ++j) {
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

}  // namespace mi::workspace

#endif  // MI_TESTS_ENGINE_WORKSPACE_SNAPSHOT_FIXTURE_H_
