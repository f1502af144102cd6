#include "engine/budget/fit/curve_model.h"

#include <algorithm>
#include <cmath>

namespace mi::budget {
namespace {

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }

double Logit(double share) { return std::log(share / (1 - share)); }

}  // namespace

CurveModel::CurveModel(const FitProblem& problem)
    : problem_(problem), spend_(problem.spend) {
  for (size_t t = 0; t < spend_.size(); ++t) {
    root_weights_.push_back(
        problem.weights.empty() ? 1 : std::sqrt(problem.weights[t]));
  }
  const double most = *std::max_element(spend_.begin(), spend_.end());
  const double highest =
      *std::max_element(problem.response.begin(), problem.response.end());
  Add(Parameter::kSaturation, {highest / 1e3, highest * 1e2, {}});
  Add(Parameter::kScale,
      problem.scale.value_or(ParameterRange{most / 20, most * 10, {}}));
  if (problem.curve == CurveKind::kHill) {
    Add(Parameter::kShape, problem.shape.value_or(ParameterRange{0.3, 4, {}}));
  }
  if (problem.intercept) {
    Add(Parameter::kIntercept, {highest * 1e-6, highest, {}});
  }
  const auto lags = static_cast<double>(problem.max_lag);
  switch (problem.adstock) {
    case AdstockKind::kNone:
      break;
    case AdstockKind::kDelayed:
      Add(Parameter::kPeakLag, {0.05, std::max(1.0, lags / 2), {}});
      [[fallthrough]];
    case AdstockKind::kGeometric:
      Add(Parameter::kRetention,
          problem.retention.value_or(ParameterRange{0.01, 0.95, {}}));
      break;
    case AdstockKind::kWeibull:
      Add(Parameter::kWeibullShape, {0.3, 5, {}});
      Add(Parameter::kWeibullScale, {0.3, std::max(1.0, lags), {}});
      break;
  }
}

void CurveModel::Add(Parameter parameter, const ParameterRange& range) {
  ranges_.push_back({.parameter = parameter,
                     .log_low = std::log(range.low),
                     .log_high = std::log(range.high),
                     .prior = range.prior});
  priors_ += range.prior.has_value();
}

double CurveModel::FreeAt(double share) { return Logit(share); }

double CurveModel::DistanceToBound(double free) {
  const double share = Logistic(free);
  return std::min(share, 1 - share);
}

double CurveModel::ValueOf(const Range& range, double free) {
  return std::exp(range.log_low +
                  (range.log_high - range.log_low) * Logistic(free));
}

CurveModel::Values CurveModel::At(const std::vector<double>& free) const {
  Values values;
  values.curve.kind = problem_.curve;
  values.adstock.kind = problem_.adstock;
  values.adstock.max_lag = problem_.max_lag;
  for (size_t i = 0; i < ranges_.size(); ++i) {
    const double value = ValueOf(ranges_[i], free[i]);
    switch (ranges_[i].parameter) {
      case Parameter::kSaturation:
        values.curve.saturation = value;
        break;
      case Parameter::kScale:
        values.curve.scale = value;
        // Half of the saturation is reached at ln 3 / rate.
        values.curve.rate = std::log(3.0) / value;
        break;
      case Parameter::kShape:
        values.curve.shape = value;
        break;
      case Parameter::kIntercept:
        values.intercept = value;
        break;
      case Parameter::kRetention:
        values.adstock.retention = value;
        break;
      case Parameter::kPeakLag:
        values.adstock.peak_lag = value;
        break;
      case Parameter::kWeibullShape:
        values.adstock.shape = value;
        break;
      case Parameter::kWeibullScale:
        values.adstock.scale = value;
        break;
    }
  }
  return values;
}

std::vector<double> CurveModel::Predict(const std::vector<double>& free) const {
  const Values values = At(free);
  std::vector<double> predicted =
      ApplyAdstock(AdstockWeights(values.adstock), spend_);
  for (double& at : predicted) {
    at = values.intercept + values.curve.ResponseAt(at);
  }
  return predicted;
}

std::vector<double> CurveModel::Residuals(const std::vector<double>& free,
                                          size_t periods) const {
  const std::vector<double> predicted = Predict(free);
  std::vector<double> residuals;
  double spread = 0;
  double mean = 0;
  for (size_t t = 0; t < periods; ++t) mean += problem_.response[t];
  mean /= static_cast<double>(periods);
  for (size_t t = 0; t < periods; ++t) {
    const double off = problem_.response[t] - mean;
    spread += off * off;
    residuals.push_back(root_weights_[t] *
                        (problem_.response[t] - predicted[t]));
  }
  // A prior's residual counts standard deviations; those of periods are in
  // responses. A tenth of the spread of responses stands for one of errors,
  // which nobody knows before.
  const double unit = 0.1 * std::sqrt(spread / static_cast<double>(periods));
  for (size_t i = 0; i < ranges_.size(); ++i) {
    if (!ranges_[i].prior) continue;
    const ParameterPrior& prior = *ranges_[i].prior;
    const double value = ValueOf(ranges_[i], free[i]);
    const double off = ranges_[i].parameter == Parameter::kRetention
                           ? Logit(value) - Logit(prior.median)
                           : std::log(value / prior.median);
    residuals.push_back(unit * off / prior.spread);
  }
  return residuals;
}

}  // namespace mi::budget
