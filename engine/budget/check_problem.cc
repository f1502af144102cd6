// CheckProblem: what is out of its range, by field.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "engine/budget/compiled_problem.h"
#include "engine/budget/spend_range.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr size_t kMaxIdBytes = 256;
constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxBranches = 1'000'000;
constexpr size_t kMaxChartPointsTogether = 200'000;
constexpr size_t kMaxDrawnCurves = 1'000'000;
constexpr double kLargestValuePerResponse = 1e12;
constexpr double kLargestTarget = 1e18;
constexpr double kLargestFactor = 1e6;

void CheckMoney(Micros value, std::string_view field, Violations* violations) {
  if (value >= 0 && value <= kMaxMicros) return;
  violations->Add(field,
                  fmt::format("is {}, must be 0 to {}", value, kMaxMicros));
}

void CheckMoney(const std::optional<Micros>& value, std::string_view field,
                Violations* violations) {
  if (value.has_value()) CheckMoney(*value, field, violations);
}

void CheckFactor(const std::optional<double>& value, std::string_view field,
                 Violations* violations) {
  if (!value.has_value() || (*value >= 0 && *value <= kLargestFactor)) return;
  violations->Add(
      field, fmt::format("is {}, must be 0 to {:g}", *value, kLargestFactor));
}

void CheckId(const std::string& id, std::string_view field,
             std::map<std::string_view, size_t>* seen, size_t position,
             Violations* violations) {
  if (id.empty() || id.size() > kMaxIdBytes) {
    violations->Add(field, fmt::format("has {} bytes, must have 1 to {}",
                                       id.size(), kMaxIdBytes));
  } else if (!seen->emplace(id, position).second) {
    violations->Add(field, fmt::format("'{}' is given twice", id));
  }
}

class Checker {
 public:
  Checker(const AllocationProblem& problem, Violations* violations)
      : problem_(problem), violations_(violations) {}

  void Run() {
    CheckObjective();
    CheckMoney(problem_.budget, "budget_micros", violations_);
    if (problem_.step < 1 || problem_.step > kMaxMicros) {
      violations_->Add("step_micros", fmt::format("is {}, must be 1 to {}",
                                                  problem_.step, kMaxMicros));
    }
    if (!(problem_.relative_gap >= 0 && problem_.relative_gap < 1)) {
      violations_->Add("relative_gap", "must be at least 0 and below 1");
    }
    if (!(problem_.interval > 0 && problem_.interval < 1)) {
      violations_->Add("interval_mass", "must be above 0 and below 1");
    }
    if (problem_.max_branches > kMaxBranches) {
      violations_->Add("max_branches",
                       fmt::format("is {}, must be at most {}",
                                   problem_.max_branches, kMaxBranches));
    }
    CheckChart();
    CheckGroups();
    CheckCampaigns();
  }

 private:
  void CheckObjective() {
    switch (problem_.objective) {
      case Objective::kMostResponse:
      case Objective::kMostValue:
        if (!problem_.budget.has_value()) {
          violations_->Add("budget_micros", "is required for this objective");
        }
        return;
      case Objective::kMostProfit:
        return;
      case Objective::kLowestCost:
      case Objective::kTargetRoas:
      case Objective::kTargetMarginalRoas:
      case Objective::kTargetCpa:
        if (!(problem_.target > 0 && problem_.target <= kLargestTarget)) {
          violations_->Add(
              "target", fmt::format("is {}, must be above 0 and at most {:g}",
                                    problem_.target, kLargestTarget));
        }
        return;
    }
  }

  void CheckChart() {
    const size_t points = problem_.chart_points;
    if (points == 0) return;
    if (points < 2 || points > kMaxChartPoints ||
        points * problem_.campaigns.size() > kMaxChartPointsTogether) {
      violations_->Add(
          "chart_points",
          fmt::format("is {}, must be 0 or 2 to {}, and at most {} for all "
                      "campaigns together",
                      points, kMaxChartPoints, kMaxChartPointsTogether));
    }
  }

  void CheckGroups() {
    const auto& groups = problem_.groups;
    if (groups.size() > kMaxGroups) {
      violations_->Add("groups", fmt::format("has {} elements, at most {}",
                                             groups.size(), kMaxGroups));
      return;
    }
    for (size_t g = 0; g < groups.size(); ++g) {
      const std::string place = fmt::format("groups[{}]", g);
      CheckId(groups[g].id, place + ".id", &group_ids_, g, violations_);
      CheckMoney(groups[g].min_spend, place + ".min_spend_micros", violations_);
      CheckMoney(groups[g].max_spend, place + ".max_spend_micros", violations_);
      if (groups[g].max_spend.has_value() &&
          groups[g].min_spend > *groups[g].max_spend) {
        violations_->Add(
            place + ".min_spend_micros",
            fmt::format("is {}, above the maximum {}", groups[g].min_spend,
                        *groups[g].max_spend));
      }
    }
    for (size_t g = 0; g < groups.size(); ++g) CheckParents(g);
  }

  // Walks up from a group; what does not end at the total is a cycle.
  void CheckParents(size_t group) {
    const std::string field = fmt::format("groups[{}].parent_id", group);
    size_t at = group;
    for (size_t depth = 1; !problem_.groups[at].parent_id.empty(); ++depth) {
      const auto parent = group_ids_.find(problem_.groups[at].parent_id);
      if (parent == group_ids_.end()) {
        if (at == group) {
          violations_->Add(field, fmt::format("no group '{}'",
                                              problem_.groups[at].parent_id));
        }
        return;
      }
      at = parent->second;
      if (at == group) {
        violations_->Add(field, "makes the group its own ancestor");
        return;
      }
      if (depth == kMaxDepth) {
        violations_->Add(field, fmt::format("is more than {} groups deep, or "
                                            "leads into a cycle",
                                            kMaxDepth));
        return;
      }
    }
  }

  void CheckCampaigns() {
    const auto& campaigns = problem_.campaigns;
    if (campaigns.empty() || campaigns.size() > kMaxCampaigns) {
      violations_->Add("campaigns",
                       fmt::format("has {} elements, must have 1 to {}",
                                   campaigns.size(), kMaxCampaigns));
      return;
    }
    for (size_t i = 0; i < campaigns.size(); ++i) CheckCampaign(i);
    size_t drawn = 0;
    for (size_t i = 0; i < campaigns.size(); ++i) {
      const size_t draws = campaigns[i].draws.size();
      drawn += draws;
      if (draws > kMaxDraws || draws != campaigns[0].draws.size()) {
        violations_->Add(fmt::format("campaigns[{}].draws", i),
                         fmt::format("has {} elements, must have as many as "
                                     "the first campaign and at most {}",
                                     draws, kMaxDraws));
      }
    }
    if (drawn > kMaxDrawnCurves) {
      violations_->Add("campaigns",
                       fmt::format("have {} draws together, at most {}", drawn,
                                   kMaxDrawnCurves));
    }
  }

  void CheckCampaign(size_t i) {
    const Campaign& campaign = problem_.campaigns[i];
    const std::string place = fmt::format("campaigns[{}]", i);
    CheckId(campaign.id, place + ".id", &campaign_ids_, i, violations_);
    if (!campaign.group_id.empty() && !group_ids_.contains(campaign.group_id)) {
      violations_->Add(place + ".group_id",
                       fmt::format("no group '{}'", campaign.group_id));
    }
    CheckCurve(campaign.curve, place + ".curve", violations_);
    for (size_t d = 0; d < campaign.draws.size(); ++d) {
      CheckCurve(campaign.draws[d], fmt::format("{}.draws[{}]", place, d),
                 violations_);
    }
    if (!(campaign.value_per_response >= 0 &&
          campaign.value_per_response <= kLargestValuePerResponse)) {
      violations_->Add(
          place + ".value_per_response",
          fmt::format("is {}, must be 0 to {:g}", campaign.value_per_response,
                      kLargestValuePerResponse));
    }
    CheckMoney(campaign.current_spend, place + ".current_spend_micros",
               violations_);
    CheckMoney(campaign.min_spend, place + ".min_spend_micros", violations_);
    CheckMoney(campaign.max_spend, place + ".max_spend_micros", violations_);
    CheckMoney(campaign.max_observed_spend,
               place + ".max_observed_spend_micros", violations_);
    CheckFactor(campaign.min_factor, place + ".min_factor", violations_);
    CheckFactor(campaign.max_factor, place + ".max_factor", violations_);
    CheckRange(campaign, place);
  }

  void CheckRange(const Campaign& campaign, const std::string& place) {
    const SpendRange range = RangeOf(campaign);
    if (range.min > range.max) {
      violations_->Add(place + ".min_spend_micros",
                       fmt::format("the minimum {} is above the maximum {}",
                                   range.min, range.max));
      return;
    }
    if (range.min < range.max && problem_.step >= 1 &&
        range.max / problem_.step * problem_.step < range.min) {
      violations_->Add(
          place + ".min_spend_micros",
          fmt::format("no multiple of the step {} lies between {} and {}",
                      problem_.step, range.min, range.max));
    }
  }

  const AllocationProblem& problem_;
  Violations* const violations_;
  std::map<std::string_view, size_t> group_ids_;
  std::map<std::string_view, size_t> campaign_ids_;
};

}  // namespace

void CheckProblem(const AllocationProblem& problem, Violations* violations) {
  Checker(problem, violations).Run();
}

}  // namespace mi::budget
