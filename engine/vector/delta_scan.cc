#include "engine/vector/delta_scan.h"

#include <algorithm>
#include <limits>

#include "engine/payload/payload_view.h"
#include "engine/vector/kernels/exact_rank.h"
#include "engine/vector/kernels/top_k.h"

namespace mi::vector {
namespace {

constexpr uint32_t kRowsAtOnce = 4;
static_assert(Delta::kChunkRows % kRowsAtOnce == 0);
constexpr uint32_t kRowsBetweenStopChecks = 1024;

}  // namespace

bool DeltaScan::Matches(uint32_t row) const {
  return part_.delta->LiveAt(row, sequence_) &&
         (filter_ == nullptr ||
          filter_->Matches(payload::PayloadView(part_.delta->payload(row))));
}

absl::StatusOr<std::vector<Neighbor>> DeltaScan::Run(
    std::span<const float> query, const SearchOptions& options,
    const std::stop_token& stop) {
  const Delta& delta = *part_.delta;
  const ExactRanker ranker(config_.metric, query);
  const bool count_all = options.threshold.has_value();
  const float threshold =
      options.threshold.value_or(-std::numeric_limits<float>::infinity());
  const auto rows = static_cast<uint32_t>(part_.rows);
  TopK best(options.k);
  matches_ = 0;
  for (uint32_t first = 0; first < rows; first += kRowsAtOnce) {
    if (first % kRowsBetweenStopChecks == 0 && stop.stop_requested()) {
      return absl::CancelledError("cancelled");
    }
    const uint32_t count = std::min(kRowsAtOnce, rows - first);
    const float* vectors[kRowsAtOnce];
    float inverse_norms[kRowsAtOnce];
    float ranks[kRowsAtOnce];
    for (uint32_t i = 0; i < kRowsAtOnce; ++i) {
      const uint32_t row = first + std::min(i, count - 1);
      vectors[i] = delta.vector(row);
      inverse_norms[i] = delta.inverse_norm(row);
    }
    ranker.Rank4(vectors, inverse_norms, ranks);
    for (uint32_t i = 0; i < count; ++i) {
      if (!(ranks[i] >= threshold)) continue;
      if (!count_all && ranks[i] < best.lowest_useful_rank()) continue;
      if (!Matches(first + i)) continue;
      ++matches_;
      best.Offer(ranks[i], first + i);
    }
  }
  return best.Take();
}

}  // namespace mi::vector
