// Values: their bytes, and the orders of them against their definitions.

#include "engine/graph/value.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::graph {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kMaxInteger = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinInteger = std::numeric_limits<int64_t>::min();

// Of every type, the same in several ways, and the edges of ranges.
std::vector<Value> ManyValues() {
  std::vector<Value> values = {
      Value(),
      Value::Boolean(false),
      Value::Boolean(true),
      Value::String(""),
      Value::String("a"),
      Value::String(std::string("a\0b", 3)),
      Value::String("a text that is too long to stand in place"),
      Value::String("a text that is too long to stand in place."),
      Value::String("\xc3\xa4"),
      Value::FromDate({-719528}),
      Value::FromDate({0}),
      Value::FromLocalTime({1}),
      Value::FromTime({3'600'000'000'000, 3600}),
      Value::FromTime({7'200'000'000'000, 7200}),
      Value::FromLocalDateTime({-1, 999'999'999}),
      Value::FromZonedDateTime({.seconds = 5}),
      Value::FromZonedDateTime({.seconds = 5, .offset_seconds = 3600}),
      Value::FromZonedDateTime(
          {.seconds = 5, .offset_seconds = 3600, .zone = "Europe/Berlin"}),
      Value::FromZonedDateTime({.seconds = 6, .offset_seconds = -3600}),
      Value::FromDuration({.months = 1}),
      Value::FromDuration({.days = 30}),
      Value::FromPoint({PointKind::kWgs84, 1, 2}),
      Value::FromPoint({PointKind::kCartesian3d, 1, 2, 3}),
  };
  for (const int64_t integer :
       {int64_t{0}, int64_t{1}, int64_t{-1}, kMaxInteger, kMinInteger,
        kMaxInteger - 1, int64_t{1} << 53, (int64_t{1} << 53) + 1}) {
    values.push_back(Value::Integer(integer));
  }
  for (const double number :
       {0.0, -0.0, 1.0, -1.0, 0.5, 0x1p53, 0x1p53 + 2, 0x1p63, -0x1p63, 1e300,
        kInfinity, -kInfinity, kNan, std::nextafter(0x1p63, 0)}) {
    values.push_back(Value::Float(number));
  }
  const std::vector<Value> simple = values;
  values.push_back(Value::FromList({}));
  values.push_back(Value::FromList({Value(), Value::Integer(1)}));
  values.push_back(Value::FromList({Value::Integer(1)}));
  values.push_back(Value::FromList(simple));
  values.push_back(Value::FromMap({}));
  values.push_back(Value::FromMap({{"a", Value::Integer(1)}}));
  values.push_back(Value::FromMap({{"a", Value::FromList(simple)}, {"b", {}}}));
  return values;
}

TEST(ValueTest, IsItsBytes) {
  for (const Value& value : ManyValues()) {
    SCOPED_TRACE(DebugString(value));
    if (!value.is_null()) {
      EXPECT_TRUE(IsCanonical(value.bytes(), 4));
    }
    EXPECT_EQ(Value::FromBytes(value.bytes()), value);
    EXPECT_EQ(Value::FromBytes(std::string(value.bytes())).type(),
              value.type());
    Value copy = value;
    const Value moved = std::move(copy);
    EXPECT_EQ(moved, value);
  }
}

TEST(ValueTest, GivesBackWhatItWasMadeOf) {
  for (const Value& value : ManyValues()) {
    if (value.type() == ValueType::kList) {
      EXPECT_EQ(Value::FromList(value.list()), value);
    } else if (value.type() == ValueType::kMap) {
      EXPECT_EQ(Value::FromMap(value.map()), value);
    } else if (value.type() == ValueType::kZonedDateTime) {
      EXPECT_EQ(Value::FromZonedDateTime(value.zoned_date_time()), value);
    } else if (value.type() == ValueType::kPoint) {
      EXPECT_EQ(Value::FromPoint(value.point()), value);
    } else if (value.type() == ValueType::kDuration) {
      EXPECT_EQ(Value::FromDuration(value.duration()), value);
    }
  }
  EXPECT_EQ(Value::Integer(kMinInteger).integer(), kMinInteger);
  EXPECT_TRUE(std::signbit(Value::Float(-0.0).float_value()));
  EXPECT_TRUE(std::isnan(Value::Float(kNan).float_value()));
}

TEST(ValueTest, BytesThatAreNoValueAreNotTakenForOne) {
  Random random(1);
  for (const Value& value : ManyValues()) {
    const std::string bytes(value.bytes());
    for (size_t size = 1; size < bytes.size(); ++size) {
      // A text may end anywhere, a list or a map after any of its values.
      if (value.type() == ValueType::kString ||
          value.type() == ValueType::kList || value.type() == ValueType::kMap ||
          value.type() == ValueType::kZonedDateTime) {
        continue;
      }
      EXPECT_FALSE(IsCanonical(bytes.substr(0, size), 4)) << DebugString(value);
    }
    for (int i = 0; i < 200 && !bytes.empty(); ++i) {
      std::string broken = bytes;
      broken[random.Below(broken.size())] =
          static_cast<char>(random.Below(256));
      // What is taken can be read, whatever it is: sanitizers see it if not.
      if (IsCanonical(broken, 4)) (void)DebugString(Value::FromBytes(broken));
    }
  }
}

TEST(ValueTest, CompareIsATotalOrderThatAgreesWithEquality) {
  const std::vector<Value> values = ManyValues();
  for (const Value& a : values) {
    for (const Value& b : values) {
      EXPECT_EQ(Compare(a, b) == 0, a == b)
          << DebugString(a) << " " << DebugString(b);
      EXPECT_EQ(Compare(a, b) < 0, Compare(b, a) > 0);
      for (const Value& c : values) {
        if (Compare(a, b) <= 0 && Compare(b, c) <= 0) {
          ASSERT_TRUE(Compare(a, c) <= 0)
              << DebugString(a) << " " << DebugString(b) << " "
              << DebugString(c);
        }
      }
    }
  }
}

TEST(ValueTest, NumbersAreComparedExactly) {
  // As long doubles, which hold every integer and every float.
  const auto exact = [](const Value& value) {
    return value.type() == ValueType::kInteger
               ? static_cast<long double>(value.integer())
               : static_cast<long double>(value.float_value());
  };
  std::vector<Value> numbers = ManyValues();
  std::erase_if(numbers, [](const Value& value) { return !value.is_number(); });
  for (const Value& a : numbers) {
    for (const Value& b : numbers) {
      const bool nan = std::isnan(exact(a)) || std::isnan(exact(b));
      EXPECT_EQ(EqualInCondition(a, b), !nan && exact(a) == exact(b));
      EXPECT_EQ(AreComparable(a, b), !nan);
      EXPECT_EQ(CompareInCondition(a, b) < 0, !nan && exact(a) < exact(b))
          << DebugString(a) << " " << DebugString(b);
      if (!nan && exact(a) < exact(b)) {
        EXPECT_TRUE(Compare(a, b) < 0);
      }
    }
    EXPECT_TRUE(Compare(a, Value::Float(kNan)) <= 0);
  }
  EXPECT_TRUE(Compare(Value::Integer(1), Value::Float(1)) < 0);
}

TEST(ValueTest, TheOrderOfConditionsNeverContradictsThatOfIndexes) {
  const std::vector<Value> values = ManyValues();
  for (const Value& a : values) {
    for (const Value& b : values) {
      const auto order = CompareInCondition(a, b);
      EXPECT_EQ(order == std::partial_ordering::unordered,
                !AreComparable(a, b));
      if (order < 0) {
        EXPECT_TRUE(Compare(a, b) < 0);
      }
      if (AreComparable(a, b)) {
        EXPECT_TRUE(a.is_number() == b.is_number());
        EXPECT_TRUE(a.is_number() || a.type() == b.type());
      }
    }
  }
  // One instant at two offsets.
  EXPECT_EQ(CompareInCondition(
                Value::FromZonedDateTime({.seconds = 5}),
                Value::FromZonedDateTime({.seconds = 5, .offset_seconds = 60})),
            std::partial_ordering::equivalent);
  EXPECT_FALSE(AreComparable(Value::FromDuration({.months = 1}),
                             Value::FromDuration({.days = 30})));
}

TEST(ValueTest, DepthCountsListsAndMaps) {
  EXPECT_EQ(DepthOf(Value::Integer(1)), 1u);
  Value nested = Value::Integer(1);
  for (size_t depth = 2; depth < 50; ++depth) {
    nested = depth % 2 == 0 ? Value::FromList({nested})
                            : Value::FromMap({{"a", nested}});
    EXPECT_EQ(DepthOf(nested), depth);
    EXPECT_TRUE(IsCanonical(nested.bytes(), depth));
    EXPECT_FALSE(IsCanonical(nested.bytes(), depth - 1));
  }
}

}  // namespace
}  // namespace mi::graph
