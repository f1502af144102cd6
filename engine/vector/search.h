// Searches one state of a collection.

#ifndef MI_ENGINE_VECTOR_SEARCH_H_
#define MI_ENGINE_VECTOR_SEARCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "engine/vector/collection_view.h"
#include "engine/vector/planner.h"

namespace mi::vector {

struct SearchRequest {
  std::span<const float> vector;  // [dimension], valid for the metric
  size_t k = 10;                  // >= 1
  // Null: every point.
  const filter::CompiledFilter* filter = nullptr;
  // Unset: the collection's.
  std::optional<uint32_t> ef_search;
  std::optional<uint32_t> n_probe;
  bool exact = false;
  // The worst score to return, in the metric's own terms.
  std::optional<float> score_threshold;
  // A point to leave out, such as the one whose neighbours are asked for.
  std::optional<std::string_view> excluded_id;
};

// A point found. Valid as long as the view that was searched.
struct Hit {
  float score = 0;  // similarity or distance, as the metric says
  PointRef point;
};

// What a search did.
struct SearchReport {
  std::vector<SegmentPlan> segments;
  uint64_t estimated_matches = 0;
  uint64_t codes_scanned = 0;
  uint64_t vectors_scanned = 0;
};

struct SearchResult {
  // Best first; equal scores in ascending order of id.
  std::vector<Hit> hits;
  SearchReport report;
};

// The k best visible points that match. Whenever at least k match, k come
// back. With `exact`, equal to scoring every one of them. Errors: CANCELLED
// when `stop` was requested, which is looked at about every millisecond.
absl::StatusOr<SearchResult> Search(const CollectionView& view,
                                    const SearchRequest& request,
                                    std::stop_token stop);

struct RangeSearchResult {
  // At most `k` of the request, best first.
  std::vector<Hit> hits;
  // All points within the threshold.
  uint64_t total_count = 0;
  SearchReport report;
};

// Every visible point that matches and scores at least as well as the
// threshold, which must be set. Exact; `k` bounds the answer, not the count.
absl::StatusOr<RangeSearchResult> RangeSearch(const CollectionView& view,
                                              const SearchRequest& request,
                                              std::stop_token stop);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_SEARCH_H_
