// Idempotency keys: the table of keys, and a workspace that writes with them.

#include "engine/workspace/idempotency.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/listing.h"
#include "engine/workspace/workspace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

using ::absl::StatusCode;
using ::mi::testing::StatusIs;
using std::chrono::hours;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Reason ReasonOf(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  return details ? details->reason : Reason::kInternal;
}

storage::IdempotencyRow Row(const std::string& key, TimeMicros expires_at) {
  return {.key = key,
          .request_hash = "hash",
          .sequence = 1,
          .expires_at = expires_at,
          .answer = "answer of " + key};
}

TEST(IdempotencyTableTest, FindsAKeyUntilItExpires) {
  IdempotencyTable table({});
  table.Add(Row("k", 100));
  ASSERT_OK_AND_ASSIGN(const auto found, table.Find({"k", "hash"}, 99));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->answer, "answer of k");
  EXPECT_EQ(*table.Find({"k", "hash"}, 100), nullptr);
  EXPECT_EQ(*table.Find({"another", "hash"}, 99), nullptr);
}

TEST(IdempotencyTableTest, RefusesAKeyOfAnotherRequestUntilItExpires) {
  IdempotencyTable table({});
  table.Add(Row("k", 100));
  const auto refused = table.Find({"k", "another hash"}, 99);
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument,
                                HasSubstr("idempotency_key")));
  const auto details = GetErrorDetails(refused.status());
  EXPECT_EQ(details->reason, Reason::kIdempotencyKeyReused);
  ASSERT_THAT(details->violations, SizeIs(1));
  EXPECT_EQ(details->violations[0].field, "idempotency_key");
  EXPECT_EQ(*table.Find({"k", "another hash"}, 100), nullptr);
}

TEST(IdempotencyTableTest, DropsWhatExpiresInWhateverOrderItCame) {
  IdempotencyTable table({});
  for (const TimeMicros time : {50, 10, 40, 20, 30}) {
    table.Add(Row("k" + std::to_string(time), time));
  }
  EXPECT_EQ(table.DropExpired(9), 0);
  EXPECT_EQ(table.DropExpired(30), 3);
  EXPECT_EQ(table.size(), 2);
  EXPECT_NE(*table.Find({"k40", "hash"}, 0), nullptr);
  EXPECT_EQ(table.DropExpired(60), 2);
  EXPECT_EQ(table.size(), 0);
  EXPECT_EQ(table.bytes(), 0);
}

TEST(IdempotencyTableTest, AKeyThatIsUsedAgainIsKeptAsLongAsItsLastUse) {
  IdempotencyTable table({});
  table.Add(Row("k", 10));
  table.Add(Row("k", 30));
  EXPECT_EQ(table.size(), 1);
  table.DropExpired(20);
  ASSERT_THAT(table.Rows(), SizeIs(1));
  EXPECT_EQ(*table.Rows()[0], Row("k", 30));
  table.DropExpired(30);
  EXPECT_EQ(table.bytes(), 0);
}

TEST(IdempotencyTableTest, HasRoomUpToItsLimits) {
  IdempotencyTable table({.max_keys = 2, .max_bytes = 1000});
  EXPECT_OK(table.CheckRoom(2, 100));
  EXPECT_THAT(table.CheckRoom(3, 100), StatusIs(StatusCode::kResourceExhausted,
                                                HasSubstr("at most 2 ")));
  table.Add(Row("k", 1));
  EXPECT_THAT(table.CheckRoom(2, 10),
              StatusIs(StatusCode::kResourceExhausted, _));
  EXPECT_THAT(table.CheckRoom(1, 1000), StatusIs(StatusCode::kResourceExhausted,
                                                 HasSubstr("1000 bytes")));
  EXPECT_OK(table.CheckRoom(1, 100));
}

class IdempotencyTest : public ::testing::Test {
 protected:
  IdempotencyTest() {
    options_.idempotency_retention = hours(24);
    Reopen();
    CreateCollection create;
    create.name = "campaigns";
    create.config.dimension = 2;
    EXPECT_OK(workspace_->Write({.write = create}, {}));
  }

  void Reopen() {
    workspace_.reset();
    auto journal = storage::OpenSqliteJournal({.folder = folder_.path()});
    ASSERT_OK(journal);
    journal_ = journal->get();
    WorkspaceEnvironment environment;
    environment.clock = &clock_;
    const auto never = [](std::function<void()>) { return false; };
    environment.lanes = {.seal = never, .merge = never};
    auto opened =
        Workspace::Open(*std::move(journal), options_, std::move(environment));
    ASSERT_OK(opened);
    workspace_ = *std::move(opened);
  }

  CollectionId Campaigns() {
    return (*workspace_->catalog()->Resolve("campaigns"))->id;
  }

  WriteRequest Upsert(const std::vector<std::string>& ids) {
    UpsertPoints upsert;
    upsert.collection = Campaigns();
    for (const std::string& id : ids) {
      upsert.points.push_back({id, ""});
      upsert.vectors.insert(upsert.vectors.end(), {1, 1});
    }
    return {.write = upsert};
  }

  // What a result says of a write, all fields that an answer may be made of.
  static std::string Describe(const WriteResult& result) {
    std::string text = CommitToken(result) + " inserted " +
                       std::to_string(result.inserted) + " replaced " +
                       std::to_string(result.replaced) + " deleted " +
                       std::to_string(result.deleted) + " before '" +
                       result.previous_collection + "'";
    if (result.collection != nullptr) {
      const CollectionEntry& entry = *result.collection;
      text += " " + entry.name + " id " + std::to_string(entry.id) +
              " version " + std::to_string(entry.version) + " created " +
              std::to_string(entry.create_time) + " updated " +
              std::to_string(entry.update_time) + " fields " +
              std::to_string(entry.config.payload_fields.size());
    }
    return text;
  }

  // Writes with a key, and checks that the answer, which is made before the
  // write, says what the write then did.
  absl::StatusOr<WriteResult> Write(WriteRequest request,
                                    const std::string& key,
                                    const std::string& hash = "hash") {
    bool first = false;
    request.idempotency = {.key = {key, hash},
                           .make_answer = [&](const WriteResult& outcome) {
                             first = true;
                             return Describe(outcome);
                           }};
    auto result = workspace_->Write(std::move(request), {});
    if (result.ok() && first) {
      EXPECT_EQ(result->answer, Describe(*result));
    }
    return result;
  }

  std::string AnswerTo(WriteRequest request, const std::string& key) {
    const auto result = Write(std::move(request), key);
    return result.ok() ? result->answer : result.status().ToString();
  }

  uint64_t CountPoints() {
    const auto entry = *workspace_->catalog()->Resolve("campaigns");
    return *vector::CountPoints(*entry->points->View(), nullptr, {});
  }

  mi::testing::TemporaryFolder folder_;
  mi::testing::ManualClock clock_;
  WorkspaceOptions options_;
  storage::Journal* journal_ = nullptr;  // the workspace's
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(IdempotencyTest, ARetryIsAnsweredAndNotCarriedOut) {
  const std::string answer = AnswerTo(Upsert({"a", "b"}), "k");
  EXPECT_THAT(answer, HasSubstr("inserted 2 replaced 0"));
  const uint64_t sequence = workspace_->sequence();
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto retry, Write(Upsert({"a", "b"}), "k"));
    EXPECT_EQ(retry.answer, answer);
    EXPECT_EQ(retry.sequence, sequence);
    EXPECT_EQ(retry.epoch, workspace_->epoch());
  }
  EXPECT_EQ(workspace_->sequence(), sequence);
  EXPECT_THAT(AnswerTo(Upsert({"a", "b"}), "another"),
              HasSubstr("inserted 0 replaced 2"));
}

// Every kind of write: the answer is what the write did (Write checks it), and
// the same at a retry and after a restart.
TEST_F(IdempotencyTest, EveryKindOfWriteIsAnsweredTheSameAfterARestart) {
  CreateCollection create;
  create.name = "audiences";
  create.config.dimension = 2;
  UpdateCollection update;
  update.collection = Campaigns();
  update.payload_fields = {{.path = "platform"}};
  const CollectionId campaigns = Campaigns();
  std::vector<std::pair<WriteRequest, std::string>> writes = {
      {{.write = create}, "version 2 created"},
      {{.write = update}, "fields 1"},
      {Upsert({"a", "b", "c"}), "inserted 3"},
      {Upsert({"b", "d"}), "inserted 1 replaced 1"},
      {{.write = DeletePoints{campaigns, {"a", "nobody"}}}, "deleted 1"},
      {{.write = DeletePoints{campaigns, {"nobody"}}}, "deleted 0"},
      {{.write = DeletePoints{campaigns, {}}}, "deleted 0"},
      {{.write = SetAlias{"live", campaigns}}, "before ''"},
      {{.write = SetAlias{"live", 2}, .alias_intent = AliasIntent::kSwitch},
       "before 'campaigns'"},
      {{.write = DeleteAlias{"live"}}, ":11"},
      {{.write = DeleteCollection{2}}, ":12"}};
  std::vector<std::string> answers;
  for (size_t i = 0; i < writes.size(); ++i) {
    clock_.Advance(std::chrono::seconds(1));
    answers.push_back(AnswerTo(writes[i].first, "k" + std::to_string(i)));
    EXPECT_THAT(answers.back(), HasSubstr(writes[i].second));
  }
  const uint64_t sequence = workspace_->sequence();
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < writes.size(); ++i) {
      EXPECT_EQ(AnswerTo(writes[i].first, "k" + std::to_string(i)), answers[i]);
    }
    Reopen();
  }
  EXPECT_EQ(workspace_->sequence(), sequence);
  EXPECT_THAT(workspace_->idempotency().Rows(), SizeIs(writes.size()));
}

TEST_F(IdempotencyTest, AKeyOfAnotherRequestIsRefused) {
  ASSERT_OK(Write(Upsert({"a"}), "k", "one"));
  const auto refused = Write(Upsert({"b"}), "k", "two");
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, _));
  EXPECT_EQ(ReasonOf(refused.status()), Reason::kIdempotencyKeyReused);
  EXPECT_EQ(CountPoints(), 1);
}

TEST_F(IdempotencyTest, AWriteThatFailsLeavesItsKeyUnused) {
  WriteRequest conflict = Upsert({"a"});
  conflict.expected_versions = {7};
  EXPECT_THAT(Write(conflict, "k", "one"), StatusIs(StatusCode::kAborted, _));
  EXPECT_EQ(*workspace_->FindAnswer({"k", "one"}), std::nullopt);
  ASSERT_OK(Write(Upsert({"a"}), "k", "two"));
}

TEST_F(IdempotencyTest, AWriteThatFailsOnlyTheSecondTimeIsAnswered) {
  WriteRequest create = Upsert({"a"});
  create.expected_versions = {0};
  const std::string answer = AnswerTo(create, "k");
  EXPECT_EQ(AnswerTo(create, "k"), answer);
  EXPECT_THAT(Write(create, "another"), StatusIs(StatusCode::kAborted, _));
}

TEST_F(IdempotencyTest, AnExpiredKeyIsAsNew) {
  const std::string answer = AnswerTo(Upsert({"a"}), "k");
  clock_.Advance(hours(24) - std::chrono::microseconds(1));
  EXPECT_EQ(AnswerTo(Upsert({"a"}), "k"), answer);
  clock_.Advance(std::chrono::microseconds(1));
  EXPECT_EQ(*workspace_->FindAnswer({"k", "hash"}), std::nullopt);
  // With another request, and before the old row is dropped.
  ASSERT_OK_AND_ASSIGN(const auto second, Write(Upsert({"a"}), "k", "other"));
  EXPECT_THAT(second.answer, HasSubstr("replaced 1"));
  ASSERT_OK(workspace_->Tick());
  Reopen();
  ASSERT_OK_AND_ASSIGN(const auto retry, Write(Upsert({"a"}), "k", "other"));
  EXPECT_EQ(retry.answer, second.answer);
}

TEST_F(IdempotencyTest, ExpiredRowsAreDroppedFromMemoryAndJournal) {
  const auto stored = [this] {
    int rows = 0;
    EXPECT_OK(journal_->ReadIdempotency([&](const storage::IdempotencyRow&) {
      ++rows;
      return absl::OkStatus();
    }));
    return rows;
  };
  ASSERT_OK(Write(Upsert({"a"}), "k1"));
  clock_.Advance(hours(12));
  ASSERT_OK(Write(Upsert({"a"}), "k2"));
  EXPECT_EQ(stored(), 2);
  clock_.Advance(hours(12));
  ASSERT_OK(workspace_->Tick());
  EXPECT_EQ(stored(), 1);
  EXPECT_EQ(workspace_->idempotency().size(), 1);
  clock_.Advance(hours(12));
  Reopen();
  EXPECT_EQ(stored(), 0);
  EXPECT_EQ(workspace_->idempotency().size(), 0);
}

TEST_F(IdempotencyTest, KeysAreBounded) {
  options_.idempotency.max_keys = 2;
  Reopen();
  ASSERT_OK(Write(Upsert({"a"}), "k1"));
  ASSERT_OK(Write(Upsert({"b"}), "k2"));
  const auto refused = Write(Upsert({"c"}), "k3");
  EXPECT_THAT(refused, StatusIs(StatusCode::kResourceExhausted,
                                HasSubstr("at most 2 idempotency keys")));
  EXPECT_EQ(ReasonOf(refused.status()), Reason::kQuotaExceeded);
  ASSERT_OK(Write(Upsert({"a"}), "k1"));            // a retry needs no room
  ASSERT_OK(workspace_->Write(Upsert({"c"}), {}));  // nor a write without a key
  clock_.Advance(hours(24));
  ASSERT_OK(workspace_->Tick());
  ASSERT_OK(Write(Upsert({"d"}), "k3"));
}

// Threads send the same writes in bursts, so that a key often meets itself in
// one group, and different keys meet over the same points.
TEST_F(IdempotencyTest, ConcurrentCallsWithOneKeyAreOneWrite) {
  constexpr int kThreads = 8;
  constexpr int kKeys = 40;
  std::mutex answers_mutex;
  std::map<int, std::vector<std::string>> answers;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int k = 0; k < kKeys; ++k) {
        WriteRequest request = Upsert({"p" + std::to_string(k % 5)});
        request.idempotency = {.key = {"k" + std::to_string(k), "hash"},
                               .make_answer = [&](const WriteResult& outcome) {
                                 ++made;
                                 return Describe(outcome);
                               }};
        auto result = workspace_->Write(std::move(request), {});
        ASSERT_OK(result);
        const std::lock_guard lock(answers_mutex);
        answers[k].push_back(result->answer);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, kKeys);
  EXPECT_EQ(workspace_->sequence(), 1 + kKeys);
  int inserted = 0;
  for (const auto& [key, given] : answers) {
    EXPECT_THAT(given, SizeIs(kThreads));
    EXPECT_THAT(given, ::testing::Each(given[0])) << key;
    inserted += given[0].find("inserted 1") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(inserted, 5);
}

// Writes with and without keys to the same points, in groups: the answers made
// beforehand stay right (Write checks them), and each point is inserted once.
TEST_F(IdempotencyTest, AnswersAreRightAmongWritesWithoutKeys) {
  std::atomic<int> inserted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const WriteRequest request = Upsert({"p" + std::to_string(i)});
        if (t % 2 == 0) {
          const auto result = workspace_->Write(request, {});
          ASSERT_OK(result);
          inserted += static_cast<int>(result->inserted);
        } else {
          const auto result =
              Write(request, std::to_string(t) + "-" + std::to_string(i));
          ASSERT_OK(result);
          inserted += static_cast<int>(result->inserted);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(inserted, 50);
}

TEST_F(IdempotencyTest, RowsSayWhichWriteTheyAreOf) {
  ASSERT_OK(workspace_->Write(Upsert({"a"}), {}));
  ASSERT_OK(Write(Upsert({"b"}), "k"));
  const auto rows = workspace_->idempotency().Rows();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0]->sequence, 3);
  EXPECT_EQ(rows[0]->key, "k");
  EXPECT_EQ(rows[0]->expires_at,
            clock_.Now() + std::chrono::microseconds(hours(24)).count());
}

}  // namespace
}  // namespace mi::workspace
