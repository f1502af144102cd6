#include "engine/budget/fit/curve_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>
#include <utility>

#include "engine/base/random.h"
#include "engine/base/status_macros.h"
#include "engine/budget/fit/curve_model.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr int kStarts = 16;
constexpr size_t kPeriodsPerParameter = 3;
constexpr double kLeastVariation = 0.05;  // of spend, relative
constexpr double kNearBound = 1e-3;
// The spread of the logarithm of the response to the greatest spend, beyond
// which curves are too different to tell one.
constexpr double kWidestLogResponse = 0.7;

using Vector = std::vector<double>;

// Residuals as Eigen wants them.
struct Functor {
  using Scalar = double;
  using InputType = Eigen::VectorXd;
  using ValueType = Eigen::VectorXd;
  using JacobianType = Eigen::MatrixXd;
  static constexpr int InputsAtCompileTime = Eigen::Dynamic;
  static constexpr int ValuesAtCompileTime = Eigen::Dynamic;

  const CurveModel* model = nullptr;
  size_t periods = 0;

  int inputs() const { return static_cast<int>(model->size()); }
  int values() const {
    return static_cast<int>(model->residuals() - model->periods() + periods);
  }
  int operator()(const InputType& free, ValueType& residuals) const {
    const Vector computed =
        model->Residuals({free.data(), free.data() + free.size()}, periods);
    residuals = Eigen::Map<const Eigen::VectorXd>(
        computed.data(), static_cast<Eigen::Index>(computed.size()));
    return 0;
  }
};
using Differentiated = Eigen::NumericalDiff<Functor, Eigen::Central>;

struct Optimum {
  Vector free;
  double sum_of_squares = std::numeric_limits<double>::infinity();
};

double SumOfSquares(const Vector& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

// The best of several descents.
absl::StatusOr<Optimum> Minimise(const CurveModel& model, size_t periods,
                                 uint64_t seed, const std::stop_token& stop) {
  Random random(seed);
  Optimum best;
  for (int start = 0; start < kStarts; ++start) {
    if (stop.stop_requested()) return absl::CancelledError("curve fit");
    Eigen::VectorXd free(static_cast<Eigen::Index>(model.size()));
    for (auto& number : free) {
      number =
          CurveModel::FreeAt(start == 0 ? 0.5 : 0.1 + 0.8 * random.Uniform());
    }
    Differentiated functor(Functor{.model = &model, .periods = periods});
    Eigen::LevenbergMarquardt<Differentiated> descent(functor);
    descent.parameters.maxfev = 400 * static_cast<int>(model.size());
    (void)descent.minimize(free);
    Vector found(free.data(), free.data() + free.size());
    const double sum = SumOfSquares(model.Residuals(found, periods));
    if (sum < best.sum_of_squares) best = {std::move(found), sum};
  }
  return best;
}

double Rmse(const FitProblem& problem, const Vector& predicted, size_t first,
            size_t end) {
  double sum = 0;
  for (size_t t = first; t < end; ++t) {
    const double error = problem.response[t] - predicted[t];
    sum += error * error;
  }
  return std::sqrt(sum / static_cast<double>(end - first));
}

double MeanResponse(const FitProblem& problem, size_t end) {
  return std::accumulate(problem.response.begin(),
                         problem.response.begin() + static_cast<ptrdiff_t>(end),
                         0.0) /
         static_cast<double>(end);
}

class Fitter {
 public:
  Fitter(const FitProblem& problem, const std::stop_token& stop)
      : problem_(problem), stop_(stop) {}

  absl::StatusOr<CurveFit> Run() {
    fit_.max_observed_spend =
        *std::max_element(problem_.spend.begin(), problem_.spend.end());
    if (LacksData()) return std::move(fit_);
    const CurveModel model(problem_);
    ASSIGN_OR_RETURN(const Optimum optimum,
                     Minimise(model, model.periods(), problem_.seed, stop_));
    const CurveModel::Values values = model.At(optimum.free);
    fit_.curve = values.curve;
    fit_.adstock = values.adstock;
    for (const double free : optimum.free) {
      fit_.at_bound |= CurveModel::DistanceToBound(free) < kNearBound;
    }
    FillDiagnostics(model, optimum);
    RETURN_IF_ERROR(HoldOut(model));
    Draw(model, optimum, values);
    return std::move(fit_);
  }

 private:
  void Refuse(FitRefusal refusal, std::string explanation) {
    if (fit_.refusal != FitRefusal::kNone) return;
    fit_.refusal = refusal;
    fit_.explanation = std::move(explanation);
  }

  bool LacksData() {
    const size_t parameters =
        2 + (problem_.curve == CurveKind::kHill ? 1 : 0) +
        (problem_.intercept ? 1 : 0) +
        (problem_.adstock == AdstockKind::kNone        ? 0
         : problem_.adstock == AdstockKind::kGeometric ? 1
                                                       : 2);
    const size_t needed = kPeriodsPerParameter * parameters;
    const size_t periods = problem_.spend.size();
    const size_t counted =
        periods - static_cast<size_t>(std::count(problem_.weights.begin(),
                                                 problem_.weights.end(), 0.0));
    if (counted < needed) {
      Refuse(FitRefusal::kTooFewPeriods,
             fmt::format("{} periods for {} parameters: at least {} are needed",
                         counted, parameters, needed));
      return true;
    }
    const double mean =
        std::accumulate(problem_.spend.begin(), problem_.spend.end(), 0.0) /
        static_cast<double>(periods);
    double squares = 0;
    for (const double spend : problem_.spend) {
      squares += (spend - mean) * (spend - mean);
    }
    const double deviation = std::sqrt(squares / static_cast<double>(periods));
    if (!(deviation > kLeastVariation * mean)) {
      Refuse(FitRefusal::kSpendVariesTooLittle,
             fmt::format("spend varies by {:.1f} % of its mean of {:g}: at "
                         "least {:.0f} % are needed to see what it does",
                         mean > 0 ? 100 * deviation / mean : 0, mean,
                         100 * kLeastVariation));
      return true;
    }
    const auto [lowest, highest] =
        std::minmax_element(problem_.response.begin(), problem_.response.end());
    if (*lowest == *highest || *highest <= 0) {
      Refuse(FitRefusal::kResponseConstant,
             fmt::format("every response is {:g} or below", *highest));
      return true;
    }
    return false;
  }

  void FillDiagnostics(const CurveModel& model, const Optimum& optimum) {
    const Vector predicted = model.Predict(optimum.free);
    const size_t periods = model.periods();
    const double mean = MeanResponse(problem_, periods);
    double total = 0;
    double errors = 0;
    double steps = 0;
    double last = 0;
    for (size_t t = 0; t < periods; ++t) {
      const double error = problem_.response[t] - predicted[t];
      const double off = problem_.response[t] - mean;
      total += off * off;
      errors += error * error;
      if (t > 0) steps += (error - last) * (error - last);
      last = error;
    }
    fit_.diagnostics.r_squared = 1 - errors / total;
    fit_.diagnostics.rmse = Rmse(problem_, predicted, 0, periods);
    fit_.diagnostics.durbin_watson = errors > 0 ? steps / errors : 2;
  }

  // Fits without the last periods, and predicts them.
  absl::Status HoldOut(const CurveModel& model) {
    const size_t periods = model.periods();
    const auto held =
        static_cast<size_t>(problem_.held_out * static_cast<double>(periods));
    if (held == 0 || periods - held < 2 * model.size()) {
      return absl::OkStatus();
    }
    const size_t known = periods - held;
    ASSIGN_OR_RETURN(const Optimum optimum,
                     Minimise(model, known, problem_.seed, stop_));
    FitDiagnostics& diagnostics = fit_.diagnostics;
    diagnostics.held_out_periods = held;
    diagnostics.held_out_rmse =
        Rmse(problem_, model.Predict(optimum.free), known, periods);
    diagnostics.held_out_baseline_rmse =
        Rmse(problem_, Vector(periods, MeanResponse(problem_, known)), known,
             periods);
    if (diagnostics.held_out_rmse > diagnostics.held_out_baseline_rmse) {
      Refuse(FitRefusal::kNoBetterThanMean,
             fmt::format("the last {} periods are predicted with an error of "
                         "{:g}, and by the mean of those before with {:g}",
                         held, diagnostics.held_out_rmse,
                         diagnostics.held_out_baseline_rmse));
    }
    return absl::OkStatus();
  }

  void Draw(const CurveModel& model, const Optimum& optimum,
            const CurveModel::Values& values) {
    const auto size = static_cast<Eigen::Index>(model.size());
    Eigen::MatrixXd jacobian;
    Differentiated functor(
        Functor{.model = &model, .periods = model.periods()});
    const Eigen::VectorXd center =
        Eigen::Map<const Eigen::VectorXd>(optimum.free.data(), size);
    jacobian.resize(functor.values(), size);
    functor.df(center, jacobian);
    const Eigen::MatrixXd normal = jacobian.transpose() * jacobian;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(normal);
    const Eigen::VectorXd& strengths = eigen.eigenvalues();
    fit_.diagnostics.condition =
        strengths.minCoeff() > 0 ? strengths.maxCoeff() / strengths.minCoeff()
                                 : std::numeric_limits<double>::infinity();
    const double variance =
        optimum.sum_of_squares /
        static_cast<double>(model.residuals() - model.size());
    // Along each direction as wide as the data leave it, and no wider than the
    // whole range of a parameter.
    constexpr double kWidest = 3;
    Eigen::VectorXd widths(size);
    for (Eigen::Index i = 0; i < size; ++i) {
      widths[i] = strengths[i] > 0
                      ? std::min(kWidest, std::sqrt(variance / strengths[i]))
                      : kWidest;
    }
    Random random(problem_.seed + 1);
    std::vector<CurveModel::Values> drawn;
    // As many as tell whether the curve is known, if none are wanted.
    const size_t count = std::max<size_t>(problem_.draws, 100);
    for (size_t d = 0; d < count; ++d) {
      Eigen::VectorXd step(size);
      for (Eigen::Index i = 0; i < size; ++i) {
        step[i] = widths[i] * random.Gaussian();
      }
      const Eigen::VectorXd free = center + eigen.eigenvectors() * step;
      drawn.push_back(model.At(Vector(free.data(), free.data() + free.size())));
    }
    FillIntervals(values, drawn);
    for (size_t d = 0; d < problem_.draws; ++d) {
      fit_.draws.push_back(drawn[d].curve);
    }
  }

  template <typename Get>
  FittedParameter Parameter(const CurveModel::Values& values,
                            const std::vector<CurveModel::Values>& drawn,
                            Get&& get) const {
    Vector sorted;
    for (const CurveModel::Values& draw : drawn) sorted.push_back(get(draw));
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&sorted](double share) {
      return sorted[static_cast<size_t>(
          share * static_cast<double>(sorted.size() - 1))];
    };
    const double tail = (1 - problem_.interval) / 2;
    return {.value = get(values), .low = at(tail), .high = at(1 - tail)};
  }

  void FillIntervals(const CurveModel::Values& values,
                     const std::vector<CurveModel::Values>& drawn) {
    const auto parameter = [&](auto get) {
      return Parameter(values, drawn, get);
    };
    using Values = CurveModel::Values;
    fit_.saturation =
        parameter([](const Values& v) { return v.curve.saturation; });
    fit_.scale = parameter([](const Values& v) { return v.curve.scale; });
    fit_.shape = parameter([](const Values& v) { return v.curve.shape; });
    fit_.retention =
        parameter([](const Values& v) { return v.adstock.retention; });
    fit_.intercept = parameter([](const Values& v) { return v.intercept; });
    const double most = fit_.max_observed_spend;
    const FittedParameter response = parameter(
        [most](const Values& v) { return std::log(v.curve.ResponseAt(most)); });
    const double width = (response.high - response.low) / 2;
    if (!(width < kWidestLogResponse)) {
      Refuse(
          FitRefusal::kNotIdentified,
          fmt::format("the response to a spend of {:g} may be anything from "
                      "{:.3g} to {:.3g}",
                      most, std::exp(response.low), std::exp(response.high)));
    }
  }

  const FitProblem& problem_;
  const std::stop_token& stop_;
  CurveFit fit_;
};

}  // namespace

absl::StatusOr<CurveFit> FitCurve(const FitProblem& problem,
                                  const std::stop_token& stop) {
  return Fitter(problem, stop).Run();
}

}  // namespace mi::budget
