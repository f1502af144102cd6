#include "engine/filter/index/geo_cells.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mi::filter {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180;
constexpr double kCellsAcross = 1 << kGeoLevels;

// Far beyond the rounding of the sums below, and far below a cell's size.
constexpr double kSlackDegrees = 1e-9;
// Beyond the rounding of a great-circle distance, also of nearly antipodal
// places, where it is worst.
constexpr double kSlackMeters = 1;

// Moves bit i to bit 2 i.
uint64_t Spread(uint64_t bits) {
  bits = (bits | (bits << 16)) & 0x0000ffff0000ffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x3333333333333333;
  return (bits | (bits << 1)) & 0x5555555555555555;
}

// Moves bit 2 i to bit i.
uint64_t Gather(uint64_t bits) {
  bits &= 0x5555555555555555;
  bits = (bits | (bits >> 1)) & 0x3333333333333333;
  bits = (bits | (bits >> 2)) & 0x0f0f0f0f0f0f0f0f;
  bits = (bits | (bits >> 4)) & 0x00ff00ff00ff00ff;
  bits = (bits | (bits >> 8)) & 0x0000ffff0000ffff;
  return (bits | (bits >> 16)) & 0x00000000ffffffff;
}

// `degrees` in [-span / 2, span / 2].
uint64_t Quantize(double degrees, double span) {
  const double cell = (degrees + span / 2) / span * kCellsAcross;
  return static_cast<uint64_t>(std::clamp(cell, 0.0, kCellsAcross - 1));
}

// What a cell covers, in degrees, by its middle and half its size.
struct Extent {
  payload::GeoPoint middle;
  double half_latitude = 0;
  double half_longitude = 0;

  // There is nothing beyond the edges of the map.
  double south() const {
    return std::max(middle.latitude - half_latitude, -90.0);
  }
  double north() const {
    return std::min(middle.latitude + half_latitude, 90.0);
  }
  double west() const {
    return std::max(middle.longitude - half_longitude, -180.0);
  }
  double east() const {
    return std::min(middle.longitude + half_longitude, 180.0);
  }
};

Extent ExtentOf(const GeoCell& cell) {
  const double share = std::ldexp(0.5, -cell.level);
  const auto y = static_cast<double>(Gather(cell.code >> 1)) / kCellsAcross;
  const auto x = static_cast<double>(Gather(cell.code)) / kCellsAcross;
  return {.middle = {-90 + 180 * (y + share), -180 + 360 * (x + share)},
          .half_latitude = 180 * share + kSlackDegrees,
          .half_longitude = 360 * share + kSlackDegrees};
}

// No place of the cell is further from its middle: a way there is along the
// middle's meridian and then along a parallel, where a degree is longest on
// the parallel of the cell that is closest to the equator.
double FarthestFromMiddle(const Extent& extent) {
  const double nearest_equator =
      std::max(0.0, std::abs(extent.middle.latitude) - extent.half_latitude);
  return kEarthRadiusMeters * kRadiansPerDegree *
         (extent.half_latitude +
          extent.half_longitude *
              std::cos(nearest_equator * kRadiansPerDegree));
}

Overlap CircleOverlap(const GeoCircle& circle, const Extent& extent) {
  const double distance = GreatCircleMeters(circle.center(), extent.middle);
  const double reach = FarthestFromMiddle(extent);
  if (distance - reach > circle.radius_meters() + kSlackMeters) {
    return Overlap::kNone;
  }
  if (distance + reach < circle.radius_meters() - kSlackMeters) {
    return Overlap::kFull;
  }
  return Overlap::kSome;
}

}  // namespace

uint64_t GeoCode(payload::GeoPoint place) {
  return (Spread(Quantize(place.latitude, 180)) << 1) |
         Spread(Quantize(place.longitude, 360));
}

GeoCell GeoCell::Child(int i) const {
  const int child_level = level + 1;
  return {child_level, code + (static_cast<uint64_t>(i)
                               << (2 * (kGeoLevels - child_level)))};
}

GeoShape::GeoShape(const GeoBox& box) : shape_(Box{box, {}}) {
  auto& parts = std::get<Box>(shape_).parts;
  const auto add = [&](double west, double east) {
    parts.push_back({box.south, west, box.north, east});
  };
  if (box.west <= box.east) {
    add(box.west, box.east);
    // The antimeridian has two longitudes.
    if (box.west == -180) add(180, 180);
    if (box.east == 180) add(-180, -180);
  } else {
    add(box.west, 180);
    add(-180, box.east);
  }
}

bool GeoShape::Contains(payload::GeoPoint place) const {
  if (const auto* circle = std::get_if<GeoCircle>(&shape_)) {
    return circle->Contains(place);
  }
  return std::get<Box>(shape_).box.Contains(place);
}

Overlap GeoShape::OverlapWith(const GeoCell& cell) const {
  const Extent extent = ExtentOf(cell);
  if (const auto* circle = std::get_if<GeoCircle>(&shape_)) {
    return CircleOverlap(*circle, extent);
  }
  Overlap overlap = Overlap::kNone;
  for (const Rectangle& part : std::get<Box>(shape_).parts) {
    if (extent.south() > part.north || extent.north() < part.south ||
        extent.west() > part.east || extent.east() < part.west) {
      continue;
    }
    if (extent.south() >= part.south && extent.north() <= part.north &&
        extent.west() >= part.west && extent.east() <= part.east) {
      return Overlap::kFull;
    }
    overlap = Overlap::kSome;
  }
  return overlap;
}

}  // namespace mi::filter
