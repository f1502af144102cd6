#include "engine/filter/index/geo_cells.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "gtest/gtest.h"

namespace mi::filter {
namespace {

using payload::GeoPoint;

GeoPoint RandomPlace(Random* random) {
  if (random->Below(4) == 0) {
    return {static_cast<double>(random->Below(5)) * 45 - 90,
            static_cast<double>(random->Below(9)) * 45 - 180};
  }
  return {random->Uniform() * 180 - 90, random->Uniform() * 360 - 180};
}

// The cell of a level that holds the place.
GeoCell CellOf(GeoPoint place, int level) {
  GeoCell cell;
  const uint64_t code = GeoCode(place);
  while (cell.level < level) {
    for (int i = 0; i < 4; ++i) {
      const GeoCell child = cell.Child(i);
      if (code >= child.code && code < child.code_end()) {
        cell = child;
        break;
      }
    }
  }
  return cell;
}

TEST(GeoCellTest, ChildrenDivideTheCodes) {
  const GeoCell map;
  uint64_t next = map.code;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(map.Child(i).code, next);
    next = map.Child(i).code_end();
  }
  EXPECT_EQ(next, map.code_end());
}

// What a cell says of itself holds for each of its places: a place inside a
// shape is never in a cell that does not touch it, a place outside never in
// one that is full.
TEST(GeoShapeTest, OverlapIsNeverWrongAboutAPlace) {
  constexpr uint64_t kSeed = 31;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  int full = 0;
  int none = 0;
  for (int i = 0; i < 30'000; ++i) {
    const GeoPoint a = RandomPlace(&random);
    const GeoPoint b = RandomPlace(&random);
    const GeoShape shape =
        i % 2 == 0
            ? GeoShape(GeoCircle(a, 2e7 * random.Uniform() * random.Uniform()))
            : GeoShape(GeoBox{std::min(a.latitude, b.latitude), a.longitude,
                              std::max(a.latitude, b.latitude), b.longitude});
    const GeoPoint place = RandomPlace(&random);
    const GeoCell cell =
        CellOf(place, static_cast<int>(random.Below(kGeoLevels + 1)));
    const Overlap overlap = shape.OverlapWith(cell);
    if (shape.Contains(place)) {
      ASSERT_NE(overlap, Overlap::kNone) << i;
      full += overlap == Overlap::kFull;
    } else {
      ASSERT_NE(overlap, Overlap::kFull) << i;
      none += overlap == Overlap::kNone;
    }
  }
  // The cells are told apart, not all left in doubt.
  EXPECT_GT(full, 3'000);
  EXPECT_GT(none, 3'000);
}

TEST(GeoShapeTest, TheWholeMapIsFull) {
  EXPECT_EQ(GeoShape(GeoBox{-90, -180, 90, 180}).OverlapWith(GeoCell{}),
            Overlap::kFull);
}

}  // namespace
}  // namespace mi::filter
