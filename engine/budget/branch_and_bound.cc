#include "engine/budget/branch_and_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <utility>

#include "engine/base/status_macros.h"

namespace mi::budget {
namespace {

struct Cut {
  size_t campaign = 0;
  int64_t low = 0;
  int64_t high = 0;
};

struct Branch {
  double bound = 0;
  size_t order = 0;  // of equal bounds the older goes first
  std::vector<Cut> cuts;
  size_t campaign = 0;  // the one to cut next, and where
  int64_t at = 0;
};

bool GoesLater(const Branch& a, const Branch& b) {
  return a.bound != b.bound ? a.bound < b.bound : a.order > b.order;
}

class BranchSearch {
 public:
  BranchSearch(AllocationSolver& solver, const BranchOptions& options,
               std::stop_token stop)
      : solver_(solver), options_(options), stop_(std::move(stop)) {
    for (size_t i = 0; i < solver.num_campaigns(); ++i) {
      own_.push_back(solver.demand(i));
    }
  }

  absl::StatusOr<BranchResult> Run() {
    solver_.SetReserve(options_.reserve);
    RETURN_IF_ERROR(Try({}));
    while (!open_.empty() && result_.branches < options_.max_branches) {
      const Branch branch = open_.top();
      if (Closed(branch.bound)) break;
      open_.pop();
      const Demand& demand = DemandOf(branch, branch.campaign);
      RETURN_IF_ERROR(TryCut(branch, demand.low(), branch.at));
      RETURN_IF_ERROR(TryCut(branch, branch.at + 1, demand.high()));
    }
    result_.bound = std::max(result_.objective, closed_bound_);
    if (!open_.empty()) {
      result_.bound = std::max(result_.bound, open_.top().bound);
    }
    RETURN_IF_ERROR(TopUp());
    Apply({});
    RETURN_IF_ERROR(solver_.Solve(stop_));
    return std::move(result_);
  }

 private:
  // A branch may leave money that its cuts had no room for. What costs nothing
  // is spent: curves do not fall.
  absl::Status TopUp() {
    if (options_.reserve > 0) return absl::OkStatus();
    std::vector<Cut> rest;
    for (size_t i = 0; i < own_.size(); ++i) {
      if (result_.steps[i] > own_[i].low()) {
        rest.push_back({i, result_.steps[i], own_[i].high()});
      }
    }
    return Try(std::move(rest));
  }

  bool Closed(double bound) const {
    return bound - result_.objective <=
           options_.relative_gap * std::abs(result_.objective);
  }

  Demand DemandOf(const Branch& branch, size_t campaign) const {
    for (size_t c = branch.cuts.size(); c-- > 0;) {
      const Cut& cut = branch.cuts[c];
      if (cut.campaign == campaign) {
        return own_[campaign].WithBounds(cut.low, cut.high);
      }
    }
    return own_[campaign];
  }

  absl::Status TryCut(const Branch& branch, int64_t low, int64_t high) {
    std::vector<Cut> cuts = branch.cuts;
    std::erase_if(
        cuts, [&](const Cut& cut) { return cut.campaign == branch.campaign; });
    cuts.push_back({branch.campaign, low, high});
    return Try(std::move(cuts));
  }

  // Gives the solver the bounds of a branch.
  void Apply(const std::vector<Cut>& cuts) {
    for (const Cut& cut : applied_) {
      solver_.SetDemand(cut.campaign, own_[cut.campaign]);
    }
    for (const Cut& cut : cuts) {
      solver_.SetDemand(cut.campaign,
                        own_[cut.campaign].WithBounds(cut.low, cut.high));
    }
    applied_ = cuts;
  }

  // Solves a branch; keeps its split if it is the best, and the branch if it
  // may hold a better one.
  absl::Status Try(std::vector<Cut> cuts) {
    Apply(cuts);
    ++result_.branches;
    const absl::Status status = solver_.Solve(stop_);
    const bool first = result_.branches == 1;
    if (!first && absl::IsFailedPrecondition(status)) return absl::OkStatus();
    RETURN_IF_ERROR(status);

    Branch branch;
    branch.order = result_.branches;
    double objective = 0;
    double widest = 0;
    for (size_t i = 0; i < own_.size(); ++i) {
      const Demand& demand = solver_.demand(i);
      const int64_t steps = solver_.steps(i);
      const double cost =
          options_.reserve * static_cast<double>(steps) * options_.step;
      const double value = demand.ValueAt(steps);
      const double envelope = std::max(value, demand.EnvelopeAt(steps));
      objective += value - cost;
      branch.bound += envelope - cost;
      if (envelope - value > widest && steps > demand.low() &&
          steps < demand.high()) {
        widest = envelope - value;
        branch.campaign = i;
        branch.at = steps;
      }
    }
    if (first || objective >= result_.objective) {
      result_.objective = objective;
      result_.steps.resize(own_.size());
      for (size_t i = 0; i < own_.size(); ++i) {
        result_.steps[i] = solver_.steps(i);
      }
    }
    if (widest > 0 && !Closed(branch.bound)) {
      branch.cuts = std::move(cuts);
      open_.push(std::move(branch));
    } else {
      // Dropped, but its bound still counts.
      closed_bound_ = std::max(closed_bound_, branch.bound);
    }
    return absl::OkStatus();
  }

  AllocationSolver& solver_;
  const BranchOptions& options_;
  const std::stop_token stop_;
  std::vector<Demand> own_;
  std::vector<Cut> applied_;
  std::priority_queue<Branch, std::vector<Branch>, decltype(&GoesLater)> open_{
      &GoesLater};
  double closed_bound_ = -std::numeric_limits<double>::infinity();
  BranchResult result_;
};

}  // namespace

absl::StatusOr<BranchResult> SolveByBranches(AllocationSolver& solver,
                                             const BranchOptions& options,
                                             std::stop_token stop) {
  return BranchSearch(solver, options, std::move(stop)).Run();
}

}  // namespace mi::budget
