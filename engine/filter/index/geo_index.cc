// Index of places: ordered along the quadtree's curve, so that the places of
// every cell are one slice.

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/types/span.h"
#include "engine/filter/index/geo_cells.h"
#include "engine/filter/index/value_index.h"

namespace mi::filter {
namespace {

struct GeoEntry {
  payload::GeoPoint place;
  uint32_t row = 0;
};

// A cell and its places.
struct Slice {
  GeoCell cell;
  size_t begin = 0;
  size_t end = 0;

  size_t size() const { return end - begin; }
};

class GeoIndex final : public ValueIndex {
 public:
  GeoIndex(uint32_t num_rows, std::vector<GeoEntry> entries)
      : num_rows_(num_rows) {
    std::sort(entries.begin(), entries.end(),
              [](const GeoEntry& a, const GeoEntry& b) {
                const uint64_t code_a = GeoCode(a.place);
                const uint64_t code_b = GeoCode(b.place);
                return code_a != code_b ? code_a < code_b : a.row < b.row;
              });
    places_.reserve(entries.size());
    rows_.reserve(entries.size());
    for (const GeoEntry& entry : entries) {
      places_.push_back(entry.place);
      rows_.push_back(entry.row);
    }
  }

  // Equality with a place is left to the payloads.
  bool Serves(const ValueTest& test) const override {
    const auto* members = std::get_if<Membership>(&test);
    return members == nullptr || members->geo_points.empty();
  }

  EntryCount Count(const ValueTest& test) const override {
    EntryCount count;
    Cover(test, kCellsToCount,
          [&](const GeoShape&, const Slice& slice, bool full) {
            count.max += slice.size();
            if (full) count.min += slice.size();
          });
    return count;
  }

  FoundRows Find(const ValueTest& test) const override {
    RowCollector collector(num_rows_);
    Cover(test, kCellsToFind,
          [&](const GeoShape& shape, const Slice& slice, bool full) {
            if (full) {
              collector.AddUnordered(absl::MakeConstSpan(rows_).subspan(
                  slice.begin, slice.size()));
              return;
            }
            for (size_t i = slice.begin; i < slice.end; ++i) {
              if (shape.Contains(places_[i])) collector.AddRow(rows_[i]);
            }
          });
    return std::move(collector).Finish();
  }

  uint64_t num_entries() const override { return rows_.size(); }
  size_t MemoryBytes() const override {
    return places_.capacity() * sizeof(payload::GeoPoint) +
           rows_.capacity() * sizeof(uint32_t);
  }

 private:
  // How many cells are looked at before the rest is taken as it is: few for an
  // estimate, more where each place left over costs a distance.
  static constexpr size_t kCellsToCount = 64;
  static constexpr size_t kCellsToFind = 256;
  // Not worth dividing further.
  static constexpr size_t kFewPlaces = 32;

  // Calls visit(shape, slice, full) for slices that together hold every place
  // of the shape, none twice; `full` where all of a slice is in the shape.
  template <typename Visitor>
  void Cover(const ValueTest& test, size_t max_cells, Visitor&& visit) const {
    const std::optional<GeoShape> shape = ShapeOf(test);
    if (!shape || rows_.empty()) return;
    // Breadth first, so that a limit on cells is spent evenly.
    std::vector<Slice> queue = {{GeoCell{}, 0, rows_.size()}};
    for (size_t next = 0; next < queue.size(); ++next) {
      const Slice slice = queue[next];
      const Overlap overlap = shape->OverlapWith(slice.cell);
      if (overlap == Overlap::kNone) continue;
      const bool divide =
          overlap == Overlap::kSome && slice.size() > kFewPlaces &&
          slice.cell.level < kGeoLevels && queue.size() < max_cells;
      if (divide) {
        Divide(slice, &queue);
      } else {
        visit(*shape, slice, overlap == Overlap::kFull);
      }
    }
  }

  static std::optional<GeoShape> ShapeOf(const ValueTest& test) {
    if (const auto* circle = std::get_if<GeoCircle>(&test)) {
      return GeoShape(*circle);
    }
    if (const auto* box = std::get_if<GeoBox>(&test)) return GeoShape(*box);
    return std::nullopt;
  }

  void Divide(const Slice& slice, std::vector<Slice>* queue) const {
    size_t begin = slice.begin;
    for (int i = 0; i < 4; ++i) {
      const GeoCell child = slice.cell.Child(i);
      const auto end_place = std::partition_point(
          places_.begin() + static_cast<ptrdiff_t>(begin),
          places_.begin() + static_cast<ptrdiff_t>(slice.end),
          [&](payload::GeoPoint place) {
            return GeoCode(place) < child.code_end();
          });
      const auto end = static_cast<size_t>(end_place - places_.begin());
      if (end > begin) queue->push_back({child, begin, end});
      begin = end;
    }
  }

  uint32_t num_rows_;
  std::vector<payload::GeoPoint> places_;
  std::vector<uint32_t> rows_;
};

class GeoIndexBuilder final : public ValueIndexBuilder {
 public:
  bool Add(uint32_t row, const payload::ValueView& value) override {
    if (value.type() != payload::ValueType::kGeo) return false;
    entries_.push_back({value.geo(), row});
    return true;
  }

  std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) override {
    return std::make_unique<GeoIndex>(num_rows, std::move(entries_));
  }

 private:
  std::vector<GeoEntry> entries_;
};

}  // namespace

std::unique_ptr<ValueIndexBuilder> MakeGeoIndexBuilder() {
  return std::make_unique<GeoIndexBuilder>();
}

}  // namespace mi::filter
