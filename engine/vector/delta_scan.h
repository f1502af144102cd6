// Scores the rows of a delta against a query, one by one.

#ifndef MI_ENGINE_VECTOR_DELTA_SCAN_H_
#define MI_ENGINE_VECTOR_DELTA_SCAN_H_

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "engine/vector/collection_view.h"
#include "engine/vector/index/vector_index.h"

namespace mi::vector {

// One exact scan. A filter is asked only about rows that would get into the
// answer, so a selective one costs about as much as none.
class DeltaScan {
 public:
  // All arguments must outlive the scan; `filter` may be null.
  DeltaScan(const CollectionConfig& config, const DeltaView& part,
            uint64_t sequence, const filter::CompiledFilter* filter)
      : config_(config), part_(part), sequence_(sequence), filter_(filter) {}

  // The best options.k visible rows that match and reach options.threshold,
  // best first. Errors: CANCELLED.
  absl::StatusOr<std::vector<Neighbor>> Run(std::span<const float> query,
                                            const SearchOptions& options,
                                            const std::stop_token& stop);

  // After Run with a threshold: visible rows that match and reach it, those
  // beyond k included. The filter is then asked about each of them.
  uint64_t matches() const { return matches_; }

 private:
  bool Matches(uint32_t row) const;

  const CollectionConfig& config_;
  const DeltaView& part_;
  const uint64_t sequence_;
  const filter::CompiledFilter* const filter_;
  uint64_t matches_ = 0;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_DELTA_SCAN_H_
