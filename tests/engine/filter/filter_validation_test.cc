#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/filter/filter.h"
#include "engine/filter/schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::filter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using payload::DateTime;
using payload::GeoPoint;
using payload::Value;

std::vector<std::string> FieldsOf(const Violations& violations) {
  std::vector<std::string> fields;
  if (const auto details = GetErrorDetails(violations.ToStatus())) {
    for (const auto& fault : details->violations) fields.push_back(fault.field);
  }
  return fields;
}

std::vector<std::string> Faults(const Filter& filter,
                                const FilterLimits& limits = {}) {
  Violations violations;
  ValidateFilter(filter, limits, "filter", &violations);
  return FieldsOf(violations);
}

template <typename Test>
std::vector<std::string> Faults(Test test, std::string_view path = "f") {
  return Faults(
      Filter::Of({.path = std::string(path), .test = std::move(test)}));
}

Filter Ok() { return Filter::Of({.path = "f", .test = Exists{}}); }

TEST(ValidateFilterTest, NamesThePlaceInTheTree) {
  const Filter bad = Filter::Of({.path = "f", .test = Range{}});
  EXPECT_THAT(Faults(Filter::And({Ok(), Ok(), bad})),
              ElementsAre("filter.and[2].range"));
  EXPECT_THAT(Faults(Filter::Not(Filter::Or({bad, Ok(), bad}))),
              ElementsAre("filter.not.or[0].range", "filter.not.or[2].range"));
}

TEST(ValidateFilterTest, PathsMustParse) {
  EXPECT_THAT(Faults(Exists{}, ""), ElementsAre("filter.path"));
  EXPECT_THAT(Faults(Exists{}, "a..b"), ElementsAre("filter.path"));
}

TEST(ValidateFilterTest, OperandsMustBeComparable) {
  EXPECT_THAT(Faults(Equal{payload::List{1}}), ElementsAre("filter.equal"));
  EXPECT_THAT(Faults(NotEqual{payload::Object{}}),
              ElementsAre("filter.not_equal"));
  EXPECT_THAT(Faults(Equal{std::nan("")}), ElementsAre("filter.equal"));
  EXPECT_THAT(Faults(In{{Value(1), Value(HUGE_VAL)}}),
              ElementsAre("filter.in[1]"));
  EXPECT_THAT(Faults(NotIn{{Value("\xff")}}), ElementsAre("filter.not_in[0]"));
  EXPECT_THAT(Faults(Equal{DateTime{-1}}), ElementsAre("filter.equal"));
  EXPECT_THAT(Faults(Equal{GeoPoint{91, 0}}), ElementsAre("filter.equal"));
  EXPECT_THAT(Faults(Equal{payload::Null{}}), IsEmpty());
}

TEST(ValidateFilterTest, BoundsMustBeOfOneOrderedType) {
  EXPECT_THAT(Faults(Range{}), ElementsAre("filter.range"));
  EXPECT_THAT(Faults(Range{.greater_than = true}),
              ElementsAre("filter.range.greater_than"));
  EXPECT_THAT(Faults(Range{.greater_than = 1, .less_than = "z"}),
              ElementsAre("filter.range.less_than"));
  EXPECT_THAT(Faults(Range{.less_than_or_equal = std::nan("")}),
              ElementsAre("filter.range.less_than_or_equal"));
  EXPECT_THAT(Faults(Range{.greater_than_or_equal = 1, .less_than = 2.5}),
              IsEmpty());
  EXPECT_THAT(Faults(Range{.greater_than = "a", .less_than = "b"}), IsEmpty());
}

TEST(ValidateFilterTest, QueriesNeedAWord) {
  EXPECT_THAT(Faults(TextMatch{.query = " -- "}),
              ElementsAre("filter.text_match.query"));
  EXPECT_THAT(Faults(TextMatch{.query = std::string(1025, 'a')}),
              ElementsAre("filter.text_match.query"));
  EXPECT_THAT(Faults(TextMatch{.query = std::string(1024, 'a')}), IsEmpty());
}

TEST(ValidateFilterTest, ShapesMustBeOnTheMap) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Faults(GeoRadius{{0, 0}, -1}),
              ElementsAre("filter.geo_radius.radius_meters"));
  EXPECT_THAT(Faults(GeoRadius{{0, 0}, nan}),
              ElementsAre("filter.geo_radius.radius_meters"));
  EXPECT_THAT(Faults(GeoRadius{{nan, 0}, 1}),
              ElementsAre("filter.geo_radius.center"));
  EXPECT_THAT(Faults(GeoBoundingBox{10, 0, 5, 1}),
              ElementsAre("filter.geo_bounding_box"));
  EXPECT_THAT(Faults(GeoBoundingBox{0, -181, 5, 1}),
              ElementsAre("filter.geo_bounding_box.west"));
  EXPECT_THAT(Faults(GeoBoundingBox{0, 170, 5, -170}), IsEmpty());
}

TEST(ValidateFilterTest, DepthIsLimited) {
  Filter filter = Ok();  // depth 1
  for (int depth = 2; depth <= 64; ++depth) filter = Filter::Not(filter);
  EXPECT_THAT(Faults(filter), IsEmpty());
  EXPECT_EQ(Faults(Filter::Not(filter)).size(), 1);
}

TEST(ValidateFilterTest, ConditionsAndValuesAreLimited) {
  std::vector<Filter> conditions(1'000, Ok());
  EXPECT_THAT(Faults(Filter::And(conditions)), IsEmpty());
  conditions.push_back(Ok());
  EXPECT_THAT(Faults(Filter::And(conditions)), ElementsAre("filter"));
  EXPECT_THAT(Faults(In{std::vector<Value>(10'000, Value(1))}), IsEmpty());
  EXPECT_THAT(Faults(In{std::vector<Value>(10'001, Value(1))}),
              ElementsAre("filter.in"));
}

TEST(ValidateFilterTest, ATreePutTogetherWronglyIsRefused) {
  EXPECT_THAT(Faults(Filter{.kind = Filter::Kind::kNot}),
              ElementsAre("filter.not"));
  EXPECT_THAT(Faults(Filter{.kind = Filter::Kind::kCondition}),
              ElementsAre("filter"));
}

TEST(ValidateSchemaTest, NamesTheFieldAtFault) {
  Violations violations;
  const std::vector<FieldSchema> schema = {{"a.b", FieldType::kKeyword},
                                           {"", FieldType::kInteger},
                                           {"a.b", FieldType::kText}};
  ValidateSchema(schema, "config.payload_fields", &violations);
  EXPECT_THAT(FieldsOf(violations),
              ElementsAre("config.payload_fields[1].path",
                          "config.payload_fields[2].path"));
}

TEST(ValidateSchemaTest, TooManyFieldsAreRefused) {
  std::vector<FieldSchema> schema;
  for (size_t i = 0; i <= kMaxIndexedFields; ++i) {
    schema.push_back({"f" + std::to_string(i), FieldType::kBool});
  }
  Violations violations;
  ValidateSchema(schema, "fields", &violations);
  EXPECT_THAT(FieldsOf(violations), ElementsAre("fields"));
}

}  // namespace
}  // namespace mi::filter
