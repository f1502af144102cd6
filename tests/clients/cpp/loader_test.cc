// Loading over a real channel into a server that fails when it is told to.

#include "clients/cpp/load/loader.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/input/ndjson_reader.h"
#include "clients/cpp/load/retry.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/fake_server.h"
#include "tests/clients/cpp/input_testing.h"

namespace mi::client {
namespace {

using ::mi::testing::IsOk;
using ::mi::testing::StatusIs;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

// Rows "p0", "p1", ...
std::string Rows(int count, int from = 0) {
  std::string text;
  for (int i = from; i < from + count; ++i) {
    text += fmt::format(
        "{{\"id\": \"p{}\", \"vector\": [{}, 1, 0], \"payload\": {{\"n\": "
        "{}}}}}\n",
        i, i, i);
  }
  return text;
}

// Runs with each way of sending.
class LoaderTest : public ::testing::TestWithParam<bool> {
 protected:
  LoaderTest() {
    options_.batch_rows = 10;
    options_.stream = GetParam();
  }

  LoadResult Run(const std::string& path) {
    const auto reader = OpenNdjson(path, {});
    EXPECT_TRUE(reader.ok()) << reader.status();
    Session session({.server = server_.address()}, server_.Connect(),
                    {.out = out_, .err = out_});
    const auto uploader = options_.stream ? MakeStreamUploader(session)
                                          : MakeUnaryUploader(session);
    const auto rows = MakePointSource(**reader, "ads", dimension_);
    LoadResult result = Load(*rows, *uploader, options_, state_.get(),
                             {.progress = [](const ProgressState&) {},
                              .problem =
                                  [this](const std::string& text) {
                                    const std::lock_guard lock(mutex_);
                                    problems_.push_back(text);
                                  }});
    if (result.status.ok() && state_) {
      EXPECT_THAT(state_->Remove(), IsOk());
    }
    return result;
  }

  void KeepStateOf(const std::string& path) {
    state_ = std::make_unique<StateFile>(
        files_.PathOf("state"),
        LoadIdentity{.input = path, .target = "ads", .mapping = "m"});
  }
  bool HasState() const {
    return std::filesystem::exists(files_.PathOf("state"));
  }

  FakeServer server_;
  InputFiles files_;
  LoadOptions options_;
  size_t dimension_ = 3;
  std::unique_ptr<StateFile> state_;
  std::mutex mutex_;
  std::vector<std::string> problems_;
  std::ostringstream out_;
};

INSTANTIATE_TEST_SUITE_P(UnaryAndStream, LoaderTest, ::testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Stream" : "Unary";
                         });

TEST_P(LoaderTest, WritesEveryRowInBatches) {
  const std::string path = files_.Write("p.ndjson", Rows(95));
  const LoadResult result = Run(path);
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.rows, 95);
  EXPECT_EQ(result.summary.loaded, 95);
  EXPECT_EQ(result.summary.bytes, std::filesystem::file_size(path));
  EXPECT_THAT(server_.batch_sizes(), SizeIs(10));
  EXPECT_THAT(server_.batch_sizes(), Each(Le(10)));
  ASSERT_THAT(server_.points(), SizeIs(95));
  EXPECT_EQ(server_.points().at("p94").payload().at("n").integer_value(), 94);
}

TEST_P(LoaderTest, EmptyFilesAreLoadedInNoTime) {
  const LoadResult result = Run(files_.Write("p.ndjson", "\n"));
  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.rows, 0);
  EXPECT_EQ(server_.calls(), 0);
}

TEST_P(LoaderTest, BytesBoundABatch) {
  options_.batch_bytes = 100;
  const std::string path = files_.Write("p.ndjson", Rows(20));
  ASSERT_THAT(Run(path).status, IsOk());
  // A point has some 30 bytes.
  EXPECT_THAT(server_.batch_sizes(), Each(AllOf(::testing::Ge(1), Le(4))));
  EXPECT_THAT(server_.points(), SizeIs(20));
}

TEST_P(LoaderTest, SendsSeveralBatchesAtOnceButNotMore) {
  options_.in_flight = 3;
  server_.write_time = milliseconds(20);
  ASSERT_THAT(Run(files_.Write("p.ndjson", Rows(300))).status, IsOk());
  EXPECT_GE(server_.most_at_once(), 2);
  EXPECT_LE(server_.most_at_once(), 3);
}

TEST_P(LoaderTest, TheLastRowOfAnIdWinsWhateverIsInFlight) {
  options_.in_flight = 8;
  options_.batch_rows = 2;
  server_.write_time = milliseconds(2);
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text +=
        fmt::format("{{\"id\": \"p{}\", \"vector\": [{}, 0, 0]}}\n", i % 5, i);
  }
  ASSERT_THAT(Run(files_.Write("p.ndjson", text)).status, IsOk());
  ASSERT_THAT(server_.points(), SizeIs(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_.points().at(fmt::format("p{}", i)).vector(0), 55 + i);
  }
}

TEST_P(LoaderTest, TriesAgainWhenTheServerSaysWhen) {
  server_.FailNext({Unavailable(milliseconds(30)), Unavailable(milliseconds(1)),
                    grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone")});
  const auto begin = std::chrono::steady_clock::now();
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(30)));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(30));
  EXPECT_EQ(result.summary.retries, 3);
  EXPECT_EQ(result.summary.loaded, 30);
  EXPECT_THAT(server_.points(), SizeIs(30));
}

TEST_P(LoaderTest, ABatchHasOneKeyHoweverOftenItIsSent) {
  options_.in_flight = 1;
  server_.FailNext(
      {Unavailable(milliseconds(1)), Unavailable(milliseconds(1))});
  const std::string path = files_.Write("p.ndjson", Rows(30));
  ASSERT_THAT(Run(path).status, IsOk());
  const std::vector<std::string> keys = server_.keys();
  ASSERT_THAT(keys, SizeIs(5));
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_EQ(keys[0], keys[2]);
  for (const std::string& key : keys) {
    EXPECT_GE(key.size(), 16);
    EXPECT_LE(key.size(), 64);
  }
  EXPECT_THAT(std::set<std::string>(keys.begin(), keys.end()), SizeIs(3));
  // Loaded again on purpose, it has to be written again.
  ASSERT_THAT(Run(path).status, IsOk());
  const std::vector<std::string> all = server_.keys();
  EXPECT_THAT(std::set<std::string>(all.begin(), all.end()), SizeIs(6));
}

TEST_P(LoaderTest, ABatchWithoutItsBadRowsHasAnotherKey) {
  options_.in_flight = 1;
  options_.skip_bad_rows = true;
  server_.FailNext({BadFields({{"points[3].point.id", "is bad"}})});
  ASSERT_THAT(Run(files_.Write("p.ndjson", Rows(10))).status, IsOk());
  const std::vector<std::string> keys = server_.keys();
  ASSERT_THAT(keys, SizeIs(2));
  EXPECT_NE(keys[0], keys[1]);
}

TEST_P(LoaderTest, GivesUpAfterAWhile) {
  options_.retry_for = milliseconds(50);
  server_.CheckWith([](const auto&) { return Unavailable(milliseconds(20)); });
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(30)));
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("overload")));
  EXPECT_EQ(ExitCodeOf(result.status), kExitUnreachable);
  EXPECT_GE(result.summary.retries, 2);
  EXPECT_EQ(result.summary.loaded, 0);
}

TEST_P(LoaderTest, DoesNotTryAgainWhatCannotHelp) {
  server_.CheckWith([](const auto&) {
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too large");
  });
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(5)));
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kResourceExhausted,
                                      HasSubstr("too large")));
  EXPECT_EQ(server_.calls(), 1);
}

TEST_P(LoaderTest, StopsAtTheFirstBadRowAndKeepsWhatWasBefore) {
  const std::string path =
      files_.Write("p.ndjson", Rows(25) + "broken\n" + Rows(25, 25));
  KeepStateOf(path);
  const LoadResult result = Run(path);
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("p.ndjson:26: not JSON")));
  EXPECT_EQ(ExitCodeOf(result.status), kExitInput);
  EXPECT_EQ(result.summary.loaded, 25);
  EXPECT_THAT(server_.points(), SizeIs(25));

  // Mended, it goes on with the row that was at fault.
  files_.Write("p.ndjson", Rows(50));
  const int calls = server_.calls();
  const LoadResult resumed = Run(path);
  ASSERT_THAT(resumed.status, IsOk());
  EXPECT_EQ(resumed.summary.resumed_rows, 25);
  EXPECT_EQ(resumed.summary.rows, 25);
  EXPECT_THAT(server_.points(), SizeIs(50));
  EXPECT_GT(server_.calls(), calls);
  EXPECT_FALSE(HasState());
}

TEST_P(LoaderTest, SkipsBadRowsAndReportsThem) {
  options_.skip_bad_rows = true;
  const std::string path =
      files_.Write("p.ndjson", "bad\n" + Rows(15) +
                                   "{\"id\": \"short\", \"vector\": [1]}\n" +
                                   Rows(3, 15) + "{}\n");
  const LoadResult result = Run(path);
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.rows, 21);
  EXPECT_EQ(result.summary.loaded, 18);
  EXPECT_EQ(result.summary.skipped, 3);
  EXPECT_THAT(
      problems_,
      ElementsAre(HasSubstr("p.ndjson:1: not JSON"),
                  HasSubstr("p.ndjson:17: the vector has 1 components, the "
                            "collection has 3"),
                  HasSubstr("p.ndjson:21: 'id' is missing")));
}

// Refuses the points whose number ends with a 7.
grpc::Status RefuseSevens(const FakeServer::Points& points) {
  std::vector<std::pair<std::string, std::string>> violations;
  for (int i = 0; i < points.size(); ++i) {
    if (points[i].point().id().back() == '7') {
      violations.emplace_back(fmt::format("points[{}].point.id", i),
                              "ends with 7");
    }
  }
  return violations.empty() ? grpc::Status::OK : BadFields(violations);
}

TEST_P(LoaderTest, RowsThatTheServerRefusesAreNamedByTheirLine) {
  options_.in_flight = 1;
  server_.CheckWith(RefuseSevens);
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(20)));
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("p.ndjson:8: invalid points")));
  EXPECT_EQ(ExitCodeOf(result.status), kExitRefused);
  EXPECT_THAT(DescribeError(result.status),
              HasSubstr("points[7].point.id: ends with 7"));
}

TEST_P(LoaderTest, RowsThatTheServerRefusesCanBeSkipped) {
  options_.skip_bad_rows = true;
  server_.CheckWith(RefuseSevens);
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(40)));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.loaded, 36);
  EXPECT_EQ(result.summary.skipped, 4);
  EXPECT_THAT(server_.points(), SizeIs(36));
  EXPECT_FALSE(server_.points().contains("p27"));
  EXPECT_THAT(problems_,
              ::testing::UnorderedElementsAre(
                  HasSubstr("p.ndjson:8: "), HasSubstr("p.ndjson:18: "),
                  HasSubstr("p.ndjson:28: "),
                  HasSubstr("p.ndjson:38: points[7].point.id: ends "
                            "with 7")));
}

TEST_P(LoaderTest, ABatchWithoutAGoodRowIsDone) {
  options_.skip_bad_rows = true;
  server_.CheckWith([](const FakeServer::Points& points) {
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = 0; i < points.size(); ++i) {
      all.emplace_back(fmt::format("points[{}].point", i), "no");
    }
    return BadFields(all);
  });
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(25)));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.loaded, 0);
  EXPECT_EQ(result.summary.skipped, 25);
}

// A failure in the middle leaves the acknowledged prefix in the state, and the
// next run sends the rest: nothing is lost, whatever was in flight.
TEST_P(LoaderTest, GoesOnWhereAnInterruptedLoadStopped) {
  const std::string path = files_.Write("p.ndjson", Rows(200));
  KeepStateOf(path);
  options_.in_flight = 3;
  options_.retry_for = milliseconds(0);
  // Everything up to row 100 is taken, nothing behind it.
  server_.CheckWith([](const FakeServer::Points& points) {
    return points.Get(0).point().vector(0) < 100 ? grpc::Status::OK
                                                 : Unavailable(milliseconds(1));
  });
  const LoadResult first = Run(path);
  EXPECT_EQ(ExitCodeOf(first.status), kExitUnreachable);
  EXPECT_EQ(first.summary.loaded, 100);
  ASSERT_TRUE(HasState());

  server_.CheckWith(nullptr);
  const LoadResult second = Run(path);
  ASSERT_THAT(second.status, IsOk());
  EXPECT_EQ(second.summary.resumed_rows, 100);
  EXPECT_THAT(server_.points(), SizeIs(200));
  EXPECT_FALSE(HasState());
}

// Its answer may have been lost on the way.
TEST_P(LoaderTest, AResumedRunSendsTheSameBatchesUnderTheSameKeys) {
  const std::string path = files_.Write("p.ndjson", Rows(30));
  KeepStateOf(path);
  options_.in_flight = 1;
  options_.retry_for = milliseconds(0);
  server_.FailNext({Unavailable(milliseconds(1))});
  EXPECT_EQ(ExitCodeOf(Run(path).status), kExitUnreachable);
  const std::vector<std::string> before = server_.keys();
  ASSERT_THAT(Run(path).status, IsOk());
  const std::vector<std::string> keys = server_.keys();
  EXPECT_EQ(keys[before.size()], before[0]);
  EXPECT_THAT(std::set<std::string>(keys.begin(), keys.end()), SizeIs(3));
}

TEST_P(LoaderTest, LimitReadsTheFirstRowsOnly) {
  options_.limit = 7;
  const LoadResult result = Run(files_.Write("p.ndjson", Rows(50)));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.summary.loaded, 7);
  EXPECT_TRUE(server_.points().contains("p6"));
}

TEST_P(LoaderTest, DryRunsChecksAndSendsNothing) {
  options_.dry_run = true;
  dimension_ = 0;
  const LoadResult good = Run(files_.Write("p.ndjson", Rows(50)));
  ASSERT_THAT(good.status, IsOk());
  EXPECT_EQ(good.summary.rows, 50);
  const LoadResult bad = Run(
      files_.Write("q.ndjson", Rows(3) + "{\"id\": \"x\", \"vector\": [1]}\n"));
  EXPECT_THAT(bad.status,
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("q.ndjson:4: the vector has 1 components, the "
                                 "first row has 3")));
  EXPECT_EQ(server_.calls(), 0);
}

TEST_P(LoaderTest, AStateThatCannotBeWrittenIsNoticedBeforeAnythingIsSent) {
  const std::string path = files_.Write("p.ndjson", Rows(50));
  state_ = std::make_unique<StateFile>(
      files_.PathOf("no/such/folder/state"),
      LoadIdentity{.input = path, .target = "ads", .mapping = "m"});
  const LoadResult result = Run(path);
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("cannot be written")));
  EXPECT_EQ(ExitCodeOf(result.status), kExitInput);
  EXPECT_EQ(server_.calls(), 0);
}

TEST(StateFileTest, IsOfOneLoadOnly) {
  const InputFiles files;
  const std::string input = files.Write("p.ndjson", "0123456789");
  const LoadIdentity identity = {
      .input = input, .target = "ads", .mapping = "m"};
  const StateFile state(files.PathOf("state"), identity);
  EXPECT_THAT(state.Read(), mi::testing::IsOkAndHolds(std::nullopt));
  const Position position = {.offset = 5, .line = 3, .row = 2};
  const std::optional<StateFile::State> is_there = {{position, "run"}};
  ASSERT_OK(state.Write(*is_there));
  EXPECT_THAT(state.Read(), mi::testing::IsOkAndHolds(is_there));

  LoadIdentity other = identity;
  other.target = "other";
  EXPECT_THAT(StateFile(state.path(), other).Read(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--restart begins anew")));
  other = identity;
  other.mapping = "n";
  EXPECT_FALSE(StateFile(state.path(), other).Read().ok());

  files.Write("p.ndjson", "01234 changed behind");
  EXPECT_THAT(state.Read(), mi::testing::IsOkAndHolds(is_there));
  files.Write("p.ndjson", "x1234 changed before");
  EXPECT_THAT(state.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("has changed since")));
  files.Write("state", "{\"format\": 2}");
  EXPECT_THAT(state.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("is no state of a load")));
  files.Write("state", "half a {");
  EXPECT_FALSE(state.Read().ok());
  ASSERT_OK(state.Remove());
  EXPECT_THAT(state.Read(), mi::testing::IsOkAndHolds(std::nullopt));
}

TEST(RetryDelayTest, FollowsTheServerOrBacksOff) {
  const auto unavailable =
      FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, ""));
  EXPECT_EQ(RetryDelay(unavailable, 0), milliseconds(100));
  EXPECT_EQ(RetryDelay(unavailable, 3), milliseconds(800));
  EXPECT_EQ(RetryDelay(unavailable, 60), milliseconds(5'000));
  EXPECT_EQ(RetryDelay(FromGrpc(Unavailable(milliseconds(70))), 9),
            milliseconds(70));
  for (const auto code :
       {grpc::StatusCode::RESOURCE_EXHAUSTED,
        grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::ABORTED,
        grpc::StatusCode::UNAUTHENTICATED, grpc::StatusCode::INTERNAL}) {
    EXPECT_EQ(RetryDelay(FromGrpc(grpc::Status(code, "")), 0), std::nullopt);
  }
  EXPECT_EQ(RetryDelay(InputError("no"), 0), std::nullopt);
}

}  // namespace
}  // namespace mi::client
