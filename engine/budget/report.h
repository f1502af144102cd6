// Explains a split: what it earns, what binds, what is left and why.

#ifndef MI_ENGINE_BUDGET_REPORT_H_
#define MI_ENGINE_BUDGET_REPORT_H_

#include "engine/budget/compiled_problem.h"
#include "engine/budget/problem.h"
#include "engine/budget/spend_search.h"

namespace mi::budget {

// `solver` holds the prices of `split`. Cost: O(campaigns * (draws + chart
// points) + groups).
Allocation Report(const CompiledProblem& compiled, const Split& split,
                  const AllocationSolver& solver);

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_REPORT_H_
