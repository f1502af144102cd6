// Truth tables of every operator. Expected values follow from the definitions
// in engine/filter/filter.h, by hand.

#include "engine/filter/compiled_filter.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/payload/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::filter {
namespace {

using ::mi::testing::StatusIs;

using payload::DateTime;
using payload::GeoPoint;
using payload::List;
using payload::Null;
using payload::Object;
using payload::Payload;
using payload::Value;

bool Match(const Payload& payload, const Filter& filter) {
  const auto bytes = payload::EncodePayload(payload);
  EXPECT_OK(bytes);
  const auto matches = Matches(filter, payload::PayloadView(*bytes));
  EXPECT_OK(matches);
  return *matches;
}

template <typename Test>
bool Any(const Payload& payload, Test test, std::string_view path = "f") {
  return Match(payload, Filter::Of({.path = std::string(path),
                                    .test = std::move(test)}));
}

template <typename Test>
bool All(const Payload& payload, Test test, std::string_view path = "f") {
  return Match(payload, Filter::Of({.path = std::string(path),
                                    .quantifier = Quantifier::kAll,
                                    .test = std::move(test)}));
}

// One field, "f".
Payload F(Value value) { return {{"f", std::move(value)}}; }

constexpr int64_t kTwoTo53 = int64_t{1} << 53;

TEST(EqualTest, ComparesWithinATypeOnly) {
  const std::vector<Value> values = {Null{},      true,          1, 1.5, "1",
                                     DateTime{1}, GeoPoint{1, 1}};
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); ++j) {
      EXPECT_EQ(Any(F(values[i]), Equal{values[j]}), i == j)
          << "value " << i << ", operand " << j;
    }
  }
}

TEST(EqualTest, IntegersAndFloatsAreNumbers) {
  EXPECT_TRUE(Any(F(2), Equal{2.0}));
  EXPECT_TRUE(Any(F(2.0), Equal{2}));
  EXPECT_TRUE(Any(F(-0.0), Equal{0}));
  EXPECT_FALSE(Any(F(2), Equal{2.5}));
  EXPECT_FALSE(Any(F(true), Equal{1}));
}

TEST(EqualTest, NumbersBeyondTwoTo53AreExact) {
  EXPECT_TRUE(Any(F(kTwoTo53), Equal{0x1p53}));
  EXPECT_FALSE(Any(F(kTwoTo53 + 1), Equal{0x1p53}));
  EXPECT_FALSE(Any(F(INT64_MAX), Equal{0x1p63}));
  EXPECT_TRUE(Any(F(INT64_MIN), Equal{-0x1p63}));
}

TEST(EqualTest, ObjectsAreNeverEqual) {
  EXPECT_FALSE(Any(F(Object{{"a", 1}}), Equal{1}));
}

TEST(NotEqualTest, IsTheNegationOfEqualUnderAny) {
  EXPECT_TRUE(Any(F("a"), NotEqual{"b"}));
  EXPECT_FALSE(Any(F("a"), NotEqual{"a"}));
  EXPECT_TRUE(Any(F(1), NotEqual{"a"}));
  EXPECT_TRUE(Any({}, NotEqual{"a"}));
  EXPECT_TRUE(Any(F(Null{}), NotEqual{"a"}));
  EXPECT_FALSE(Any(F(Null{}), NotEqual{Null{}}));
  EXPECT_FALSE(Any(F(List{"a", "b"}), NotEqual{"b"}));
  EXPECT_TRUE(Any(F(List{"a", "b"}), NotEqual{"c"}));
}

TEST(NotEqualTest, UnderAllNeedsAValue) {
  EXPECT_FALSE(All({}, NotEqual{"a"}));
  EXPECT_FALSE(All(F(List{}), NotEqual{"a"}));
  EXPECT_TRUE(All(F(List{"b", 1}), NotEqual{"a"}));
  EXPECT_FALSE(All(F(List{"b", "a"}), NotEqual{"a"}));
}

TEST(InTest, FindsAnyOfTheValuesOfAnyType) {
  const In test{{Value(1), Value("a"), Value(Null{}), Value(2.5)}};
  EXPECT_TRUE(Any(F(1), test));
  EXPECT_TRUE(Any(F(1.0), test));
  EXPECT_TRUE(Any(F("a"), test));
  EXPECT_TRUE(Any(F(Null{}), test));
  EXPECT_TRUE(Any(F(2.5), test));
  EXPECT_FALSE(Any(F("b"), test));
  EXPECT_FALSE(Any(F(false), test));
  EXPECT_FALSE(Any({}, test));
}

TEST(InTest, ManyStringsAreFoundAsFewAre) {
  In test;
  for (int i = 0; i < 1000; ++i) {
    test.values.emplace_back("key" + std::to_string(i));
  }
  EXPECT_TRUE(Any(F("key999"), test));
  EXPECT_FALSE(Any(F("key1000"), test));
}

TEST(InTest, OfNothingIsFalseAndNotInTrue) {
  EXPECT_FALSE(Any(F(1), In{}));
  EXPECT_TRUE(Any(F(1), NotIn{}));
  EXPECT_TRUE(Any({}, NotIn{}));
}

TEST(InTest, AllAsksForEveryElement) {
  const In test{{Value("a"), Value("b")}};
  EXPECT_TRUE(All(F(List{"a", "b", "a"}), test));
  EXPECT_FALSE(All(F(List{"a", "c"}), test));
  EXPECT_FALSE(All(F(List{}), test));
  EXPECT_FALSE(All({}, test));
}

TEST(NotInTest, IsTheNegationOfInUnderAny) {
  const NotIn test{{Value("a"), Value(1)}};
  EXPECT_FALSE(Any(F("a"), test));
  EXPECT_FALSE(Any(F(List{"x", 1.0}), test));
  EXPECT_TRUE(Any(F("b"), test));
  EXPECT_TRUE(Any({}, test));
}

TEST(RangeTest, BoundsAreStrictOrNot) {
  EXPECT_FALSE(Any(F(5), Range{.greater_than = 5}));
  EXPECT_TRUE(Any(F(6), Range{.greater_than = 5}));
  EXPECT_TRUE(Any(F(5), Range{.greater_than_or_equal = 5}));
  EXPECT_FALSE(Any(F(4), Range{.greater_than_or_equal = 5}));
  EXPECT_FALSE(Any(F(5), Range{.less_than = 5}));
  EXPECT_TRUE(Any(F(4), Range{.less_than = 5}));
  EXPECT_TRUE(Any(F(5), Range{.less_than_or_equal = 5}));
  EXPECT_FALSE(Any(F(6), Range{.less_than_or_equal = 5}));
}

TEST(RangeTest, AllBoundsMustHold) {
  const Range range{.greater_than = 1, .less_than_or_equal = 3};
  EXPECT_FALSE(Any(F(1), range));
  EXPECT_TRUE(Any(F(2.5), range));
  EXPECT_TRUE(Any(F(3), range));
  EXPECT_FALSE(Any(F(3.0000001), range));
  EXPECT_FALSE(Any(F(2), Range{.greater_than = 3, .less_than = 1}));
}

TEST(RangeTest, NumbersBeyondTwoTo53AreExact) {
  EXPECT_TRUE(Any(F(kTwoTo53 + 1), Range{.greater_than = 0x1p53}));
  EXPECT_FALSE(Any(F(kTwoTo53), Range{.greater_than = 0x1p53}));
  EXPECT_TRUE(Any(F(0x1p53), Range{.less_than = kTwoTo53 + 1}));
  EXPECT_TRUE(Any(F(INT64_MAX), Range{.less_than = 0x1p63}));
  EXPECT_TRUE(Any(F(1e300), Range{.greater_than = INT64_MAX}));
  EXPECT_TRUE(Any(F(-1e300), Range{.less_than = INT64_MIN}));
  EXPECT_TRUE(Any(F(-2), Range{.less_than = -1.5}));
  EXPECT_FALSE(Any(F(-1), Range{.less_than = -1.5}));
}

// The system that this one replaces took "cannot be compared" for "equal".
TEST(RangeTest, OtherTypesAreNeverInside) {
  const Range numbers{.greater_than_or_equal = 0, .less_than_or_equal = 9};
  for (const Value& value :
       {Value(Null{}), Value(true), Value("5"), Value(DateTime{5}),
        Value(GeoPoint{5, 5}), Value(Object{{"x", 5}})}) {
    EXPECT_FALSE(Any(F(value), numbers))
        << payload::ValueTypeName(value.type());
  }
  EXPECT_FALSE(Any(F(5), Range{.greater_than_or_equal = ""}));
  EXPECT_FALSE(Any(F(5), Range{.greater_than_or_equal = DateTime{0}}));
}

TEST(RangeTest, OrdersDatetimesAndStringsByBytes) {
  EXPECT_TRUE(Any(F(DateTime{10}), Range{.less_than = DateTime{11}}));
  EXPECT_FALSE(Any(F(DateTime{11}), Range{.less_than = DateTime{11}}));
  EXPECT_TRUE(Any(F("b"), Range{.greater_than = "a", .less_than = "ba"}));
  EXPECT_FALSE(Any(F("B"), Range{.greater_than = "a"}));
  EXPECT_TRUE(Any(F("é"), Range{.greater_than = "z"}));
}

TEST(RangeTest, AnyAndAllOverElements) {
  const Range range{.greater_than = 5};
  EXPECT_TRUE(Any(F(List{1, 9}), range));
  EXPECT_FALSE(All(F(List{1, 9}), range));
  EXPECT_TRUE(All(F(List{6, 9.5}), range));
  EXPECT_FALSE(All(F(List{6, "9"}), range));
  EXPECT_FALSE(All(F(List{6, Null{}}), range));
  EXPECT_TRUE(All(F(6), range));
}

TEST(TextMatchTest, WordsInAnyOrderAndCase) {
  const Payload payload = F("Summer SALE: running-shoes for women");
  EXPECT_TRUE(Any(payload, TextMatch{.query = "sale summer"}));
  EXPECT_TRUE(Any(payload, TextMatch{.query = "SHOES"}));
  EXPECT_FALSE(Any(payload, TextMatch{.query = "sale winter"}));
  EXPECT_TRUE(
      Any(payload, TextMatch{.query = "sale winter", .any_word = true}));
  EXPECT_FALSE(Any(payload, TextMatch{.query = "winter", .any_word = true}));
  EXPECT_FALSE(Any(payload, TextMatch{.query = "sho"}));  // no substrings
}

TEST(TextMatchTest, AllWordsMustBeInOneString) {
  const Payload payload = F(List{"summer sale", "winter shoes"});
  EXPECT_TRUE(Any(payload, TextMatch{.query = "summer sale"}));
  EXPECT_FALSE(Any(payload, TextMatch{.query = "summer shoes"}));
  EXPECT_FALSE(All(payload, TextMatch{.query = "summer"}));
  EXPECT_TRUE(
      All(payload, TextMatch{.query = "summer shoes", .any_word = true}));
}

TEST(TextMatchTest, OnlyStringsHaveWords) {
  EXPECT_FALSE(Any(F(5), TextMatch{.query = "5"}));
  EXPECT_FALSE(Any({}, TextMatch{.query = "5"}));
}

TEST(GeoTest, RadiusAndBox) {
  const Payload berlin = F(GeoPoint{52.52, 13.405});
  const GeoPoint potsdam{52.3906, 13.0645};  // 27 km away
  EXPECT_TRUE(Any(berlin, GeoRadius{potsdam, 30'000}));
  EXPECT_FALSE(Any(berlin, GeoRadius{potsdam, 20'000}));
  EXPECT_TRUE(Any(berlin, GeoBoundingBox{52, 13, 53, 14}));
  EXPECT_FALSE(Any(berlin, GeoBoundingBox{52, 14, 53, 15}));
  EXPECT_FALSE(Any(F("52.52,13.405"), GeoBoundingBox{52, 13, 53, 14}));
}

TEST(GeoTest, AnyAndAllOverPlaces) {
  const Payload stores = F(List{GeoPoint{0, 0}, GeoPoint{50, 10}});
  const GeoBoundingBox box{45, 5, 55, 15};
  EXPECT_TRUE(Any(stores, box));
  EXPECT_FALSE(All(stores, box));
}

TEST(ExistsTest, NullExistsAnEmptyListDoesNot) {
  EXPECT_TRUE(Any(F(Null{}), Exists{}));
  EXPECT_TRUE(Any(F(Object{}), Exists{}));
  EXPECT_TRUE(Any(F(false), Exists{}));
  EXPECT_TRUE(All(F(List{Null{}, 1}), Exists{}));
  EXPECT_FALSE(Any(F(List{}), Exists{}));
  EXPECT_FALSE(Any({}, Exists{}));
}

TEST(IsNullTest, AbsentIsNotNull) {
  EXPECT_TRUE(Any(F(Null{}), IsNull{}));
  EXPECT_TRUE(Any(F(List{1, Null{}}), IsNull{}));
  EXPECT_FALSE(All(F(List{1, Null{}}), IsNull{}));
  EXPECT_TRUE(All(F(List{Null{}, Null{}}), IsNull{}));
  EXPECT_FALSE(Any(F(0), IsNull{}));
  EXPECT_FALSE(Any(F(""), IsNull{}));
  EXPECT_FALSE(Any({}, IsNull{}));
}

TEST(PathTest, GoesThroughObjectsAndListsOfObjects) {
  const Payload payload = {
      {"budget", Object{{"daily", 50}}},
      {"creatives",
       List{Object{{"format", "video"}, {"sizes", List{List{1, 2}, 3}}},
            Object{{"format", "image"}}, "loose", Null{}}},
      {"utm.source", "mail"}};
  EXPECT_TRUE(Any(payload, Equal{50}, "budget.daily"));
  EXPECT_FALSE(Any(payload, Exists{}, "budget.total"));
  EXPECT_FALSE(Any(payload, Exists{}, "budget.daily.deeper"));
  EXPECT_TRUE(Any(payload, Equal{"image"}, "creatives.format"));
  EXPECT_FALSE(All(payload, Equal{"image"}, "creatives.format"));
  EXPECT_TRUE(
      All(payload, In{{Value("image"), Value("video")}}, "creatives.format"));
  EXPECT_TRUE(Any(payload, Equal{2}, "creatives.sizes"));
  EXPECT_TRUE(All(payload, Range{.less_than = 4}, "creatives.sizes"));
  EXPECT_TRUE(Any(payload, IsNull{}, "creatives"));
  EXPECT_TRUE(Any(payload, Equal{"mail"}, "utm\\.source"));
  EXPECT_FALSE(Any(payload, Exists{}, "utm.source"));
}

TEST(TreeTest, AndOrNot) {
  const Payload payload = {{"a", 1}, {"b", 2}};
  const Filter yes = Filter::Of({.path = "a", .test = Equal{1}});
  const Filter no = Filter::Of({.path = "b", .test = Equal{1}});
  EXPECT_TRUE(Match(payload, Filter()));
  EXPECT_TRUE(Match(payload, Filter::And({})));
  EXPECT_FALSE(Match(payload, Filter::Or({})));
  EXPECT_TRUE(Match(payload, Filter::Not(Filter::Or({}))));
  EXPECT_TRUE(Match(payload, Filter::And({yes, yes})));
  EXPECT_FALSE(Match(payload, Filter::And({yes, no})));
  EXPECT_TRUE(Match(payload, Filter::Or({no, yes})));
  EXPECT_FALSE(Match(payload, Filter::Or({no, no})));
  EXPECT_FALSE(Match(payload, Filter::Not(yes)));
  EXPECT_TRUE(Match(payload, Filter::Not(no)));
  EXPECT_TRUE(Match(payload, Filter::And({Filter::And({yes}),
                                          Filter::Not(Filter::And({no}))})));
}

TEST(TreeTest, TheEmptyFilterKnowsThatItMatchesEverything) {
  EXPECT_TRUE(CompiledFilter().matches_everything());
  ASSERT_OK_AND_ASSIGN(const CompiledFilter nested,
                       CompiledFilter::Compile(Filter::And({Filter()})));
  EXPECT_TRUE(nested.matches_everything());
  ASSERT_OK_AND_ASSIGN(const CompiledFilter none,
                       CompiledFilter::Compile(Filter::Or({})));
  EXPECT_FALSE(none.matches_everything());
}

TEST(TreeTest, AFilterThatIsNotValidDoesNotCompile) {
  EXPECT_THAT(CompiledFilter::Compile(
                  Filter::Of({.path = "", .test = Exists{}}), "filter"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("filter.path")));
}

}  // namespace
}  // namespace mi::filter
