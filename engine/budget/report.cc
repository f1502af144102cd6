#include "engine/budget/report.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/budget/spend_range.h"

namespace mi::budget {
namespace {

// Beyond this many steps the slope tells the gain of one better than the
// difference of two values, which cancels.
constexpr Micros kFineSteps = 10'000'000;
constexpr double kFlatGain = 1e-12;  // of the response, over the whole range

double Units(Micros amount) {
  return static_cast<double>(amount) / kMicrosPerUnit;
}

// What the next step earns, per unit of currency: finite where the slope at 0
// is not.
double Marginal(const ResponseCurve& curve, Micros spend, Micros step) {
  if (spend / step >= kFineSteps) return curve.SlopeAt(Units(spend));
  return (curve.ResponseAt(Units(spend + step)) -
          curve.ResponseAt(Units(spend))) /
         Units(step);
}

// Between the neighbours in rank.
double Quantile(const std::vector<double>& sorted, double share) {
  const double rank = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(rank);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above],
                   rank - static_cast<double>(below));
}

std::optional<Interval> IntervalOf(std::vector<double> samples, double mass) {
  if (samples.empty()) return std::nullopt;
  std::sort(samples.begin(), samples.end());
  Interval interval;
  for (const double sample : samples) interval.mean += sample;
  interval.mean /= static_cast<double>(samples.size());
  interval.low = Quantile(samples, (1 - mass) / 2);
  interval.high = Quantile(samples, (1 + mass) / 2);
  return interval;
}

class Reporter {
 public:
  Reporter(const CompiledProblem& compiled, const Split& split,
           const AllocationSolver& solver)
      : compiled_(compiled),
        problem_(*compiled.problem),
        split_(split),
        solver_(solver) {}

  Allocation Run() {
    FillCampaigns();
    FillTotals();
    FillGroups();
    FillIntervals();
    FillCertificate();
    return std::move(out_);
  }

 private:
  void FillCampaigns() {
    const size_t count = problem_.campaigns.size();
    out_.campaigns.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (!compiled_.fixed[i].has_value()) continue;
      out_.campaigns[i].spend = *compiled_.fixed[i];
      out_.campaigns[i].bound = Bound::kFixed;
    }
    const std::vector<std::string> price_groups = PriceGroups();
    for (size_t m = 0; m < compiled_.movable.size(); ++m) {
      CampaignAllocation& campaign = out_.campaigns[compiled_.movable[m]];
      campaign.spend = split_.steps[m] * problem_.step;
      campaign.bound = BoundOf(m);
      campaign.price_group_id = price_groups[compiled_.group_of[m]];
    }
    for (size_t i = 0; i < count; ++i) {
      Describe(problem_.campaigns[i], &out_.campaigns[i]);
    }
  }

  // For every solver's group the one whose limit sets its price.
  std::vector<std::string> PriceGroups() const {
    std::vector<const Group*> of_number(solver_.num_groups(), nullptr);
    for (size_t g = 0; g < problem_.groups.size(); ++g) {
      of_number[compiled_.solver_group[g]] = &problem_.groups[g];
    }
    std::vector<std::string> names(solver_.num_groups());
    for (size_t g = 1; g < names.size(); ++g) {
      names[g] = solver_.shadow_price(g) != 0
                     ? of_number[g]->id
                     : names[compiled_.groups[g].parent];
    }
    return names;
  }

  Bound BoundOf(size_t movable) const {
    const Demand& demand = solver_.demand(movable);
    const int64_t steps = split_.steps[movable];
    if (steps == demand.low()) return Bound::kMinimum;
    const Campaign& campaign = problem_.campaigns[compiled_.movable[movable]];
    const Micros most = RangeOf(campaign).max / problem_.step;
    return steps == most ? Bound::kMaximum : Bound::kNone;
  }

  void Describe(const Campaign& campaign, CampaignAllocation* out) const {
    const double value = campaign.value_per_response;
    const ResponseCurve& curve = campaign.curve;
    out->change = out->spend - campaign.current_spend;
    out->response_before = curve.ResponseAt(Units(campaign.current_spend));
    out->response_after = curve.ResponseAt(Units(out->spend));
    out->value_before = value * out->response_before;
    out->value_after = value * out->response_after;
    if (out->spend > 0) out->roi = out->value_after / Units(out->spend);
    out->marginal_roi_before =
        value * Marginal(curve, campaign.current_spend, problem_.step);
    out->marginal_roi = value * Marginal(curve, out->spend, problem_.step);
    out->extrapolates = campaign.max_observed_spend > 0 &&
                        out->spend > campaign.max_observed_spend;
    const SpendRange range = RangeOf(campaign);
    const double most = curve.ResponseAt(
        Units(std::min(range.max, problem_.budget.value_or(kMaxMicros))));
    out->flat = range.min < range.max &&
                most - curve.ResponseAt(Units(range.min)) <= kFlatGain * most;
    FillChart(campaign, out);
  }

  // From 0 to beyond whatever of the campaign's spends is largest.
  void FillChart(const Campaign& campaign, CampaignAllocation* out) const {
    const size_t points = problem_.chart_points;
    if (points == 0) return;
    const double end =
        1.25 * Units(std::max({out->spend, campaign.current_spend,
                               campaign.max_observed_spend, problem_.step}));
    out->chart.resize(points);
    for (size_t p = 0; p < points; ++p) {
      ChartPoint& point = out->chart[p];
      const double spend =
          end * static_cast<double>(p) / static_cast<double>(points - 1);
      point.spend = static_cast<Micros>(
          std::min(spend * kMicrosPerUnit, static_cast<double>(kMaxMicros)));
      point.response = campaign.curve.ResponseAt(Units(point.spend));
      point.marginal_roi = campaign.value_per_response *
                           Marginal(campaign.curve, point.spend, problem_.step);
    }
  }

  void FillTotals() {
    for (const CampaignAllocation& campaign : out_.campaigns) {
      out_.spend += campaign.spend;
      out_.response_before += campaign.response_before;
      out_.response_after += campaign.response_after;
      out_.value_before += campaign.value_before;
      out_.value_after += campaign.value_after;
    }
    out_.shadow_price = solver_.shadow_price(AllocationSolver::kRoot);
    if (problem_.budget.has_value())
      out_.unspent = *problem_.budget - out_.spend;
    out_.unspent_reason = ReasonForRest();
  }

  UnspentReason ReasonForRest() const {
    if (out_.unspent == 0) return UnspentReason::kNone;
    if (split_.total == solver_.most_steps()) {
      return UnspentReason::kMaximaReached;
    }
    if (out_.unspent < problem_.step) return UnspentReason::kBelowOneStep;
    switch (problem_.objective) {
      case Objective::kLowestCost:
        return UnspentReason::kTargetReached;
      case Objective::kTargetRoas:
      case Objective::kTargetCpa:
        return UnspentReason::kTargetAtLimit;
      case Objective::kMostProfit:
      case Objective::kTargetMarginalRoas:
        return UnspentReason::kNotWorthwhile;
      case Objective::kMostResponse:
      case Objective::kMostValue:
        break;
    }
    return UnspentReason::kMaximaReached;
  }

  void FillGroups() {
    std::vector<Micros> spend(solver_.num_groups(), 0);
    for (size_t m = 0; m < split_.steps.size(); ++m) {
      spend[compiled_.group_of[m]] += split_.steps[m] * problem_.step;
    }
    for (size_t i = 0; i < problem_.campaigns.size(); ++i) {
      if (!compiled_.fixed[i].has_value()) continue;
      spend[compiled_.group_of_all[i]] += *compiled_.fixed[i];
    }
    for (size_t g = spend.size(); g-- > 1;) {
      spend[compiled_.groups[g].parent] += spend[g];
    }
    out_.groups.resize(problem_.groups.size());
    for (size_t g = 0; g < out_.groups.size(); ++g) {
      const size_t number = compiled_.solver_group[g];
      GroupAllocation& group = out_.groups[g];
      group.spend = spend[number];
      group.shadow_price = solver_.shadow_price(number);
      if (group.shadow_price > 0) group.bound = Bound::kMaximum;
      if (group.shadow_price < 0) group.bound = Bound::kMinimum;
    }
  }

  void FillIntervals() {
    const size_t draws = problem_.campaigns.front().draws.size();
    if (draws == 0) return;
    std::vector<double> after(draws, 0);
    std::vector<double> lift(draws, 0);
    for (size_t i = 0; i < problem_.campaigns.size(); ++i) {
      const Campaign& campaign = problem_.campaigns[i];
      std::vector<double> own(draws);
      for (size_t d = 0; d < draws; ++d) {
        const ResponseCurve& curve = campaign.draws[d];
        own[d] = curve.ResponseAt(Units(out_.campaigns[i].spend));
        after[d] += own[d];
        lift[d] += own[d] - curve.ResponseAt(Units(campaign.current_spend));
      }
      out_.campaigns[i].response_interval =
          IntervalOf(std::move(own), problem_.interval);
    }
    out_.response_interval = IntervalOf(std::move(after), problem_.interval);
    out_.lift_interval = IntervalOf(std::move(lift), problem_.interval);
  }

  void FillCertificate() {
    Certificate& certificate = out_.certificate;
    certificate.objective = split_.objective;
    certificate.bound = split_.bound;
    const double scale =
        std::max(std::abs(split_.bound), std::abs(split_.objective));
    certificate.relative_gap =
        scale > 0 ? (split_.bound - split_.objective) / scale : 0;
    certificate.branches = split_.branches;
    certificate.proven =
        certificate.relative_gap <=
        std::max(problem_.relative_gap, compiled_.concave ? 1e-9 : 0);
    for (size_t m = 0; m < split_.steps.size(); ++m) {
      certificate.kkt_residual = std::max(certificate.kkt_residual, Breach(m));
    }
  }

  // How far the price lies outside the gains of the steps next to a campaign's
  // spend, relative to the larger.
  double Breach(size_t movable) const {
    const Demand& demand = solver_.demand(movable);
    const int64_t steps = split_.steps[movable];
    const double price = solver_.price(compiled_.group_of[movable]);
    double breach = 0;
    if (steps < demand.high()) {
      const double gain = demand.GainAfter(steps);
      if (gain > price) breach = (gain - price) / gain;
    }
    if (steps > demand.low() && price > 0) {
      const double gain = demand.GainBefore(steps);
      if (gain < price) breach = std::max(breach, (price - gain) / price);
    }
    return breach;
  }

  const CompiledProblem& compiled_;
  const AllocationProblem& problem_;
  const Split& split_;
  const AllocationSolver& solver_;
  Allocation out_;
};

}  // namespace

Allocation Report(const CompiledProblem& compiled, const Split& split,
                  const AllocationSolver& solver) {
  return Reporter(compiled, split, solver).Run();
}

}  // namespace mi::budget
