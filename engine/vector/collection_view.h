// What a reader sees of a collection: one state, for as long as it is held.

#ifndef MI_ENGINE_VECTOR_COLLECTION_VIEW_H_
#define MI_ENGINE_VECTOR_COLLECTION_VIEW_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/vector/collection_config.h"
#include "engine/vector/delta.h"
#include "engine/vector/segment.h"

namespace mi::vector {

// The rows of a delta that a view covers.
struct DeltaView {
  std::shared_ptr<const Delta> delta;
  size_t rows = 0;
};

// A stored point, by the place where it lies. Valid as long as the view that it
// came from.
class PointRef {
 public:
  PointRef(const Segment* segment, uint32_t row) : part_(segment), row_(row) {}
  PointRef(const Delta* delta, uint32_t row) : part_(delta), row_(row) {}

  std::string_view id() const {
    return std::visit([this](const auto* part) { return part->id(row_); },
                      part_);
  }
  std::string_view payload() const {
    return std::visit([this](const auto* part) { return part->payload(row_); },
                      part_);
  }
  uint64_t version() const {
    return std::visit([this](const auto* part) { return part->version(row_); },
                      part_);
  }
  // [dimension] components, as sent.
  const float* vector() const {
    return std::visit([this](const auto* part) { return part->vector(row_); },
                      part_);
  }

 private:
  std::variant<const Segment*, const Delta*> part_;
  uint32_t row_;
};

// An immutable list of parts and the journal sequence up to which writes are
// visible. A point is visible in at most one row of all parts. Thread-safe.
struct CollectionView {
  uint64_t sequence = 0;
  std::shared_ptr<const CollectionConfig> config;
  std::vector<std::shared_ptr<const Segment>> segments;
  // Those that wait for their index, oldest first, then the one that takes
  // writes.
  std::vector<DeltaView> deltas;

  // The visible row with this id.
  std::optional<PointRef> Find(std::string_view id) const;

  // Visible rows. O(tombstones of segments that have any) because a row may
  // have been deleted after this view was published.
  size_t CountLive() const;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_COLLECTION_VIEW_H_
