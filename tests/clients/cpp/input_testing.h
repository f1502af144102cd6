// Files for the tests of readers.

#ifndef MI_TESTS_CLIENTS_CPP_INPUT_TESTING_H_
#define MI_TESTS_CLIENTS_CPP_INPUT_TESTING_H_

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/input/point_reader.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::client {

// A folder with files that go away with the test.
class InputFiles {
 public:
  std::string Write(const std::string& name, std::string_view content) const {
    std::string path = PathOf(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string PathOf(const std::string& name) const {
    return (folder_.path() / name).string();
  }

 private:
  mi::testing::TemporaryFolder folder_;
};

// All rows up to the end.
inline std::vector<Row> ReadRows(PointReader& reader) {
  std::vector<Row> rows;
  Row row;
  while (true) {
    const auto more = reader.Next(&row);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return rows;
    rows.push_back(row);
  }
}

// "ok ID" or "LINE: problem" for each row.
inline std::vector<std::string> Outcomes(PointReader& reader) {
  std::vector<std::string> outcomes;
  for (const Row& row : ReadRows(reader)) {
    outcomes.push_back(row.problem.empty()
                           ? "ok " + row.point.id()
                           : std::to_string(row.line) + ": " + row.problem);
  }
  return outcomes;
}

// Resuming after each row must give the rows that follow, with their lines.
// `open` makes a reader of the same file.
template <typename Open>
void ExpectResumesAnywhere(const Open& open) {
  const auto whole = open();
  const std::vector<Row> rows = ReadRows(*whole);
  ASSERT_GE(rows.size(), 2);
  const auto walked = open();
  for (size_t done = 0; done < rows.size(); ++done) {
    const auto resumed = open();
    ASSERT_TRUE(resumed->Resume(walked->position()).ok());
    const std::vector<Row> rest = ReadRows(*resumed);
    ASSERT_EQ(rest.size(), rows.size() - done) << "after row " << done;
    for (size_t i = 0; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].line, rows[done + i].line);
      EXPECT_EQ(rest[i].problem, rows[done + i].problem);
      EXPECT_EQ(rest[i].point.id(), rows[done + i].point.id());
    }
    EXPECT_EQ(resumed->position(), whole->position());
    Row row;
    ASSERT_TRUE(walked->Next(&row).ok());
  }
}

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_INPUT_TESTING_H_
