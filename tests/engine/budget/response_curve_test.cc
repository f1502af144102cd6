// Curves against their formulas in long double, differences and inverses.

#include "engine/budget/response_curve.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/budget/random_problems.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using testing::RandomCurve;

// The formulas of response_curve.h, by the letter.
long double Formula(const ResponseCurve& curve, long double x) {
  const long double c = curve.saturation;
  const long double k = curve.scale;
  const long double s = curve.shape;
  const auto sigmoid = [](long double z) { return 1 / (1 + std::exp(-z)); };
  switch (curve.kind) {
    case CurveKind::kHill:
      return x == 0 ? 0
                    : c * std::pow(x, s) / (std::pow(k, s) + std::pow(x, s));
    case CurveKind::kMichaelisMenten:
      return c * x / (k + x);
    case CurveKind::kLogistic: {
      const long double low =
          sigmoid(-static_cast<long double>(curve.rate) * curve.midpoint);
      return c * (sigmoid(curve.rate * (x - curve.midpoint)) - low) / (1 - low);
    }
    case CurveKind::kExponential:
      return c * (1 - std::exp(-x / k));
    case CurveKind::kPower:
      return c * std::pow(x, s);
    case CurveKind::kPoints: {
      CurvePoint left;
      for (const CurvePoint& right : curve.points) {
        if (x <= right.spend) {
          return left.response +
                 (right.response - left.response) * (x - left.spend) /
                     (static_cast<long double>(right.spend) - left.spend);
        }
        left = right;
      }
      return left.response;
    }
  }
  return 0;
}

class CurveTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  Random random_{GetParam()};
  ResponseCurve curve_ = RandomCurve(random_, 100, GetParam() % 2 == 0);
};

TEST_P(CurveTest, IsItsFormula) {
  EXPECT_EQ(curve_.ResponseAt(0), 0);
  for (double x = 1e-6; x < 1e7; x *= 1.7) {
    const auto expected = static_cast<double>(Formula(curve_, x));
    EXPECT_NEAR(curve_.ResponseAt(x), expected, 1e-13 * expected + 1e-15)
        << CurveKindName(curve_.kind) << " at " << x;
  }
}

TEST_P(CurveTest, ItsSlopeIsThatOfSmallSteps) {
  for (double x = 0.01; x < 1e4; x *= 1.9) {
    const long double h = x * 1e-6L;
    if (curve_.kind == CurveKind::kPoints) {
      bool corner = false;
      for (const CurvePoint& point : curve_.points) {
        corner |= std::abs(point.spend - x) < 4 * static_cast<double>(h);
      }
      if (corner) continue;
    }
    const auto slope = static_cast<double>(
        (Formula(curve_, x + h) - Formula(curve_, x - h)) / (2 * h));
    EXPECT_NEAR(curve_.SlopeAt(x), slope, 1e-7 * slope + 1e-12)
        << CurveKindName(curve_.kind) << " at " << x;
  }
}

TEST_P(CurveTest, RisesAndIsConvexThenConcave) {
  if (curve_.kind == CurveKind::kPoints) return;
  const double inflexion = curve_.Inflexion();
  double last = 0;
  double last_slope = curve_.SlopeAt(0);
  for (double x = 1e-3; x < 2'000; x += x / 16) {
    EXPECT_GE(curve_.ResponseAt(x), last);
    const double slope = curve_.SlopeAt(x);
    if (x < inflexion) {
      EXPECT_GE(slope, last_slope * (1 - 1e-12));
    } else if (last > 0 && x / 17 * 16 > inflexion) {
      EXPECT_LE(slope, last_slope * (1 + 1e-12));
    }
    last = curve_.ResponseAt(x);
    last_slope = slope;
  }
}

TEST_P(CurveTest, SpendAtSlopeIsTheInverse) {
  if (curve_.kind == CurveKind::kPoints) return;
  const double inflexion = curve_.Inflexion();
  for (double x = inflexion + 0.01; x < 1e4; x *= 1.6) {
    const double slope = curve_.SlopeAt(x);
    if (slope < 1e-290 ||
        (curve_.kind == CurveKind::kPower && curve_.shape == 1)) {
      continue;
    }
    const double back = curve_.SpendAtSlope(slope);
    // Where the curve is nearly straight, many spends have the slope.
    EXPECT_NEAR(curve_.SlopeAt(back), slope, 1e-9 * slope)
        << CurveKindName(curve_.kind) << " at " << x << " and " << back;
    EXPECT_GE(back, inflexion);
  }
  // Steeper than it ever is behind the inflexion.
  const double steepest = curve_.SlopeAt(inflexion);
  if (std::isfinite(steepest)) {
    EXPECT_NEAR(curve_.SpendAtSlope(2 * steepest), inflexion,
                1e-9 * (1 + inflexion));
  }
}

INSTANTIATE_TEST_SUITE_P(Random, CurveTest, ::testing::Range<uint64_t>(0, 100));

TEST(ResponseCurveTest, SlopesAtZero) {
  EXPECT_EQ(
      (ResponseCurve{.kind = CurveKind::kHill, .saturation = 1, .shape = 0.5}
           .SlopeAt(0)),
      std::numeric_limits<double>::infinity());
  EXPECT_EQ(
      (ResponseCurve{.kind = CurveKind::kHill, .saturation = 1, .shape = 2}
           .SlopeAt(0)),
      0);
  EXPECT_EQ(
      (ResponseCurve{.kind = CurveKind::kHill, .saturation = 6, .scale = 2}
           .SlopeAt(0)),
      3);
  EXPECT_EQ(
      (ResponseCurve{.kind = CurveKind::kPower, .saturation = 1, .shape = 0.5}
           .SlopeAt(0)),
      std::numeric_limits<double>::infinity());
}

TEST(ResponseCurveTest, StandsSpendsOfAnySize) {
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    const ResponseCurve curve = RandomCurve(random, 100, i % 2 == 0);
    for (const double x : {1e-300, 1e-12, 1e12, 1e18}) {
      EXPECT_TRUE(std::isfinite(curve.ResponseAt(x)));
      EXPECT_GE(curve.ResponseAt(x), 0);
      EXPECT_FALSE(std::isnan(curve.SlopeAt(x)));
      EXPECT_GE(curve.SlopeAt(x), 0);
    }
  }
}

}  // namespace
}  // namespace mi::budget
