// Tables, progress lines and JSON: what people and scripts see.

#include <sstream>
#include <string>

#include "clients/cpp/output/progress.h"
#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/output/table.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/collection_service.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

TEST(TableTest, AlignsColumnsByCodePoints) {
  Table table({{"ID"}, {"SCORE", Table::Align::kRight}, {"CITY"}});
  table.AddRow({"cmp-1", "0.91", "Zürich"});
  table.AddRow({"cmp-100", "-1.00", "日本"});
  table.AddRow({"x", "0", "Ulm"});
  EXPECT_EQ(table.ToString(),
            "ID       SCORE  CITY\n"
            "cmp-1     0.91  Zürich\n"
            "cmp-100  -1.00  日本\n"
            "x            0  Ulm\n");
}

TEST(TableTest, CutsLongCellsAndHidesControlCharacters) {
  Table table({{"A"}});
  table.AddRow({"tab\there\x1b[31m"});
  table.AddRow({std::string(60, 'x')});
  EXPECT_EQ(table.ToString(),
            "A\ntab here [31m\n" + std::string(47, 'x') + "…\n");
}

TEST(TableTest, MissingCellsAreEmpty) {
  Table table({{"A"}, {"B"}});
  table.AddRow({"1"});
  EXPECT_EQ(table.ToString(), "A  B\n1\n");
}

TEST(FormatTest, GroupsDigits) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(999), "999");
  EXPECT_EQ(GroupDigits(1'000), "1,000");
  EXPECT_EQ(GroupDigits(1'234'567), "1,234,567");
}

TEST(FormatTest, ScalesBytes) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(uint64_t{5} << 30), "5.0 GiB");
}

// 100 of 400 bytes in 2 s: 6 s remain, at 50 rows a second.
TEST(ProgressTest, ShowsShareSpeedAndRemainingTime) {
  EXPECT_EQ(RenderProgress({.rows = 100,
                            .bytes = 100,
                            .total_bytes = 400,
                            .elapsed = std::chrono::seconds(2)}),
            "[======>                 ]  25 %  100 rows  50 rows/s  100 B of "
            "400 B  ETA 0:06");
}

// What an earlier run did says nothing about the speed: 100 bytes in 2 s, 200
// remain.
TEST(ProgressTest, LeavesWhatWasDoneBeforeOutOfTheSpeed) {
  EXPECT_EQ(RenderProgress({.rows = 200,
                            .skipped = 3,
                            .bytes = 200,
                            .total_bytes = 400,
                            .rows_before = 100,
                            .bytes_before = 100,
                            .elapsed = std::chrono::seconds(2)}),
            "[============>           ]  50 %  200 rows  50 rows/s  200 B of "
            "400 B  ETA 0:04  3 skipped");
}

TEST(ProgressTest, IsFullOnlyAtTheEnd) {
  EXPECT_THAT(RenderProgress({.bytes = 9'999, .total_bytes = 10'000}),
              ::testing::HasSubstr(" 99 %"));
  EXPECT_EQ(RenderProgress({.rows = 10,
                            .bytes = 400,
                            .total_bytes = 400,
                            .elapsed = std::chrono::seconds(3661)}),
            "[========================] 100 %  10 rows  0 rows/s  400 B of 400 "
            "B  in 1:01:01");
}

// Of an export the rows are known beforehand, the bytes are not.
TEST(ProgressTest, GoesByRowsWhereTheirTotalIsKnown) {
  EXPECT_EQ(RenderProgress({.rows = 100,
                            .bytes = 2048,
                            .total_rows = 400,
                            .elapsed = std::chrono::seconds(2)}),
            "[======>                 ]  25 %  100 rows  50 rows/s  2.0 KiB  "
            "ETA 0:06");
  EXPECT_EQ(RenderProgress({.total_rows = 0}),
            "[========================] 100 %  0 rows  0 rows/s  0 B  in 0:00");
}

TEST(ProgressTest, ShowsStepsOfWorkDoneElsewhere) {
  EXPECT_EQ(RenderProgress({.step = "reading back",
                            .share = 0.75,
                            .elapsed = std::chrono::seconds(3)}),
            "[==================>     ]  75 %  reading back  0:03");
  EXPECT_THAT(RenderProgress({.step = "writing", .share = 0.9999}),
              ::testing::HasSubstr(" 99 %"));
}

TEST(ProgressTest, IsSilentWhereNobodyWatches) {
  std::ostringstream out;
  ProgressLine line(out, /*is_terminal=*/false);
  line.Update({.rows = 1});
  line.Finish({.rows = 2});
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressTest, RedrawsItsLineAndMakesRoomForMessages) {
  std::ostringstream out;
  ProgressLine line(out, /*is_terminal=*/true);
  const ProgressState state{.rows = 1, .bytes = 1, .total_bytes = 2};
  line.Update(state);
  line.Update(state);  // too soon
  line.Clear();
  line.Clear();
  line.Finish(state);
  const std::string drawn = "\r\x1b[K" + RenderProgress(state);
  EXPECT_EQ(out.str(), drawn + "\r\x1b[K" + drawn + "\n");
}

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(ProtoJsonTest, PayloadsArePlainJson) {
  const auto point = Parse<v1::Point>(R"(
    id: "a" vector: 0.1 vector: -2
    payload { key: "when" value { datetime_value { seconds: 1772357400 } } }
    payload { key: "where"
              value { geo_value { latitude: 52.5 longitude: 13 } } }
    payload { key: "big" value { integer_value: 9007199254740993 } }
    payload { key: "nothing" value { null_value: NULL_VALUE } }
    payload { key: "list" value { list_value {
      values { string_value: "x" } values { bool_value: true } } } }
    payload { key: "object" value { object_value {
      fields { key: "f" value { float_value: 1.5 } } } } })");
  EXPECT_EQ(Dump(ToJson(point)),
            R"({"id":"a","vector":[0.1,-2.0],"payload":{)"
            R"("big":9007199254740993,"list":["x",true],"nothing":null,)"
            R"("object":{"f":1.5},"when":"2026-03-01T09:30:00Z",)"
            R"("where":{"lat":52.5,"lon":13.0}}})");
}

TEST(ProtoJsonTest, NumbersAreNumbersAndDefaultsAreThere) {
  const auto stats = Parse<v1::CollectionStats>(R"(
    live_points: 18446744073709551615
    segments { state: SEGMENT_STATE_SEALED points: 5 has_graph: true })");
  EXPECT_EQ(Dump(ToJson(stats)),
            R"({"live_points":18446744073709551615,"tombstoned_points":0,)"
            R"("segments":[{"state":"SEGMENT_STATE_SEALED","points":5,)"
            R"("tombstoned_points":0,"has_graph":true,"n_lists":0,"bytes":0}],)"
            R"("journal_bytes_on_disk":0,"payload_fields":[],)"
            R"("pending_builds":0,"sequence":0})");
}

TEST(ProtoJsonTest, ValuesOfNewerServersAreShownAsTheyAre) {
  v1::SegmentStats segment;
  segment.set_state(static_cast<v1::SegmentState>(77));
  EXPECT_EQ(ToJson(segment)["state"], 77);
}

TEST(ProtoJsonTest, FloatsKeepTheirShortForm) {
  EXPECT_EQ(Widen(0.1F), 0.1);
  EXPECT_EQ(Widen(-16777216.0F), -16777216.0);
}

TEST(ProtoJsonTest, CellsShowTextsWithoutQuotes) {
  EXPECT_EQ(ToText(Parse<v1::Value>("string_value: 'meta'")), "meta");
  EXPECT_EQ(ToText(Parse<v1::Value>("integer_value: 3")), "3");
  EXPECT_EQ(
      ToText(Parse<v1::Value>("list_value { values { string_value: 'a' } }")),
      R"(["a"])");
}

}  // namespace
}  // namespace mi::client
