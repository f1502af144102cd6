// mi export, against a fake server: what is written loads again as it was, and
// what is incomplete never has the name of the file.

#include <bit>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/input/fvecs_reader.h"
#include "clients/cpp/input/ndjson_reader.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/clients/cpp/fake_server.h"
#include "tests/clients/cpp/input_testing.h"
#include "tests/clients/cpp/run_mi.h"

namespace mi::client {
namespace {

using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ExportTest : public ::testing::Test {
 protected:
  Outcome Mi(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--server", server_.address()});
    return RunMi(arguments);
  }

  void Store(const std::string& id, const std::vector<float>& vector = {1, 2},
             const char* payload = "") {
    v1::Point point;
    ASSERT_TRUE(TextFormat::ParseFromString(payload, &point));
    point.set_id(id);
    point.mutable_vector()->Add(vector.begin(), vector.end());
    server_.Store(point);
  }
  void StoreMany(int count) {
    for (int i = 0; i < count; ++i) Store(fmt::format("p{:04}", i));
  }

  std::string PathOf(const std::string& name) const {
    return files_.PathOf(name);
  }
  std::vector<std::string> FilesThere() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(
             std::filesystem::path(PathOf("x")).parent_path())) {
      names.push_back(file.path().filename().string());
    }
    return names;
  }

  FakeServer server_;
  InputFiles files_;
};

constexpr char kEveryType[] = R"(
  payload { key: "null" value { null_value: NULL_VALUE } }
  payload { key: "yes" value { bool_value: true } }
  payload { key: "least" value { integer_value: -9223372036854775808 } }
  payload { key: "most" value { integer_value: 9223372036854775807 } }
  payload { key: "whole" value { float_value: 3 } }
  payload { key: "large" value { float_value: 1e16 } }
  payload { key: "tenth" value { float_value: 0.1 } }
  payload { key: "minus zero" value { float_value: -0.0 } }
  payload { key: "tiny" value { float_value: 4.9406564584124654e-324 } }
  payload { key: "text" value { string_value: "\"Zürich\"\n\t\000 \\ 日本" } }
  payload { key: "empty" value { string_value: "" } }
  payload { key: "2026-01-01" value { string_value: "2026-01-01T00:00:00Z" } }
  payload { key: "when" value { datetime_value {
    seconds: 1772357400 nanos: 123456000 } } }
  payload { key: "a.b\\c" value { geo_value {
    latitude: -33.868819999999999 longitude: 180 } } }
  payload { key: "nothing" value { list_value {} } }
  payload { key: "no fields" value { object_value {} } }
  payload { key: "mixed" value { list_value {
    values { datetime_value { seconds: 1 } }
    values { string_value: "1970-01-01T00:00:01Z" }
    values { list_value { values { null_value: NULL_VALUE } } }
    values { object_value { fields {
      key: "at" value { geo_value { latitude: 1 longitude: 2 } } } } } } } }
  payload { key: "$datetime" value { string_value: "not one" } }
  payload { key: "mistakable" value { list_value {
    values { object_value { fields {
      key: "$datetime" value { string_value: "not one" } } } }
    values { object_value { fields {
      key: "$geo" value { datetime_value { seconds: 2 } } } } }
    values { object_value { fields {
      key: "$object" value { object_value { fields {
        key: "$object" value { integer_value: 1 } } } } } } }
    values { object_value {
      fields { key: "$geo" value { integer_value: 1 } }
      fields { key: "lat" value { integer_value: 2 } } } } } } })";

TEST_F(ExportTest, EveryTypeOfPayloadLoadsAgainAsItWas) {
  Store("a", {1, 2, 3}, kEveryType);
  Store("b \"quoted\"\n", {4, 5, 6});
  const auto before = server_.points();
  const std::string first = PathOf("first.ndjson");
  ASSERT_EQ(Mi({"export", "ads", first}).exit_code, kExitOk);

  const Outcome loaded = Mi({"load", "ads", first});
  ASSERT_EQ(loaded.exit_code, kExitOk) << loaded.err;
  const auto after = server_.points();
  ASSERT_THAT(after, SizeIs(2));
  for (const auto& [id, point] : before) {
    EXPECT_TRUE(MessageDifferencer::Equals(point, after.at(id)))
        << point.DebugString() << after.at(id).DebugString();
  }
  const std::string second = PathOf("second.ndjson");
  ASSERT_EQ(Mi({"export", "ads", second}).exit_code, kExitOk);
  EXPECT_EQ(ContentOf(first), ContentOf(second));
}

TEST_F(ExportTest, LinesAreWhatLoadDocuments) {
  Store("a", {0.1F, -2, 3}, R"(
    payload { key: "n" value { integer_value: 1 } }
    payload { key: "when" value { datetime_value { seconds: 1772357400 } } }
    payload { key: "where"
              value { geo_value { latitude: 52.5 longitude: 13 } } })");
  Store("b", {4, 5, 6});
  const std::string file = PathOf("p.jsonl");
  ASSERT_EQ(Mi({"export", "ads", file}).exit_code, kExitOk);
  EXPECT_EQ(ContentOf(file),
            R"({"id":"a","vector":[0.1,-2.0,3.0],"payload":{"n":1,)"
            R"("when":{"$datetime":"2026-03-01T09:30:00Z"},)"
            R"("where":{"$geo":{"lat":52.5,"lon":13.0}}}})"
            "\n"
            R"({"id":"b","vector":[4.0,5.0,6.0]})"
            "\n");
}

// Any bits that a finite float can have, of every exponent, and the corners.
std::vector<float> ManyFloats() {
  std::vector<float> floats = {
      0.0F, -0.0F, 1e-45F, -1.17549435e-38F, 3.40282347e38F, 16777217.0F};
  std::mt19937 random(7);
  while (floats.size() < 4096) {
    const auto number = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (std::isfinite(number)) floats.push_back(number);
  }
  return floats;
}

std::vector<uint32_t> BitsOf(const v1::Point& point) {
  std::vector<uint32_t> bits;
  for (const float number : point.vector()) {
    bits.push_back(std::bit_cast<uint32_t>(number));
  }
  return bits;
}

TEST_F(ExportTest, FloatsReadBackBitByBit) {
  Store("a", ManyFloats());
  const std::vector<uint32_t> bits = BitsOf(server_.points().at("a"));
  for (const std::string name : {"p.ndjson", "p.fvecs"}) {
    const std::string path = PathOf(name);
    ASSERT_EQ(Mi({"export", "ads", path}).exit_code, kExitOk);
    const auto reader =
        name == "p.ndjson" ? OpenNdjson(path, {}) : OpenFvecs(path, "");
    ASSERT_TRUE(reader.ok()) << reader.status();
    const std::vector<Row> rows = ReadRows(**reader);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].problem, "");
    EXPECT_EQ(BitsOf(rows[0].point), bits) << name;
  }
}

TEST_F(ExportTest, FvecsHaveTheVectorsAndASidecarTheIds) {
  Store("a", {1, 2, 3});
  Store("b", {4, 5, 6});
  const std::string file = PathOf("p.fvecs");
  const std::string ids = PathOf("ids.txt");
  const Outcome outcome = Mi({"export", "ads", file, "--ids", ids});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(ContentOf(ids), "a\nb\n");
  EXPECT_THAT(server_.lists(), SizeIs(1));
  EXPECT_FALSE(server_.lists()[0].return_fields().with_payload());
  const std::string first = ContentOf(file);
  EXPECT_EQ(first.size(), 2 * (sizeof(int32_t) + 3 * sizeof(float)));

  ASSERT_EQ(Mi({"load", "ads", file, "--id-prefix", "row-"}).exit_code,
            kExitOk);
  EXPECT_THAT(server_.points().at("row-1").vector(), ElementsAre(4, 5, 6));
}

TEST_F(ExportTest, IdsOfSeveralLinesDoNotFitIntoASidecar) {
  Store("two\nlines", {1, 2, 3});
  const Outcome outcome =
      Mi({"export", "ads", PathOf("p.fvecs"), "--ids", PathOf("ids")});
  EXPECT_EQ(outcome.exit_code, kExitInput);
  EXPECT_THAT(outcome.err, HasSubstr("has a line break"));
  EXPECT_THAT(FilesThere(), IsEmpty());
}

TEST_F(ExportTest, ReadsPageByPage) {
  server_.max_page_size = 7;
  StoreMany(50);
  const std::string file = PathOf("p.ndjson");
  const Outcome outcome = Mi({"export", "ads", file, "--json"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(server_.lists(), SizeIs(8));
  const auto summary = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(summary["points"], 50);
  EXPECT_EQ(summary["collection"], "ads");
  EXPECT_EQ(summary["format"], "ndjson");
  EXPECT_EQ(summary["bytes"], std::filesystem::file_size(file));
  const auto reader = OpenNdjson(file, {});
  const std::vector<Row> rows = ReadRows(**reader);
  ASSERT_THAT(rows, SizeIs(50));
  EXPECT_EQ(rows[49].point.id(), "p0049");
}

// 1 MiB a point: the pages after the first are small.
TEST_F(ExportTest, LargePointsMakeSmallPages) {
  v1::Point point;
  (*point.mutable_payload())["text"].set_string_value(
      std::string(1 << 20, 'x'));
  for (const char* id : {"a", "b", "c"}) {
    point.set_id(id);
    server_.Store(point);
  }
  server_.max_page_size = 1;
  ASSERT_EQ(Mi({"export", "ads", PathOf("p.ndjson")}).exit_code, kExitOk);
  ASSERT_THAT(server_.lists(), SizeIs(3));
  EXPECT_LE(server_.lists()[1].page_size(), 4);
  EXPECT_GE(server_.lists()[1].page_size(), 1);
}

TEST_F(ExportTest, EmptyCollectionsMakeEmptyFiles) {
  const std::string file = PathOf("p.ndjson");
  const Outcome outcome = Mi({"export", "ads", file});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("wrote 0 points of ads to "));
  EXPECT_EQ(std::filesystem::file_size(file), 0);
  EXPECT_THAT(FilesThere(), ElementsAre("p.ndjson"));
}

TEST_F(ExportTest, FiltersGoToTheServer) {
  ASSERT_EQ(Mi({"export", "ads", PathOf("p.ndjson"), "--filter",
                "platform == \"meta\""})
                .exit_code,
            kExitOk);
  ASSERT_THAT(server_.lists(), SizeIs(1));
  EXPECT_EQ(server_.lists()[0].filter().condition().equal().string_value(),
            "meta");
}

TEST_F(ExportTest, StandardOutputHasThePointsAlone) {
  Store("a", {1, 2, 3});
  const Outcome outcome = Mi({"export", "ads", "-"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.out, "{\"id\":\"a\",\"vector\":[1.0,2.0,3.0]}\n");
  EXPECT_THAT(outcome.err, HasSubstr("wrote 1 points of ads to standard out"));
}

TEST_F(ExportTest, AnAliasIsFollowedOnce) {
  server_.collections["live"] = server_.collections["ads"];
  ASSERT_EQ(Mi({"export", "live", PathOf("p.ndjson")}).exit_code, kExitOk);
  EXPECT_EQ(server_.lists()[0].collection(), "ads");
}

TEST_F(ExportTest, TheConfigurationMakesAnotherCollectionLikeIt) {
  ASSERT_TRUE(
      TextFormat::ParseFromString(R"(
    dimension: 3 metric: METRIC_DOT
    index { hnsw { m: 8 ef_construction: 64 ef_search: 32 } }
    payload_fields { path: "spend" type: PAYLOAD_FIELD_TYPE_FLOAT })",
                                  server_.collections["ads"].mutable_config()));
  const std::string file = PathOf("p.ndjson");
  const std::string config = PathOf("config.json");
  ASSERT_EQ(Mi({"export", "ads", file, "--config", config}).exit_code, kExitOk);

  // Even of no points.
  const Outcome loaded =
      Mi({"load", "copy", file, "--create", "--config", config});
  ASSERT_EQ(loaded.exit_code, kExitOk) << loaded.err;
  EXPECT_THAT(loaded.err,
              HasSubstr("created collection copy: 3 components, dot, hnsw"));
  const Outcome created =
      Mi({"collections", "create", "other", "--config", config});
  ASSERT_EQ(created.exit_code, kExitOk) << created.err;
  for (const char* name : {"copy", "other"}) {
    EXPECT_TRUE(
        MessageDifferencer::Equals(server_.collections.at(name).config(),
                                   server_.collections.at("ads").config()));
  }
  const Outcome broken = Mi({"load", "third", file, "--create", "--config",
                             files_.Write("broken.json", "{")});
  EXPECT_EQ(broken.exit_code, kExitInput);
  EXPECT_THAT(broken.err, HasSubstr("is no configuration of a collection"));
}

TEST_F(ExportTest, WrongCommandLinesAreExplained) {
  const std::string file = PathOf("p.ndjson");
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"export", "ads"}, "FILE is required"},
      {{"export", "ads", "p.parquet"}, "--format does"},
      {{"export", "ads", file, "--ids", "ids"}, "has the ids"},
      {{"export", "ads", file, "--config", file}, "is named twice"},
      {{"export", "ads", file, "--config", "-"}, "only FILE can be"},
      {{"export", "ads", file, "--filter", "a = 1"}, "--filter: column 3"},
      {{"load", "x", file, "--create", "--config", "c", "--metric", "dot"},
       "--config"},
      {{"collections", "create", "x"}, "--dimension is required"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = Mi(arguments);
    EXPECT_EQ(outcome.exit_code, kExitUsage) << message;
    EXPECT_THAT(outcome.err, HasSubstr(message));
  }
  EXPECT_THAT(FilesThere(), IsEmpty());
}

TEST_F(ExportTest, HelpSaysWhatBecomesOfWritesMeanwhile) {
  EXPECT_THAT(Mi({"export", "--help"}).out,
              HasSubstr("no picture of one moment"));
}

TEST_F(ExportTest, FilesThatCannotBeWrittenAreNamed) {
  Store("a", {1, 2, 3});
  const std::string folder =
      std::filesystem::path(PathOf("x")).parent_path().string();
  for (const auto& [path, why] :
       std::vector<std::pair<std::string, std::string>>{
           {PathOf("missing/p.ndjson"), "No such file or directory"},
           {folder, "is a folder"},
           {"/dev/full", "No space left on device"}}) {
    const Outcome outcome = Mi({"export", "ads", path, "--format", "ndjson"});
    EXPECT_EQ(outcome.exit_code, kExitInput) << path;
    EXPECT_THAT(outcome.err,
                HasSubstr(fmt::format("{}: cannot be written: {}", path, why)));
  }
  // None of the files is there when one of them failed.
  const Outcome outcome =
      Mi({"export", "ads", PathOf("p.ndjson"), "--config", "/dev/full"});
  EXPECT_EQ(outcome.exit_code, kExitInput);
  EXPECT_THAT(FilesThere(), IsEmpty());
}

TEST_F(ExportTest, ABrokenExportLeavesTheFileAsItWas) {
  server_.max_page_size = 2;
  StoreMany(10);
  server_.on_list = [](size_t call) {
    return call < 3 ? grpc::Status::OK
                    : grpc::Status(grpc::StatusCode::INTERNAL, "broken");
  };
  const Outcome fresh = Mi({"export", "ads", PathOf("p.ndjson")});
  EXPECT_EQ(fresh.exit_code, kExitRefused);
  EXPECT_THAT(fresh.err, HasSubstr("INTERNAL: broken"));
  EXPECT_THAT(FilesThere(), IsEmpty());

  const std::string old = files_.Write("p.ndjson", "of yesterday\n");
  EXPECT_EQ(Mi({"export", "ads", old}).exit_code, kExitRefused);
  EXPECT_EQ(ContentOf(old), "of yesterday\n");
  EXPECT_THAT(FilesThere(), ElementsAre("p.ndjson"));
}

TEST_F(ExportTest, CtrlCLeavesNoFile) {
  server_.max_page_size = 2;
  StoreMany(10);
  server_.on_list = [](size_t call) {
    if (call == 2) std::raise(SIGINT);
    return grpc::Status::OK;
  };
  const Outcome outcome = Mi({"export", "ads", PathOf("p.ndjson")});
  EXPECT_EQ(outcome.exit_code, kExitInterrupted);
  EXPECT_THAT(outcome.err,
              HasSubstr("error: interrupted: the export is incom"));
  EXPECT_THAT(server_.lists(), SizeIs(2));
  EXPECT_THAT(FilesThere(), IsEmpty());
}

TEST_F(ExportTest, ABusyServerIsAskedAgain) {
  server_.max_page_size = 2;
  StoreMany(4);
  server_.on_list = [](size_t call) {
    return call == 2 ? Unavailable(std::chrono::milliseconds(1))
                     : grpc::Status::OK;
  };
  const Outcome outcome = Mi({"export", "ads", PathOf("p.ndjson")});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("wrote 4 points"));
}

TEST_F(ExportTest, LinksAreFollowed) {
  const std::string target = files_.Write("target.ndjson", "old\n");
  std::filesystem::create_symlink(target, PathOf("link.ndjson"));
  ASSERT_EQ(Mi({"export", "ads", PathOf("link.ndjson")}).exit_code, kExitOk);
  EXPECT_TRUE(std::filesystem::is_symlink(PathOf("link.ndjson")));
  EXPECT_EQ(ContentOf(target), "");
}

}  // namespace
}  // namespace mi::client
