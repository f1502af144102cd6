#include "engine/budget/compiled_problem.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "engine/budget/spend_range.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr size_t kGroupsNamed = 3;

// Positions of `items` in ascending order of id.
template <typename Item>
std::vector<size_t> ById(const std::vector<Item>& items) {
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&items](size_t a, size_t b) { return items[a].id < items[b].id; });
  return order;
}

// Numbers the groups so that parents come first, siblings by id.
void OrderGroups(const AllocationProblem& problem, CompiledProblem* out) {
  std::map<std::string_view, std::vector<size_t>> children;
  for (const size_t g : ById(problem.groups)) {
    children[problem.groups[g].parent_id].push_back(g);
  }
  out->solver_group.resize(problem.groups.size());
  out->groups.push_back({});
  std::vector<std::pair<std::string_view, size_t>> open = {{"", 0}};
  for (size_t next = 0; next < open.size(); ++next) {
    const auto [id, number] = open[next];
    const auto found = children.find(id);
    if (found == children.end()) continue;
    for (const size_t g : found->second) {
      out->solver_group[g] = out->groups.size();
      open.emplace_back(problem.groups[g].id, out->groups.size());
      out->groups.push_back({.parent = number});
    }
  }
}

int64_t CeilSteps(Micros amount, Micros step) {
  return amount <= 0 ? 0 : (amount - 1) / step + 1;
}

// -1 for a negative amount, which no split attains.
int64_t FloorSteps(Micros amount, Micros step) {
  return amount < 0 ? -1 : amount / step;
}

// Sums that cannot move, for every solver's group.
std::vector<Micros> FixedSpend(const CompiledProblem& compiled) {
  std::vector<Micros> sums(compiled.groups.size(), 0);
  for (size_t i = 0; i < compiled.fixed.size(); ++i) {
    if (!compiled.fixed[i].has_value()) continue;
    Micros& sum = sums[compiled.group_of_all[i]];
    sum = SaturatingAdd(sum, *compiled.fixed[i]);
  }
  for (size_t g = compiled.groups.size(); g-- > 1;) {
    Micros& sum = sums[compiled.groups[g].parent];
    sum = SaturatingAdd(sum, sums[g]);
  }
  return sums;
}

std::vector<size_t> GroupsOfCampaigns(const AllocationProblem& problem,
                                      const CompiledProblem& compiled) {
  std::map<std::string_view, size_t> number = {{"", 0}};
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    number[problem.groups[g].id] = compiled.solver_group[g];
  }
  std::vector<size_t> group_of;
  group_of.reserve(problem.campaigns.size());
  for (const Campaign& campaign : problem.campaigns) {
    group_of.push_back(number.at(campaign.group_id));
  }
  return group_of;
}

// Adds a campaign's demand, or its spend if only one is possible.
void AddCampaign(const AllocationProblem& problem, size_t i, size_t group,
                 CompiledProblem* out) {
  const Campaign& campaign = problem.campaigns[i];
  SpendRange range = RangeOf(campaign);
  if (problem.budget.has_value()) {
    range.max = std::max(range.min, std::min(range.max, *problem.budget));
  }
  const int64_t low = CeilSteps(range.min, problem.step);
  const int64_t high = range.max / problem.step;
  const double weight = WeightOf(problem, campaign);
  if (range.min == range.max || low >= high) {
    // Below its least spend only the budget can hold it: then nothing fits.
    const Micros spend =
        range.min == range.max ? range.min : low * problem.step;
    out->fixed[i] = spend;
    out->fixed_spend = SaturatingAdd(out->fixed_spend, spend);
    out->fixed_value +=
        weight *
        campaign.curve.ResponseAt(static_cast<double>(spend) / kMicrosPerUnit);
    return;
  }
  out->movable.push_back(i);
  out->group_of.push_back(group);
  out->demands.emplace_back(campaign.curve, weight, out->step, low, high);
  out->concave = out->concave && out->demands.back().concave();
}

}  // namespace

double WeightOf(const AllocationProblem& problem, const Campaign& campaign) {
  switch (problem.objective) {
    case Objective::kMostResponse:
    case Objective::kLowestCost:
    case Objective::kTargetCpa:
      return 1;
    case Objective::kMostValue:
    case Objective::kMostProfit:
    case Objective::kTargetRoas:
    case Objective::kTargetMarginalRoas:
      return campaign.value_per_response;
  }
  return 1;
}

double ReserveOf(const AllocationProblem& problem) {
  if (problem.objective == Objective::kMostProfit) return 1;
  if (problem.objective == Objective::kTargetMarginalRoas) {
    return problem.target;
  }
  return 0;
}

absl::StatusOr<CompiledProblem> Compile(const AllocationProblem& problem) {
  CompiledProblem out;
  out.problem = &problem;
  out.step = static_cast<double>(problem.step) / kMicrosPerUnit;
  out.fixed.resize(problem.campaigns.size());
  OrderGroups(problem, &out);
  out.group_of_all = GroupsOfCampaigns(problem, out);
  for (const size_t i : ById(problem.campaigns)) {
    AddCampaign(problem, i, out.group_of_all[i], &out);
  }
  const std::vector<Micros> fixed = FixedSpend(out);
  // Below the largest sum, at which the solver's sums stop counting.
  const Micros total = problem.budget.value_or(kMaxMicros - 1);
  out.groups[0].max = FloorSteps(total - fixed[0], problem.step);
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    const Group& group = problem.groups[g];
    const size_t number = out.solver_group[g];
    AllocationSolver::GroupSpec& spec = out.groups[number];
    spec.min = CeilSteps(group.min_spend - fixed[number], problem.step);
    if (group.max_spend.has_value()) {
      spec.max = FloorSteps(*group.max_spend - fixed[number], problem.step);
    }
  }
  return out;
}

namespace {

// What the members of a group must and can spend, as far as they contradict
// nobody.
struct Sums {
  std::vector<Micros> min;
  std::vector<Micros> max;
};

Sums MemberSums(const CompiledProblem& compiled) {
  const AllocationProblem& problem = *compiled.problem;
  const size_t count = compiled.groups.size();
  Sums sums{std::vector<Micros>(count, 0), std::vector<Micros>(count, 0)};
  const std::vector<size_t>& group_of = compiled.group_of_all;
  const auto add = [&sums](size_t group, Micros min, Micros max) {
    sums.min[group] = SaturatingAdd(sums.min[group], min);
    sums.max[group] = SaturatingAdd(sums.max[group], max);
  };
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    const SpendRange range = RangeOf(problem.campaigns[i]);
    if (compiled.fixed[i].has_value()) {
      add(group_of[i], *compiled.fixed[i], *compiled.fixed[i]);
    } else {
      add(group_of[i], CeilSteps(range.min, problem.step) * problem.step,
          range.max / problem.step * problem.step);
    }
  }
  std::vector<const Group*> of_number(count, nullptr);
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    of_number[compiled.solver_group[g]] = &problem.groups[g];
  }
  for (size_t g = count; g-- > 1;) {
    add(compiled.groups[g].parent,
        std::max(sums.min[g], of_number[g]->min_spend),
        std::min(sums.max[g], of_number[g]->max_spend.value_or(kMaxMicros)));
  }
  return sums;
}

// The groups directly below `parent` whose minima are largest: "a" (40), ...
std::string LargestMinima(const CompiledProblem& compiled, const Sums& sums,
                          size_t parent) {
  std::vector<std::pair<Micros, std::string_view>> members;
  for (size_t g = 0; g < compiled.problem->groups.size(); ++g) {
    const Group& group = compiled.problem->groups[g];
    const size_t number = compiled.solver_group[g];
    if (compiled.groups[number].parent != parent) continue;
    members.emplace_back(-std::max(sums.min[number], group.min_spend),
                         group.id);
  }
  std::sort(members.begin(), members.end());
  std::string text;
  for (size_t m = 0; m < std::min(members.size(), kGroupsNamed); ++m) {
    text += fmt::format("{}'{}' ({})", m == 0 ? "; largest groups: " : ", ",
                        members[m].second, -members[m].first);
  }
  return text;
}

}  // namespace

absl::Status Infeasible(const CompiledProblem& compiled, size_t group) {
  const AllocationProblem& problem = *compiled.problem;
  const Sums sums = MemberSums(compiled);
  // A group that asks for more than there is fails first, but is not the cause.
  if (sums.min[0] > problem.budget.value_or(kMaxMicros)) group = 0;
  std::string name = "the budget";
  Micros max = problem.budget.value_or(kMaxMicros);
  Micros min = 0;
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    if (compiled.solver_group[g] != group || group == 0) continue;
    name = fmt::format("group '{}'", problem.groups[g].id);
    max = problem.groups[g].max_spend.value_or(kMaxMicros);
    min = problem.groups[g].min_spend;
  }
  ErrorDetails details;
  details.reason = Reason::kBudgetInfeasible;
  details.resource_type = group == 0 ? "budget" : "group";
  details.resource_name = group == 0 ? "" : name.substr(7, name.size() - 8);
  std::string message;
  Micros gap = 0;
  if (sums.min[group] > max) {
    gap = sums.min[group] - max;
    message = fmt::format(
        "{} allows {} micros, and the minima below it add up to {}: {} too "
        "much{}",
        name, max, sums.min[group], gap, LargestMinima(compiled, sums, group));
  } else if (min > sums.max[group]) {
    gap = min - sums.max[group];
    message = fmt::format(
        "{} requires {} micros, and the maxima below it add up to {}: {} too "
        "little",
        name, min, sums.max[group], gap);
  } else {
    message = fmt::format(
        "the limits of {} leave no multiple of the step {} between them", name,
        problem.step);
  }
  details.metadata = {{"gap_micros", fmt::to_string(gap)}};
  return MakeError(absl::StatusCode::kFailedPrecondition, message, details);
}

}  // namespace mi::budget
