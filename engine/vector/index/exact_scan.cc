#include "engine/vector/index/exact_scan.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "engine/base/status_macros.h"
#include "engine/vector/index/rescoring.h"

namespace mi::vector {
namespace {

// Rows between two looks at the stop token: some 50 us of work.
constexpr size_t kRowsPerStopCheck = 2048;
static_assert(kRowsPerStopCheck % CodeScorer::kBlockRows == 0);
// Below, the codes save less than coding the query costs.
constexpr size_t kMinCodedRows = 256;
// A block of codes is read as a whole if at least this many of its rows are
// allowed; it is a quarter of a block because reading on is that much cheaper
// than picking.
constexpr int kMinDenseRows = CodeScorer::kBlockRows / 4;

absl::Status Cancelled() { return absl::CancelledError("vector search"); }

}  // namespace

ExactScan::ExactScan(const IndexParts& parts, std::span<const float> query,
                     const RowFilter& filter, SearchScratch* scratch,
                     SearchStats* stats, const std::stop_token& stop)
    : parts_(parts),
      filter_(filter),
      scratch_(*scratch),
      stats_(*stats),
      stop_(stop),
      ranker_(parts.config.metric, query, *parts.kernels),
      query_(query) {}

absl::Status ExactScan::Run(size_t k, std::optional<float> threshold,
                            const std::span<const uint32_t>* rows,
                            std::vector<Neighbor>* out) {
  uint64_t count = 0;
  return Search(k, threshold, /*count_all=*/false, rows, out, &count);
}

absl::Status ExactScan::RunRange(size_t k, float threshold,
                                 const std::span<const uint32_t>* rows,
                                 std::vector<Neighbor>* out, uint64_t* count) {
  return Search(k, threshold, /*count_all=*/true, rows, out, count);
}

absl::Status ExactScan::Search(size_t k, std::optional<float> threshold,
                               bool count_all,
                               const std::span<const uint32_t>* rows,
                               std::vector<Neighbor>* out, uint64_t* count) {
  rows_ = rows;
  *count = 0;
  TopK best(k);
  bool ranked = false;
  if (row_count() >= kMinCodedRows && k < row_count() / 4) {
    ASSIGN_OR_RETURN(const bool useful,
                     CollectPossible(k, threshold, count_all));
    if (useful) {
      RETURN_IF_ERROR(RankPossible(threshold, count_all, &best, count));
      ranked = true;
    }
  }
  if (!ranked) RETURN_IF_ERROR(RankAll(threshold, &best, count));
  *out = best.Take();
  return absl::OkStatus();
}

absl::StatusOr<bool> ExactScan::CollectPossible(size_t k,
                                                std::optional<float> threshold,
                                                bool count_all) {
  possible_.clear();
  CodedQuery& query = scratch_.query;
  parts_.quantizer.EncodeQuery(query_, &query);
  const ScoreBounds bounds(parts_.config.metric, query);
  const CodeScorer scorer(*parts_.kernels, parts_.codes, query.row_form,
                          query.codes.data(), query.zero_sum, query.alpha);
  float bar = threshold.has_value() ? bounds.RankToUnits(*threshold)
                                    : -std::numeric_limits<float>::infinity();
  TopK lows(k);
  const auto consider = [&](float key, uint32_t row) {
    const float error = parts_.code_errors[row];
    if (!bounds.MayReach(key, error, bar) || !filter_.Allows(row)) return;
    const ScoreBounds::Interval interval = bounds.Of(key, error);
    possible_.push_back({interval.high, row});
    if (count_all) return;
    lows.Offer(interval.low, row);
    bar = std::max(bar, lows.lowest_useful_rank());
  };

  const size_t total = row_count();
  float keys[CodeScorer::kBlockRows];
  std::vector<uint32_t>& picked = scratch_.rows;
  for (size_t begin = 0; begin < total; begin += CodeScorer::kBlockRows) {
    if (begin % kRowsPerStopCheck == 0) {
      if (stop_.stop_requested()) return Cancelled();
      if (possible_.size() > total / 4) return false;
    }
    const size_t end = std::min(begin + CodeScorer::kBlockRows, total);
    if (rows_ == nullptr) {
      const uint64_t allowed = filter_.allowed != nullptr
                                   ? filter_.allowed[begin / 64]
                                   : ~uint64_t{0};
      if (allowed == 0) continue;
      if (std::popcount(allowed) >= kMinDenseRows) {
        scorer.BlockKeys(begin, end - begin, keys);
        stats_.distances_coded += end - begin;
        for (size_t i = begin; i < end; ++i) {
          consider(keys[i - begin], static_cast<uint32_t>(i));
        }
        continue;
      }
    }
    AllowedRows(begin, end, &picked);
    for (const uint32_t row : picked) scorer.Prefetch(row);
    scorer.Keys(picked, keys);
    stats_.distances_coded += picked.size();
    for (size_t i = 0; i < picked.size(); ++i) consider(keys[i], picked[i]);
  }

  // Early entries were let in by a lower bar.
  std::erase_if(possible_, [&](const Possible& p) { return p.high < bar; });
  return true;
}

absl::Status ExactScan::RankPossible(std::optional<float> threshold,
                                     bool count_all, TopK* best,
                                     uint64_t* count) {
  std::sort(possible_.begin(), possible_.end(),
            [](const Possible& a, const Possible& b) {
              return a.high > b.high || (a.high == b.high && a.row < b.row);
            });
  const ScoreBounds bounds(parts_.config.metric, scratch_.query);
  constexpr size_t kBatch = 16;
  std::vector<uint32_t>& rows = scratch_.rows;
  for (size_t i = 0; i < possible_.size();) {
    if (i % kRowsPerStopCheck == 0 && stop_.stop_requested()) {
      return Cancelled();
    }
    // From here on no row can be better than what was found.
    if (!count_all &&
        possible_[i].high < bounds.RankToUnits(best->lowest_useful_rank())) {
      break;
    }
    rows.clear();
    for (size_t j = 0; j < kBatch && i < possible_.size(); ++j, ++i) {
      rows.push_back(possible_[i].row);
    }
    stats_.distances_exact += rows.size();
    ForEachExactRank(parts_, ranker_, rows, [&](float rank, uint32_t row) {
      if (threshold.has_value() && rank < *threshold) return;
      ++*count;
      best->Offer(rank, row);
    });
  }
  return absl::OkStatus();
}

absl::Status ExactScan::RankAll(std::optional<float> threshold, TopK* best,
                                uint64_t* count) {
  const size_t total = row_count();
  std::vector<uint32_t>& rows = scratch_.rows;
  for (size_t begin = 0; begin < total; begin += CodeScorer::kBlockRows) {
    if (begin % kRowsPerStopCheck == 0 && stop_.stop_requested()) {
      return Cancelled();
    }
    AllowedRows(begin, std::min(begin + CodeScorer::kBlockRows, total), &rows);
    stats_.distances_exact += rows.size();
    ForEachExactRank(parts_, ranker_, rows, [&](float rank, uint32_t row) {
      if (threshold.has_value() && rank < *threshold) return;
      ++*count;
      best->Offer(rank, row);
    });
  }
  return absl::OkStatus();
}

void ExactScan::AllowedRows(size_t begin, size_t end,
                            std::vector<uint32_t>* out) const {
  out->clear();
  for (size_t i = begin; i < end; ++i) {
    const uint32_t row =
        rows_ != nullptr ? (*rows_)[i] : static_cast<uint32_t>(i);
    if (filter_.Allows(row)) out->push_back(row);
  }
}

}  // namespace mi::vector
