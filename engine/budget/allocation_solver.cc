#include "engine/budget/allocation_solver.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace mi::budget {
namespace {

// Prices are doubles whose last 12 bits are zero; the bits before are the key.
// Keys of positive doubles are in the order of the doubles.
constexpr int kDroppedBits = 12;
constexpr double kKeysPerLogPrice = 1.1e12;  // 2^40, as mantissas go
constexpr double kLargestPrice = 1e300;
// Where steps earn nothing, searches end at the least prices of the grid.
constexpr double kLeastPrice = 1e-300;

double PriceOf(uint64_t key) {
  return std::bit_cast<double>(key << kDroppedBits);
}

uint64_t KeyOf(double price) {
  return std::bit_cast<uint64_t>(std::min(price, kLargestPrice)) >>
         kDroppedBits;
}

// Sums stop above the largest number, so that no limit admits them.
constexpr int64_t kMaxSum = kMaxSteps + kMaxSteps / 2;

int64_t SaturatingAdd(int64_t a, int64_t b) {
  return a >= kMaxSum - b ? kMaxSum : a + b;
}

}  // namespace

AllocationSolver::AllocationSolver(std::vector<Demand> demands,
                                   std::vector<size_t> group_of,
                                   absl::Span<const GroupSpec> groups)
    : demands_(std::move(demands)),
      group_of_(std::move(group_of)),
      groups_(groups.size()),
      steps_(demands_.size()) {
  for (size_t g = 0; g < groups.size(); ++g) {
    groups_[g].parent = groups[g].parent;
    groups_[g].min = groups[g].min;
    groups_[g].max = groups[g].max;
    if (g != kRoot) groups_[groups[g].parent].children.push_back(g);
  }
  for (size_t i = 0; i < demands_.size(); ++i) {
    groups_[group_of_[i]].campaigns.push_back(i);
  }
  for (size_t g = groups_.size(); g-- > 0;) {
    groups_[g].num_below += groups_[g].campaigns.size();
    if (g != kRoot)
      groups_[groups_[g].parent].num_below += groups_[g].num_below;
  }
}

void AllocationSolver::SetDemand(size_t campaign, const Demand& demand) {
  demands_[campaign] = demand;
  MarkDirty(group_of_[campaign]);
}

void AllocationSolver::SetGroupLimits(size_t group, int64_t min, int64_t max) {
  groups_[group].min = min;
  groups_[group].max = max;
  // The group's own sums stay as they are.
  const auto known = groups_[group].known;
  MarkDirty(group);
  groups_[group].known = known;
}

void AllocationSolver::SetReserve(double price) { reserve_ = KeyOf(price); }

void AllocationSolver::MarkDirty(size_t group) {
  while (true) {
    groups_[group].dirty = true;
    groups_[group].known = {};
    if (group == kRoot) return;
    group = groups_[group].parent;
  }
}

absl::Status AllocationSolver::Solve(std::stop_token stop) {
  stop_ = std::move(stop);
  infeasible_.reset();
  for (size_t g = groups_.size(); g-- > 0;) {
    if (!groups_[g].dirty) continue;
    if (!Refresh(groups_[g])) {
      if (!infeasible_.has_value() && groups_[g].lower > groups_[g].upper) {
        infeasible_ = g;
        return absl::FailedPreconditionError("the limits admit no split");
      }
      return absl::CancelledError("budget allocation");
    }
    groups_[g].dirty = false;
  }
  Group& root = groups_[kRoot];
  Split(kRoot, DemandAt(root, reserve_), {reserve_, reserve_});
  return absl::OkStatus();
}

double AllocationSolver::price(size_t group) const {
  const double price = PriceOf(groups_[group].answered.high);
  return price < kLeastPrice ? 0 : price;
}

double AllocationSolver::shadow_price(size_t group) const {
  const double outer =
      group == kRoot ? PriceOf(reserve_) : price(groups_[group].parent);
  const Bracket& own = groups_[group].answered;
  const Bracket& parent = group == kRoot
                              ? Bracket{reserve_, reserve_}
                              : groups_[groups_[group].parent].answered;
  // A bracket that is handed on has the same ends.
  if (own.low == parent.low && own.high == parent.high) return 0;
  return price(group) - outer;
}

// Sums the members' limits anew and finds the prices at which the group's own
// limits begin to bind. False when they contradict or the search was stopped.
bool AllocationSolver::Refresh(Group& group) {
  int64_t lower = 0;
  int64_t upper = 0;
  for (const size_t i : group.campaigns) {
    lower = SaturatingAdd(lower, demands_[i].low());
    upper = SaturatingAdd(upper, demands_[i].high());
  }
  for (const size_t child : group.children) {
    lower = SaturatingAdd(lower, groups_[child].lower);
    upper = SaturatingAdd(upper, groups_[child].upper);
  }
  group.members_lower = lower;
  group.members_upper = upper;
  group.lower = std::max(lower, group.min);
  group.upper = std::min(upper, group.max);
  if (group.lower > group.upper) return false;
  group.cap.active = group.upper < upper;
  group.floor.active = group.lower > lower;
  if (group.cap.active && !FindBracket(group, group.upper, &group.cap)) {
    return false;
  }
  return !group.floor.active || FindBracket(group, group.lower, &group.floor);
}

// Finds the least price at which the members ask for at most `target`. Steps of
// the secant on log demand over log price, each a little too far so that the
// root gets enclosed from both sides; halves the bracket when that is slow.
bool AllocationSolver::FindBracket(Group& group, int64_t target,
                                   Search* search) {
  const double goal =
      std::log(static_cast<double>(target - group.members_lower) + 1);
  uint64_t low = 0;  // demand above the target
  uint64_t high = KeyOf(kLargestPrice);
  uint64_t key = search->bracket.high;
  if (key == 0) key = FirstGuess(group, target);
  double elasticity = search->elasticity;
  double last_log_price = 0;
  double last_log_sum = 0;
  double last_move = 1;
  uint64_t width = high - low;
  for (int round = 0; high - low > 1; ++round) {
    if (stop_.stop_requested()) return false;
    key = std::clamp(key, low + 1, high - 1);
    const int64_t sum = SumAt(group, key);
    (sum > target ? low : high) = key;
    const double log_price = std::log(PriceOf(key));
    const double log_sum =
        std::log(static_cast<double>(sum - group.members_lower) + 1);
    if (round > 0 && log_price != last_log_price) {
      const double slope =
          (log_sum - last_log_sum) / (log_price - last_log_price);
      if (slope < -1e-6) elasticity = slope;
    }
    last_log_price = log_price;
    last_log_sum = log_sum;
    const double move = (goal - log_sum) / elasticity;
    const bool slow = round % 3 == 2 && high - low > width / 4;
    if (round % 3 == 2) width = high - low;
    if (slow || !(std::abs(move) < 600)) {
      key = low + (high - low) / 2;
    } else {
      const double beyond =
          2 + std::min(std::abs(move * last_move), std::abs(move)) *
                  kKeysPerLogPrice;
      const double aim = static_cast<double>(
          KeyOf(std::exp(std::clamp(log_price + move, -690.0, 690.0))));
      const double to = sum > target ? aim + beyond : aim - beyond;
      key = static_cast<uint64_t>(std::max(to, 0.0));
    }
    last_move = move;
  }
  search->bracket = {low, high};
  search->elasticity = elasticity;
  return true;
}

// The mean price, on a log scale, at which some of the members would spend an
// equal share.
uint64_t AllocationSolver::FirstGuess(const Group& group,
                                      int64_t target) const {
  constexpr size_t kSample = 64;
  const size_t stride = std::max<size_t>(1, group.num_below / kSample);
  double log_sum = 0;
  size_t count = 0;
  CollectSlopes(group,
                static_cast<double>(target) /
                    static_cast<double>(std::max<size_t>(1, group.num_below)),
                stride, &log_sum, &count);
  if (count == 0) return KeyOf(1);
  return KeyOf(std::exp(log_sum / static_cast<double>(count)));
}

void AllocationSolver::CollectSlopes(const Group& group, double share,
                                     size_t stride, double* log_sum,
                                     size_t* count) const {
  for (size_t i = 0; i < group.campaigns.size(); i += stride) {
    const Demand& demand = demands_[group.campaigns[i]];
    if (demand.low() == demand.high()) continue;
    const int64_t steps = std::clamp(static_cast<int64_t>(share), demand.low(),
                                     demand.high() - 1);
    const double gain = demand.GainAfter(steps);
    if (!(gain > 1e-200 && gain < 1e200)) continue;
    *log_sum += std::log(gain);
    ++*count;
  }
  const size_t child_stride =
      std::max<size_t>(1, stride / std::max<size_t>(1, group.num_below));
  for (size_t c = 0; c < group.children.size(); c += child_stride) {
    if (*count >= 1024) return;
    CollectSlopes(groups_[group.children[c]], share, stride, log_sum, count);
  }
}

// What the members ask for at a price, each group within its limits.
int64_t AllocationSolver::SumAt(Group& group, uint64_t key) {
  for (const Group::Known& known : group.known) {
    if (known.key == key) return known.sum;
  }
  ++sums_taken_;
  const double price = PriceOf(key);
  int64_t sum = 0;
  for (const size_t i : group.campaigns) {
    sum = SaturatingAdd(sum, demands_[i].StepsAt(price));
  }
  for (const size_t child : group.children) {
    sum = SaturatingAdd(sum, DemandAt(groups_[child], key));
  }
  group.known[group.next_known] = {key, sum};
  group.next_known = (group.next_known + 1) % group.known.size();
  return sum;
}

int64_t AllocationSolver::DemandAt(Group& group, uint64_t key) {
  if (group.cap.active && key <= group.cap.bracket.low) return group.upper;
  if (group.floor.active && key >= group.floor.bracket.high) {
    return group.lower;
  }
  return std::clamp(SumAt(group, key), group.lower, group.upper);
}

// Hands `amount` to the members. They ask for at most that at the upper price
// of the bracket and for at least that at the lower one; what lies between
// earns the same to within the width of the grid.
void AllocationSolver::Split(size_t index, int64_t amount, Bracket outer) {
  Group& group = groups_[index];
  Bracket prices = outer;
  if (group.cap.active && amount == group.upper &&
      outer.low <= group.cap.bracket.low) {
    prices = group.cap.bracket;
  } else if (group.floor.active && amount == group.lower &&
             outer.high >= group.floor.bracket.high) {
    prices = group.floor.bracket;
  }
  group.amount = amount;
  group.answered = prices;

  int64_t rest = amount;
  for (const size_t i : group.campaigns) {
    steps_[i] = demands_[i].StepsAt(PriceOf(prices.high));
    rest -= steps_[i];
  }
  std::vector<int64_t> shares(group.children.size());
  for (size_t c = 0; c < shares.size(); ++c) {
    shares[c] = DemandAt(groups_[group.children[c]], prices.high);
    rest -= shares[c];
  }
  // First what pays at the lower price; rounding of the last bit may leave some
  // steps, which then go wherever there is room.
  for (const bool any : {false, true}) {
    const auto hand_out = [&](int64_t ceiling, int64_t floor, int64_t* share) {
      const int64_t change =
          rest > 0 ? std::min(rest, std::max<int64_t>(0, ceiling - *share))
                   : std::max(rest, any ? floor - *share : 0);
      *share += change;
      rest -= change;
    };
    for (const size_t i : group.campaigns) {
      if (rest == 0) break;
      const Demand& demand = demands_[i];
      hand_out(any ? demand.high() : demand.StepsAt(PriceOf(prices.low)),
               demand.low(), &steps_[i]);
    }
    for (size_t c = 0; c < shares.size() && rest != 0; ++c) {
      Group& child = groups_[group.children[c]];
      hand_out(any ? child.upper : DemandAt(child, prices.low), child.lower,
               &shares[c]);
    }
  }
  for (size_t c = 0; c < shares.size(); ++c) {
    Split(group.children[c], shares[c], prices);
  }
}

}  // namespace mi::budget
