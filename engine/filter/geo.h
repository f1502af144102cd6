// Shapes on the sphere, and whether a place is in them. The index and the
// row-by-row test share these functions, so their answers agree.

#ifndef MI_ENGINE_FILTER_GEO_H_
#define MI_ENGINE_FILTER_GEO_H_

#include "engine/payload/value.h"

namespace mi::filter {

// Mean radius of the Earth (IUGG).
inline constexpr double kEarthRadiusMeters = 6'371'008.8;

// Great-circle distance in metres, by the haversine formula: good to a
// relative 1e-9 for distances from centimetres up to nearly antipodal.
double GreatCircleMeters(payload::GeoPoint a, payload::GeoPoint b);

// The places within a great-circle distance of a centre, edge included.
class GeoCircle {
 public:
  // radius_meters >= 0.
  GeoCircle(payload::GeoPoint center, double radius_meters);

  bool Contains(payload::GeoPoint place) const;

  payload::GeoPoint center() const { return center_; }
  double radius_meters() const { return radius_meters_; }

 private:
  payload::GeoPoint center_;
  double radius_meters_;
  double cos_latitude_;
  double max_haversine_;  // of the radius
};

// The places between two parallels and two meridians, edges included. With
// west > east it crosses the antimeridian. Longitudes 180 and -180 are the
// same meridian. Poles have the longitude that they are stored with.
struct GeoBox {
  double south = 0;
  double west = 0;
  double north = 0;
  double east = 0;

  bool Contains(payload::GeoPoint place) const;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_GEO_H_
