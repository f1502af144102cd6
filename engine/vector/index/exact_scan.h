// The best rows by looking at all of them.

#ifndef MI_ENGINE_VECTOR_INDEX_EXACT_SCAN_H_
#define MI_ENGINE_VECTOR_INDEX_EXACT_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/vector/index/index_parts.h"
#include "engine/vector/index/row_filter.h"
#include "engine/vector/index/search_scratch.h"
#include "engine/vector/index/vector_index.h"
#include "engine/vector/kernels/exact_rank.h"
#include "engine/vector/kernels/top_k.h"

namespace mi::vector {

// One exact search, at the speed of the codes: bounds on what the codes leave
// out give an interval for every rank; rows whose upper bound does not reach
// the k-th best lower bound are out, and only the few others are ranked on
// their full vectors. Where the bounds exclude too little, as on a few rows of
// huge range, all rows are ranked. Thread-compatible.
class ExactScan {
 public:
  // Everything must outlive the scan.
  ExactScan(const IndexParts& parts, std::span<const float> query,
            const RowFilter& filter, SearchScratch* scratch, SearchStats* stats,
            const std::stop_token& stop);

  // The best `k` that reach `threshold` of all allowed rows; of those among
  // `*rows`, which ascend, if it is not null. Errors: CANCELLED.
  absl::Status Run(size_t k, std::optional<float> threshold,
                   const std::span<const uint32_t>* rows,
                   std::vector<Neighbor>* out);

  // As Run, and counts all rows that reach the threshold.
  absl::Status RunRange(size_t k, float threshold,
                        const std::span<const uint32_t>* rows,
                        std::vector<Neighbor>* out, uint64_t* count);

 private:
  struct Possible {
    float high;  // upper bound of the rank, in code units
    uint32_t row;
  };

  absl::Status Search(size_t k, std::optional<float> threshold, bool count_all,
                      const std::span<const uint32_t>* rows,
                      std::vector<Neighbor>* out, uint64_t* count);

  // Fills possible_ with the rows that may be among the best k, or with
  // `count_all` all that may reach the threshold. False when so many are left
  // that ranking all rows in order is cheaper.
  absl::StatusOr<bool> CollectPossible(size_t k, std::optional<float> threshold,
                                       bool count_all);
  absl::Status RankPossible(std::optional<float> threshold, bool count_all,
                            TopK* best, uint64_t* count);
  absl::Status RankAll(std::optional<float> threshold, TopK* best,
                       uint64_t* count);

  // How many rows to look at.
  size_t row_count() const {
    return rows_ != nullptr ? rows_->size() : parts_.rows;
  }

  // Goes through the rows to look at, in order: use_block(first, count) for
  // runs of which most rows are allowed, if `blocks`, and use_picked(rows) for
  // allowed rows that stand alone. Ends early when is_enough() says so. Errors:
  // CANCELLED.
  template <typename UseBlock, typename UsePicked, typename IsEnough>
  absl::Status ForEachRow(bool blocks, UseBlock&& use_block,
                          UsePicked&& use_picked, IsEnough&& is_enough);
  // Appends the rows of one run that are allowed.
  void PickListed(size_t begin, size_t end);
  void PickFromWord(size_t begin, uint64_t allowed);

  const IndexParts& parts_;
  const RowFilter& filter_;
  SearchScratch& scratch_;
  SearchStats& stats_;
  const std::stop_token& stop_;
  const ExactRanker ranker_;
  const std::span<const float> query_;
  const std::span<const uint32_t>* rows_ = nullptr;  // null: all
  std::vector<Possible> possible_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_EXACT_SCAN_H_
