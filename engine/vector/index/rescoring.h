// Ranks rows on their full vectors.

#ifndef MI_ENGINE_VECTOR_INDEX_RESCORING_H_
#define MI_ENGINE_VECTOR_INDEX_RESCORING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/vector/index/index_parts.h"
#include "engine/vector/kernels/exact_rank.h"

namespace mi::vector {

// Starts to load the vector of a row.
inline void PrefetchVector(const IndexParts& parts, uint32_t row) {
  constexpr size_t kFloatsPerLine = 16;
  const float* vector = parts.vector(row);
  for (size_t j = 0; j < parts.config.dimension; j += kFloatsPerLine) {
    __builtin_prefetch(vector + j);
  }
}

// Calls use(rank, row) for each of `rows`. Always four at a time, so that a row
// has the same rank, to the last bit, whatever it is ranked with.
template <typename Use>
void ForEachExactRank(const IndexParts& parts, const ExactRanker& ranker,
                      std::span<const uint32_t> rows, Use&& use) {
  constexpr size_t kBatch = 4;
  for (size_t i = 0; i < std::min(kBatch, rows.size()); ++i) {
    PrefetchVector(parts, rows[i]);
  }
  for (size_t i = 0; i < rows.size(); i += kBatch) {
    const size_t count = std::min(kBatch, rows.size() - i);
    const float* vectors[kBatch];
    float inverse_norms[kBatch];
    float ranks[kBatch];
    for (size_t j = 0; j < kBatch; ++j) {
      if (i + kBatch + j < rows.size()) {
        PrefetchVector(parts, rows[i + kBatch + j]);
      }
      const uint32_t row = rows[i + std::min(j, count - 1)];
      vectors[j] = parts.vector(row);
      inverse_norms[j] = parts.inverse_norm(row);
    }
    ranker.Rank4(vectors, inverse_norms, ranks);
    for (size_t j = 0; j < count; ++j) use(ranks[j], rows[i + j]);
  }
}

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_RESCORING_H_
