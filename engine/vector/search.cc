#include "engine/vector/search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/bitset.h"
#include "engine/base/status_macros.h"
#include "engine/payload/payload_view.h"
#include "engine/vector/delta_scan.h"

namespace mi::vector {
namespace {

// Scores are ranks turned into the metric's own terms: ranks are higher for
// nearer points under every metric, distances are lower.
bool IsDistance(Metric metric) {
  return metric == Metric::kEuclidean || metric == Metric::kManhattan;
}
float ScoreFromRank(Metric metric, float rank) {
  return IsDistance(metric) ? -rank : rank;
}
float RankFromScore(Metric metric, float score) {
  return IsDistance(metric) ? -score : score;
}

// Searches one view for one request, part by part.
class Searcher {
 public:
  Searcher(const CollectionView& view, const SearchRequest& request,
           std::stop_token stop)
      : view_(view),
        request_(request),
        settings_(view.config->index),
        metric_(view.config->metric),
        stop_(std::move(stop)) {
    // One more where a point may have to be left out of the answer.
    options_.k = request.k + (request.excluded_id.has_value() ? 1 : 0);
    options_.ef_search =
        std::max<uint32_t>(request.ef_search.value_or(settings_.ef_search),
                           static_cast<uint32_t>(options_.k));
    options_.n_probe = request.n_probe.value_or(settings_.n_probe);
    if (request.score_threshold.has_value()) {
      options_.threshold = RankFromScore(metric_, *request.score_threshold);
    }
  }

  absl::StatusOr<SearchResult> Search() {
    // The largest first: most of the answer comes from it, and what is known to
    // be no part of the answer costs little in the others.
    std::vector<const Segment*> segments;
    segments.reserve(view_.segments.size());
    for (const auto& segment : view_.segments) segments.push_back(&*segment);
    std::stable_sort(segments.begin(), segments.end(),
                     [](const Segment* a, const Segment* b) {
                       return a->size() > b->size();
                     });
    for (const Segment* segment : segments) {
      RETURN_IF_ERROR(SearchSegment(*segment));
      RaiseFloor();
    }
    for (const DeltaView& part : view_.deltas) {
      RETURN_IF_ERROR(SearchDelta(part));
      RaiseFloor();
    }
    SearchResult result;
    result.hits = TakeHits();
    result.report = std::move(report_);
    return result;
  }

  absl::StatusOr<RangeSearchResult> RangeSearch() {
    for (const auto& segment : view_.segments) {
      RETURN_IF_ERROR(SearchSegmentRange(*segment));
    }
    for (const DeltaView& part : view_.deltas) {
      RETURN_IF_ERROR(SearchDelta(part));
      total_count_ += delta_matches_;
    }
    RangeSearchResult result;
    result.hits = TakeHits();
    result.total_count = total_count_ - (excluded_seen_ ? 1 : 0);
    result.report = std::move(report_);
    return result;
  }

 private:
  struct Candidate {
    float rank;
    PointRef point;
  };

  // The rows of a segment that may be returned, by tombstones and filter.
  struct Selection {
    RowFilter rows;
    Bitset matching;  // backs `rows` when there is a filter
    std::vector<uint32_t> listed;
    bool as_list = false;
  };

  auto PayloadsOf(const Segment& segment) const {
    return [&segment](uint32_t row) { return segment.payload(row); };
  }

  SegmentPlan PlanFor(const Segment& segment) const {
    PlanInput input;
    input.dimension = view_.config->dimension;
    input.rows = segment.size();
    input.estimated_matches = segment.size() - segment.tombstones();
    if (request_.filter != nullptr) {
      const auto estimate = segment.payload_index().Estimate(
          *request_.filter, PayloadsOf(segment));
      input.filtered = true;
      input.estimated_matches = std::min<uint64_t>(
          input.estimated_matches,
          static_cast<uint64_t>(std::llround(estimate.expected)));
    }
    input.exact = request_.exact;
    input.has_graph = segment.index().has_graph();
    input.n_lists = static_cast<uint32_t>(segment.index().n_lists());
    input.k = options_.k;
    input.ef_search = options_.ef_search;
    input.n_probe = options_.n_probe;
    return PlanSegmentSearch(input);
  }

  // Which rows may be returned. Few matches are listed, many become bits.
  absl::StatusOr<Selection> Select(const Segment& segment,
                                   const SegmentPlan& plan) const {
    Selection selection;
    selection.rows.deleted_at = segment.deleted_at();
    selection.rows.sequence = view_.sequence;
    selection.rows.allowed_count = segment.size() - segment.tombstones();
    if (request_.filter == nullptr) return selection;
    if (plan.strategy == SearchStrategy::kExactScan) {
      selection.as_list = true;
      RETURN_IF_ERROR(segment.payload_index().SelectRows(
          *request_.filter, PayloadsOf(segment), &selection.listed, stop_));
    } else {
      RETURN_IF_ERROR(segment.payload_index().Select(
          *request_.filter, PayloadsOf(segment), &selection.matching, stop_));
      selection.rows.allowed = selection.matching.words().data();
      selection.rows.allowed_count = selection.matching.Count();
    }
    return selection;
  }

  absl::Status SearchSegment(const Segment& segment) {
    SegmentPlan plan = PlanFor(segment);
    ASSIGN_OR_RETURN(const Selection selection, Select(segment, plan));
    std::vector<Neighbor> found;
    SearchStats stats;
    if (selection.as_list) {
      RETURN_IF_ERROR(segment.index().SearchRows(
          request_.vector, selection.listed, options_, selection.rows, &found,
          &stats, stop_));
    } else if (plan.strategy == SearchStrategy::kExactScan) {
      RETURN_IF_ERROR(segment.index().SearchExact(
          request_.vector, options_, selection.rows, &found, &stats, stop_));
    } else {
      RETURN_IF_ERROR(segment.index().Search(
          request_.vector, options_, selection.rows, &found, &stats, stop_));
      if (stats.fell_back_to_exact) {
        plan.strategy = SearchStrategy::kExactScan;
      }
    }
    plan.n_probe = static_cast<uint32_t>(stats.lists_probed);
    Collect(segment, found);
    Report(plan, stats);
    return absl::OkStatus();
  }

  absl::Status SearchSegmentRange(const Segment& segment) {
    SegmentPlan plan;
    plan.rows = segment.size();
    ASSIGN_OR_RETURN(const Selection selection, Select(segment, plan));
    std::vector<Neighbor> found;
    SearchStats stats;
    uint64_t count = 0;
    RETURN_IF_ERROR(segment.index().SearchRange(
        request_.vector, options_, selection.rows,
        selection.as_list ? &selection.listed : nullptr, &found, &count, &stats,
        stop_));
    plan.estimated_matches =
        selection.as_list ? selection.listed.size() : segment.size();
    total_count_ += count;
    Collect(segment, found);
    Report(plan, stats);
    return absl::OkStatus();
  }

  absl::Status SearchDelta(const DeltaView& part) {
    if (part.rows == 0) return absl::OkStatus();
    DeltaScan scan(*view_.config, part, view_.sequence, request_.filter);
    ASSIGN_OR_RETURN(const std::vector<Neighbor> found,
                     scan.Run(request_.vector, options_, stop_));
    delta_matches_ = scan.matches();
    for (const Neighbor& neighbor : found) {
      candidates_.push_back(
          {neighbor.rank, PointRef(part.delta.get(), neighbor.row)});
    }
    SegmentPlan plan;
    plan.rows = part.rows;
    plan.estimated_matches =
        part.rows - std::min(part.rows, part.delta->tombstones());
    SearchStats stats;
    stats.distances_coded = scan.coded();
    stats.distances_exact = scan.ranked();
    Report(plan, stats);
    return absl::OkStatus();
  }

  // Nothing below the k-th best candidate so far can get into the answer.
  void RaiseFloor() {
    if (candidates_.size() < options_.k) return;
    const auto kth =
        candidates_.begin() + static_cast<ptrdiff_t>(options_.k - 1);
    std::nth_element(
        candidates_.begin(), kth, candidates_.end(),
        [](const Candidate& a, const Candidate& b) { return a.rank > b.rank; });
    options_.floor = kth->rank;
  }

  void Collect(const Segment& segment, const std::vector<Neighbor>& found) {
    for (const Neighbor& neighbor : found) {
      candidates_.push_back({neighbor.rank, PointRef(&segment, neighbor.row)});
    }
  }

  void Report(const SegmentPlan& plan, const SearchStats& stats) {
    report_.segments.push_back(plan);
    report_.estimated_matches += plan.estimated_matches;
    report_.codes_scanned += stats.distances_coded;
    report_.vectors_scanned += stats.distances_exact;
  }

  std::vector<Hit> TakeHits() {
    if (request_.excluded_id.has_value()) {
      excluded_seen_ = std::erase_if(candidates_, [&](const Candidate& c) {
                         return c.point.id() == *request_.excluded_id;
                       }) > 0;
    }
    const auto better = [](const Candidate& a, const Candidate& b) {
      if (a.rank != b.rank) return a.rank > b.rank;
      return a.point.id() < b.point.id();
    };
    const size_t kept = std::min(request_.k, candidates_.size());
    std::partial_sort(candidates_.begin(),
                      candidates_.begin() + static_cast<ptrdiff_t>(kept),
                      candidates_.end(), better);
    std::vector<Hit> hits;
    hits.reserve(kept);
    for (size_t i = 0; i < kept; ++i) {
      hits.push_back(
          {ScoreFromRank(metric_, candidates_[i].rank), candidates_[i].point});
    }
    return hits;
  }

  const CollectionView& view_;
  const SearchRequest& request_;
  const IndexSettings& settings_;
  const Metric metric_;
  const std::stop_token stop_;
  SearchOptions options_;
  std::vector<Candidate> candidates_;
  uint64_t total_count_ = 0;
  uint64_t delta_matches_ = 0;
  bool excluded_seen_ = false;
  SearchReport report_;
};

}  // namespace

absl::StatusOr<SearchResult> Search(const CollectionView& view,
                                    const SearchRequest& request,
                                    std::stop_token stop) {
  return Searcher(view, request, std::move(stop)).Search();
}

absl::StatusOr<RangeSearchResult> RangeSearch(const CollectionView& view,
                                              const SearchRequest& request,
                                              std::stop_token stop) {
  return Searcher(view, request, std::move(stop)).RangeSearch();
}

}  // namespace mi::vector
