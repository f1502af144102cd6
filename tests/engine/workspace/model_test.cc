// A workspace under random operations, with restarts, snapshots, restores and
// damaged snapshots among them, against a model in plain maps.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/listing.h"
#include "engine/vector/search.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

constexpr uint64_t kSeed = 20261123;
constexpr size_t kDimension = 4;
constexpr uint64_t kIds = 300;
constexpr int kGroups = 7;

size_t Operations() {
  const char* text = std::getenv("MI_MODEL_OPERATIONS");
  return text == nullptr ? 20'000 : std::stoul(text);
}

struct Point {
  uint64_t version = 0;
  std::vector<float> vector;
  int64_t group = 0;

  friend bool operator==(const Point&, const Point&) = default;
};

// What a tenant has stored, in plain maps.
struct Model {
  std::map<std::string, std::map<std::string, Point>> collections;
  std::map<std::string, std::string> aliases;
  // Answers by idempotency key.
  std::map<std::string, std::string> answers;
};

class ModelTest : public ::testing::Test {
 protected:
  ModelTest() : builds_({.name = "build", .threads = 1}) {
    options_.snapshots.store.folder = folder_.path() / "snapshots";
    options_.collections.max_delta_rows = 64;
    options_.collections.build.min_graph_rows = 48;
    Reopen();
  }
  ~ModelTest() override { workspace_.reset(); }

  void Reopen() {
    workspace_.reset();
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
    auto opened =
        Workspace::Open(*std::move(journal), options_, std::move(environment));
    ASSERT_OK(opened);
    workspace_ = *std::move(opened);
  }

  // --- One random operation each.

  void CreateOne() {
    const std::string name = RandomName();
    CreateCollection create;
    create.name = name;
    create.config.dimension = kDimension;
    create.config.metric = vector::Metric::kEuclidean;
    if (random_.Below(2) == 0) {
      create.config.payload_fields = {{"group", filter::FieldType::kInteger}};
    }
    const auto result = workspace_->Write({.write = create}, {});
    const bool taken =
        model_.collections.contains(name) || model_.aliases.contains(name);
    EXPECT_EQ(result.ok(), !taken) << result.status();
    if (!taken) model_.collections[name];
  }

  void DeleteOne() {
    const auto name = ExistingName();
    if (!name || model_.collections.size() < 3) return;
    bool has_alias = false;
    for (const auto& [alias, target] : model_.aliases) {
      has_alias |= target == *name;
    }
    const auto result =
        workspace_->Write({.write = DeleteCollection{Entry(*name)->id}}, {});
    EXPECT_EQ(result.ok(), !has_alias) << result.status();
    if (!has_alias) model_.collections.erase(*name);
  }

  void SetOneAlias() {
    const auto name = ExistingName();
    if (!name) return;
    const std::string alias = RandomName();
    const bool exists = model_.aliases.contains(alias);
    const bool taken = model_.collections.contains(alias);
    WriteRequest request;
    request.write = SetAlias{alias, Entry(*name)->id};
    request.alias_intent =
        random_.Below(2) == 0 ? AliasIntent::kCreate : AliasIntent::kSwitch;
    const bool expected = request.alias_intent == AliasIntent::kCreate
                              ? !exists && !taken
                              : exists;
    const auto result = workspace_->Write(std::move(request), {});
    EXPECT_EQ(result.ok(), expected) << result.status();
    if (expected) model_.aliases[alias] = *name;
  }

  void DeleteOneAlias() {
    if (model_.aliases.empty()) return;
    const auto alias = model_.aliases.begin();
    ASSERT_OK(workspace_->Write({.write = DeleteAlias{alias->first}}, {}));
    model_.aliases.erase(alias);
  }

  void UpsertSome() {
    const auto name = ExistingName();
    if (!name) return;
    auto& points = model_.collections[*name];
    UpsertPoints upsert{.collection = Entry(*name)->id};
    WriteRequest request;
    std::map<std::string, Point> written;
    bool versions_hold = true;
    const bool with_versions = random_.Below(3) == 0;
    for (uint64_t i = 1 + random_.Below(8); i > 0; --i) {
      const std::string id = RandomId();
      Point point = RandomPoint();
      if (!written.emplace(id, point).second) continue;
      upsert.points.push_back(
          {id, *payload::EncodePayload({{"group", point.group}})});
      upsert.vectors.insert(upsert.vectors.end(), point.vector.begin(),
                            point.vector.end());
      if (!with_versions) continue;
      const uint64_t version = points.contains(id) ? points[id].version : 0;
      const uint64_t wrong = random_.Below(10) == 0 ? 1 : 0;
      versions_hold &= wrong == 0;
      request.expected_versions.emplace_back(version + wrong);
    }
    request.write = std::move(upsert);
    const auto result = workspace_->Write(std::move(request), {});
    ASSERT_EQ(result.ok(), versions_hold) << result.status();
    if (!result.ok()) return;
    uint64_t inserted = 0;
    for (auto& [id, point] : written) {
      point.version = result->sequence;
      inserted += points.contains(id) ? 0 : 1;
      points[id] = point;
    }
    EXPECT_EQ(result->inserted, inserted);
    EXPECT_EQ(result->replaced, written.size() - inserted);
  }

  // A write with a key, often one that was used before.
  void UpsertOnce() {
    const auto name = ExistingName();
    if (!name) return;
    const std::string key = fmt::format("key {}", random_.Below(400));
    const std::string id = RandomId();
    Point point = RandomPoint();
    UpsertPoints upsert{.collection = Entry(*name)->id};
    upsert.points.push_back(
        {id, *payload::EncodePayload({{"group", point.group}})});
    upsert.vectors = point.vector;
    WriteRequest request;
    request.write = std::move(upsert);
    // Whatever it asks for counts as the same request.
    request.idempotency = {.key = {.key = key, .request_hash = "any"},
                           .make_answer = [](const WriteResult& result) {
                             return fmt::format("{}", result.sequence);
                           }};
    const auto result = workspace_->Write(std::move(request), {});
    ASSERT_OK(result);
    const auto earlier = model_.answers.find(key);
    if (earlier != model_.answers.end()) {
      EXPECT_EQ(result->answer, earlier->second);
      return;
    }
    point.version = result->sequence;
    model_.collections[*name][id] = point;
    model_.answers[key] = result->answer;
  }

  void DeleteSome() {
    const auto name = ExistingName();
    if (!name) return;
    auto& points = model_.collections[*name];
    DeletePoints erase{.collection = Entry(*name)->id};
    uint64_t expected = 0;
    for (uint64_t i = 1 + random_.Below(4); i > 0; --i) {
      erase.ids.push_back(RandomId());
      expected += points.erase(erase.ids.back());
    }
    const auto result = workspace_->Write({.write = std::move(erase)}, {});
    ASSERT_OK(result);
    EXPECT_EQ(result->deleted, expected);
  }

  void DeleteGroup() {
    const auto name = ExistingName();
    if (!name) return;
    const auto group = static_cast<int64_t>(random_.Below(kGroups));
    const uint64_t expected = std::erase_if(
        model_.collections[*name],
        [&](const auto& entry) { return entry.second.group == group; });
    const auto result = workspace_->Write(
        {.write = DeleteMatching{Entry(*name)->id, InGroup(group)}}, {});
    ASSERT_OK(result);
    EXPECT_EQ(result->deleted, expected);
  }

  void ReadSome() {
    const auto name = ExistingName();
    if (!name) return;
    const auto& points = model_.collections[*name];
    const auto view = Entry(*name)->points->View();
    EXPECT_EQ(view->CountLive(), points.size());
    const auto group = static_cast<int64_t>(random_.Below(kGroups));
    const filter::CompiledFilter filter = InGroup(group);
    const auto expected = std::count_if(
        points.begin(), points.end(),
        [&](const auto& entry) { return entry.second.group == group; });
    EXPECT_EQ(*vector::CountPoints(*view, &filter, {}),
              static_cast<uint64_t>(expected));
    if (points.empty()) return;
    // A point is its own nearest neighbour.
    const auto& [id, point] =
        *std::next(points.begin(),
                   static_cast<std::ptrdiff_t>(random_.Below(points.size())));
    vector::SearchRequest request;
    request.vector = point.vector;
    request.k = 1;
    const auto found = vector::Search(*view, request, {});
    ASSERT_OK(found);
    ASSERT_EQ(found->hits.size(), 1);
    EXPECT_EQ(found->hits[0].point.id(), id);
  }

  void WriteSnapshot() {
    clock_.Advance(std::chrono::seconds(1));
    Progress progress;
    const auto written = workspace_->WriteSnapshot(
        random_.Below(3) == 0 ? SnapshotTrigger::kRequest
                              : SnapshotTrigger::kSchedule,
        "", progress);
    ASSERT_OK(written);
    snapshots_[written->name] = model_;
    ++counts_["snapshots"];
  }

  void RestoreSnapshot() {
    const auto all = workspace_->snapshots().List();
    ASSERT_OK(all);
    if (all->empty()) return;
    const std::string name = (*all)[random_.Below(all->size())].name;
    clock_.Advance(std::chrono::seconds(1));
    Progress progress;
    const auto restored = workspace_->RestoreSnapshot(
        name, /*discard_present_state=*/random_.Below(4) != 0, progress);
    ASSERT_OK(restored);
    if (restored->previous_state) {
      snapshots_[restored->previous_state->name] = model_;
    }
    model_ = snapshots_.at(name);
    ExpectSame();
    ++counts_["restores"];
  }

  void DeleteSnapshot() {
    const auto all = workspace_->snapshots().List();
    ASSERT_OK(all);
    if (all->empty()) return;
    const std::string name = (*all)[random_.Below(all->size())].name;
    const absl::Status deleted = workspace_->DeleteSnapshot(name);
    if (deleted.ok()) snapshots_.erase(name);
  }

  void Restart() {
    Reopen();
    ExpectSame();
    ++counts_["restarts"];
  }

  // The newest snapshot is spoilt: the start must do without it.
  void RestartWithADamagedSnapshot() {
    const auto all = workspace_->snapshots().List();
    ASSERT_OK(all);
    std::vector<SnapshotInfo> usable;
    for (const SnapshotInfo& snapshot : *all) {
      if (*workspace_->IsUsable(snapshot)) usable.push_back(snapshot);
    }
    if (usable.size() < 2) return;
    const std::string name = usable.front().name;
    const auto path = workspace_->snapshots().PathOf(name);
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(
          16 + random_.Below(usable.front().bytes - 17)));
      file.put(static_cast<char>(random_.Below(256)));
    }
    Restart();
    // Somebody cleans up, so that two good ones remain to count on.
    std::filesystem::remove(path);
    std::filesystem::path manifest = path;
    std::filesystem::remove(manifest.replace_extension(".json"));
    snapshots_.erase(name);
    ++counts_["damages"];
    WriteSnapshot();
  }

  // --- What it is made of.

  static std::string NameOf(uint64_t number) {
    return fmt::format("name-{}", number);
  }
  std::string RandomName() { return NameOf(random_.Below(9)); }
  std::string RandomId() { return fmt::format("p{}", random_.Below(kIds)); }
  Point RandomPoint() {
    Point point;
    for (size_t i = 0; i < kDimension; ++i) {
      point.vector.push_back(static_cast<float>(random_.Gaussian()));
    }
    point.group = static_cast<int64_t>(random_.Below(kGroups));
    return point;
  }
  std::optional<std::string> ExistingName() {
    if (model_.collections.empty()) return std::nullopt;
    return std::next(model_.collections.begin(),
                     static_cast<std::ptrdiff_t>(
                         random_.Below(model_.collections.size())))
        ->first;
  }
  CollectionEntryPtr Entry(const std::string& name) const {
    return *workspace_->catalog()->Resolve(name);
  }
  static filter::CompiledFilter InGroup(int64_t group) {
    return *filter::CompiledFilter::Compile(filter::Filter::Of(
        {.path = "group", .test = filter::Equal{payload::Value(group)}}));
  }

  // Everything that is stored against everything in the model.
  void ExpectSame() const {
    const auto catalog = workspace_->catalog();
    std::map<std::string, std::string> aliases(catalog->aliases.begin(),
                                               catalog->aliases.end());
    EXPECT_EQ(aliases, model_.aliases);
    ASSERT_EQ(catalog->collections.size(), model_.collections.size());
    for (const auto& [name, points] : model_.collections) {
      const auto view = Entry(name)->points->View();
      const auto listed = vector::ListPoints(*view, nullptr, "", 2 * kIds, {});
      ASSERT_OK(listed);
      ASSERT_EQ(listed->size(), points.size());
      for (const auto& stored : *listed) {
        const Point& expected = points.at(std::string(stored.id()));
        EXPECT_EQ(stored.version(), expected.version);
        EXPECT_TRUE(std::equal(expected.vector.begin(), expected.vector.end(),
                               stored.vector()));
      }
    }
  }

  void Step() {
    struct Choice {
      uint64_t weight;
      void (ModelTest::*operation)();
    };
    static constexpr Choice kChoices[] = {
        {520, &ModelTest::UpsertSome},
        {110, &ModelTest::UpsertOnce},
        {110, &ModelTest::DeleteSome},
        {10, &ModelTest::DeleteGroup},
        {200, &ModelTest::ReadSome},
        {10, &ModelTest::CreateOne},
        {3, &ModelTest::DeleteOne},
        {10, &ModelTest::SetOneAlias},
        {5, &ModelTest::DeleteOneAlias},
        {8, &ModelTest::WriteSnapshot},
        {2, &ModelTest::RestoreSnapshot},
        {2, &ModelTest::DeleteSnapshot},
        {5, &ModelTest::Restart},
        {2, &ModelTest::RestartWithADamagedSnapshot}};
    uint64_t all = 0;
    for (const Choice& choice : kChoices) all += choice.weight;
    uint64_t chosen = random_.Below(all);
    for (const Choice& choice : kChoices) {
      if (chosen < choice.weight) return (this->*choice.operation)();
      chosen -= choice.weight;
    }
  }

  mi::testing::TemporaryFolder folder_;
  mi::testing::ManualClock clock_;
  Executor builds_;
  Random random_{kSeed};
  WorkspaceOptions options_;
  std::unique_ptr<Workspace> workspace_;
  Model model_;
  std::map<std::string, Model> snapshots_;
  std::map<std::string, int> counts_;
};

TEST_F(ModelTest, AWorkspaceIsWhatTheModelIs) {
  const size_t operations = Operations();
  RecordProperty("seed", std::to_string(kSeed));
  for (size_t i = 0; i < operations; ++i) {
    ASSERT_NO_FATAL_FAILURE(Step());
    ASSERT_FALSE(HasFailure()) << "operation " << i << " of seed " << kSeed;
    if (i % 64 == 0) {
      ASSERT_OK(workspace_->Tick());
    }
  }
  Restart();
  fmt::print("seed {}: {} operations", kSeed, operations);
  for (const auto& [name, count] : counts_) fmt::print(", {} {}", count, name);
  fmt::print("\n");
  EXPECT_GT(counts_["restores"], 0);
  EXPECT_GT(counts_["damages"], 0);
}

}  // namespace
}  // namespace mi::workspace
