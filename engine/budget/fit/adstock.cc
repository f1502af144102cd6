#include "engine/budget/fit/adstock.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mi::budget {
namespace {

// ln of a weight, but for a constant.
double LogWeight(const Adstock& adstock, double lag) {
  switch (adstock.kind) {
    case AdstockKind::kNone:
      return lag == 0 ? 0 : -INFINITY;
    case AdstockKind::kGeometric:
      return lag == 0 ? 0 : lag * std::log(adstock.retention);
    case AdstockKind::kDelayed: {
      const double from_peak = lag - adstock.peak_lag;
      return from_peak == 0
                 ? 0
                 : from_peak * from_peak * std::log(adstock.retention);
    }
    case AdstockKind::kWeibull: {
      const double at = (lag + 0.5) / adstock.scale;
      return (adstock.shape - 1) * std::log(at) - std::pow(at, adstock.shape);
    }
  }
  return 0;
}

}  // namespace

std::vector<double> AdstockWeights(const Adstock& adstock) {
  std::vector<double> weights(adstock.max_lag + 1);
  for (size_t lag = 0; lag < weights.size(); ++lag) {
    weights[lag] = LogWeight(adstock, static_cast<double>(lag));
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  // No lag has any weight: without retention, the peak's neighbour takes all.
  if (std::isinf(largest)) {
    std::fill(weights.begin(), weights.end(), 0.0);
    weights[std::min(weights.size() - 1,
                     static_cast<size_t>(std::lround(adstock.peak_lag)))] = 1;
    return weights;
  }
  for (double& weight : weights) weight = std::exp(weight - largest);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

std::vector<double> ApplyAdstock(const std::vector<double>& weights,
                                 const std::vector<double>& spend) {
  std::vector<double> adstock(spend.size(), 0.0);
  for (size_t t = 0; t < spend.size(); ++t) {
    for (size_t lag = 0; lag < std::min(weights.size(), t + 1); ++lag) {
      adstock[t] += weights[lag] * spend[t - lag];
    }
  }
  return adstock;
}

}  // namespace mi::budget
