// The best split when some curves are S-shaped.
//
// The envelopes' optimum bounds every split from above. Where it puts a
// campaign inside a straight line of its envelope, the campaign's range is cut
// there into two, which makes the envelope exact at that point in both; the
// branch with the highest bound goes on. Every branch's split is feasible, so
// the best one found and the highest bound left enclose the optimum.
//
// With one binding limit at most one campaign lies inside a line (a basic
// solution of the envelope problem), which is why few branches do.
//
// Source: J. E. Falk and R. M. Soland, "An algorithm for separable nonconvex
// programming problems", Management Science 15(9), 1969.

#ifndef MI_ENGINE_BUDGET_BRANCH_AND_BOUND_H_
#define MI_ENGINE_BUDGET_BRANCH_AND_BOUND_H_

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/budget/allocation_solver.h"

namespace mi::budget {

struct BranchOptions {
  double reserve = 0;  // as in AllocationSolver::SetReserve
  double step = 1;     // units of currency
  double relative_gap = 1e-7;
  size_t max_branches = 1'000;
};

struct BranchResult {
  std::vector<int64_t> steps;
  double objective = 0;  // sum of values - reserve * spend
  double bound = 0;      // >= the objective of every split
  size_t branches = 0;
};

// Leaves the solver with its own bounds and the split of its envelopes. Errors:
// as AllocationSolver::Solve.
absl::StatusOr<BranchResult> SolveByBranches(AllocationSolver& solver,
                                             const BranchOptions& options,
                                             std::stop_token stop);

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_BRANCH_AND_BOUND_H_
