#include "engine/workspace/workspace.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/listing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

using ::absl::StatusCode;
using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class WorkspaceTest : public ::testing::Test {
 protected:
  WorkspaceTest() : builds_({.name = "build", .threads = 2}) { Reopen(); }
  ~WorkspaceTest() override { workspace_.reset(); }

  void Reopen() {
    workspace_.reset();
    auto journal = storage::OpenSqliteJournal({.folder = folder_.path()});
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
    environment.on_commit = [this](const CommitEvent& event) {
      commits_ += 1;
      committed_records_ += event.records;
    };
    WorkspaceOptions options;
    options.limits.max_collections = 3;
    options.collections.max_delta_rows = 64;
    auto opened =
        Workspace::Open(*std::move(journal), options, std::move(environment));
    ASSERT_OK(opened);
    workspace_ = *std::move(opened);
  }

  absl::StatusOr<WriteResult> Write(WriteRequest request) {
    return workspace_->Write(std::move(request), {});
  }

  absl::StatusOr<WriteResult> Create(const std::string& name) {
    CreateCollection create;
    create.name = name;
    create.config.dimension = 2;
    return Write({.write = create});
  }

  CollectionId IdOf(const std::string& name) {
    return (*workspace_->catalog()->Resolve(name))->id;
  }

  WriteRequest UpsertRequest(const std::string& collection,
                             const std::vector<std::string>& ids,
                             float value = 1) {
    UpsertPoints upsert;
    upsert.collection = IdOf(collection);
    for (const std::string& id : ids) {
      upsert.points.push_back(
          {id, *payload::EncodePayload({{"value", double{value}}})});
      upsert.vectors.insert(upsert.vectors.end(), {value, 1});
    }
    return {.write = upsert};
  }

  absl::StatusOr<WriteResult> Upsert(const std::string& collection,
                                     const std::vector<std::string>& ids,
                                     float value = 1) {
    return Write(UpsertRequest(collection, ids, value));
  }

  // Every point with its version and first component, as text.
  std::string Dump(const std::string& collection) {
    const auto entry = *workspace_->catalog()->Resolve(collection);
    const auto view = entry->points->View();
    std::string dump;
    const auto points = vector::ListPoints(*view, nullptr, "", 100'000, {});
    for (const auto& point : *points) {
      dump += std::string(point.id()) + "@" + std::to_string(point.version()) +
              "=" + std::to_string(point.vector()[0]) + " ";
    }
    return dump;
  }

  mi::testing::TemporaryFolder folder_;
  mi::testing::ManualClock clock_;
  Executor builds_;
  std::atomic<uint64_t> commits_{0};
  std::atomic<uint64_t> committed_records_{0};
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(WorkspaceTest, AnAnsweredWriteIsVisible) {
  ASSERT_OK(Create("campaigns"));
  ASSERT_OK_AND_ASSIGN(const WriteResult result,
                       Upsert("campaigns", {"a", "b"}));
  EXPECT_EQ(result.inserted, 2);
  EXPECT_EQ(result.replaced, 0);
  EXPECT_EQ(result.sequence, 2);
  EXPECT_EQ(result.epoch, workspace_->epoch());
  EXPECT_EQ(Dump("campaigns"), "a@2=1.000000 b@2=1.000000 ");
}

TEST_F(WorkspaceTest, ARestartGivesTheSameState) {
  ASSERT_OK(Create("campaigns"));
  ASSERT_OK(Create("audiences"));
  ASSERT_OK(Write({.write = SetAlias{"live", IdOf("campaigns")}}));
  Random random(1);
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) {
      ids.push_back("p" + std::to_string(batch % 7 * 20 + i));
    }
    ASSERT_OK(Upsert("campaigns", ids, static_cast<float>(random.Uniform())));
  }
  ASSERT_OK(Write({.write = DeletePoints{IdOf("campaigns"), {"p3", "p90"}}}));
  ASSERT_OK(Write({.write = DeleteCollection{IdOf("audiences")}}));
  const std::string before = Dump("live");
  const uint64_t sequence = workspace_->sequence();
  const auto created = (*workspace_->catalog()->Resolve("live"))->create_time;

  clock_.Advance(std::chrono::hours(1));
  Reopen();

  EXPECT_EQ(Dump("live"), before);
  EXPECT_EQ(workspace_->sequence(), sequence);
  EXPECT_EQ((*workspace_->catalog()->Resolve("live"))->create_time, created);
  EXPECT_THAT(workspace_->catalog()->Resolve("audiences"),
              StatusIs(StatusCode::kNotFound, _));
  ASSERT_OK_AND_ASSIGN(const WriteResult next, Upsert("live", {"z"}));
  EXPECT_EQ(next.sequence, sequence + 1);
}

TEST_F(WorkspaceTest, NamesAreUniqueAmongCollectionsAndAliases) {
  ASSERT_OK(Create("campaigns"));
  EXPECT_THAT(Create("campaigns"), StatusIs(StatusCode::kAlreadyExists, _));
  ASSERT_OK(Write({.write = SetAlias{"live", IdOf("campaigns")}}));
  EXPECT_THAT(Create("live"), StatusIs(StatusCode::kAlreadyExists, _));
  EXPECT_THAT(Write({.write = SetAlias{"live", IdOf("campaigns")}}),
              StatusIs(StatusCode::kAlreadyExists, _));
}

TEST_F(WorkspaceTest, AnAliasSwitchesAndProtectsItsCollection) {
  ASSERT_OK(Create("one"));
  ASSERT_OK(Create("two"));
  ASSERT_OK(Write({.write = SetAlias{"live", IdOf("one")}}));
  EXPECT_THAT(Write({.write = DeleteCollection{IdOf("one")}}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("aliases")));
  ASSERT_OK_AND_ASSIGN(const WriteResult switched,
                       Write({.write = SetAlias{"live", IdOf("two")},
                              .alias_intent = AliasIntent::kSwitch}));
  EXPECT_EQ(switched.previous_collection, "one");
  ASSERT_OK(Write({.write = DeleteCollection{IdOf("one")}}));
  ASSERT_OK(Write({.write = DeleteAlias{"live"}}));
  EXPECT_THAT(Write({.write = DeleteAlias{"live"}}),
              StatusIs(StatusCode::kNotFound, _));
  EXPECT_THAT(Write({.write = SetAlias{"nobody", IdOf("two")},
                     .alias_intent = AliasIntent::kSwitch}),
              StatusIs(StatusCode::kNotFound, _));
}

TEST_F(WorkspaceTest, ExpectedVersionsGuardAWholeBatch) {
  ASSERT_OK(Create("campaigns"));
  ASSERT_OK_AND_ASSIGN(const WriteResult first, Upsert("campaigns", {"a"}));

  WriteRequest stale = UpsertRequest("campaigns", {"a", "new"}, 2);
  stale.expected_versions = {first.sequence + 1, std::nullopt};
  const auto refused = Write(stale);
  EXPECT_THAT(refused, StatusIs(StatusCode::kAborted, HasSubstr("'a'")));
  EXPECT_EQ(GetErrorDetails(refused.status())->reason,
            Reason::kVersionConflict);
  EXPECT_EQ(Dump("campaigns"), "a@2=1.000000 ");

  WriteRequest fresh = UpsertRequest("campaigns", {"a", "new"}, 2);
  fresh.expected_versions = {first.sequence, 0};
  ASSERT_OK(Write(fresh));
  EXPECT_EQ(Dump("campaigns"), "a@3=2.000000 new@3=2.000000 ");
}

// Of many writers that expect a point to be new, exactly one may win, whether
// they are grouped into one commit or not.
TEST_F(WorkspaceTest, OneOfManyConcurrentCreatorsWins) {
  ASSERT_OK(Create("campaigns"));
  for (int round = 0; round < 20; ++round) {
    const std::string id = "p" + std::to_string(round);
    std::atomic<int> winners{0};
    std::atomic<int> losers{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        WriteRequest request =
            UpsertRequest("campaigns", {id}, static_cast<float>(i));
        request.expected_versions = {0};
        const auto result = Write(request);
        if (result.ok()) {
          ++winners;
        } else if (absl::IsAborted(result.status())) {
          ++losers;
        }
      });
    }
    for (auto& writer : writers) writer.join();
    ASSERT_EQ(winners, 1);
    ASSERT_EQ(losers, 7);
  }
}

TEST_F(WorkspaceTest, ConcurrentWritesShareCommits) {
  ASSERT_OK(Create("campaigns"));
  commits_ = 0;
  committed_records_ = 0;
  constexpr int kWriters = 16;
  constexpr int kWrites = 20;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kWrites; ++i) {
        ASSERT_OK(
            Upsert("campaigns", {std::to_string(w) + "-" + std::to_string(i)}));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(committed_records_, kWriters * kWrites);
  EXPECT_LT(commits_, kWriters * kWrites / 2);
  ASSERT_OK_AND_ASSIGN(
      const auto count,
      vector::CountPoints(
          *(*workspace_->catalog()->Resolve("campaigns"))->points->View(),
          nullptr, {}));
  EXPECT_EQ(count, kWriters * kWrites);
}

TEST_F(WorkspaceTest, DeletesWhatMatches) {
  ASSERT_OK(Create("campaigns"));
  ASSERT_OK(Upsert("campaigns", {"a", "b"}, 1));
  ASSERT_OK(Upsert("campaigns", {"c"}, 2));
  filter::Range range;
  range.less_than = payload::Value(1.5);
  ASSERT_OK_AND_ASSIGN(const auto filter,
                       filter::CompiledFilter::Compile(filter::Filter::Of(
                           {.path = "value",
                            .quantifier = filter::Quantifier::kAny,
                            .test = range})));
  ASSERT_OK_AND_ASSIGN(
      const WriteResult result,
      Write({.write = DeleteMatching{IdOf("campaigns"), filter}}));
  EXPECT_EQ(result.deleted, 2);
  EXPECT_EQ(Dump("campaigns"), "c@3=2.000000 ");
  Reopen();
  EXPECT_EQ(Dump("campaigns"), "c@3=2.000000 ");
}

TEST_F(WorkspaceTest, RefusesMoreCollectionsThanAllowed) {
  ASSERT_OK(Create("one"));
  ASSERT_OK(Create("two"));
  ASSERT_OK(Create("three"));
  const auto refused = Create("four");
  EXPECT_THAT(refused, StatusIs(StatusCode::kResourceExhausted, _));
  EXPECT_EQ(GetErrorDetails(refused.status())->reason, Reason::kQuotaExceeded);
}

TEST_F(WorkspaceTest, AWriteCancelledBeforeItsTurnIsDropped) {
  ASSERT_OK(Create("campaigns"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(
      workspace_->Write(UpsertRequest("campaigns", {"a"}), stop.get_token()),
      StatusIs(StatusCode::kCancelled, _));
  EXPECT_EQ(Dump("campaigns"), "");
}

TEST_F(WorkspaceTest, WritesToADeletedCollectionAreNotFound) {
  ASSERT_OK(Create("campaigns"));
  const WriteRequest late = UpsertRequest("campaigns", {"a"});
  ASSERT_OK(Write({.write = DeleteCollection{IdOf("campaigns")}}));
  EXPECT_THAT(Write(late), StatusIs(StatusCode::kNotFound, _));
  ASSERT_OK(Create("campaigns"));
  EXPECT_THAT(Write(late), StatusIs(StatusCode::kNotFound, _));
}

}  // namespace
}  // namespace mi::workspace
