// CSV files: records, mappings, types, and what goes wrong.

#include <cmath>
#include <string>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/input/csv_mapping.h"
#include "clients/cpp/input/csv_reader.h"
#include "clients/cpp/input/csv_table.h"
#include "clients/cpp/input/csv_types.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/input_testing.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// "LINE|cell|cell" or "LINE: problem" for each record.
std::vector<std::string> Records(const std::string& path, char delimiter) {
  const auto table = CsvTable::Open(path, delimiter);
  EXPECT_TRUE(table.ok()) << table.status();
  std::vector<std::string> records;
  CsvRecord record;
  while (table.ok() && *(*table)->Next(&record)) {
    std::string text = std::to_string(record.line);
    if (!record.problem.empty()) {
      text += ": " + record.problem;
    } else {
      for (const std::string& cell : record.cells) text += "|" + cell;
    }
    records.push_back(text);
  }
  return records;
}

TEST(CsvTableTest, ReadsQuotesLineBreaksAndBlankLines) {
  const InputFiles files;
  const std::string path = files.Write("t.csv",
                                       "\xef\xbb\xbfid,text\r\n"
                                       "1,\"a, \"\"b\"\"\"\r\n"
                                       "\r\n"
                                       "2,\"two\nlines\"\n"
                                       "  3 , spaces \n"
                                       "4,\n"
                                       "5,last");
  EXPECT_THAT(Records(path, ','),
              ElementsAre("2|1|a, \"b\"", "4|2|two\nlines", "6|3|spaces",
                          "7|4|", "8|5|last"));
}

TEST(CsvTableTest, OtherDelimiters) {
  const InputFiles files;
  EXPECT_THAT(Records(files.Write("t.csv", "a;b\n1,5;2\n"), ';'),
              ElementsAre("2|1,5|2"));
  EXPECT_THAT(Records(files.Write("t.tsv", "a\tb\n1 x\t\n"), '\t'),
              ElementsAre("2|1 x|"));
}

TEST(CsvTableTest, NamesLineAndColumnOfWhatIsWrong) {
  const InputFiles files;
  const std::string path = files.Write("t.csv",
                                       "a,b\n"
                                       "1,2,3\n"
                                       "1\n"
                                       "1,x\"y\"\n"
                                       "1,\"x\"y\n"
                                       "ok,\xff\n"
                                       "good,row\n"
                                       "1,\"open\n");
  EXPECT_THAT(Records(path, ','),
              ElementsAre("2: has 3 cells, the header has 2",
                          "3: has 1 cells, the header has 2",
                          "4: column 4 of line 4: a quote where none may be",
                          "5: column 6 of line 5: a quote where none may be",
                          "6: is not valid UTF-8", "7|good|row",
                          "8: a quote is not closed"));
}

TEST(CsvTableTest, LoneCarriageReturnsAreExplained) {
  const InputFiles files;
  EXPECT_THAT(CsvTable::Open(files.Write("mac.csv", "a,b\r1,2\r3,4\r"), ','),
              StatusIs(kInvalid, HasSubstr("mac.csv:1: a carriage return "
                                           "without a line feed")));
}

TEST(CsvTableTest, AQuoteThatIsNeverClosedDoesNotTakeInTheFile) {
  const InputFiles files;
  std::string text = "a\n\"open\n";
  for (int i = 0; i < 20'000; ++i) text += "row\n";
  const auto records = Records(files.Write("t.csv", text), ',');
  ASSERT_GT(records.size(), 9'000);
  EXPECT_EQ(records[0], "2: a quote is not closed");
  EXPECT_EQ(records.back(), "20002|row");
}

TEST(CsvTableTest, HeadersMustNameTheColumns) {
  const InputFiles files;
  EXPECT_THAT(CsvTable::Open(files.Write("a.csv", "\n\n"), ','),
              StatusIs(kInvalid, HasSubstr("a.csv:1: is empty")));
  EXPECT_THAT(CsvTable::Open(files.Write("b.csv", "x,,z\n"), ','),
              StatusIs(kInvalid, HasSubstr("b.csv:1: column 2 has no name")));
  EXPECT_THAT(CsvTable::Open(files.Write("c.csv", "x,y,x\n"), ','),
              StatusIs(kInvalid, HasSubstr("two columns are named 'x'")));
}

TEST(CsvFieldTest, ReadsDeclarations) {
  ASSERT_OK_AND_ASSIGN(const CsvField plain, ParseCsvField("spend:float"));
  EXPECT_EQ(plain.name, "spend");
  EXPECT_EQ(plain.type, CsvType::kFloat);
  EXPECT_EQ(plain.column, "spend");
  ASSERT_OK_AND_ASSIGN(const CsvField full,
                       ParseCsvField("day:datetime[%d=%m:%Y]=The Day"));
  EXPECT_EQ(full.name, "day");
  EXPECT_EQ(full.type, CsvType::kDateTime);
  EXPECT_EQ(full.pattern, "%d=%m:%Y");
  EXPECT_EQ(full.column, "The Day");
  ASSERT_OK_AND_ASSIGN(const CsvPlace place, ParseCsvPlace("at=Lat,Lon"));
  EXPECT_EQ(place.latitude_column, "Lat");
  EXPECT_EQ(place.longitude_column, "Lon");
}

TEST(CsvFieldTest, RefusesOthers) {
  for (const char* text : {"", "spend", ":float", "spend:", "spend:money",
                           "spend:float=", "spend:float[x]", "day:datetime[",
                           "day:datetime[]", "day:datetime[%d]x"}) {
    const auto field = ParseCsvField(text);
    ASSERT_FALSE(field.ok()) << text;
    EXPECT_EQ(ExitCodeOf(field.status()), kExitUsage);
  }
  for (const char* text : {"", "at", "at=", "at=a", "at=,b", "at=a,", "=a,b"}) {
    EXPECT_FALSE(ParseCsvPlace(text).ok()) << text;
  }
}

TEST(TypeInferenceTest, FindsTheNarrowestTypeOfAllCells) {
  const std::pair<std::vector<const char*>, CsvType> cases[] = {
      {{"1", "-20", ""}, CsvType::kInteger},
      {{"1", "2.5"}, CsvType::kFloat},
      {{"1", "x"}, CsvType::kString},
      {{"007", "12"}, CsvType::kString},  // codes
      {{"0.5", "-0.25"}, CsvType::kFloat},
      {{"yes", "No", "TRUE"}, CsvType::kBool},
      {{"0", "1"}, CsvType::kInteger},
      {{"2026-01-01", "2026-01-01T10:00:00Z"}, CsvType::kDateTime},
      {{"31-08-2023"}, CsvType::kString},
      {{"30-34"}, CsvType::kString},
      {{"", ""}, CsvType::kString},
      {{"99999999999999999999"}, CsvType::kFloat},
  };
  for (const auto& [cells, type] : cases) {
    TypeInference inference;
    for (const char* cell : cells) inference.Add(cell);
    EXPECT_EQ(CsvTypeName(inference.type()), CsvTypeName(type)) << cells[0];
  }
}

// By hand: mean 5, squared deviations 9 + 1 + 1 + 9, over 4.
TEST(RunningMomentsTest, GivesMeanAndDeviationOfThePopulation) {
  RunningMoments moments;
  EXPECT_EQ(moments.deviation(), 0);
  for (const double x : {2, 4, 6, 8}) moments.Add(x);
  EXPECT_EQ(moments.count(), 4);
  EXPECT_DOUBLE_EQ(moments.mean(), 5);
  EXPECT_DOUBLE_EQ(moments.deviation(), std::sqrt(5));
}

// Stays exact where the textbook formula cancels: three numbers around 1e9.
TEST(RunningMomentsTest, SurvivesLargeOffsets) {
  RunningMoments moments;
  for (const double x : {1e9, 1e9 + 1, 1e9 + 2}) moments.Add(x);
  EXPECT_NEAR(moments.deviation(), std::sqrt(2.0 / 3), 1e-9);
}

absl::StatusOr<std::unique_ptr<PointReader>> Open(const std::string& path,
                                                  const CsvOptions& options) {
  auto mapping = CsvMapping::Make(path, options);
  if (!mapping.ok()) return mapping.status();
  return OpenCsv(path, options.delimiter, *std::move(mapping));
}

TEST(CsvReaderTest, MapsColumnsToPoints) {
  const InputFiles files;
  const std::string path =
      files.Write("ads.csv",
                  "Id,Day,A,B,Lat,Lon,Note,utm.source,Secret,Age\n"
                  "7,31-08-2023,1,0.5,52.5,13.4,,mail,s,30\n");
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      Open(path, {.id_column = "Id",
                  .id_prefix = "ad-",
                  .vector_columns = {"B", "A"},
                  .fields = {{.name = "day",
                              .type = CsvType::kDateTime,
                              .pattern = "%d-%m-%Y",
                              .column = "Day"},
                             {.name = "who.age",
                              .type = CsvType::kString,
                              .column = "Age"},
                             {.type = CsvType::kSkip, .column = "Secret"}},
                  .places = {{.name = "where",
                              .latitude_column = "Lat",
                              .longitude_column = "Lon"}}}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 1);
  ASSERT_EQ(rows[0].problem, "");
  v1::Point expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    id: "ad-7" vector: 0.5 vector: 1
    payload { key: "day" value { datetime_value { seconds: 1693440000 } } }
    payload { key: "A" value { integer_value: 1 } }
    payload { key: "B" value { float_value: 0.5 } }
    payload { key: "where"
              value { geo_value { latitude: 52.5 longitude: 13.4 } } }
    payload { key: "utm" value { object_value { fields {
      key: "source" value { string_value: "mail" } } } } }
    payload { key: "who" value { object_value { fields {
      key: "age" value { string_value: "30" } } } } })",
                                                            &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(rows[0].point,
                                                                 expected))
      << rows[0].point.DebugString();
}

TEST(CsvReaderTest, ReadsVectorsFromOneColumnAndNumbersRows) {
  const InputFiles files;
  const std::string path =
      files.Write("v.csv", "v,x\n\"[1, 2.5]\",1\n\"[0,0]\",2\n");
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       Open(path, {.id_prefix = "r", .vector_column = "v"}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_THAT(rows[0].point.vector(), ElementsAre(1, 2.5F));
  EXPECT_EQ(rows[0].point.id(), "r1");
  EXPECT_EQ(rows[1].point.id(), "r2");
  EXPECT_FALSE(rows[0].point.payload().contains("v"));
}

// By hand: A has mean 2 and deviation sqrt(2/3); B never changes.
TEST(CsvReaderTest, StandardizesOverTheWholeFile) {
  const InputFiles files;
  const std::string path =
      files.Write("v.csv", "id,A,B\na,1,9\nb,2,9\nbad,x,9\nc,3,9\n");
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       Open(path, {.id_column = "id",
                                   .vector_columns = {"A", "B"},
                                   .standardize = true}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 4);
  const float deviation = std::sqrt(2.0F / 3);
  EXPECT_THAT(rows[0].point.vector(),
              ElementsAre(FloatNear(-1 / deviation, 1e-6F), 0));
  EXPECT_THAT(rows[1].point.vector(), ElementsAre(0, 0));
  EXPECT_EQ(rows[2].problem, "column 'A': 'x' is not a number (of the vector)");
  EXPECT_THAT(rows[3].point.vector(),
              ElementsAre(FloatNear(1 / deviation, 1e-6F), 0));
}

TEST(CsvReaderTest, NamesLineColumnAndValueOfEveryFault) {
  const InputFiles files;
  const std::string path = files.Write("ads.csv",
                                       "id,v,n,day,lat,lon\n"
                                       "a,\"[1]\",1,2026-01-01,0,0\n"
                                       ",\"[1]\",1,2026-01-01,0,0\n"
                                       "b,1,1,2026-01-01,0,0\n"
                                       "c,\"[1,\"\"x\"\"]\",1,2026-01-01,0,0\n"
                                       "d,\"[1]\",1.5,2026-01-01,0,0\n"
                                       "e,\"[1]\",1,tomorrow,0,0\n"
                                       "f,\"[1]\",1,2026-01-01,95,0\n"
                                       "g,\"[1]\",1,2026-01-01,5,\n"
                                       "h,\"[1]\",,,,\n");
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      Open(path,
           {.id_column = "id",
            .vector_column = "v",
            .fields =
                {{.name = "n", .type = CsvType::kInteger, .column = "n"},
                 {.name = "day", .type = CsvType::kDateTime, .column = "day"}},
            .places = {{.name = "at",
                        .latitude_column = "lat",
                        .longitude_column = "lon"}}}));
  EXPECT_THAT(
      Outcomes(*reader),
      ElementsAre("ok a", "3: column 'id', the id, is empty",
                  "4: column 'v' is not a JSON array of numbers",
                  "5: column 'v': component 1 is not a number that a float "
                  "holds",
                  "6: column 'n': '1.5' is not an integer",
                  "7: column 'day': 'tomorrow' is not a datetime",
                  "8: column 'lat': '95' is not a latitude from -90 to 90",
                  "9: column 'lon': '' is not a longitude from -180 to 180",
                  "ok h"));
}

TEST(CsvMappingTest, RefusesWhatTheFileDoesNotHave) {
  const InputFiles files;
  const std::string path = files.Write("t.csv", "id,a,a.b,v\n1,1,1,1\n");
  const std::pair<CsvOptions, const char*> cases[] = {
      {{.id_column = "ID", .vector_columns = {"v"}},
       "--id-column: %s has no column 'ID'; it has id, a, a.b, v"},
      {{.id_column = "id", .vector_columns = {"w"}}, "--vector-columns"},
      {{.id_column = "id"}, "one of --vector-columns and --vector-column"},
      {{.id_column = "id", .vector_columns = {"v"}, .vector_column = "v"},
       "one of --vector-columns and --vector-column"},
      {{.id_column = "id", .vector_column = "v", .standardize = true},
       "--standardize needs --vector-columns"},
      {{.id_column = "id", .vector_columns = {"v"}},
       "the fields 'a' and 'a.b' cannot both be"},
      {{.id_column = "id",
        .vector_columns = {"v"},
        .fields = {{.name = "x..y", .column = "a"}}},
       "'x..y' is not a field's path"},
  };
  for (const auto& [options, message] : cases) {
    std::string expected = message;
    if (const size_t at = expected.find("%s"); at != std::string::npos) {
      expected.replace(at, 2, path);
    }
    const auto mapping = CsvMapping::Make(path, options);
    EXPECT_THAT(mapping, StatusIs(kInvalid, HasSubstr(expected)));
    EXPECT_EQ(ExitCodeOf(mapping.status()), kExitUsage);
  }
}

TEST(CsvMappingTest, ItsDescriptionChangesWithWhatItDoes) {
  const InputFiles files;
  const CsvOptions options = {
      .id_column = "id", .vector_columns = {"v"}, .standardize = true};
  const std::string path = files.Write("t.csv", "id,v,n\n1,1,1\n2,3,2\n");
  ASSERT_OK_AND_ASSIGN(const CsvMapping first, CsvMapping::Make(path, options));
  files.Write("t.csv", "id,v,n\n1,1,1\n2,4,2\n");  // another mean
  ASSERT_OK_AND_ASSIGN(const CsvMapping mean, CsvMapping::Make(path, options));
  files.Write("t.csv", "id,v,n\n1,1,1\n2,3,x\n");  // another type
  ASSERT_OK_AND_ASSIGN(const CsvMapping type, CsvMapping::Make(path, options));
  files.Write("t.csv", "id,v,n\n1,3,5\n2,1,7\n");  // neither
  ASSERT_OK_AND_ASSIGN(const CsvMapping same, CsvMapping::Make(path, options));
  EXPECT_NE(first.Describe(), mean.Describe());
  EXPECT_NE(first.Describe(), type.Describe());
  EXPECT_EQ(first.Describe(), same.Describe());
}

TEST(CsvReaderTest, ResumesAnywhere) {
  const InputFiles files;
  const std::string path = files.Write("t.csv",
                                       "id,v,text\n"
                                       "1,1,\"two\nlines\"\n"
                                       "\n"
                                       "2,x,bad\n"
                                       "3,1,\"a\"b\n"
                                       "4,1,last");
  ExpectResumesAnywhere([&path] {
    return *Open(path, {.id_column = "id", .vector_columns = {"v"}});
  });
}

}  // namespace
}  // namespace mi::client
