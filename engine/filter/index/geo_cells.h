// A quadtree over latitude and longitude: how places are ordered in a geo
// index, and how a shape is covered with ranges of that order.

#ifndef MI_ENGINE_FILTER_INDEX_GEO_CELLS_H_
#define MI_ENGINE_FILTER_INDEX_GEO_CELLS_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/filter/geo.h"
#include "engine/payload/value.h"

namespace mi::filter {

// Bits of each coordinate in a place's code: cells of about a metre.
inline constexpr int kGeoLevels = 24;

// The bits of latitude and longitude, each scaled to kGeoLevels bits, in turn
// (Morton order): places close in this order are mostly close on the map.
uint64_t GeoCode(payload::GeoPoint place);

// A quarter of a quarter of ... the map.
struct GeoCell {
  int level = 0;      // 0 is the whole map
  uint64_t code = 0;  // of its south-west corner

  // The first code beyond the cell.
  uint64_t code_end() const {
    return code + (uint64_t{1} << (2 * (kGeoLevels - level)));
  }
  // i in [0, 4), in the order of their codes. level < kGeoLevels.
  GeoCell Child(int i) const;
};

enum class Overlap : uint8_t { kNone, kSome, kFull };

// A shape to cover with cells.
class GeoShape {
 public:
  explicit GeoShape(const GeoCircle& circle) : shape_(circle) {}
  explicit GeoShape(const GeoBox& box);

  bool Contains(payload::GeoPoint place) const;

  // kNone: no place of the cell is in the shape; kFull: every place is. kSome
  // promises nothing.
  Overlap OverlapWith(const GeoCell& cell) const;

 private:
  struct Rectangle {
    double south = 0, west = 0, north = 0, east = 0;  // west <= east
  };
  struct Box {
    GeoBox box;
    std::vector<Rectangle> parts;
  };

  std::variant<GeoCircle, Box> shape_;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_GEO_CELLS_H_
