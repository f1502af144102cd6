// Ranks of full float32 vectors against a query, under every metric.

#ifndef MI_ENGINE_VECTOR_KERNELS_EXACT_RANK_H_
#define MI_ENGINE_VECTOR_KERNELS_EXACT_RANK_H_

#include <cstddef>
#include <span>

#include "engine/vector/kernels/kernels.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// 1 / ||v||_2, rounded to float32; 0 for a zero vector.
float InverseNorm(const float* v, size_t dimension);

// One query, prepared. Sums are taken in float32, and again in float64 where
// the magnitudes would overflow or vanish; a rank beyond the range of float32
// is the nearest finite number. Cheap to make: one pass over the query. Keeps
// no copy: the query must outlive it. Thread-safe.
class ExactRanker {
 public:
  ExactRanker(Metric metric, std::span<const float> query,
              const Kernels& kernels = BestKernels());

  // The rank of a row: [dimension] components. Only cosine reads
  // `inverse_norm`, the row's InverseNorm.
  float Rank(const float* row, float inverse_norm) const;

  // Ranks of four rows at once. Rows that are far apart in memory are read side
  // by side, which hides most of the latency of each.
  void Rank4(const float* const rows[4], const float inverse_norms[4],
             float ranks[4]) const;

  // The rank of a row whose inverse norm is not at hand.
  float Rank(const float* row) const;

 private:
  float FromSum(float sum, const float* row, float inverse_norm) const;
  float RankInDouble(const float* row) const;

  const Kernels& kernels_;
  const Metric metric_;
  const float* const query_;
  const size_t dimension_;
  float inverse_norm_ = 0;  // cosine: of the query
  bool extreme_ = false;    // float32 sums cannot be trusted
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_KERNELS_EXACT_RANK_H_
