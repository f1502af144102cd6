// The command line as a person or a script meets it, against a fake server.

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "clients/cpp/error.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/clients/cpp/fake_server.h"
#include "tests/clients/cpp/input_testing.h"
#include "tests/clients/cpp/run_mi.h"
#include "tests/support/free_port.h"

namespace mi::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class CommandTest : public ::testing::Test {
 protected:
  Outcome Mi(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--server", server_.address()});
    return RunMi(arguments);
  }

  void AnswerSearchWith(const char* text) {
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        text, &server_.search_response));
  }

  FakeServer server_;
  InputFiles files_;
};

constexpr char kTwoPoints[] = R"(
  points { score: 0.75 version: 4 point {
    id: "cmp-1"
    payload { key: "name" value { string_value: "Kiln & Bean" } }
    payload { key: "budget" value { object_value {
      fields { key: "daily" value { float_value: 120.5 } } } } } } }
  points { score: -0.125 version: 5 point {
    id: "cmp-20000"
    payload { key: "creatives" value { list_value {
      values { object_value {
        fields { key: "format" value { string_value: "video" } } } }
      values { object_value {
        fields { key: "format" value { string_value: "image" } } } } } } } } }
  plan {
    segments { strategy: SEARCH_STRATEGY_GRAPH points: 15000 ef_search: 64 }
    segments { strategy: SEARCH_STRATEGY_GRAPH points: 4000 ef_search: 80 }
    segments { strategy: SEARCH_STRATEGY_EXACT_SCAN points: 1000 }
    estimated_matches: 20000 codes_scanned: 1234 vectors_scanned: 1040
    engine_micros: 215 })";

TEST_F(CommandTest, SearchPrintsATableAndThePlan) {
  AnswerSearchWith(kTwoPoints);
  const Outcome outcome =
      Mi({"search", "ads", "--vector", "-0.5,1, 2e-1", "-k", "2", "--fields",
          "name,budget.daily,creatives.format"});
  EXPECT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(
      outcome.out,
      "ID           SCORE  name         budget.daily  creatives.format\n"
      "cmp-1       0.7500  Kiln & Bean  120.5         -\n"
      "cmp-20000  -0.1250  -            -             video, image\n"
      "2 found in 0.21 ms: exact scan over 1,000, graph over 19,000 in 2 "
      "segments (ef 80); about 20,000 match; scanned 1,234 codes and 1,040 "
      "vectors\n");
}

TEST_F(CommandTest, SearchSendsWhatItWasAskedFor) {
  const std::string file = files_.Write("query.json", "[1, 2.5,\n -3]\n");
  const Outcome outcome = Mi(
      {"search", "ads", "--vector-file", file, "-k", "7", "--ef-search", "99",
       "--exact", "--threshold", "0.5", "--filter", "platform == \"meta\"",
       "--with-vector", "--fields", "budget.daily,budget.currency"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  v1::SearchRequest expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    collection: "ads" k: 7 score_threshold: 0.5
    query { vector { components: [1, 2.5, -3] } }
    filter { condition { path: "platform" equal { string_value: "meta" } } }
    options { ef_search: 99 exact: true }
    return_fields { with_vector: true with_payload: true
                    payload_fields: "budget" })",
                                                            &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
      server_.last_search, expected))
      << server_.last_search.DebugString();
}

TEST_F(CommandTest, SearchTakesFiltersAsJson) {
  const Outcome outcome =
      Mi({"search", "ads", "--id", "cmp-1", "--filter-json",
          R"({"not": {"condition": {"path": "roas", "isNull": {}}}})"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(server_.last_search.query().point_id(), "cmp-1");
  EXPECT_TRUE(server_.last_search.filter().not_().condition().has_is_null());
}

TEST_F(CommandTest, SearchAnswersScriptsInJson) {
  AnswerSearchWith(kTwoPoints);
  const Outcome outcome = Mi({"search", "ads", "--id", "x", "--json"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["points"][0],
            nlohmann::json::parse(R"({"id": "cmp-1", "score": 0.75,
              "version": 4, "payload": {"name": "Kiln & Bean",
              "budget": {"daily": 120.5}}})"));
  EXPECT_EQ(json["plan"]["engine_micros"], 215);
  EXPECT_EQ(json["plan"]["segments"][1]["strategy"], "SEARCH_STRATEGY_GRAPH");
}

TEST_F(CommandTest, WrongCommandLinesAreExplained) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{}, "a command is required"},
      {{"serch"}, "serch"},
      {{"search"}, "COLLECTION is required"},
      {{"search", "ads"}, "one of --vector, --vector-file and --id"},
      {{"search", "ads", "--id", "a", "--vector", "1"}, "one of --vector"},
      {{"search", "ads", "--vector", "1,x"}, "component 2 of the vector, 'x'"},
      {{"search", "ads", "--id", "a", "-k", "many"}, "-k"},
      {{"search", "ads", "--id", "a", "--filter", "a = 1"},
       "--filter: column 3: '=' is written '==' here\n  a = 1\n    ^"},
      {{"search", "ads", "--id", "a", "--filter-json", "{\"nor\": 1}"},
       "--filter-json: "},
      {{"search", "ads", "--id", "a", "--fields", "a..b"},
       "--fields: 'a..b' is not a path"},
      {{"count", "ads", "--timeout", "-1"}, "--timeout"},
      {{"delete", "ads"}, "either --id or a filter"},
      {{"delete", "ads", "--id", "a", "--filter", "a == 1"},
       "either --id or a filter"},
      {{"collections", "create", "c", "--dimension", "3", "--index-field",
        "a:money"},
       "--index-field 'a:money': expected PATH:TYPE"},
      {{"collections", "create", "c", "--dimension", "3", "--index", "flat",
        "--m", "8"},
       "--m has no meaning for --index flat"},
      {{"load", "ads", "x.parquet"}, "--format does"},
      {{"generate-demo", "--points", "0", "--output", "-"}, "--points"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = Mi(arguments);
    EXPECT_EQ(outcome.exit_code, kExitUsage) << message;
    EXPECT_THAT(outcome.err, HasSubstr(message));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(CommandTest, HelpIsNoError) {
  const Outcome outcome = Mi({"search", "--help"});
  EXPECT_EQ(outcome.exit_code, kExitOk);
  EXPECT_THAT(outcome.out, HasSubstr("--filter-json"));
}

TEST_F(CommandTest, RefusalsAreToldInFullToPeopleAndScripts) {
  server_.FailNext({BadFields({{"points[0].point.id", "is too long"}})});
  const std::string file =
      files_.Write("p.ndjson", R"({"id": "a", "vector": [1, 2, 3]})");
  const Outcome outcome = Mi({"load", "ads", file, "--json"});
  EXPECT_EQ(outcome.exit_code, kExitRefused);
  EXPECT_THAT(outcome.err, HasSubstr("error: INVALID_ARGUMENT: "));
  EXPECT_THAT(outcome.err, HasSubstr("points[0].point.id: is too long"));
  const auto error = nlohmann::json::parse(outcome.out)["error"];
  EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["exit_code"], 1);
  EXPECT_EQ(error["field_violations"][0]["field"], "points[0].point.id");
}

TEST_F(CommandTest, NoServerIsAnExitCodeOfItsOwn) {
  const Outcome outcome =
      RunMi({"--server", fmt::format("127.0.0.1:{}", testing::FreePort()),
             "--timeout", "5", "count", "ads"});
  EXPECT_EQ(outcome.exit_code, kExitUnreachable);
  EXPECT_THAT(outcome.err, HasSubstr("error: UNAVAILABLE: no answer from 127"));
}

TEST_F(CommandTest, TheKeyGoesWithEveryCall) {
  server_.api_key = "mik_1.secret";
  EXPECT_EQ(Mi({"search", "ads", "--id", "a"}).exit_code, kExitRefused);
  EXPECT_EQ(
      Mi({"--api-key", "mik_1.secret", "search", "ads", "--id", "a"}).exit_code,
      kExitOk);
}

TEST_F(CommandTest, LoadMakesTheCollectionFromTheFirstRow) {
  const std::string file =
      files_.Write("p.ndjson", "{\"id\": \"a\", \"vector\": [1, 2]}\n");
  const Outcome refused = Mi({"load", "fresh", file});
  EXPECT_EQ(refused.exit_code, kExitRefused);
  EXPECT_THAT(refused.err, HasSubstr("--create makes it"));

  const Outcome outcome =
      Mi({"load", "fresh", file, "--create", "--metric", "euclidean", "--index",
          "hnsw", "--m", "8", "--index-field", "spend:float,name:text"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  v1::CollectionConfig expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    dimension: 2 metric: METRIC_EUCLIDEAN index { hnsw { m: 8 } }
    payload_fields { path: "spend" type: PAYLOAD_FIELD_TYPE_FLOAT }
    payload_fields { path: "name" type: PAYLOAD_FIELD_TYPE_TEXT })",
                                                            &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
      server_.collections.at("fresh").config(), expected));
  EXPECT_THAT(server_.points(), SizeIs(1));
  EXPECT_THAT(outcome.out, HasSubstr("loaded 1 points into fresh"));
}

TEST_F(CommandTest, LoadKeepsToTheLimitsOfTheServer) {
  server_.operations.info.mutable_limits()->set_max_points_per_upsert(4);
  std::string rows;
  for (int i = 0; i < 10; ++i) {
    rows += fmt::format("{{\"id\": {}, \"vector\": [1, 2, {}]}}\n", i, i);
  }
  const Outcome outcome =
      Mi({"load", "ads", files_.Write("p.ndjson", rows), "--json"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(server_.batch_sizes(), ::testing::UnorderedElementsAre(4, 4, 2));
  const auto summary = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(summary["loaded"], 10);
  EXPECT_EQ(summary["skipped"], 0);
}

TEST_F(CommandTest, AnInterruptedLoadGoesOnWithTheSameCommand) {
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    rows += fmt::format("{{\"id\": {}, \"vector\": [1, 2, {}]}}\n", i, i);
  }
  const std::string file = files_.Write("p.ndjson", rows + "broken\n");
  const std::vector<std::string> command = {"load", "ads", file};
  const Outcome stopped = Mi(command);
  EXPECT_EQ(stopped.exit_code, kExitInput);
  EXPECT_THAT(stopped.err, HasSubstr("p.ndjson:21: not JSON"));
  EXPECT_THAT(stopped.err, HasSubstr("the same command goes on"));
  ASSERT_TRUE(std::filesystem::exists(file + ".mi-load-state"));

  files_.Write("p.ndjson", rows + "{\"id\": 20, \"vector\": [1, 2, 3]}\n");
  const Outcome resumed = Mi(command);
  ASSERT_EQ(resumed.exit_code, kExitOk) << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr("loaded 1 points into ads"));
  EXPECT_THAT(resumed.out, HasSubstr("after 20 rows of an earlier run"));
  EXPECT_FALSE(std::filesystem::exists(file + ".mi-load-state"));
  EXPECT_THAT(server_.points(), SizeIs(21));
}

// A state that outlived its collection must not make a gap in the new one.
TEST_F(CommandTest, ANewCollectionIsLoadedFromTheStart) {
  const std::string row = "{\"id\": 1, \"vector\": [1, 2, 3]}\n";
  const std::string file = files_.Write("p.ndjson", row + "broken\n");
  ASSERT_EQ(Mi({"load", "ads", file}).exit_code, kExitInput);
  server_.collections.clear();
  const Outcome anew = Mi({"load", "ads", file, "--create"});
  EXPECT_EQ(anew.exit_code, kExitInput);
  EXPECT_THAT(anew.err, HasSubstr("loaded 1 points into ads"));

  // The same name, but made by somebody else meanwhile.
  server_.collections["ads"].mutable_create_time()->set_seconds(77);
  const Outcome other = Mi({"load", "ads", file});
  EXPECT_EQ(other.exit_code, kExitInput);
  EXPECT_THAT(other.err, HasSubstr("--restart begins anew"));
  EXPECT_THAT(Mi({"load", "ads", file, "--restart"}).err,
              HasSubstr("loaded 1 points into ads"));
}

TEST_F(CommandTest, TrialsKeepNoState) {
  const std::string file = files_.Write("p.ndjson",
                                        "{\"id\": 1, \"vector\": [1, 2, 3]}\n"
                                        "{\"id\": 2, \"vector\": [1, 2, 3]}\n"
                                        "broken\n");
  const Outcome trial = Mi({"load", "ads", file, "--limit", "2"});
  EXPECT_EQ(trial.exit_code, kExitOk) << trial.err;
  EXPECT_THAT(server_.points(), SizeIs(2));
  const Outcome dry =
      Mi({"load", "other", file, "--dry-run", "--on-error", "skip"});
  EXPECT_EQ(dry.exit_code, kExitOk) << dry.err;
  EXPECT_EQ(dry.out, "checked 3 rows, sent nothing, skipped 1 rows\n");
  EXPECT_FALSE(std::filesystem::exists(file + ".mi-load-state"));
}

TEST_F(CommandTest, ProblemsAreShownUpToABound) {
  std::string rows;
  for (int i = 0; i < 200; ++i) rows += "broken\n";
  const Outcome outcome =
      Mi({"load", "ads", files_.Write("p.ndjson", rows), "--on-error", "skip"});
  EXPECT_EQ(outcome.exit_code, kExitOk);
  EXPECT_THAT(outcome.err, HasSubstr("p.ndjson:50: "));
  EXPECT_THAT(outcome.err, Not(HasSubstr("p.ndjson:51: ")));
  EXPECT_THAT(outcome.err, HasSubstr("counted, but not shown"));
  EXPECT_THAT(outcome.out, HasSubstr("skipped 200 rows"));
}

TEST_F(CommandTest, CsvNeedsIds) {
  const std::string file = files_.Write("a.csv", "x,y,z\n1,2,3\n");
  const Outcome refused =
      Mi({"load", "ads", file, "--vector-columns", "x,y,z"});
  EXPECT_EQ(refused.exit_code, kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("--id-prefix to number the rows"));
  EXPECT_EQ(Mi({"load", "ads", file, "--vector-columns", "x,y,z", "--id-prefix",
                "row-"})
                .exit_code,
            kExitOk);
  EXPECT_TRUE(server_.points().contains("row-1"));
}

}  // namespace
}  // namespace mi::client
