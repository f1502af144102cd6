// The best rows of a delta, by looking at all of them.

#ifndef MI_ENGINE_VECTOR_DELTA_SCAN_H_
#define MI_ENGINE_VECTOR_DELTA_SCAN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "engine/vector/collection_view.h"
#include "engine/vector/index/vector_index.h"
#include "engine/vector/kernels/exact_rank.h"
#include "engine/vector/kernels/top_k.h"

namespace mi::vector {

// One exact scan. Where rows are coded, their full vectors are read only if
// their codes cannot rule them out. A filter is asked only about rows that
// would get into the answer, so a selective one costs about as much as none.
class DeltaScan {
 public:
  // All arguments must outlive the scan; `filter` may be null.
  DeltaScan(const CollectionConfig& config, const DeltaView& part,
            uint64_t sequence, const filter::CompiledFilter* filter);

  // The best options.k visible rows that match and reach options.threshold,
  // best first; rows below options.floor may be missing. Errors: CANCELLED.
  absl::StatusOr<std::vector<Neighbor>> Run(std::span<const float> query,
                                            const SearchOptions& options,
                                            const std::stop_token& stop);

  // After Run with a threshold: visible rows that match and reach it, those
  // beyond k included. The filter is then asked about each of them.
  uint64_t matches() const { return matches_; }

  // Rows whose codes and whose full vectors Run looked at.
  uint64_t coded() const { return coded_; }
  uint64_t ranked() const { return ranked_; }

 private:
  static constexpr uint32_t kRowsAtOnce = 4;

  void ScanCodes(uint32_t first);
  void ScanVectors(uint32_t first, uint32_t end);
  // Ranks up to kRowsAtOnce rows and keeps those that count.
  void Rank(std::span<const uint32_t> rows);
  // The rank that a row has to reach to be of interest.
  float Bar() const;
  bool Matches(uint32_t row) const;

  const CollectionConfig& config_;
  const DeltaView& part_;
  const uint64_t sequence_;
  const filter::CompiledFilter* const filter_;
  uint64_t matches_ = 0;
  uint64_t coded_ = 0;
  uint64_t ranked_ = 0;
  // Of the present run.
  std::span<const float> query_;
  std::optional<ExactRanker> ranker_;
  TopK best_{0};
  float floor_ = 0;         // of floor and threshold, the higher
  bool count_all_ = false;  // rows beyond the best k count as well
  CodedQuery coded_query_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_DELTA_SCAN_H_
