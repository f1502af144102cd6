// Counts and sizes of a collection, computed from what it holds.

#ifndef MI_ENGINE_VECTOR_STATS_H_
#define MI_ENGINE_VECTOR_STATS_H_

#include <cstdint>
#include <vector>

#include "engine/filter/schema.h"
#include "engine/vector/collection.h"

namespace mi::vector {

enum class SegmentState { kDelta, kFrozen, kSealed };

struct SegmentStats {
  SegmentState state = SegmentState::kDelta;
  uint64_t points = 0;
  uint64_t tombstones = 0;
  bool has_graph = false;
  uint32_t n_lists = 0;
  uint64_t bytes = 0;
};

// Resident bytes by kind.
struct MemoryStats {
  uint64_t vectors = 0;  // float32, as sent
  uint64_t codes = 0;    // compressed vectors and centroids
  uint64_t links = 0;    // graphs
  uint64_t ids = 0;      // ids, versions, tombstones
  uint64_t payloads = 0;
  uint64_t payload_indexes = 0;

  uint64_t total() const {
    return vectors + codes + links + ids + payloads + payload_indexes;
  }
};

struct FieldStats {
  filter::FieldSchema field;
  uint64_t bytes = 0;
  uint64_t indexed_points = 0;
};

struct CollectionStats {
  uint64_t sequence = 0;
  uint64_t live_points = 0;
  uint64_t tombstones = 0;
  std::vector<SegmentStats> segments;
  MemoryStats memory;
  // In the order of the configuration.
  std::vector<FieldStats> fields;
  uint32_t pending_builds = 0;
};

// Cost: O(rows of segments with tombstones + segments).
CollectionStats ComputeStats(const Collection& collection);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_STATS_H_
