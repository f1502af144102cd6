// A checked problem in whole steps, ready for the solver.
//
// Campaigns and groups are in ascending order of id, so that an answer does not
// depend on the order in which they were given. Campaigns that cannot move are
// taken out and their spend off every limit.

#ifndef MI_ENGINE_BUDGET_COMPILED_PROBLEM_H_
#define MI_ENGINE_BUDGET_COMPILED_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/error.h"
#include "engine/budget/allocation_solver.h"
#include "engine/budget/problem.h"

namespace mi::budget {

// Reports every field that is out of its range, by its path in the problem:
// "campaigns[3].curve.hill.shape".
void CheckProblem(const AllocationProblem& problem, Violations* violations);

struct CompiledProblem {
  const AllocationProblem* problem = nullptr;
  double step = 0;  // units of currency
  // Campaigns that can move, by position in the problem.
  std::vector<size_t> movable;
  std::vector<Demand> demands;   // of the movable ones
  std::vector<size_t> group_of;  // of the movable ones: solver's group
  std::vector<AllocationSolver::GroupSpec> groups;
  // The solver's group of every group of the problem; group 0 is the total.
  std::vector<size_t> solver_group;
  std::vector<size_t> group_of_all;  // of every campaign of the problem
  // Of every campaign: its spend if it cannot move.
  std::vector<std::optional<Micros>> fixed;
  Micros fixed_spend = 0;
  double fixed_value = 0;  // in the unit of the objective, without cost
  bool concave = true;
};

// Counts responses for kMostResponse, kLowestCost and kTargetCpa, else values.
double WeightOf(const AllocationProblem& problem, const Campaign& campaign);

// What a unit of currency has to earn to be spent.
double ReserveOf(const AllocationProblem& problem);

// `problem` must have passed CheckProblem and must outlive the result. Errors:
// FAILED_PRECONDITION with BUDGET_INFEASIBLE when bounds contradict each other.
absl::StatusOr<CompiledProblem> Compile(const AllocationProblem& problem);

// FAILED_PRECONDITION that says by how much the limits of a solver's group
// contradict those of its members, and which members weigh most.
absl::Status Infeasible(const CompiledProblem& compiled, size_t group);

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_COMPILED_PROBLEM_H_
