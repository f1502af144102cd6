#include "clients/cpp/text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

// Well-formed and ill-formed sequences of the Unicode Standard, tables 3-7 and
// 3-8.
TEST(Utf8Test, AcceptsWhatIsWellFormed) {
  for (const char* text :
       {"", "plain", "Zürich", "日本", "😀", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

TEST(Utf8Test, RefusesOverlongFormsSurrogatesAndCutSequences) {
  for (const char* text :
       {"\x80", "\xc0\xaf", "\xc1\x81", "\xe0\x9f\x80", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "a\xc3", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8Test, CountsAndCutsCodePoints) {
  EXPECT_EQ(CodePoints("Zürich 日本"), 9);
  EXPECT_EQ(FirstCodePoints("Zürich", 2), "Zü");
  EXPECT_EQ(FirstCodePoints("Zü", 5), "Zü");
  EXPECT_EQ(FirstCodePoints("Zü", 0), "");
}

TEST(NumberTest, IntegersAreReadWholeOrNotAtAll) {
  EXPECT_THAT(ParseInteger("-12"), Optional(-12));
  EXPECT_THAT(ParseInteger("9223372036854775807"),
              Optional(9223372036854775807));
  for (const char* text : {"", "1.0", "12a", " 12", "9223372036854775808"}) {
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
  }
}

TEST(NumberTest, FloatsAreFinite) {
  EXPECT_THAT(ParseFloat("1.429999948"), Optional(1.429999948));
  EXPECT_THAT(ParseFloat("-2e-3"), Optional(-0.002));
  for (const char* text : {"", "nan", "inf", "1e999", "1,5", "0x10", "1 "}) {
    EXPECT_EQ(ParseFloat(text), std::nullopt) << text;
  }
}

// 1772357400: `date -u -d 2026-03-01T09:30:00Z +%s`.
TEST(DateTimeTest, ReadsRfc3339AndDates) {
  EXPECT_EQ(ParseDateTime("2026-03-01T09:30:00Z")->seconds(), 1772357400);
  EXPECT_EQ(ParseDateTime("2026-03-01T11:30:00+02:00")->seconds(), 1772357400);
  EXPECT_EQ(ParseDateTime("2026-03-01T09:30:00.25Z")->nanos(), 250'000'000);
  EXPECT_EQ(ParseDateTime("2026-03-01")->seconds(),
            1772357400 - (9 * 3600 + 30 * 60));
  for (const char* text : {"", "2026-13-01", "2026-03-01 09:30", "01.03.2026",
                           "2026-03-01T09:30:00", "infinite-future"}) {
    EXPECT_FALSE(ParseDateTime(text).has_value()) << text;
  }
}

// 1693440000: `date -u -d 2023-08-31 +%s`.
TEST(DateTimeTest, ReadsOtherPatterns) {
  EXPECT_EQ(ParseDateTime("31-08-2023", "%d-%m-%Y")->seconds(), 1693440000);
  EXPECT_FALSE(ParseDateTime("31-13-2023", "%d-%m-%Y").has_value());
  EXPECT_FALSE(ParseDateTime("31-08-2023 noon", "%d-%m-%Y").has_value());
}

TEST(DateTimeTest, FormatsWhatItReads) {
  for (const char* text : {"2026-03-01T09:30:00Z", "1970-01-01T00:00:00Z"}) {
    EXPECT_EQ(FormatDateTime(*ParseDateTime(text)), text);
  }
}

TEST(PathTest, SplitsAtDotsUnlessEscaped) {
  EXPECT_THAT(SplitPath("budget.daily"),
              Optional(ElementsAre("budget", "daily")));
  EXPECT_THAT(SplitPath(R"(utm\.source.a\\b)"),
              Optional(ElementsAre("utm.source", "a\\b")));
  for (const char* path : {"", ".a", "a.", "a..b", "a\\", "a\\b"}) {
    EXPECT_EQ(SplitPath(path), std::nullopt) << path;
  }
}

TEST(PathTest, EscapedKeysAreOneKey) {
  for (const char* key : {"plain", "utm.source", "back\\slash", "."}) {
    EXPECT_THAT(SplitPath(EscapeKey(key)), Optional(ElementsAre(key)));
  }
}

}  // namespace
}  // namespace mi::client
