#include "engine/vector/planner.h"

#include <algorithm>

#include "engine/vector/index/index_cost.h"

namespace mi::vector {
namespace {

// A list search that names no number of lists reads about this share of them.
constexpr double kDefaultProbedShare = 0.1;

double ScanMicros(const PlanInput& input) {
  return input.filtered
             ? EstimateListedMicros(input.estimated_matches, input.dimension)
             : EstimateScanMicros(input.rows, input.dimension);
}

// Through a filter, as many more lists have to be read as fewer rows match.
double ListsMicros(const PlanInput& input) {
  const double probed =
      input.n_probe == 0 || input.n_lists == 0
          ? kDefaultProbedShare
          : static_cast<double>(input.n_probe) / input.n_lists;
  const double matching = static_cast<double>(input.estimated_matches) /
                          static_cast<double>(input.rows);
  return std::min(probed / matching, 1.0) *
         EstimateScanMicros(input.rows, input.dimension);
}

double ApproximateMicros(const PlanInput& input) {
  return input.has_graph
             ? EstimateWalkMicros(input.ef_search, input.estimated_matches,
                                  input.rows, input.dimension)
             : ListsMicros(input);
}

}  // namespace

SegmentPlan PlanSegmentSearch(const PlanInput& input) {
  SegmentPlan plan;
  plan.rows = input.rows;
  plan.estimated_matches = input.estimated_matches;
  const bool has_index = input.has_graph || input.n_lists > 0;
  if (input.exact || !has_index || input.estimated_matches <= input.k ||
      ScanMicros(input) <= ApproximateMicros(input)) {
    plan.strategy = SearchStrategy::kExactScan;
  } else if (!input.has_graph) {
    plan.strategy = SearchStrategy::kLists;
    plan.n_probe = input.n_probe;
  } else {
    plan.strategy = input.filtered ? SearchStrategy::kFilteredGraph
                                   : SearchStrategy::kGraph;
    plan.ef_search =
        input.filtered
            ? WidenedEf(input.ef_search, input.estimated_matches, input.rows)
            : input.ef_search;
  }
  return plan;
}

}  // namespace mi::vector
