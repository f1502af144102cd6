// How spend works on in later periods.
//
//   a_t = sum over lags l = 0..L of w_l x_{t-l},   sum of w = 1
//
// Weights add up to 1: steady spend of x is an adstock of x, so that a response
// curve over adstock is one over spend per period.
//
//   geometric  w_l ~ r^l
//   delayed    w_l ~ r^((l - p)^2), greatest at lag p
//   Weibull    w_l ~ the Weibull density of shape k and scale s at l + 1/2:
//   falls
//              from the start on for k <= 1, rises to a peak for k > 1
//
// Source: Y. Jin et al., "Bayesian Methods for Media Mix Modeling with
// Carryover and Shape Effects", Google, 2017, equations 1 to 3 (geometric,
// delayed); Robyn (Weibull).

#ifndef MI_ENGINE_BUDGET_FIT_ADSTOCK_H_
#define MI_ENGINE_BUDGET_FIT_ADSTOCK_H_

#include <cstddef>
#include <vector>

namespace mi::budget {

enum class AdstockKind {
  kNone,  // spend works in its own period only
  kGeometric,
  kDelayed,
  kWeibull,
};

struct Adstock {
  AdstockKind kind = AdstockKind::kGeometric;
  double retention = 0;  // r, 0 to below 1
  double peak_lag = 0;   // p of delayed, in periods
  double shape = 1;      // k of Weibull, > 0
  double scale = 1;      // s of Weibull, > 0, in periods
  size_t max_lag = 13;   // L
};

// w_0 to w_L.
std::vector<double> AdstockWeights(const Adstock& adstock);

// a_t of every period; before the first, nothing was spent.
std::vector<double> ApplyAdstock(const std::vector<double>& weights,
                                 const std::vector<double>& spend);

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_FIT_ADSTOCK_H_
