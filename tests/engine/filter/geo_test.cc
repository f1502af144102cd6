#include "engine/filter/geo.h"

#include <numbers>

#include "gtest/gtest.h"

namespace mi::filter {
namespace {

constexpr double kQuarter = kEarthRadiusMeters * std::numbers::pi / 2;

// By hand: quarter and half circles of the sphere.
TEST(GreatCircleMetersTest, QuarterAndHalfCircles) {
  EXPECT_NEAR(GreatCircleMeters({0, 0}, {0, 90}), kQuarter, 1e-3);
  EXPECT_NEAR(GreatCircleMeters({0, 0}, {90, 0}), kQuarter, 1e-3);
  EXPECT_NEAR(GreatCircleMeters({0, 0}, {0, 180}), 2 * kQuarter, 1);
  EXPECT_NEAR(GreatCircleMeters({90, 12}, {-90, 77}), 2 * kQuarter, 1);
}

// At a pole all longitudes are one place.
TEST(GreatCircleMetersTest, PolesHaveNoLongitude) {
  EXPECT_NEAR(GreatCircleMeters({90, 0}, {90, 135}), 0, 1e-6);
  EXPECT_NEAR(GreatCircleMeters({89, 0}, {89, 180}), 2 * kQuarter / 90, 1e-3);
}

TEST(GreatCircleMetersTest, TheAntimeridianIsNoBarrier) {
  // One degree of the equator.
  EXPECT_NEAR(GreatCircleMeters({0, 179.5}, {0, -179.5}), kQuarter / 90, 1e-3);
}

TEST(GeoCircleTest, TheEdgeIsInside) {
  EXPECT_TRUE(GeoCircle({10, 20}, 0).Contains({10, 20}));
  EXPECT_FALSE(GeoCircle({10, 20}, 0).Contains({10, 20.000001}));
  const GeoCircle circle({0, 0}, kQuarter / 90);  // one degree
  EXPECT_TRUE(circle.Contains({0, 0.9999999}));
  EXPECT_FALSE(circle.Contains({0, 1.0000001}));
}

TEST(GeoCircleTest, AroundAPoleEveryLongitudeIsNear) {
  const GeoCircle circle({90, 0}, 1.5 * kQuarter / 90);
  EXPECT_TRUE(circle.Contains({89, -170}));
  EXPECT_FALSE(circle.Contains({88, 0}));
}

TEST(GeoCircleTest, ACircleAsLargeAsTheEarthHoldsEverything) {
  const GeoCircle circle({12, 34}, 20'100'000);
  EXPECT_TRUE(circle.Contains({-12, -146}));  // the antipode
  EXPECT_TRUE(circle.Contains({12, 34}));
}

TEST(GeoBoxTest, EdgesAreInside) {
  const GeoBox box{-10, 20, 10, 40};
  EXPECT_TRUE(box.Contains({-10, 20}));
  EXPECT_TRUE(box.Contains({10, 40}));
  EXPECT_FALSE(box.Contains({10.1, 30}));
  EXPECT_FALSE(box.Contains({0, 40.1}));
  EXPECT_FALSE(box.Contains({0, -30}));
}

TEST(GeoBoxTest, WestGreaterThanEastCrossesTheAntimeridian) {
  const GeoBox fiji{-20, 177, -12, -178};
  EXPECT_TRUE(fiji.Contains({-18, 178}));
  EXPECT_TRUE(fiji.Contains({-18, 180}));
  EXPECT_TRUE(fiji.Contains({-18, -180}));
  EXPECT_TRUE(fiji.Contains({-18, -179}));
  EXPECT_FALSE(fiji.Contains({-18, 0}));
  EXPECT_FALSE(fiji.Contains({-18, 176}));
  EXPECT_FALSE(fiji.Contains({-18, -177}));
}

TEST(GeoBoxTest, TheAntimeridianHasTwoLongitudes) {
  EXPECT_TRUE((GeoBox{0, -180, 10, -170}).Contains({5, 180}));
  EXPECT_TRUE((GeoBox{0, 170, 10, 180}).Contains({5, -180}));
  EXPECT_FALSE((GeoBox{0, 170, 10, 179}).Contains({5, -180}));
}

TEST(GeoBoxTest, ReachesThePole) {
  EXPECT_TRUE((GeoBox{80, -180, 90, 180}).Contains({90, 5}));
}

}  // namespace
}  // namespace mi::filter
