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
// Rows that stand alone are gathered up to this many, so that their codes are
// fetched side by side.
constexpr size_t kMaxPicked = 2 * CodeScorer::kBlockRows;
static_assert(CodeScorer::kBlockRows == 64);  // a word of the filter

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

  float keys[kMaxPicked];
  const size_t too_many = row_count() / 4;
  RETURN_IF_ERROR(ForEachRow(
      /*blocks=*/true,
      [&](size_t first, size_t count) {
        scorer.BlockKeys(first, count, keys);
        stats_.distances_coded += count;
        for (size_t i = 0; i < count; ++i) {
          consider(keys[i], static_cast<uint32_t>(first + i));
        }
      },
      [&](std::span<const uint32_t> rows) {
        for (const uint32_t row : rows) scorer.Prefetch(row);
        scorer.Keys(rows, keys);
        stats_.distances_coded += rows.size();
        for (size_t i = 0; i < rows.size(); ++i) consider(keys[i], rows[i]);
      },
      [&] { return possible_.size() > too_many; }));
  if (possible_.size() > too_many) return false;

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
  return ForEachRow(
      /*blocks=*/false, [](size_t, size_t) {},
      [&](std::span<const uint32_t> rows) {
        stats_.distances_exact += rows.size();
        ForEachExactRank(parts_, ranker_, rows, [&](float rank, uint32_t row) {
          if (threshold.has_value() && rank < *threshold) return;
          ++*count;
          best->Offer(rank, row);
        });
      },
      [] { return false; });
}

template <typename UseBlock, typename UsePicked, typename IsEnough>
absl::Status ExactScan::ForEachRow(bool blocks, UseBlock&& use_block,
                                   UsePicked&& use_picked,
                                   IsEnough&& is_enough) {
  std::vector<uint32_t>& picked = scratch_.rows;
  picked.clear();
  const size_t total = row_count();
  for (size_t begin = 0; begin < total; begin += CodeScorer::kBlockRows) {
    if (begin % kRowsPerStopCheck == 0) {
      if (stop_.stop_requested()) return Cancelled();
      if (is_enough()) return absl::OkStatus();
    }
    const size_t end = std::min(begin + CodeScorer::kBlockRows, total);
    if (rows_ != nullptr) {
      PickListed(begin, end);
    } else {
      uint64_t allowed =
          ~uint64_t{0} >> (CodeScorer::kBlockRows - (end - begin));
      if (filter_.allowed != nullptr) allowed &= filter_.allowed[begin / 64];
      if (allowed == 0) continue;
      if (blocks && std::popcount(allowed) >= kMinDenseRows) {
        use_block(begin, end - begin);
        continue;
      }
      PickFromWord(begin, allowed);
    }
    if (picked.size() >= kMaxPicked - CodeScorer::kBlockRows) {
      use_picked(std::span<const uint32_t>(picked));
      picked.clear();
    }
  }
  if (!picked.empty()) use_picked(std::span<const uint32_t>(picked));
  return absl::OkStatus();
}

void ExactScan::PickListed(size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    if (filter_.Allows((*rows_)[i])) scratch_.rows.push_back((*rows_)[i]);
  }
}

void ExactScan::PickFromWord(size_t begin, uint64_t allowed) {
  for (; allowed != 0; allowed &= allowed - 1) {
    const auto row = static_cast<uint32_t>(
        begin + static_cast<size_t>(std::countr_zero(allowed)));
    if (filter_.Allows(row)) scratch_.rows.push_back(row);
  }
}

}  // namespace mi::vector
