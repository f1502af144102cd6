#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cpp/error.h"
#include "clients/cpp/filter/parser.h"
#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/random_expressions.h"
#include "tests/support/status_matchers.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::IsOk;
using ::testing::HasSubstr;

// The filter that is written as text in the form of protobuf.
MATCHER_P(IsFilter, text, "") {
  v1::Filter expected;
  if (!google::protobuf::TextFormat::ParseFromString(text, &expected)) {
    *result_listener << "the expectation is not a Filter";
    return false;
  }
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  *result_listener << arg->ShortDebugString();
  return google::protobuf::util::MessageDifferencer::Equals(*arg, expected);
}

TEST(FilterParserTest, ComparesWithEveryKindOfValue) {
  const std::pair<const char*, const char*> cases[] = {
      {R"(platform == "meta")",
       R"(condition { path: "platform" equal { string_value: "meta" } })"},
      {R"(platform == 'it\'s "x"')",
       R"(condition { path: "platform" equal { string_value: "it's \"x\"" } })"},
      {"clicks != -3",
       "condition { path: 'clicks' not_equal { integer_value: -3 } }"},
      {"budget.daily > 100",
       "condition { path: 'budget.daily' "
       "range { greater_than { integer_value: 100 } } }"},
      {"roas >= 1.5",
       "condition { path: 'roas' "
       "range { greater_than_or_equal { float_value: 1.5 } } }"},
      {"roas<1e3",
       "condition { path: 'roas' range { less_than { float_value: 1000 } } }"},
      {"roas <= .5", ""},
      {"active == true",
       "condition { path: 'active' equal { bool_value: true } }"},
      {R"(start <= datetime("2026-03-01T09:30:00Z"))",
       "condition { path: 'start' range { less_than_or_equal { "
       "datetime_value { seconds: 1772357400 } } } }"},
      {R"("a" == "b")", ""},
      {R"(s == "\u00fc\n")",
       R"(condition { path: "s" equal { string_value: "\303\274\n" } })"},
  };
  for (const auto& [expression, expected] : cases) {
    if (*expected == '\0') {
      EXPECT_FALSE(ParseFilter(expression).ok()) << expression;
    } else {
      EXPECT_THAT(ParseFilter(expression), IsFilter(expected)) << expression;
    }
  }
}

TEST(FilterParserTest, AndBindsTighterThanOrAndNotTightest) {
  EXPECT_THAT(ParseFilter("a == 1 or not b == 2 and c == 3"), IsFilter(R"(
    or {
      filters { condition { path: "a" equal { integer_value: 1 } } }
      filters { and {
        filters { not { condition { path: "b" equal { integer_value: 2 } } } }
        filters { condition { path: "c" equal { integer_value: 3 } } } } } })"));
  EXPECT_THAT(ParseFilter("(a == 1 or b == 2) and c == 3"), IsFilter(R"(
    and {
      filters { or {
        filters { condition { path: "a" equal { integer_value: 1 } } }
        filters { condition { path: "b" equal { integer_value: 2 } } } } }
      filters { condition { path: "c" equal { integer_value: 3 } } } })"));
}

TEST(FilterParserTest, ListsAndMembership) {
  EXPECT_THAT(ParseFilter(R"(market in ["DE", "FR"])"), IsFilter(R"(
    condition { path: "market"
      in { values { string_value: "DE" } values { string_value: "FR" } } })"));
  EXPECT_THAT(ParseFilter("clicks not in [1]"), IsFilter(R"(
    condition { path: "clicks" not_in { values { integer_value: 1 } } })"));
}

TEST(FilterParserTest, Functions) {
  EXPECT_THAT(ParseFilter("exists(tags)"),
              IsFilter("condition { path: 'tags' exists {} }"));
  EXPECT_THAT(ParseFilter("is_null(roas)"),
              IsFilter("condition { path: 'roas' is_null {} }"));
  EXPECT_THAT(ParseFilter(R"(match(name, "trail shoes"))"), IsFilter(R"(
    condition { path: "name" text_match { query: "trail shoes" } })"));
  EXPECT_THAT(ParseFilter(R"(match_any(name, "trail shoes"))"), IsFilter(R"(
    condition { path: "name"
                text_match { query: "trail shoes" any_word: true } })"));
  EXPECT_THAT(ParseFilter("near(location, 52.5, -13, 5e4)"), IsFilter(R"(
    condition { path: "location" geo_radius {
      center { latitude: 52.5 longitude: -13 } radius_meters: 50000 } })"));
  EXPECT_THAT(ParseFilter("within(location, -10, 170, 10, -170)"), IsFilter(R"(
    condition { path: "location" geo_bounding_box {
      south: -10 west: 170 north: 10 east: -170 } })"));
  EXPECT_THAT(ParseFilter(R"(all(creatives.format == "video"))"), IsFilter(R"(
    condition { path: "creatives.format" quantifier: QUANTIFIER_ALL
                equal { string_value: "video" } })"));
  EXPECT_THAT(ParseFilter("any(clicks > 1)"), IsFilter(R"(
    condition { path: "clicks" quantifier: QUANTIFIER_ANY
                range { greater_than { integer_value: 1 } } })"));
}

TEST(FilterParserTest, BackticksNameAnyKey) {
  EXPECT_THAT(ParseFilter(R"(`utm.source`.`a b` == "x")"), IsFilter(R"(
    condition { path: "utm\\.source.a b" equal { string_value: "x" } })"));
  EXPECT_THAT(ParseFilter("`and` == 1 and größe-eu == 2"), IsFilter(R"(
    and { filters { condition { path: "and" equal { integer_value: 1 } } }
          filters { condition { path: "gr\303\266\303\237e-eu"
                                equal { integer_value: 2 } } } })"));
}

// Functions are words only in front of a parenthesis.
TEST(FilterParserTest, FieldsMayHaveTheNamesOfFunctions) {
  EXPECT_THAT(ParseFilter("all == 1 or match in [2]"), IsFilter(R"(
    or { filters { condition { path: "all" equal { integer_value: 1 } } }
         filters { condition { path: "match"
                               in { values { integer_value: 2 } } } } })"));
}

struct Mistake {
  const char* expression;
  size_t column;
  const char* message;
};

TEST(FilterParserTest, MistakesAreNamedWithTheirColumn) {
  const Mistake mistakes[] = {
      {"", 1, "expected a field"},
      {"platform == and", 13, "expected a value"},
      {"platform == meta", 13, R"(a text stands in quotes, "meta")"},
      {"platform = \"meta\"", 10, "'=' is written '=='"},
      {"a == 1 && b == 2", 8, "'&&' is written 'and'"},
      {"a == 1 b == 2", 8, "expected 'and', 'or' or the end"},
      {"(a == 1", 8, "expected ')'"},
      {"a == \"x", 6, "the string is not closed"},
      {"a == 'x\\q'", 6, "an escape"},
      {"a in []", 7, "the list is empty"},
      {"a in [1 2]", 9, "expected ',' or ']'"},
      {"a in 1", 6, "expected '['"},
      {"a not 1", 7, "expected 'in' after 'not'"},
      {"a.== 1", 3, "expected a key after the dot"},
      {"not == 1", 5, "expected a field"},
      {"in == 1", 1, "one that is named 'in' is written in backticks"},
      {"a == null", 6, "is_null(path)"},
      {"a < true", 5, "no order"},
      {"a == 9223372036854775808", 6, "does not fit in 64 bits"},
      {"a == 1e999", 6, "not a finite number"},
      {"a == 1x", 6, "'1x' is not a finite number"},
      {"a == -", 6, "not a finite number"},
      {"start > datetime(\"yesterday\")", 18, "RFC 3339"},
      {"near(a, 1, 2)", 13, "expected ','"},
      {"near(a, \"x\", 2, 3)", 9, "expected the latitude"},
      {"match(a, 1)", 10, "the words to look for"},
      {"contains(a, 1)", 1, "no function 'contains'"},
      {"all(exists(a))", 5, "cannot be counted"},
      {"all(a == 1 and b == 2)", 12, "expected ')'"},
      {"größe == ?", 10, "'?' has no meaning"},
      {"`a == 1", 1, "` is not closed"},
      {"a == 1 or", 10, "expected a field"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto filter = ParseFilter(mistake.expression);
    ASSERT_FALSE(filter.ok()) << mistake.expression;
    const std::string message(filter.status().message());
    EXPECT_THAT(message, HasSubstr(mistake.message)) << mistake.expression;
    EXPECT_TRUE(
        message.starts_with("column " + std::to_string(mistake.column) + ": "))
        << mistake.expression << "\n"
        << message;
    EXPECT_EQ(ExitCodeOf(filter.status()), kExitUsage);
  }
}

TEST(FilterParserTest, MistakesAreShown) {
  EXPECT_EQ(ParseFilter("größe == ?").status().message(),
            "column 10: '?' has no meaning here\n"
            "  größe == ?\n"
            "           ^");
  EXPECT_EQ(ParseFilter("1y").status().message(),
            "column 1: '1y' is not a finite number\n"
            "  1y\n"
            "  ^");
}

TEST(FilterParserTest, MistakesInLongExpressionsAreShownWithTheirSurroundings) {
  std::string expression;
  for (int i = 0; i < 100; ++i) expression += "a == 1 and ";
  expression += "b ? 2";
  for (int i = 0; i < 100; ++i) expression += " and a == 1";
  EXPECT_EQ(ParseFilter(expression).status().message(),
            "column 1103: '?' has no meaning here\n"
            "  nd a == 1 and a == 1 and a == 1 and a == 1 and b ? 2 and a == 1 "
            "and a == 1 a\n" +
                std::string(2 + 49, ' ') + "^");
}

TEST(FilterParserTest, EndlessNestingIsRefused) {
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "not ";
  EXPECT_THAT(std::string(ParseFilter(deep + "a == 1").status().message()),
              HasSubstr("nested more than 128 deep"));
  EXPECT_THAT(
      std::string(ParseFilter(std::string(1'000'000, '(')).status().message()),
      HasSubstr("nested more than 128 deep"));
  // As deep as it may be.
  std::string allowed;
  for (int i = 0; i < 127; ++i) allowed += "not ";
  EXPECT_THAT(ParseFilter(allowed + "a == 1"), IsOk());
}

TEST(FilterParserTest, InvalidUtf8IsRefused) {
  EXPECT_EQ(ParseFilter("a == '\xff'").status().message(),
            "the filter is not valid UTF-8");
}

// The oracle is a printer that knows nothing of the parser.
TEST(FilterParserTest, ReadsWhatAPrinterWrites) {
  constexpr uint64_t kSeed = 1;
  Random random(kSeed);
  for (int i = 0; i < 2'000; ++i) {
    const RandomExpression written = MakeExpression(random, /*depth=*/4);
    const auto filter = ParseFilter(written.text);
    ASSERT_THAT(filter, IsOk()) << "seed " << kSeed << ": " << written.text;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
        *filter, written.filter))
        << "seed " << kSeed << ": " << written.text << "\n"
        << filter->ShortDebugString();
  }
}

// Damaged expressions: a filter or an error that names a column, never a crash,
// and never a filter that leaves part of the text unread.
TEST(FilterParserTest, SurvivesMutations) {
  constexpr uint64_t kSeed = 2;
  constexpr std::string_view kAlphabet =
      "()[],=!<>.`'\"\\ aenotrd01-+e\xc3\xbc\xff\n";
  Random random(kSeed);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = MakeExpression(random, /*depth=*/2).text;
    const uint64_t mutations = 1 + random.Below(3);
    for (uint64_t m = 0; m < mutations && !text.empty(); ++m) {
      const size_t at = random.Below(text.size());
      const char letter = kAlphabet[random.Below(kAlphabet.size())];
      switch (random.Below(4)) {
        case 0:
          text.erase(at, 1 + random.Below(3));
          break;
        case 1:
          text.insert(at, 1, letter);
          break;
        case 2:
          text[at] = letter;
          break;
        default:
          text.resize(at);
      }
    }
    const auto filter = ParseFilter(text);
    if (filter.ok()) {
      ASSERT_FALSE(ParseFilter(text + ")").ok()) << text;
      continue;
    }
    ++refused;
    const std::string message(filter.status().message());
    ASSERT_TRUE(message.starts_with("column ") ||
                message == "the filter is not valid UTF-8")
        << "seed " << kSeed << ": " << text << "\n"
        << message;
  }
  EXPECT_GT(refused, 5'000);  // the mutations do harm
}

}  // namespace
}  // namespace mi::client
