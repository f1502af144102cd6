// Response curves from what was spent and what came of it.

#ifndef MI_ENGINE_BUDGET_FIT_CURVE_FIT_H_
#define MI_ENGINE_BUDGET_FIT_CURVE_FIT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/budget/fit/adstock.h"
#include "engine/budget/response_curve.h"

namespace mi::budget {

// A parameter is searched between two bounds, and drawn towards a prior where
// there is one: normal in the logarithm of the parameter (of retention: in its
// logit).
struct ParameterPrior {
  double median = 0;
  double spread = 0;  // standard deviation there, > 0
};

struct ParameterRange {
  double low = 0;  // 0 < low < high
  double high = 0;
  std::optional<ParameterPrior> prior;
};

struct FitProblem {
  std::vector<double> spend;     // by period, >= 0, in units of currency
  std::vector<double> response;  // by period
  std::vector<double> weights;   // by period, >= 0; empty: all 1

  // kHill, kMichaelisMenten, kLogistic (midpoint 0) or kExponential.
  CurveKind curve = CurveKind::kHill;
  AdstockKind adstock = AdstockKind::kGeometric;
  size_t max_lag = 13;
  // Whether some response comes without any spend.
  bool intercept = true;

  // Unset: scale from a twentieth to ten times the greatest adstock, shape from
  // 0.3 to 4, retention from 0.01 to 0.95.
  std::optional<ParameterRange> scale;
  std::optional<ParameterRange> shape;
  std::optional<ParameterRange> retention;

  // Of the last periods, this share is held out to measure the error of what
  // was fitted without them.
  double held_out = 0.2;
  size_t draws = 200;     // 0 to 1,000
  double interval = 0.9;  // mass
  uint64_t seed = 0;      // of starts and draws
};

struct FittedParameter {
  double value = 0;
  double low = 0;  // equal-tailed, over the draws
  double high = 0;
};

struct FitDiagnostics {
  double r_squared = 0;
  double rmse = 0;
  // Of the held-out periods, and of the mean response of the others as their
  // prediction.
  double held_out_rmse = 0;
  double held_out_baseline_rmse = 0;
  size_t held_out_periods = 0;
  // About 2 where errors of neighbouring periods are unrelated.
  double durbin_watson = 0;
  // Of the normal equations: how nearly the data leave a direction open.
  double condition = 0;
};

// Why no curve is told.
enum class FitRefusal {
  kNone,
  kTooFewPeriods,  // for as many parameters
  kSpendVariesTooLittle,
  kResponseConstant,
  kNotIdentified,     // very different curves fit as well
  kNoBetterThanMean,  // the held-out periods are predicted worse than by their
                      // mean before
};

struct CurveFit {
  FitRefusal refusal = FitRefusal::kNone;
  std::string explanation;  // of a refusal, with figures

  // The rest holds unless refused for want of data.
  ResponseCurve curve;
  Adstock adstock;
  FittedParameter saturation;
  FittedParameter scale;
  FittedParameter shape;      // of kHill
  FittedParameter retention;  // of geometric and delayed adstock
  FittedParameter intercept;
  double max_observed_spend = 0;
  bool at_bound = false;  // a parameter ended at one of its bounds
  FitDiagnostics diagnostics;
  std::vector<ResponseCurve> draws;
};

// Fits  y_t = intercept + f(a_t) + error  by weighted least squares with
// priors: Levenberg and Marquardt's method (J. More, 1978, as Eigen has it)
// from several starts. Draws are those of the Laplace approximation: normal
// around the optimum, in the space of logarithms, with the covariance sigma^2
// (J^T J)^-1. The same seed gives the same answer.
//
// Requires that the problem is in its ranges. Cost: some ten milliseconds for
// 200 periods. Errors: CANCELLED, checked between starts.
absl::StatusOr<CurveFit> FitCurve(const FitProblem& problem,
                                  const std::stop_token& stop = {});

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_FIT_CURVE_FIT_H_
