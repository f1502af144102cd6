// A few rows as 8-bit codes, by a quantizer of their own.

#ifndef MI_ENGINE_VECTOR_INDEX_CODED_ROWS_H_
#define MI_ENGINE_VECTOR_INDEX_CODED_ROWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/vector/index/code_table.h"
#include "engine/vector/index/scalar_quantizer.h"
#include "engine/vector/kernels/kernels.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// What an exact scan needs to pass over rows that cannot be among the best:
// their codes, and how wrong each can be. Immutable, thread-safe.
class CodedRows {
 public:
  // `rows` is [n, dimension], n >= 1, finite. O(n * dimension), some 5 us for a
  // row of 384 components.
  CodedRows(Metric metric, size_t dimension, std::span<const float> rows);

  size_t bytes() const {
    return codes_.bytes() + errors_.size() * sizeof(float);
  }

  const ScalarQuantizer& quantizer() const { return quantizer_; }

  // Calls use(row) for every row whose rank may reach the bar, in order;
  // `query` is what the quantizer made of the query. `bar`, asked again after
  // each use, is in code units, as ScoreBounds::RankToUnits gives it.
  template <typename Bar, typename Use>
  void ForEachThatMayReach(const CodedQuery& query, const ScoreBounds& bounds,
                           Bar&& bar, Use&& use) const {
    const CodeScorer scorer(BestKernels(), codes_, query.row_form,
                            query.codes.data(), query.zero_sum, query.alpha);
    float keys[CodeScorer::kBlockRows];
    for (size_t first = 0; first < codes_.rows;
         first += CodeScorer::kBlockRows) {
      const size_t count =
          std::min(codes_.rows - first, size_t{CodeScorer::kBlockRows});
      scorer.BlockKeys(first, count, keys);
      for (size_t i = 0; i < count; ++i) {
        if (bounds.MayReach(keys[i], errors_[first + i], bar())) {
          use(static_cast<uint32_t>(first + i));
        }
      }
    }
  }

 private:
  ScalarQuantizer quantizer_;
  CodeTable codes_;
  std::vector<float> errors_;  // [n], of EncodeRows
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_CODED_ROWS_H_
