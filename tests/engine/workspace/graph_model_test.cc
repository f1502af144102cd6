// Graphs of a workspace under random operations, with writers side by side,
// restarts, snapshots and restores among them, against plain maps.

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/graph_oracle.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

constexpr uint64_t kSeed = 20261124;
constexpr uint64_t kGraphs = 3;

size_t Operations() {
  const char* text = std::getenv("MI_MODEL_OPERATIONS");
  return text == nullptr ? 10'000 : std::stoul(text);
}

using Model = std::map<std::string, graph::GraphOracle>;

class GraphModelTest : public ::testing::Test {
 protected:
  GraphModelTest() : mutations_(random_) {
    options_.snapshots.store.folder = folder_.path() / "snapshots";
    Reopen();
  }
  ~GraphModelTest() override { workspace_.reset(); }

  void Reopen() {
    workspace_.reset();
    auto journal =
        storage::OpenSqliteJournal({.folder = folder_.path() / "journal"});
    ASSERT_OK(journal);
    WorkspaceEnvironment environment;
    environment.clock = &clock_;
    environment.lanes = {.seal = [](auto) { return false; },
                         .merge = [](auto) { return false; },
                         .on_error = {}};
    auto opened =
        Workspace::Open(*std::move(journal), options_, std::move(environment));
    ASSERT_OK(opened);
    workspace_ = *std::move(opened);
  }

  std::string RandomName() {
    return fmt::format("g{}", random_.Below(kGraphs));
  }

  // A graph that exists, made if there is none yet.
  std::string ExistingName() {
    if (model_.empty()) Create();
    auto at = model_.begin();
    std::advance(at, random_.Below(model_.size()));
    return at->first;
  }

  GraphEntryPtr Entry(const std::string& name) {
    return *workspace_->catalog()->ResolveGraph(name);
  }

  absl::StatusOr<WriteResult> Write(WriteRequest request) {
    return workspace_->Write(std::move(request), {});
  }

  // --- One operation each.

  void Create() {
    CreateGraph create;
    create.name = RandomName();
    if (random_.Below(2) == 0) create.indexes = {mutations_.Index()};
    const auto result = Write({.write = create});
    EXPECT_EQ(result.ok(), !model_.contains(create.name)) << result.status();
    if (result.ok()) model_[create.name].indexes = create.indexes;
  }

  void Delete() {
    if (model_.size() < 2) return;
    const std::string name = ExistingName();
    ASSERT_OK(Write({.write = DeleteGraph{Entry(name)->id}}));
    model_.erase(name);
  }

  void AddIndex() {
    const std::string name = ExistingName();
    graph::GraphOracle& oracle = model_[name];
    if (oracle.indexes.size() > 4) return;
    const graph::IndexDefinition index = mutations_.Index();
    const auto expected = oracle.CheckIndex(index);
    const auto result =
        Write({.write = CreateGraphIndex{Entry(name)->id, index}});
    EXPECT_EQ(result.ok(), expected == absl::StatusCode::kOk)
        << result.status();
    if (result.ok()) oracle.indexes.push_back(index);
  }

  void RemoveIndex() {
    const std::string name = ExistingName();
    auto& indexes = model_[name].indexes;
    if (indexes.empty()) return;
    ASSERT_OK(
        Write({.write = DeleteGraphIndex{Entry(name)->id, indexes[0].label,
                                         indexes[0].property}}));
    indexes.erase(indexes.begin());
  }

  void Mutate() {
    const std::string name = ExistingName();
    graph::GraphOracle& oracle = model_[name];
    WriteGraph write{Entry(name)->id, mutations_.Batch(oracle)};
    const std::vector<graph::Mutation> batch = write.mutations;
    WriteRequest request{.write = std::move(write)};
    const bool once = random_.Below(10) == 0;
    std::string answer;
    if (once) {
      request.idempotency = {
          .key = {.key = fmt::format("key-{}", ++keys_), .request_hash = "h"},
          .make_answer = [](const WriteResult& result) {
            return Describe(result);
          }};
    }
    const auto result = Write(request);
    graph::MutationResult expected;
    const uint64_t sequence = result.ok() ? result->sequence : 0;
    const auto code =
        oracle.Apply(batch, sequence == 0 ? ~uint64_t{0} : sequence,
                     result.ok() ? &result->mutations : nullptr, &expected);
    ASSERT_EQ(result.status().code(), code) << result.status();
    ++counts_[result.ok() ? "batches" : "refused"];
    if (!result.ok()) return;
    EXPECT_EQ(result->mutations, expected);
    if (!once) return;
    EXPECT_EQ(result->answer, Describe(*result));
    const auto again = Write(request);
    ASSERT_OK(again);
    EXPECT_EQ(again->answer, result->answer);
    EXPECT_EQ(again->sequence, result->sequence);
    ++counts_["resent"];
  }

  static std::string Describe(const WriteResult& result) {
    std::string text = fmt::format("{} {} {}", result.sequence,
                                   result.mutations.counts.nodes_created,
                                   result.mutations.counts.edges_created);
    for (const graph::Value& id : result.mutations.assigned_ids) {
      text += " " + graph::DebugString(id);
    }
    return text;
  }

  // Writers that meet in one group: each adds nodes without ids, and all must
  // get different ones.
  void MutateTogether() {
    const std::string name = ExistingName();
    const GraphId id = Entry(name)->id;
    constexpr size_t kWriters = 4;
    std::vector<absl::StatusOr<WriteResult>> results(kWriters);
    {
      std::vector<std::jthread> writers;
      for (size_t i = 0; i < kWriters; ++i) {
        writers.emplace_back([&, i] {
          graph::PutNode put;
          put.labels = {"Together"};
          results[i] = Write({.write = WriteGraph{id, {put}}});
        });
      }
    }
    std::map<uint64_t, graph::MutationResult> in_order;
    for (const auto& result : results) {
      ASSERT_OK(result);
      in_order[result->sequence] = result->mutations;
    }
    for (const auto& [sequence, actual] : in_order) {
      graph::PutNode put;
      put.labels = {"Together"};
      graph::MutationResult expected;
      ASSERT_EQ(model_[name].Apply({put}, sequence, &actual, &expected),
                absl::StatusCode::kOk);
      EXPECT_EQ(actual, expected);
    }
    ++counts_["groups"];
  }

  void WriteSnapshot() {
    Progress progress;
    clock_.Advance(std::chrono::seconds(1));
    const auto written =
        workspace_->WriteSnapshot(SnapshotTrigger::kRequest, "", progress);
    ASSERT_OK(written);
    snapshots_[written->name] = model_;
    ++counts_["snapshots"];
  }

  void Restore() {
    if (snapshots_.empty()) return;
    auto at = snapshots_.begin();
    std::advance(at, random_.Below(snapshots_.size()));
    Progress progress;
    ASSERT_OK(workspace_->RestoreSnapshot(at->first, true, progress));
    model_ = at->second;
    ++counts_["restores"];
    Compare();
  }

  void Restart() {
    Reopen();
    ++counts_["restarts"];
    Compare();
  }

  void Compare() {
    const auto catalog = workspace_->catalog();
    ASSERT_EQ(catalog->graphs.size(), model_.size());
    for (const auto& [name, oracle] : model_) {
      const auto entry = catalog->ResolveGraph(name);
      ASSERT_OK(entry);
      ExpectHolds(*(*entry)->graph->View(), oracle);
    }
  }

  void Step() {
    struct Choice {
      uint64_t weight;
      void (GraphModelTest::*operation)();
    };
    static constexpr Choice kChoices[] = {
        {900, &GraphModelTest::Mutate},  {20, &GraphModelTest::MutateTogether},
        {10, &GraphModelTest::Create},   {2, &GraphModelTest::Delete},
        {10, &GraphModelTest::AddIndex}, {6, &GraphModelTest::RemoveIndex},
        {40, &GraphModelTest::Compare},  {6, &GraphModelTest::WriteSnapshot},
        {2, &GraphModelTest::Restore},   {4, &GraphModelTest::Restart}};
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
  Random random_{kSeed};
  graph::RandomMutations mutations_;
  WorkspaceOptions options_;
  std::unique_ptr<Workspace> workspace_;
  Model model_;
  std::map<std::string, Model> snapshots_;
  std::map<std::string, int> counts_;
  int keys_ = 0;
};

TEST_F(GraphModelTest, AWorkspacesGraphsAreWhatTheOracleIs) {
  const size_t operations = Operations();
  for (size_t i = 0; i < operations; ++i) {
    ASSERT_NO_FATAL_FAILURE(Step());
    ASSERT_FALSE(HasFailure()) << "operation " << i << " of seed " << kSeed;
  }
  Restart();
  fmt::print("seed {}: {} operations", kSeed, operations);
  for (const auto& [name, count] : counts_) fmt::print(", {} {}", count, name);
  fmt::print("\n");
  EXPECT_GT(counts_["restores"], 0);
  EXPECT_GT(counts_["resent"], 0);
}

}  // namespace
}  // namespace mi::workspace
