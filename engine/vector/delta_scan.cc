#include "engine/vector/delta_scan.h"

#include <algorithm>
#include <cmath>

#include "engine/payload/payload_view.h"

namespace mi::vector {

DeltaScan::DeltaScan(const CollectionConfig& config, const DeltaView& part,
                     uint64_t sequence, const filter::CompiledFilter* filter)
    : config_(config), part_(part), sequence_(sequence), filter_(filter) {}

absl::StatusOr<std::vector<Neighbor>> DeltaScan::Run(
    std::span<const float> query, const SearchOptions& options,
    const std::stop_token& stop) {
  query_ = query;
  ranker_.emplace(config_.metric, query);
  best_ = TopK(options.k);
  count_all_ = options.threshold.has_value();
  floor_ = std::max(options.floor, options.threshold.value_or(options.floor));
  matches_ = coded_ = ranked_ = 0;
  const auto rows = static_cast<uint32_t>(part_.rows);
  constexpr auto kChunk = static_cast<uint32_t>(Delta::kChunkRows);
  for (uint32_t first = 0; first < rows; first += kChunk) {
    if (stop.stop_requested()) return absl::CancelledError("vector search");
    if (first + kChunk <= rows) {
      ScanCodes(first);
    } else {
      ScanVectors(first, rows);
    }
  }
  return best_.Take();
}

void DeltaScan::ScanCodes(uint32_t first) {
  const CodedRows& coded = part_.delta->codes(first);
  coded.quantizer().EncodeQuery(query_, &coded_query_);
  const ScoreBounds bounds(config_.metric, coded_query_);
  uint32_t waiting[kRowsAtOnce];
  uint32_t count = 0;
  const auto in_units = [&bounds](float rank) {
    return std::isinf(rank) ? rank : bounds.RankToUnits(rank);
  };
  float bar = in_units(Bar());
  coded.ForEachThatMayReach(
      coded_query_, bounds, [&bar] { return bar; },
      [&](uint32_t row) {
        waiting[count++] = first + row;
        if (count < kRowsAtOnce) return;
        Rank(waiting);
        count = 0;
        bar = in_units(Bar());
      });
  Rank(std::span<const uint32_t>(waiting, count));
  coded_ += Delta::kChunkRows;
}

void DeltaScan::ScanVectors(uint32_t first, uint32_t end) {
  while (first < end) {
    uint32_t rows[kRowsAtOnce];
    uint32_t count = 0;
    while (count < kRowsAtOnce && first < end) rows[count++] = first++;
    Rank(std::span<const uint32_t>(rows, count));
  }
}

void DeltaScan::Rank(std::span<const uint32_t> rows) {
  if (rows.empty()) return;
  const Delta& delta = *part_.delta;
  const float* vectors[kRowsAtOnce];
  float inverse_norms[kRowsAtOnce];
  float ranks[kRowsAtOnce];
  for (uint32_t i = 0; i < kRowsAtOnce; ++i) {
    const uint32_t row = rows[std::min<size_t>(i, rows.size() - 1)];
    vectors[i] = delta.vector(row);
    inverse_norms[i] = delta.inverse_norm(row);
  }
  ranker_->Rank4(vectors, inverse_norms, ranks);
  ranked_ += rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!(ranks[i] >= Bar()) || !Matches(rows[i])) continue;
    ++matches_;
    best_.Offer(ranks[i], rows[i]);
  }
}

float DeltaScan::Bar() const {
  return count_all_ ? floor_ : std::max(floor_, best_.lowest_useful_rank());
}

bool DeltaScan::Matches(uint32_t row) const {
  return part_.delta->LiveAt(row, sequence_) &&
         (filter_ == nullptr ||
          filter_->Matches(payload::PayloadView(part_.delta->payload(row))));
}

}  // namespace mi::vector
