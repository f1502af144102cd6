// The slow, sure way to find neighbours: the oracle of the index's tests.

#ifndef MI_TESTS_ENGINE_VECTOR_INDEX_BRUTE_FORCE_H_
#define MI_TESTS_ENGINE_VECTOR_INDEX_BRUTE_FORCE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/vector/index/vector_index.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// The rank in float64, by its definition.
inline double RankInDouble(Metric metric, std::span<const float> query,
                           const float* row) {
  double dot = 0, query2 = 0, row2 = 0, l2 = 0, l1 = 0;
  for (size_t j = 0; j < query.size(); ++j) {
    const double q = query[j], x = row[j];
    dot += q * x;
    query2 += q * q;
    row2 += x * x;
    l2 += (q - x) * (q - x);
    l1 += std::fabs(q - x);
  }
  switch (metric) {
    case Metric::kCosine:
      return query2 > 0 && row2 > 0 ? dot / std::sqrt(query2) / std::sqrt(row2)
                                    : 0;
    case Metric::kDot:
      return dot;
    case Metric::kEuclidean:
      return -std::sqrt(l2);
    case Metric::kManhattan:
      return -l1;
  }
  return 0;
}

// Ranks of all rows of `index` for which `allowed` holds, the greatest first.
inline std::vector<double> SortedRanks(
    const VectorIndex& index, std::span<const float> query,
    const std::function<bool(uint32_t)>& allowed = [](uint32_t) {
      return true;
    }) {
  std::vector<double> ranks;
  for (uint32_t row = 0; row < index.size(); ++row) {
    if (!allowed(row)) continue;
    ranks.push_back(
        RankInDouble(index.config().metric, query, index.vector(row)));
  }
  std::sort(ranks.begin(), ranks.end(), std::greater<>());
  return ranks;
}

}  // namespace mi::vector

#endif  // MI_TESTS_ENGINE_VECTOR_INDEX_BRUTE_FORCE_H_
