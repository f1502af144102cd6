// Splits a budget over campaigns in a hierarchy of groups, and splits it anew
// after a change.
//
//   maximise   sum of envelope_i(u_i) - reserve * spend
//   such that  low_i <= u_i <= high_i for every campaign,
//              min_g <= sum of u_i in g <= max_g for every group,
//
// in whole steps. At a price p every campaign answers with the steps that pay
// (demand.h). A group passes its parent's price on to its members, raised as
// far as its maximum and lowered as far as its minimum demand: those two prices
// of a group depend on its members only, so they are found from the leaves
// upwards, each by a root search, and kept. The split is then read off from the
// root downwards. That is exact: the problem is separable, concave and laminar.
//
// After a change only the groups above it are searched again, each from the
// price that it had. Prices lie on a grid of relative width 2^-40, and each
// search ends at one point of it whatever the price that it started from: a
// warm answer is the cold answer.
//
// Ties: steps that earn the same go to the campaigns of the group in order,
// then to its groups in order.
//
// Sources: D. S. Hochbaum, "Lower and upper bounds for the allocation problem
// and other nonlinear optimization problems", Math. of OR 19(2), 1994;
// T. Ibaraki and N. Katoh, "Resource Allocation Problems", MIT Press, 1988.

#ifndef MI_ENGINE_BUDGET_ALLOCATION_SOLVER_H_
#define MI_ENGINE_BUDGET_ALLOCATION_SOLVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/budget/demand.h"

namespace mi::budget {

// The largest number of steps.
inline constexpr int64_t kMaxSteps = int64_t{1} << 62;

// Thread-compatible.
class AllocationSolver {
 public:
  static constexpr size_t kRoot = 0;

  // A group at the time it is made. Group 0 is the root, which all campaigns
  // lie under; a parent comes before its children.
  struct GroupSpec {
    size_t parent = kRoot;
    int64_t min = 0;
    int64_t max = kMaxSteps;
  };

  // `group_of[i]` is the group that campaign i lies in directly.
  AllocationSolver(std::vector<Demand> demands, std::vector<size_t> group_of,
                   absl::Span<const GroupSpec> groups);

  // Changes, which the next Solve takes up.
  void SetDemand(size_t campaign, const Demand& demand);
  void SetGroupLimits(size_t group, int64_t min, int64_t max);
  // The least value that a unit of currency has to earn to be spent, >= 0.
  void SetReserve(double price);

  const Demand& demand(size_t campaign) const { return demands_[campaign]; }
  size_t num_campaigns() const { return demands_.size(); }
  size_t num_groups() const { return groups_.size(); }

  // Finds the best split. Errors: FAILED_PRECONDITION when the limits admit
  // none (see infeasible_group()); CANCELLED when `stop` was requested, checked
  // with every price that is tried. After an error the split is undefined, and
  // the next call starts over.
  //
  // Cost: a first call O(depth * (campaigns + groups) * prices tried, about
  // 10); after a change the groups above it only.
  absl::Status Solve(std::stop_token stop = {});

  // The group at which the least sum of its members exceeds its maximum, or the
  // greatest stays below its minimum.
  std::optional<size_t> infeasible_group() const { return infeasible_; }

  // Of the last Solve.
  int64_t steps(size_t campaign) const { return steps_[campaign]; }
  int64_t group_steps(size_t group) const { return groups_[group].amount; }
  // A group's minimum and maximum.
  std::pair<int64_t, int64_t> limits(size_t group) const {
    return {groups_[group].min, groups_[group].max};
  }
  // What all campaigns could take within the limits of the groups below the
  // root.
  int64_t most_steps() const { return groups_[kRoot].members_upper; }
  int64_t least_steps() const { return groups_[kRoot].lower; }
  // The price that the members of a group answered.
  double price(size_t group) const;
  // What the group's price adds to its parent's: > 0 what one more unit of
  // currency in its maximum would earn, < 0 what one less in its minimum would.
  // The root's parent is the reserve.
  double shadow_price(size_t group) const;
  // Prices tried, for benchmarks and tests.
  size_t sums_taken() const { return sums_taken_; }

 private:
  // Neighbours on the grid of prices: demand at `high` is at most the amount
  // that was looked for, and at `low` more.
  struct Bracket {
    uint64_t low = 0;
    uint64_t high = 0;
  };
  struct Search {
    bool active = false;
    Bracket bracket;
    double elasticity = -1;  // d log demand / d log price, for the next start
  };
  struct Group {
    size_t parent = kRoot;
    int64_t min = 0;
    int64_t max = kMaxSteps;
    std::vector<size_t> campaigns;
    std::vector<size_t> children;
    size_t num_below = 0;  // campaigns in it and under it

    bool dirty = true;
    int64_t lower = 0;  // attainable within the limits of all below
    int64_t upper = 0;
    int64_t members_lower = 0;
    int64_t members_upper = 0;
    Search cap;    // where the maximum binds
    Search floor;  // where the minimum binds
    struct Known {
      uint64_t key = ~uint64_t{0};
      int64_t sum = 0;
    };
    std::array<Known, 4> known;  // sums at the prices last tried
    size_t next_known = 0;

    int64_t amount = 0;
    Bracket answered;
  };

  void MarkDirty(size_t group);
  bool Refresh(Group& group);
  bool FindBracket(Group& group, int64_t target, Search* search);
  uint64_t FirstGuess(const Group& group, int64_t target) const;
  void CollectSlopes(const Group& group, double share, size_t stride,
                     double* log_sum, size_t* count) const;
  int64_t SumAt(Group& group, uint64_t key);
  int64_t DemandAt(Group& group, uint64_t key);
  void Split(size_t index, int64_t amount, Bracket outer);

  std::vector<Demand> demands_;
  std::vector<size_t> group_of_;
  std::vector<Group> groups_;
  uint64_t reserve_ = 0;
  std::vector<int64_t> steps_;
  std::optional<size_t> infeasible_;
  std::stop_token stop_;
  size_t sums_taken_ = 0;
};

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_ALLOCATION_SOLVER_H_
