// What a vector index is built for.

#ifndef MI_ENGINE_VECTOR_INDEX_INDEX_CONFIG_H_
#define MI_ENGINE_VECTOR_INDEX_INDEX_CONFIG_H_

#include <cstddef>
#include <cstdint>

#include "engine/vector/kernels/metric.h"

namespace mi::vector {

enum class IndexKind {
  kFlat,  // no structure: every search is an exact scan
  kHnsw,  // a navigable graph, entered through inverted lists
  kIvf,   // inverted lists
};

struct IndexConfig {
  size_t dimension = 0;  // 1..4096
  Metric metric = Metric::kCosine;
  IndexKind kind = IndexKind::kHnsw;
  // HNSW: links chosen for a row when it is inserted, 2..128; a row holds up to
  // 2 * m, its own and those that point back.
  uint32_t m = 16;
  // HNSW: candidates kept when links are chosen, >= 1.
  uint32_t ef_construction = 200;
  // Inverted lists; 0: about 4 * sqrt(rows). At most as many as there are rows.
  uint32_t n_lists = 0;
  // HNSW indexes of fewer rows get inverted lists only.
  size_t min_graph_rows = 20'000;
  // The same seed, rows and settings give the same index on any machine with
  // the same instruction sets.
  uint64_t seed = 1;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_INDEX_CONFIG_H_
