// What a collection is made with.

#ifndef MI_ENGINE_VECTOR_COLLECTION_CONFIG_H_
#define MI_ENGINE_VECTOR_COLLECTION_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/filter/schema.h"
#include "engine/vector/index/index_config.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// How sealed segments are indexed and searched. The ranges are those of the
// API (collection_service.proto) and are checked before a config is made.
struct IndexSettings {
  IndexKind kind = IndexKind::kHnsw;
  uint32_t m = 16;                 // HNSW: links of a point
  uint32_t ef_construction = 200;  // HNSW: candidates when linking
  uint32_t ef_search = 96;         // HNSW: candidates of a search, by default
  uint32_t n_lists = 0;            // IVF: lists; 0 = by the number of rows
  uint32_t n_probe = 0;            // IVF: lists visited; 0 = by estimate

  friend bool operator==(const IndexSettings&, const IndexSettings&) = default;
};

struct CollectionConfig {
  size_t dimension = 0;  // 1..4096
  Metric metric = Metric::kCosine;
  IndexSettings index;
  std::vector<filter::FieldSchema> payload_fields;

  friend bool operator==(const CollectionConfig&,
                         const CollectionConfig&) = default;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_COLLECTION_CONFIG_H_
