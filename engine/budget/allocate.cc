#include "engine/budget/allocate.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/budget/compiled_problem.h"
#include "engine/budget/report.h"
#include "engine/budget/spend_search.h"

namespace mi::budget {

absl::StatusOr<Allocation> Allocate(const AllocationProblem& problem,
                                    std::stop_token stop) {
  Violations violations;
  CheckProblem(problem, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const CompiledProblem compiled, Compile(problem));
  SpendSearch search(compiled, std::move(stop));
  ASSIGN_OR_RETURN(const Split split, search.Run());
  return Report(compiled, split, search.solver());
}

}  // namespace mi::budget
