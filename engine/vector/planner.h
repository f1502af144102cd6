// Chooses how to search a segment.

#ifndef MI_ENGINE_VECTOR_PLANNER_H_
#define MI_ENGINE_VECTOR_PLANNER_H_

#include <cstddef>
#include <cstdint>

namespace mi::vector {

enum class SearchStrategy {
  kExactScan,      // score every matching row
  kGraph,          // walk the graph
  kFilteredGraph,  // walk it more widely, returning matching rows only
  kLists,          // scan the inverted lists nearest to the query
};

// What a search of one segment did, or will do.
struct SegmentPlan {
  SearchStrategy strategy = SearchStrategy::kExactScan;
  uint64_t rows = 0;
  uint64_t estimated_matches = 0;
  uint32_t ef_search = 0;  // graph walks, after widening for the filter
  uint32_t n_probe = 0;    // list scans; 0 in a plan: the index chooses
};

struct PlanInput {
  size_t dimension = 0;
  uint64_t rows = 0;
  // Live rows that are estimated to match; `rows` without a filter.
  uint64_t estimated_matches = 0;
  bool filtered = false;
  bool exact = false;
  bool has_graph = false;
  uint32_t n_lists = 0;  // 0: there are none
  uint64_t k = 10;
  uint32_t ef_search = 64;
  uint32_t n_probe = 0;  // 0: the index's estimate
};

// A walk through a filter has to visit about 1 / selectivity as many rows for
// the same number of matching ones, while a scan costs the same for each match:
// the cheaper by the measured costs is taken. At or below k matches only a scan
// can find them all.
SegmentPlan PlanSegmentSearch(const PlanInput& input);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_PLANNER_H_
