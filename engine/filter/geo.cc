#include "engine/filter/geo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mi::filter {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180;

double Square(double x) { return x * x; }

// sin^2 of half the angle between two places: grows with the distance, and
// needs no inverse function to be compared.
double Haversine(payload::GeoPoint a, payload::GeoPoint b, double cos_a,
                 double cos_b) {
  const double north = (b.latitude - a.latitude) * kRadiansPerDegree;
  const double east = (b.longitude - a.longitude) * kRadiansPerDegree;
  return Square(std::sin(north / 2)) +
         cos_a * cos_b * Square(std::sin(east / 2));
}

double CosLatitude(payload::GeoPoint place) {
  return std::cos(place.latitude * kRadiansPerDegree);
}

}  // namespace

double GreatCircleMeters(payload::GeoPoint a, payload::GeoPoint b) {
  const double h = Haversine(a, b, CosLatitude(a), CosLatitude(b));
  return 2 * kEarthRadiusMeters * std::asin(std::sqrt(std::min(h, 1.0)));
}

GeoCircle::GeoCircle(payload::GeoPoint center, double radius_meters)
    : center_(center),
      radius_meters_(radius_meters),
      cos_latitude_(CosLatitude(center)) {
  const double half_angle = radius_meters / (2 * kEarthRadiusMeters);
  // Beyond half the circumference everything is within. 2 is greater than any
  // haversine.
  max_haversine_ =
      half_angle >= std::numbers::pi / 2 ? 2 : Square(std::sin(half_angle));
}

bool GeoCircle::Contains(payload::GeoPoint place) const {
  return Haversine(center_, place, cos_latitude_, CosLatitude(place)) <=
         max_haversine_;
}

bool GeoBox::Contains(payload::GeoPoint place) const {
  if (!(place.latitude >= south && place.latitude <= north)) return false;
  const auto spans = [&](double longitude) {
    return west <= east ? longitude >= west && longitude <= east
                        : longitude >= west || longitude <= east;
  };
  if (spans(place.longitude)) return true;
  return std::abs(place.longitude) == 180 && spans(-place.longitude);
}

}  // namespace mi::filter
