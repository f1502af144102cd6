#include "server/budget/allocation_proto.h"

#include <limits>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/budget/compiled_problem.h"
#include "fmt/format.h"
#include "server/budget/curve_proto.h"

namespace mi::server {
namespace {

using budget::Bound;
using budget::Micros;
using budget::Objective;

std::optional<Objective> ObjectiveOf(v1::BudgetObjective objective) {
  switch (objective) {
    case v1::BUDGET_OBJECTIVE_UNSPECIFIED:
    case v1::BUDGET_OBJECTIVE_MOST_RESPONSE:
      return Objective::kMostResponse;
    case v1::BUDGET_OBJECTIVE_MOST_VALUE:
      return Objective::kMostValue;
    case v1::BUDGET_OBJECTIVE_MOST_PROFIT:
      return Objective::kMostProfit;
    case v1::BUDGET_OBJECTIVE_LOWEST_COST:
      return Objective::kLowestCost;
    case v1::BUDGET_OBJECTIVE_TARGET_ROAS:
      return Objective::kTargetRoas;
    case v1::BUDGET_OBJECTIVE_TARGET_MARGINAL_ROAS:
      return Objective::kTargetMarginalRoas;
    case v1::BUDGET_OBJECTIVE_TARGET_CPA:
      return Objective::kTargetCpa;
    default:
      return std::nullopt;
  }
}

budget::Campaign CampaignOf(const v1::BudgetCampaign& campaign,
                            const std::string& field, Violations* violations) {
  budget::Campaign out;
  out.id = campaign.id();
  out.group_id = campaign.group_id();
  out.curve = FromProto(campaign.curve(), field + ".curve", violations);
  if (campaign.has_value_per_response()) {
    out.value_per_response = campaign.value_per_response();
  }
  out.current_spend = campaign.current_spend_micros();
  out.min_spend = campaign.min_spend_micros();
  if (campaign.has_max_spend_micros()) {
    out.max_spend = campaign.max_spend_micros();
  }
  if (campaign.has_min_factor()) out.min_factor = campaign.min_factor();
  if (campaign.has_max_factor()) out.max_factor = campaign.max_factor();
  out.fixed = campaign.fixed();
  out.max_observed_spend = campaign.max_observed_spend_micros();
  out.draws.reserve(static_cast<size_t>(campaign.draws_size()));
  for (int d = 0; d < campaign.draws_size(); ++d) {
    out.draws.push_back(FromProto(
        campaign.draws(d), fmt::format("{}.draws[{}]", field, d), violations));
  }
  return out;
}

v1::BudgetLimit LimitOf(Bound bound) {
  switch (bound) {
    case Bound::kNone:
      return v1::BUDGET_LIMIT_UNSPECIFIED;
    case Bound::kMinimum:
      return v1::BUDGET_LIMIT_MINIMUM;
    case Bound::kMaximum:
      return v1::BUDGET_LIMIT_MAXIMUM;
    case Bound::kFixed:
      return v1::BUDGET_LIMIT_FIXED;
  }
  return v1::BUDGET_LIMIT_UNSPECIFIED;
}

v1::UnspentReason ReasonOf(budget::UnspentReason reason) {
  using budget::UnspentReason;
  switch (reason) {
    case UnspentReason::kNone:
      return v1::UNSPENT_REASON_UNSPECIFIED;
    case UnspentReason::kMaximaReached:
      return v1::UNSPENT_REASON_MAXIMA_REACHED;
    case UnspentReason::kNotWorthwhile:
      return v1::UNSPENT_REASON_NOT_WORTHWHILE;
    case UnspentReason::kTargetReached:
      return v1::UNSPENT_REASON_TARGET_REACHED;
    case UnspentReason::kTargetAtLimit:
      return v1::UNSPENT_REASON_TARGET_AT_LIMIT;
    case UnspentReason::kBelowOneStep:
      return v1::UNSPENT_REASON_BELOW_ONE_STEP;
  }
  return v1::UNSPENT_REASON_UNSPECIFIED;
}

double Ratio(double value, Micros spend) {
  return spend == 0
             ? 0
             : value / (static_cast<double>(spend) / budget::kMicrosPerUnit);
}

void ToProto(const budget::Interval& interval, v1::ResponseInterval* out) {
  out->set_mean(interval.mean);
  out->set_low(interval.low);
  out->set_high(interval.high);
}

void ToProto(const budget::Campaign& campaign,
             const budget::CampaignAllocation& allocation,
             v1::CampaignAllocation* out) {
  out->set_campaign_id(campaign.id);
  out->set_spend_micros(allocation.spend);
  out->set_change_micros(allocation.change);
  out->set_response_before(allocation.response_before);
  out->set_response_after(allocation.response_after);
  out->set_value_before(allocation.value_before);
  out->set_value_after(allocation.value_after);
  out->set_roi_before(Ratio(allocation.value_before, campaign.current_spend));
  out->set_roi(allocation.roi);
  out->set_marginal_roi_before(allocation.marginal_roi_before);
  out->set_marginal_roi(allocation.marginal_roi);
  out->set_limit(LimitOf(allocation.bound));
  out->set_price_group_id(allocation.price_group_id);
  if (allocation.extrapolates) {
    out->add_warnings(v1::ALLOCATION_WARNING_EXTRAPOLATION);
  }
  if (allocation.flat) out->add_warnings(v1::ALLOCATION_WARNING_FLAT_CURVE);
  if (allocation.response_interval) {
    ToProto(*allocation.response_interval, out->mutable_response_interval());
  }
  for (const budget::ChartPoint& point : allocation.chart) {
    v1::ResponseCurvePoint* added = out->add_chart();
    added->set_spend_micros(point.spend);
    added->set_response(point.response);
    added->set_marginal_roi(point.marginal_roi);
  }
}

void ToProto(const budget::AllocationProblem& problem,
             const budget::Allocation& allocation, v1::BudgetTotals* out) {
  Micros spend_before = 0;
  for (const budget::Campaign& campaign : problem.campaigns) {
    // A sum beyond all bounds has no ratio that anyone would read.
    if (__builtin_add_overflow(spend_before, campaign.current_spend,
                               &spend_before)) {
      spend_before = std::numeric_limits<Micros>::max();
      break;
    }
  }
  out->set_spend_micros(allocation.spend);
  out->set_unspent_micros(allocation.unspent);
  out->set_unspent_reason(ReasonOf(allocation.unspent_reason));
  out->set_response_before(allocation.response_before);
  out->set_response_after(allocation.response_after);
  out->set_value_before(allocation.value_before);
  out->set_value_after(allocation.value_after);
  out->set_roi_before(Ratio(allocation.value_before, spend_before));
  out->set_roi(Ratio(allocation.value_after, allocation.spend));
  out->set_shadow_price(allocation.shadow_price);
  if (allocation.response_interval) {
    ToProto(*allocation.response_interval, out->mutable_response_interval());
  }
  if (allocation.lift_interval) {
    ToProto(*allocation.lift_interval, out->mutable_lift_interval());
  }
}

void ToProto(const budget::Certificate& certificate,
             v1::OptimalityCertificate* out) {
  out->set_objective(certificate.objective);
  out->set_bound(certificate.bound);
  out->set_relative_gap(certificate.relative_gap);
  out->set_kkt_residual(certificate.kkt_residual);
  out->set_proven(certificate.proven);
  out->set_branch_count(certificate.branches);
}

}  // namespace

absl::StatusOr<budget::AllocationProblem> FromProto(
    const v1::AllocateBudgetRequest& request) {
  budget::AllocationProblem problem;
  Violations violations;
  problem.campaigns.reserve(static_cast<size_t>(request.campaigns_size()));
  for (int i = 0; i < request.campaigns_size(); ++i) {
    problem.campaigns.push_back(CampaignOf(
        request.campaigns(i), fmt::format("campaigns[{}]", i), &violations));
  }
  for (const v1::BudgetGroup& group : request.groups()) {
    budget::Group& added = problem.groups.emplace_back();
    added.id = group.id();
    added.parent_id = group.parent_id();
    added.min_spend = group.min_spend_micros();
    if (group.has_max_spend_micros()) {
      added.max_spend = group.max_spend_micros();
    }
  }
  if (request.has_budget_micros()) problem.budget = request.budget_micros();
  if (request.step_micros() != 0) problem.step = request.step_micros();
  const auto objective = ObjectiveOf(request.objective());
  if (objective) {
    problem.objective = *objective;
  } else {
    violations.Add("objective", fmt::format("{} is not a value of the enum",
                                            int{request.objective()}));
  }
  problem.target = request.target();
  if (request.has_relative_gap()) problem.relative_gap = request.relative_gap();
  problem.max_branches = request.max_branches();
  if (request.has_interval_mass()) problem.interval = request.interval_mass();
  problem.chart_points = request.chart_points();
  if (violations.empty()) return problem;
  // All that is wrong, in one answer.
  budget::CheckProblem(problem, &violations);
  return violations.ToStatus();
}

void ToProto(const budget::AllocationProblem& problem,
             const budget::Allocation& allocation,
             v1::AllocateBudgetResponse* response) {
  response->mutable_campaigns()->Reserve(
      static_cast<int>(problem.campaigns.size()));
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    ToProto(problem.campaigns[i], allocation.campaigns[i],
            response->add_campaigns());
  }
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    const budget::GroupAllocation& group = allocation.groups[g];
    v1::GroupAllocation* out = response->add_groups();
    out->set_group_id(problem.groups[g].id);
    out->set_spend_micros(group.spend);
    out->set_limit(LimitOf(group.bound));
    out->set_shadow_price(group.shadow_price);
  }
  ToProto(problem, allocation, response->mutable_totals());
  ToProto(allocation.certificate, response->mutable_certificate());
}

}  // namespace mi::server
