#include "engine/payload/path.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::payload {
namespace {

using ::mi::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

auto Key(const std::string& key) { return Field(&Path::Segment::key, key); }

TEST(PathTest, DotsSeparateKeys) {
  ASSERT_OK_AND_ASSIGN(const Path path, Path::Parse("budget.daily"));
  EXPECT_THAT(path.segments(), ElementsAre(Key("budget"), Key("daily")));
  EXPECT_EQ(path.text(), "budget.daily");
}

TEST(PathTest, BackslashesEscape) {
  ASSERT_OK_AND_ASSIGN(const Path path, Path::Parse(R"(utm\.source.a\\b)"));
  EXPECT_THAT(path.segments(), ElementsAre(Key("utm.source"), Key(R"(a\b)")));
  EXPECT_EQ(path.text(), R"(utm\.source.a\\b)");
  EXPECT_EQ(EscapePathKey("utm.source"), R"(utm\.source)");
}

TEST(PathTest, SaysWhatIsWrong) {
  const auto fails = [](const std::string& text, const std::string& why) {
    EXPECT_THAT(
        Path::Parse(text, "filter.path"),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 ::testing::AllOf(HasSubstr("filter.path"), HasSubstr(why))))
        << text;
  };
  fails("", "empty path");
  fails(".a", "key of 0 bytes");
  fails("a.", "key of 0 bytes");
  fails("a..b", "key of 0 bytes");
  fails("a\\", "byte 1");
  fails("ab\\n", "byte 2");
  fails("a\xff", "UTF-8");
  fails(std::string(257, 'a'), "257 bytes");
  fails(std::string(256, 'a'), "key of 256 bytes");
  fails("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "17 keys");
}

TEST(PathTest, LimitsAreInclusive) {
  EXPECT_OK(Path::Parse("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p"));
  EXPECT_OK(Path::Parse(std::string(255, 'a')));
  EXPECT_OK(Path::Parse(std::string(127, 'a') + "." + std::string(128, 'a')));
}

TEST(PathTest, PathsAreEqualWhenTheirKeysAre) {
  ASSERT_OK_AND_ASSIGN(const Path a, Path::Parse("a.b"));
  ASSERT_OK_AND_ASSIGN(const Path same, Path::Parse("a.b"));
  ASSERT_OK_AND_ASSIGN(const Path other, Path::Parse("a\\.b"));
  EXPECT_EQ(a, same);
  EXPECT_NE(a, other);
}

TEST(ParsePathTest, ReportsTheFault) {
  Violations violations;
  EXPECT_TRUE(ParsePath("a.b", "path", &violations).has_value());
  EXPECT_TRUE(violations.empty());
  EXPECT_FALSE(ParsePath("a..b", "path", &violations).has_value());
  EXPECT_FALSE(violations.empty());
}

}  // namespace
}  // namespace mi::payload
