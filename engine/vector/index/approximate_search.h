// The best rows near where a query lands: by lists, and on through the graph.

#ifndef MI_ENGINE_VECTOR_INDEX_APPROXIMATE_SEARCH_H_
#define MI_ENGINE_VECTOR_INDEX_APPROXIMATE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "engine/vector/index/index_parts.h"
#include "engine/vector/index/row_filter.h"
#include "engine/vector/index/search_scratch.h"
#include "engine/vector/index/vector_index.h"
#include "engine/vector/kernels/top_k.h"

namespace mi::vector {

// One approximate search of an index that has lists. Thread-compatible.
class ApproximateSearch {
 public:
  // Everything must outlive the search. `allowed` is how many rows the filter
  // allows.
  ApproximateSearch(const IndexParts& parts, std::span<const float> query,
                    const SearchOptions& options, const RowFilter& filter,
                    uint64_t allowed, SearchScratch* scratch,
                    SearchStats* stats, const std::stop_token& stop);

  // The best rows found, ranked exactly, best first: at most k, and fewer if
  // the search met fewer allowed ones that may reach the floor. Errors:
  // CANCELLED.
  absl::Status Run(std::vector<Neighbor>* out);

  // After Run: allowed rows that the search met, whatever their rank; counts to
  // a little beyond k.
  size_t met() const { return met_; }

 private:
  absl::Status WalkGraph();
  absl::Status ProbeLists();
  // Puts the rows of a list into the pool; how many rows got among the best k.
  size_t ScanList(const CodeScorer& scorer, uint32_t list, bool allowed_only);
  void FindLists(size_t count);
  void Rescore(std::vector<Neighbor>* out);

  const IndexParts& parts_;
  const std::span<const float> query_;
  const SearchOptions& options_;
  const RowFilter& filter_;
  const uint64_t allowed_;
  SearchScratch& scratch_;
  SearchStats& stats_;
  const std::stop_token& stop_;
  size_t met_ = 0;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_APPROXIMATE_SEARCH_H_
