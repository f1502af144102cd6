// Splits at a given total, and the search for the total that a target asks for.

#ifndef MI_ENGINE_BUDGET_SPEND_SEARCH_H_
#define MI_ENGINE_BUDGET_SPEND_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/budget/allocation_solver.h"
#include "engine/budget/compiled_problem.h"

namespace mi::budget {

// A split of the movable campaigns.
struct Split {
  std::vector<int64_t> steps;  // by movable campaign
  int64_t total = 0;           // their sum
  double objective = 0;        // of all campaigns: value - reserve * spend
  double bound = 0;            // no split of this total is better
  size_t branches = 0;
};

// Thread-compatible. `compiled` must outlive it.
class SpendSearch {
 public:
  SpendSearch(const CompiledProblem& compiled, std::stop_token stop);

  // The split that the problem's objective asks for. Errors: as Allocate.
  absl::StatusOr<Split> Run();

  // Holds the prices of the split returned last.
  const AllocationSolver& solver() const { return solver_; }

 private:
  absl::StatusOr<Split> AtMost(int64_t total);
  absl::StatusOr<Split> ByPrices();
  absl::StatusOr<Split> CheapestThatReaches(double target);
  // The largest total whose objective is at least `ratio` of its spend.
  absl::StatusOr<Split> LargestWithRatio(double ratio);
  double SpendOf(int64_t total) const;
  double DualBound() const;
  // How much the objective at a split exceeds the ratio's demand.
  double Surplus(const Split& split, double ratio) const;

  const CompiledProblem& compiled_;
  const AllocationProblem& problem_;
  const std::stop_token stop_;
  AllocationSolver solver_;
  const double reserve_;
};

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_SPEND_SEARCH_H_
