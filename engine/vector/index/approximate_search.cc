#include "engine/vector/index/approximate_search.h"

#include <algorithm>
#include <cmath>

#include "engine/base/status_macros.h"
#include "engine/vector/index/index_cost.h"
#include "engine/vector/index/rescoring.h"
#include "engine/vector/kernels/exact_rank.h"

namespace mi::vector {
namespace {

// Lists whose rows a walk starts from: more for wider walks, whose misses are
// mostly neighbours that no walk from the first lists leads to.
size_t EntryLists(size_t ef) { return 2 + ef / 48; }
// Hops between two looks at the stop token and at how many allowed rows were
// found: some 20 us.
constexpr uint64_t kHopsPerCheck = 16;
// Lists that are ordered first; all are if these are not enough.
constexpr size_t kFirstLists = 64;

// Rows ranked again on their full vectors for k results: codes order near rows
// almost, but not quite, as the vectors do.
size_t RescoredRows(size_t k) { return k + std::max<size_t>(k / 2, 14); }

absl::Status Cancelled() { return absl::CancelledError("vector search"); }

}  // namespace

ApproximateSearch::ApproximateSearch(const IndexParts& parts,
                                     std::span<const float> query,
                                     const SearchOptions& options,
                                     const RowFilter& filter, uint64_t allowed,
                                     SearchScratch* scratch, SearchStats* stats,
                                     const std::stop_token& stop)
    : parts_(parts),
      query_(query),
      options_(options),
      filter_(filter),
      allowed_(allowed),
      scratch_(*scratch),
      stats_(*stats),
      stop_(stop) {}

absl::Status ApproximateSearch::Run(std::vector<Neighbor>* out) {
  parts_.quantizer.EncodeQuery(query_, &scratch_.query);
  scratch_.visited.Clear(parts_.rows);
  RETURN_IF_ERROR(parts_.graph.rows > 0 ? WalkGraph() : ProbeLists());
  Rescore(out);
  return absl::OkStatus();
}

void ApproximateSearch::FindLists(size_t count) {
  const CodedQuery& query = scratch_.query;
  parts_.lists.Nearest(*parts_.kernels, query.centroid_form, query.codes.data(),
                       query.zero_sum, query.alpha, count, &scratch_,
                       &stats_.distances_coded);
}

size_t ApproximateSearch::ScanList(const CodeScorer& scorer, uint32_t list,
                                   bool allowed_only) {
  CandidatePool& pool = scratch_.pool;
  const size_t k = options_.k;
  float keys[CodeScorer::kBlockRows];
  size_t improved = 0;
  const uint32_t end = parts_.lists.end(list);
  for (uint32_t begin = parts_.lists.begin(list); begin < end;) {
    const uint32_t count =
        std::min<uint32_t>(end - begin, CodeScorer::kBlockRows);
    scorer.BlockKeys(begin, count, keys);
    for (uint32_t i = 0; i < count; ++i) {
      if (!(keys[i] > pool.bar())) continue;
      if (allowed_only && !filter_.Allows(begin + i)) continue;
      improved += pool.size() < k || keys[i] > pool[k - 1].key ? 1 : 0;
      pool.Insert(keys[i], begin + i);
    }
    begin += count;
  }
  stats_.distances_coded += end - parts_.lists.begin(list);
  ++stats_.lists_probed;
  return improved;
}

absl::Status ApproximateSearch::WalkGraph() {
  const CodedQuery& query = scratch_.query;
  const CodeScorer scorer(*parts_.kernels, parts_.codes, query.row_form,
                          query.codes.data(), query.zero_sum, query.alpha);
  CandidatePool& pool = scratch_.pool;
  const size_t ef = std::max<size_t>(options_.ef_search, options_.k);
  pool.Reset(WidenedEf(static_cast<uint32_t>(ef), allowed_, parts_.rows));
  FindLists(EntryLists(ef));
  for (const ScoredList& list : scratch_.lists) {
    for (uint32_t row = parts_.lists.begin(list.list);
         row < parts_.lists.end(list.list); ++row) {
      scratch_.visited.Add(row);
    }
    ScanList(scorer, list.list, /*allowed_only=*/false);
  }

  const bool filtered = !filter_.allows_all();
  bool cancelled = false;
  uint64_t hops = 0;
  stats_.graph_hops +=
      Walk(parts_.graph, scorer, &scratch_, &stats_.distances_coded, [&] {
        if (++hops % kHopsPerCheck != 0) return false;
        cancelled = stop_.stop_requested();
        if (cancelled || !filtered) return cancelled;
        // Enough allowed rows, with nothing better left to expand: the pool is
        // wide only in case the filter excludes most rows around here.
        size_t allowed = 0;
        for (size_t i = 0; i < pool.next() && allowed < ef; ++i) {
          allowed += filter_.Allows(pool[i].row()) ? 1 : 0;
        }
        return allowed >= ef;
      });
  return cancelled ? Cancelled() : absl::OkStatus();
}

absl::Status ApproximateSearch::ProbeLists() {
  const CodedQuery& query = scratch_.query;
  const CodeScorer scorer(*parts_.kernels, parts_.codes, query.row_form,
                          query.codes.data(), query.zero_sum, query.alpha);
  const bool filtered = !filter_.allows_all();
  scratch_.pool.Reset(RescoredRows(options_.k));
  const size_t patience =
      ListPatience(options_.ef_search, allowed_, parts_.rows);
  const size_t limit =
      options_.n_probe != 0 ? options_.n_probe : parts_.lists.size();
  size_t probed = 0, in_vain = 0;
  // Lists that were probed are kept in `visited`, by their numbers.
  for (size_t count = std::min(limit, kFirstLists);;
       count = std::min(limit, parts_.lists.size())) {
    FindLists(count);
    for (const ScoredList& list : scratch_.lists) {
      if (!scratch_.visited.Add(list.list)) continue;
      if (stop_.stop_requested()) return Cancelled();
      const size_t improved = ScanList(scorer, list.list, filtered);
      in_vain = improved > 0 ? 0 : in_vain + 1;
      ++probed;
      const bool settled = options_.n_probe == 0 && in_vain >= patience &&
                           scratch_.pool.size() >= options_.k;
      if (settled || probed >= limit) return absl::OkStatus();
    }
    if (count >= std::min(limit, parts_.lists.size())) return absl::OkStatus();
  }
}

void ApproximateSearch::Rescore(std::vector<Neighbor>* out) {
  const CandidatePool& pool = scratch_.pool;
  std::vector<uint32_t>& rows = scratch_.rows;
  const bool filtered = !filter_.allows_all();
  rows.clear();
  const ScoreBounds bounds(parts_.config.metric, scratch_.query);
  const float bar = std::isinf(options_.floor)
                        ? options_.floor
                        : bounds.RankToUnits(options_.floor);
  for (size_t i = 0; i < pool.size() && met_ < RescoredRows(options_.k); ++i) {
    const uint32_t row = pool[i].row();
    if (filtered && !filter_.Allows(row)) continue;
    ++met_;
    if (bounds.MayReach(pool[i].key, parts_.code_errors[row], bar)) {
      rows.push_back(row);
    }
  }
  const ExactRanker ranker(parts_.config.metric, query_, *parts_.kernels);
  TopK best(options_.k);
  stats_.distances_exact += rows.size();
  ForEachExactRank(parts_, ranker, rows,
                   [&](float rank, uint32_t row) { best.Offer(rank, row); });
  *out = best.Take();
}

}  // namespace mi::vector
