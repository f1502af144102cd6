#include "engine/budget/spend_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/budget/branch_and_bound.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr size_t kBranchedCampaigns = 2'000'000;
constexpr size_t kMinBranches = 100;
constexpr size_t kMaxBranches = 10'000;
constexpr int kMaxDescents = 10'000;

size_t BranchLimit(const AllocationProblem& problem) {
  if (problem.max_branches != 0) return problem.max_branches;
  return std::clamp(kBranchedCampaigns / problem.campaigns.size(), kMinBranches,
                    kMaxBranches);
}

absl::Status Unattainable(std::string_view message) {
  ErrorDetails details;
  details.reason = Reason::kTargetUnattainable;
  return MakeError(absl::StatusCode::kFailedPrecondition, message, details);
}

int64_t ToSteps(double steps) {
  if (!(steps > 0)) return 0;
  return steps >= static_cast<double>(kMaxSteps) ? kMaxSteps
                                                 : static_cast<int64_t>(steps);
}

}  // namespace

SpendSearch::SpendSearch(const CompiledProblem& compiled, std::stop_token stop)
    : compiled_(compiled),
      problem_(*compiled.problem),
      stop_(std::move(stop)),
      solver_(compiled.demands, compiled.group_of, compiled.groups),
      reserve_(ReserveOf(problem_)) {
  solver_.SetReserve(reserve_);
}

absl::StatusOr<Split> SpendSearch::Run() {
  switch (problem_.objective) {
    case Objective::kMostResponse:
    case Objective::kMostValue:
    case Objective::kMostProfit:
    case Objective::kTargetMarginalRoas:
      return AtMost(compiled_.groups[0].max);
    case Objective::kLowestCost:
      return CheapestThatReaches(problem_.target);
    case Objective::kTargetRoas:
      return LargestWithRatio(problem_.target);
    case Objective::kTargetCpa:
      return LargestWithRatio(1 / problem_.target);
  }
  return absl::InternalError("unknown objective");
}

absl::StatusOr<Split> SpendSearch::AtMost(int64_t total) {
  solver_.SetGroupLimits(AllocationSolver::kRoot, 0, total);
  if (compiled_.concave) return ByPrices();
  const BranchOptions options{.reserve = reserve_,
                              .step = compiled_.step,
                              .relative_gap = problem_.relative_gap,
                              .max_branches = BranchLimit(problem_)};
  auto solved = SolveByBranches(solver_, options, stop_);
  if (solver_.infeasible_group().has_value()) {
    return Infeasible(compiled_, *solver_.infeasible_group());
  }
  RETURN_IF_ERROR(solved.status());
  const double fixed =
      compiled_.fixed_value -
      reserve_ * static_cast<double>(compiled_.fixed_spend) / kMicrosPerUnit;
  Split split{.steps = std::move(solved->steps),
              .objective = solved->objective + fixed,
              .bound = solved->bound + fixed,
              .branches = solved->branches};
  for (const int64_t steps : split.steps) split.total += steps;
  return split;
}

// The split of concave curves.
absl::StatusOr<Split> SpendSearch::ByPrices() {
  const absl::Status status = solver_.Solve(stop_);
  if (solver_.infeasible_group().has_value()) {
    return Infeasible(compiled_, *solver_.infeasible_group());
  }
  RETURN_IF_ERROR(status);
  Split split;
  split.total = solver_.group_steps(AllocationSolver::kRoot);
  split.objective = compiled_.fixed_value - reserve_ * SpendOf(split.total);
  split.steps.resize(solver_.num_campaigns());
  for (size_t i = 0; i < split.steps.size(); ++i) {
    split.steps[i] = solver_.steps(i);
    split.objective += solver_.demand(i).ValueAt(split.steps[i]);
  }
  split.bound = std::max(split.objective, DualBound());
  return split;
}

// The Lagrangian dual at the solver's prices. Holds for any prices: the bound
// does not trust the solver.
double SpendSearch::DualBound() const {
  double bound =
      compiled_.fixed_value -
      reserve_ * static_cast<double>(compiled_.fixed_spend) / kMicrosPerUnit;
  for (size_t i = 0; i < solver_.num_campaigns(); ++i) {
    const Demand& demand = solver_.demand(i);
    const double price = solver_.price(compiled_.group_of[i]);
    const int64_t best = demand.StepsAt(price);
    bound += demand.EnvelopeAt(best) -
             price * static_cast<double>(best) * compiled_.step;
  }
  for (size_t g = 0; g < solver_.num_groups(); ++g) {
    const double shadow = solver_.shadow_price(g);
    if (shadow == 0) continue;
    const auto& [min, max] = solver_.limits(g);
    bound +=
        shadow * static_cast<double>(shadow > 0 ? max : min) * compiled_.step;
  }
  return bound;
}

double SpendSearch::SpendOf(int64_t total) const {
  return static_cast<double>(total) * compiled_.step +
         static_cast<double>(compiled_.fixed_spend) / kMicrosPerUnit;
}

double SpendSearch::Surplus(const Split& split, double ratio) const {
  return split.objective - ratio * SpendOf(split.total);
}

// The best response is a rising function of the total, concave if the curves
// are: from below, Newton's steps on it never pass the target.
absl::StatusOr<Split> SpendSearch::CheapestThatReaches(double target) {
  ASSIGN_OR_RETURN(Split best, AtMost(compiled_.groups[0].max));
  if (best.objective < target) {
    return Unattainable(
        fmt::format("the target of {} is above the most response that the "
                    "limits admit, {}",
                    target, best.objective));
  }
  int64_t low = solver_.least_steps() - 1;  // not enough, or impossible
  int64_t high = best.total;                // enough
  int64_t next = low + 1;
  for (int round = 0; high - low > 1; ++round) {
    next = std::clamp(next, low + 1, high - 1);
    const int64_t width = high - low;
    ASSIGN_OR_RETURN(Split split, AtMost(next));
    if (split.objective >= target) {
      high = split.total;
      best = std::move(split);
      next = high - 1;
    } else {
      low = next;
      const double price = solver_.price(AllocationSolver::kRoot);
      next =
          price > 0
              ? low + 1 +
                    ToSteps((target - split.objective) / price / compiled_.step)
              : high;
    }
    if (round % 2 == 1 && high - low > width / 4) next = low + (high - low) / 2;
  }
  return AtMost(best.total);  // its prices
}

absl::StatusOr<Split> SpendSearch::LargestWithRatio(double ratio) {
  ASSIGN_OR_RETURN(Split split, AtMost(compiled_.groups[0].max));
  if (Surplus(split, ratio) >= 0) return split;
  // Any total that holds the ratio is at most the value over the ratio, and no
  // total has more value than a larger one. So this descends to the largest
  // such total and passes none; a concave problem takes Newton's larger steps,
  // which do not pass it either.
  for (int descent = 0; descent < kMaxDescents; ++descent) {
    const int64_t least = solver_.least_steps();
    if (split.total <= least) break;
    double next = (split.objective / ratio - SpendOf(0)) / compiled_.step;
    if (compiled_.concave) {
      const double slope = solver_.price(AllocationSolver::kRoot) - ratio;
      // Where the surplus rises towards smaller totals no longer, none holds.
      if (slope >= 0) break;
      next = static_cast<double>(split.total) -
             Surplus(split, ratio) / slope / compiled_.step;
    }
    const int64_t total = std::clamp(ToSteps(next), least, split.total - 1);
    ASSIGN_OR_RETURN(split, AtMost(total));
    if (Surplus(split, ratio) >= 0) return split;
  }
  return Unattainable(fmt::format(
      "no split reaches a ratio of {} to its spend: a spend of {} has {} at "
      "most",
      ratio, SpendOf(split.total),
      split.bound / std::max(SpendOf(split.total), 1e-6)));
}

}  // namespace mi::budget
