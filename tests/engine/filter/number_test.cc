#include "engine/base/number.h"

#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/random.h"
#include "gtest/gtest.h"

namespace mi::filter {
namespace {

int Sign(std::strong_ordering order) {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// Slow oracle: x86's long double has a 64-bit mantissa, so it holds every
// int64 and every double.
int Oracle(long double a, long double b) { return a < b ? -1 : a > b ? 1 : 0; }
static_assert(std::numeric_limits<long double>::digits >= 64);

TEST(CompareNumbersTest, AgreesWithExtendedPrecision) {
  constexpr uint64_t kSeed = 20260301;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int i = 0; i < 200'000; ++i) {
    const auto a = static_cast<int64_t>(random.Bits()) >> random.Below(64);
    double b = static_cast<double>(a);
    switch (random.Below(4)) {
      case 0:
        b = std::nextafter(b, HUGE_VAL);
        break;
      case 1:
        b = std::nextafter(b, -HUGE_VAL);
        break;
      case 2:
        b += random.Uniform();
        break;
      default:
        break;
    }
    ASSERT_EQ(Sign(CompareNumbers(a, b)), Oracle(a, b)) << a << ' ' << b;
    ASSERT_EQ(Sign(CompareNumbers(b, a)), Oracle(b, a)) << a << ' ' << b;
  }
}

TEST(CompareNumbersTest, EdgesOfTheIntegers) {
  EXPECT_TRUE(CompareNumbers(INT64_MAX, 0x1p63) < 0);
  EXPECT_TRUE(CompareNumbers(INT64_MIN, -0x1p63) == 0);
  EXPECT_TRUE(CompareNumbers(INT64_MIN, -0x1.0000000000001p63) > 0);
  EXPECT_TRUE(CompareNumbers(int64_t{0}, 5e-324) < 0);
  EXPECT_TRUE(CompareNumbers(int64_t{0}, -5e-324) > 0);
  EXPECT_TRUE(CompareNumbers(int64_t{0}, -0.0) == 0);
}

TEST(AsIntegerTest, OnlyWholeNumbersInRange) {
  EXPECT_EQ(AsInteger(-3.0), -3);
  EXPECT_EQ(AsInteger(3.5), std::nullopt);
  EXPECT_EQ(AsInteger(0x1p63), std::nullopt);
  EXPECT_EQ(AsInteger(-0x1p63), INT64_MIN);
  EXPECT_EQ(AsInteger(HUGE_VAL), std::nullopt);
}

TEST(AsFloatTest, OnlyIntegersThatSurvive) {
  EXPECT_EQ(AsFloat(int64_t{1} << 53), 0x1p53);
  EXPECT_EQ(AsFloat((int64_t{1} << 53) + 1), std::nullopt);
  EXPECT_EQ(AsFloat(INT64_MAX), std::nullopt);
  EXPECT_EQ(AsFloat(INT64_MIN), -0x1p63);
}

}  // namespace
}  // namespace mi::filter
