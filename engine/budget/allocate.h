// The best split of a budget, with everything that explains it.

#ifndef MI_ENGINE_BUDGET_ALLOCATE_H_
#define MI_ENGINE_BUDGET_ALLOCATE_H_

#include <stop_token>

#include "absl/status/statusor.h"
#include "engine/budget/problem.h"

namespace mi::budget {

// Spends add up, with what stays unspent, to the budget, to the micro. The
// answer does not depend on the order of campaigns and groups.
//
// Concave curves: the optimum, up to the rounding of doubles. S-shaped curves
// and points with dents: an answer and a bound within `relative_gap`, if the
// branches suffice (certificate.proven says so). kLowestCost and the two ratio
// targets search over the total spend; the certificate is then of the most
// response, or value, at the spend that was found.
//
// Cost: see allocation_solver.h; a search over spends takes about ten of its
// warm solves, or 60 splits by branches when curves are S-shaped.
//
// Errors:
//   INVALID_ARGUMENT     names every field that is out of its range
//   FAILED_PRECONDITION  BUDGET_INFEASIBLE: limits contradict each other;
//                        TARGET_UNATTAINABLE: no split reaches the target
//   CANCELLED            `stop`, checked with every price that is tried
absl::StatusOr<Allocation> Allocate(const AllocationProblem& problem,
                                    std::stop_token stop = {});

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_ALLOCATE_H_
