// What is fitted, as a function of free numbers. Not for other folders.

#ifndef MI_ENGINE_BUDGET_FIT_CURVE_MODEL_H_
#define MI_ENGINE_BUDGET_FIT_CURVE_MODEL_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/budget/fit/curve_fit.h"

namespace mi::budget {

// Each parameter is its range's place of a free number: a logistic function
// between the logarithms of its bounds.
class CurveModel {
 public:
  struct Values {
    ResponseCurve curve;
    Adstock adstock;
    double intercept = 0;
  };

  explicit CurveModel(const FitProblem& problem);

  size_t size() const { return ranges_.size(); }
  size_t periods() const { return spend_.size(); }
  // Residuals: one for each period, weighted, and one for each prior.
  size_t residuals() const { return periods() + priors_; }

  Values At(const std::vector<double>& free) const;
  // The free number at which a parameter has a share of the way between the
  // logarithms of its bounds.
  static double FreeAt(double share);
  // How near to a bound a free number is: 0 at it, 1/2 in the middle.
  static double DistanceToBound(double free);

  // Residuals of the first `periods` periods, and of the priors.
  std::vector<double> Residuals(const std::vector<double>& free,
                                size_t periods) const;
  // Predicted responses of all periods.
  std::vector<double> Predict(const std::vector<double>& free) const;

 private:
  enum class Parameter {
    kSaturation,
    kScale,
    kShape,
    kIntercept,
    kRetention,
    kPeakLag,
    kWeibullShape,
    kWeibullScale,
  };
  struct Range {
    Parameter parameter;
    double log_low = 0;
    double log_high = 0;
    std::optional<ParameterPrior> prior;
  };

  void Add(Parameter parameter, const ParameterRange& range);
  static double ValueOf(const Range& range, double free);

  const FitProblem& problem_;
  std::vector<double> spend_;
  std::vector<double> root_weights_;
  std::vector<Range> ranges_;
  size_t priors_ = 0;
};

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_FIT_CURVE_MODEL_H_
