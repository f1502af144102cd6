// .fvecs and NDJSON files, good and bad.

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/input/file.h"
#include "clients/cpp/input/fvecs_reader.h"
#include "clients/cpp/input/ndjson_reader.h"
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
using ::testing::HasSubstr;

template <typename Number>
void Append(Number number, std::string* bytes) {
  char raw[sizeof(number)];
  std::memcpy(raw, &number, sizeof(number));
  bytes->append(raw, sizeof(number));
}

std::string FvecsRow(const std::vector<float>& vector) {
  std::string bytes;
  Append(static_cast<int32_t>(vector.size()), &bytes);
  for (const float x : vector) Append(x, &bytes);
  return bytes;
}

TEST(FvecsReaderTest, NumbersItsRows) {
  const InputFiles files;
  const std::string path =
      files.Write("v.fvecs", FvecsRow({1, -2.5F}) + FvecsRow({0, 3}));
  ASSERT_OK_AND_ASSIGN(const auto reader, OpenFvecs(path, "doc-"));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0].point.id(), "doc-0");
  EXPECT_THAT(rows[0].point.vector(), ElementsAre(1, -2.5F));
  EXPECT_EQ(rows[1].point.id(), "doc-1");
  EXPECT_THAT(rows[1].point.vector(), ElementsAre(0, 3));
  EXPECT_EQ(rows[1].line, 2);
}

TEST(FvecsReaderTest, ComponentsThatAreNoNumbersAreFaultsOfTheirRow) {
  const InputFiles files;
  const std::string path = files.Write(
      "v.fvecs", FvecsRow({1, 2}) +
                     FvecsRow({1, std::numeric_limits<float>::infinity()}) +
                     FvecsRow({3, 4}));
  ASSERT_OK_AND_ASSIGN(const auto reader, OpenFvecs(path, ""));
  EXPECT_THAT(Outcomes(*reader),
              ElementsAre("ok 0", "2: component 1 is inf", "ok 2"));
}

TEST(FvecsReaderTest, TruncatedAndForeignFilesEndTheReading) {
  const InputFiles files;
  const std::string good = FvecsRow({1, 2});
  for (const size_t cut : {size_t{1}, size_t{4}, size_t{9}}) {
    const std::string path =
        files.Write("v.fvecs", good + good.substr(0, good.size() - cut));
    ASSERT_OK_AND_ASSIGN(const auto reader, OpenFvecs(path, ""));
    Row row;
    ASSERT_OK(reader->Next(&row));
    EXPECT_THAT(reader->Next(&row),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("row 2 (at byte 12) ends inside of a row")));
  }
  const std::string path = files.Write("text.fvecs", "id,vector\n1,2\n");
  ASSERT_OK_AND_ASSIGN(const auto reader, OpenFvecs(path, ""));
  Row row;
  const auto more = reader->Next(&row);
  EXPECT_THAT(more, StatusIs(absl::StatusCode::kInvalidArgument,
                             HasSubstr("is this an .fvecs file?")));
  EXPECT_EQ(ExitCodeOf(more.status()), kExitInput);
}

TEST(FvecsReaderTest, ResumesAnywhere) {
  const InputFiles files;
  const std::string path =
      files.Write("v.fvecs", FvecsRow({1}) + FvecsRow({2}) + FvecsRow({3}));
  ExpectResumesAnywhere([&path] { return *OpenFvecs(path, "x"); });
}

TEST(InputFileTest, FilesThatCannotBeReadAreNamed) {
  const InputFiles files;
  const auto missing = InputFile::Open(files.PathOf("none.csv"));
  EXPECT_THAT(missing, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("none.csv: No such file")));
  EXPECT_EQ(ExitCodeOf(missing.status()), kExitInput);
  EXPECT_THAT(
      InputFile::Open(files.PathOf(".")),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is a folder")));
}

TEST(InputFileTest, LinesMaySpanTheBuffer) {
  const InputFiles files;
  const std::string longest(3'000'000, 'x');  // the buffer has 1 MiB
  const std::string path = files.Write("long", "short\n" + longest + "\nlast");
  ASSERT_OK_AND_ASSIGN(InputFile file, InputFile::Open(path));
  std::string line;
  ASSERT_OK(file.ReadLine(&line));
  EXPECT_EQ(line, "short\n");
  ASSERT_OK(file.ReadLine(&line));
  EXPECT_EQ(line, longest + "\n");
  EXPECT_EQ(file.offset(), 6 + longest.size() + 1);
  ASSERT_OK(file.ReadLine(&line));
  EXPECT_EQ(line, "last");
  EXPECT_THAT(file.ReadLine(&line), mi::testing::IsOkAndHolds(false));
}

TEST(FingerprintTest, SeesChangesBeforeThePlaceOnly) {
  const InputFiles files;
  const std::string path = files.Write("f", "aaaa|bbbb");
  ASSERT_OK_AND_ASSIGN(const uint64_t before, Fingerprint(path, 4));
  files.Write("f", "aaaa|changed and longer");
  EXPECT_THAT(Fingerprint(path, 4), mi::testing::IsOkAndHolds(before));
  files.Write("f", "aaax|bbbb");
  EXPECT_THAT(Fingerprint(path, 4),
              mi::testing::IsOkAndHolds(::testing::Ne(before)));
  EXPECT_FALSE(Fingerprint(path, 100).ok());
}

TEST(NdjsonReaderTest, KeepsTypes) {
  const InputFiles files;
  const std::string path = files.Write(
      "p.ndjson",
      R"({"id": "a",)"
      R"( "vector": [1, 0.5], "payload": {"n": 3, "x": 3.0, "s": "2026-01-01",)"
      R"( "flag": true, "none": null, "tags": ["t", 1], "made":)"
      R"( "2026-03-01T09:30:00Z", "o": {"at": {"lat": 1, "lon": 2}}}})"
      "\n");
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      OpenNdjson(path, {.hints = {.datetimes = {"made"}, .places = {"o.at"}}}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 1);
  ASSERT_EQ(rows[0].problem, "");
  v1::Point expected;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    id: "a" vector: 1 vector: 0.5
    payload { key: "n" value { integer_value: 3 } }
    payload { key: "x" value { float_value: 3 } }
    payload { key: "s" value { string_value: "2026-01-01" } }
    payload { key: "flag" value { bool_value: true } }
    payload { key: "none" value { null_value: NULL_VALUE } }
    payload { key: "tags" value { list_value {
      values { string_value: "t" } values { integer_value: 1 } } } }
    payload { key: "made" value { datetime_value { seconds: 1772357400 } } }
    payload { key: "o" value { object_value { fields {
      key: "at" value { geo_value { latitude: 1 longitude: 2 } } } } } })",
                                                            &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(rows[0].point,
                                                                 expected))
      << rows[0].point.DebugString();
}

TEST(NdjsonReaderTest, NamesLineAndPlaceOfEveryFault) {
  const InputFiles files;
  const std::string path = files.Write(
      "p.ndjson",
      "\xef\xbb\xbf{\"id\": 7, \"vector\": [1]}\r\n"
      "\n"
      "{\"id\": \"a\", \"vector\": [1}\n"
      "[1, 2]\n"
      "{\"vector\": [1]}\n"
      "{\"id\": \"a\"}\n"
      "{\"id\": \"\", \"vector\": [1]}\n"
      "{\"id\": 1.5, \"vector\": [1]}\n"
      "{\"id\": \"a\", \"vector\": 1}\n"
      "{\"id\": \"a\", \"vector\": [1, \"x\"]}\n"
      "{\"id\": \"a\", \"vector\": [1, 1e39]}\n"
      "{\"id\": \"a\", \"vector\": [1], \"playload\": {}}\n"
      "{\"id\": \"a\", \"vector\": [1], \"payload\": []}\n"
      "{\"id\": \"a\", \"vector\": [1], \"payload\": {\"made\": \"noon\"}}\n"
      "{\"id\": \"a\", \"vector\": [1], \"payload\": {\"at\": {\"lat\": 91, "
      "\"lon\": 0}}}\n"
      "{\"id\": \"a\", \"vector\": [1], \"payload\": {\"big\": "
      "18446744073709551615}}\n"
      "{\"id\": \"\xff\", \"vector\": [1]}\n"
      "{\"id\": \"last\", \"vector\": [1]}");
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      OpenNdjson(path, {.hints = {.datetimes = {"made"}, .places = {"at"}}}));
  EXPECT_THAT(
      Outcomes(*reader),
      ElementsAre(
          "ok 7", HasSubstr("3: not JSON: column 25: syntax error"),
          "4: not a JSON object", "5: 'id' is missing",
          "6: 'vector' is missing", "7: 'id' is empty",
          "8: 'id' is neither a text nor an integer",
          "9: 'vector' is not a list",
          "10: 'vector[1]': \"x\" is not a number that a float holds",
          "11: 'vector[1]': 1e+39 is not a number that a float holds",
          HasSubstr("12: 'playload' is none of 'id', 'vector' and 'payload'"),
          "13: 'payload' is not an object",
          "14: 'made': \"noon\" is not a date or an RFC 3339 time",
          HasSubstr("15: 'at': {\"lat\":91,\"lon\":0} is not a place"),
          "16: 'big': 18446744073709551615 is not an integer of 64 bits with "
          "sign",
          HasSubstr("17: not JSON: column 9"), "ok last"));
}

TEST(NdjsonReaderTest, OtherMembersMayBeThePayload) {
  const InputFiles files;
  const std::string path =
      files.Write("p.ndjson", R"({"key": "a", "v": [1], "x": 1, "y.z": 2})");
  ASSERT_OK_AND_ASSIGN(
      const auto reader,
      OpenNdjson(
          path, {.id_field = "key", .vector_field = "v", .payload_field = ""}));
  const std::vector<Row> rows = ReadRows(*reader);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].point.payload_size(), 2);
  EXPECT_EQ(rows[0].point.payload().at("y.z").integer_value(), 2);
}

TEST(NdjsonReaderTest, ResumesAnywhere) {
  const InputFiles files;
  const std::string path = files.Write("p.ndjson",
                                       "{\"id\": 1, \"vector\": [1]}\n\n"
                                       "broken\n"
                                       "{\"id\": 2, \"vector\": [1]}\n"
                                       "{\"id\": 3, \"vector\": [1]}");
  ExpectResumesAnywhere([&path] { return *OpenNdjson(path, {}); });
}

}  // namespace
}  // namespace mi::client
