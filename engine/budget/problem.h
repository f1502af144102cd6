// What a budget allocation is asked for, and what it answers.
//
// Money is in micros: millionths of a unit of currency. Curves are in units of
// currency.

#ifndef MI_ENGINE_BUDGET_PROBLEM_H_
#define MI_ENGINE_BUDGET_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/budget/response_curve.h"

namespace mi::budget {

using Micros = int64_t;

inline constexpr double kMicrosPerUnit = 1e6;
// The largest amount; the sum of two still fits.
inline constexpr Micros kMaxMicros = int64_t{1} << 62;
inline constexpr size_t kMaxCampaigns = 20'000;
inline constexpr size_t kMaxGroups = 20'000;
inline constexpr size_t kMaxDraws = 1'000;
inline constexpr size_t kMaxChartPoints = 1'000;  // of a campaign

enum class Objective {
  kMostResponse,  // sum of responses
  kMostValue,     // sum of value_per_response * response
  kMostProfit,    // value - spend
  // The least spend whose responses add up to the target.
  kLowestCost,
  // The most value with value / spend >= target.
  kTargetRoas,
  // The most value, spending only what earns `target` per unit at the margin:
  // maximises value - target * spend.
  kTargetMarginalRoas,
  // The most response with spend / response <= target.
  kTargetCpa,
};

struct Campaign {
  std::string id;
  std::string group_id;  // empty: directly under the total
  ResponseCurve curve;
  double value_per_response = 1;
  Micros current_spend = 0;
  // Inclusive. Bounds in multiples of the current spend may stand beside
  // absolute ones; the tighter holds.
  Micros min_spend = 0;
  std::optional<Micros> max_spend;
  std::optional<double> min_factor;
  std::optional<double> max_factor;
  bool fixed = false;  // stays at its current spend
  // The largest spend that the curve was learnt from; 0 when not known.
  Micros max_observed_spend = 0;
  // Samples of the curve from its posterior: draw d of every campaign belongs
  // together. They give intervals; the split is that of `curve`.
  std::vector<ResponseCurve> draws;

  friend bool operator==(const Campaign&, const Campaign&) = default;
};

struct Group {
  std::string id;
  std::string parent_id;  // empty: directly under the total
  Micros min_spend = 0;
  std::optional<Micros> max_spend;

  friend bool operator==(const Group&, const Group&) = default;
};

struct AllocationProblem {
  std::vector<Campaign> campaigns;
  std::vector<Group> groups;
  // No limit when unset; required for kMostResponse and kMostValue.
  std::optional<Micros> budget;
  // Spends are multiples of it, but for campaigns whose bounds leave one value.
  Micros step = 1;
  Objective objective = Objective::kMostResponse;
  double target = 0;
  // S-shaped curves: how near the bound the answer has to be, and how many
  // branches may be tried to get there. 0 tries as many as take about as long
  // as a few hundred splits of 1,000 campaigns.
  double relative_gap = 1e-7;
  size_t max_branches = 0;
  // Mass of the intervals from draws.
  double interval = 0.9;
  // Points of every campaign's curve to answer with, for a chart.
  size_t chart_points = 0;

  friend bool operator==(const AllocationProblem&,
                         const AllocationProblem&) = default;
};

enum class Bound {
  kNone,     // between its bounds: its marginal value is its group's price
  kMinimum,  // wants less
  kMaximum,  // wants more
  kFixed,
};

enum class UnspentReason {
  kNone,           // all is spent
  kMaximaReached,  // campaigns and groups take no more
  kNotWorthwhile,  // the next unit would earn less than the objective asks
  kTargetReached,  // the target needs no more
  kTargetAtLimit,  // more would miss the target
  kBelowOneStep,   // less than a step is left
};

// An equal-tailed interval over the draws.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};

// One point of a curve: its value, and the value of the next unit of currency.
struct ChartPoint {
  Micros spend = 0;
  double response = 0;
  double marginal_roi = 0;
};

struct CampaignAllocation {
  Micros spend = 0;
  Micros change = 0;  // from the current spend
  double response_before = 0;
  double response_after = 0;
  double value_before = 0;
  double value_after = 0;
  double roi = 0;                  // value / spend; 0 at no spend
  double marginal_roi_before = 0;  // value of the next unit of currency
  double marginal_roi = 0;
  Bound bound = Bound::kNone;
  // The nearest group whose limit sets the price that the campaign answered;
  // empty: the total's.
  std::string price_group_id;
  bool extrapolates = false;  // beyond max_observed_spend
  bool flat = false;          // the curve gains nothing between its bounds
  std::optional<Interval> response_interval;
  std::vector<ChartPoint> chart;
};

struct GroupAllocation {
  Micros spend = 0;
  Bound bound = Bound::kNone;
  // What one more unit of currency in the maximum would earn (> 0), or one more
  // in the minimum would cost (< 0), in the unit of the objective.
  double shadow_price = 0;
};

// How near to the best the answer is, for anyone to check.
struct Certificate {
  double objective = 0;  // of the answer
  double bound = 0;      // no split is better: the Lagrangian dual, or branches
  double relative_gap = 0;
  // The largest relative breach of the optimality conditions, over campaigns:
  // what a step would gain beyond the price, or a step taken lacks.
  double kkt_residual = 0;
  bool proven = false;  // the gap is within what was asked for
  size_t branches = 0;
};

struct Allocation {
  std::vector<CampaignAllocation> campaigns;  // in the order of the problem
  std::vector<GroupAllocation> groups;
  Micros spend = 0;
  Micros unspent = 0;  // of the budget, if there is one
  UnspentReason unspent_reason = UnspentReason::kNone;
  double response_before = 0;
  double response_after = 0;
  double value_before = 0;
  double value_after = 0;
  // What one more unit of currency of budget would earn beyond its cost, in the
  // unit of the objective.
  double shadow_price = 0;
  Certificate certificate;
  std::optional<Interval> response_interval;
  std::optional<Interval> lift_interval;  // after - before
};

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_PROBLEM_H_
