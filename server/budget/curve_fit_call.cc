#include "server/budget/curve_fit_call.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/budget/fit/curve_fit.h"
#include "engine/budget/problem.h"
#include "fmt/format.h"
#include "server/budget/curve_proto.h"

namespace mi::server {
namespace {

using budget::AdstockKind;
using budget::CurveKind;
using budget::FitProblem;

constexpr int kMaxCampaigns = 500;
constexpr int kMaxPeriods = 2'000;
constexpr uint32_t kMaxLag = 104;
constexpr uint32_t kMaxDraws = 1'000;
constexpr size_t kMaxIdBytes = 256;
constexpr double kLargestResponse = 1e18;
constexpr double kLargestParameter = 1e18;

// Fills problems from messages, and reports what is out of its range.
class Reader {
 public:
  Reader(const v1::FitResponseCurvesRequest& request, Violations* violations)
      : request_(request), violations_(violations) {}

  std::vector<FitProblem> Run() {
    const int count = request_.campaigns_size();
    if (count < 1 || count > kMaxCampaigns) {
      Add("campaigns", fmt::format("has {} elements, must have 1 to {}", count,
                                   kMaxCampaigns));
      return {};
    }
    if (request_.draw_count() > kMaxDraws) {
      Add("draw_count", fmt::format("is {}, must be at most {}",
                                    request_.draw_count(), kMaxDraws));
    }
    if (request_.has_held_out_share() &&
        !(request_.held_out_share() >= 0 && request_.held_out_share() <= 0.5)) {
      Add("held_out_share", "must be 0 to 0.5");
    }
    if (request_.has_interval_mass() &&
        !(request_.interval_mass() > 0 && request_.interval_mass() < 1)) {
      Add("interval_mass", "must be above 0 and below 1");
    }
    std::vector<FitProblem> problems;
    for (int i = 0; i < count; ++i) {
      problems.push_back(
          Problem(request_.campaigns(i), fmt::format("campaigns[{}]", i)));
    }
    return problems;
  }

 private:
  void Add(std::string_view field, std::string_view description) {
    violations_->Add(field, description);
  }

  FitProblem Problem(const v1::CampaignSeries& series,
                     const std::string& field) {
    FitProblem problem;
    const std::string& id = series.campaign_id();
    if (id.empty() || id.size() > kMaxIdBytes) {
      Add(field + ".campaign_id", fmt::format("has {} bytes, must have 1 to {}",
                                              id.size(), kMaxIdBytes));
    } else if (!ids_.insert(id).second) {
      Add(field + ".campaign_id", fmt::format("'{}' is given twice", id));
    }
    ReadSeries(series, field, &problem);
    const bool own = series.has_model();
    ReadModel(own ? series.model() : request_.model(),
              own ? field + ".model" : "model", &problem);
    if (request_.has_held_out_share()) {
      problem.held_out = request_.held_out_share();
    }
    if (request_.has_interval_mass()) {
      problem.interval = request_.interval_mass();
    }
    problem.draws = request_.draw_count();
    problem.seed = request_.seed();
    return problem;
  }

  void ReadSeries(const v1::CampaignSeries& series, const std::string& field,
                  FitProblem* problem) {
    const int periods = series.spend_micros_size();
    if (periods < 1 || periods > kMaxPeriods) {
      Add(field + ".spend_micros",
          fmt::format("has {} elements, must have 1 to {}", periods,
                      kMaxPeriods));
    }
    if (series.responses_size() != periods) {
      Add(field + ".responses",
          fmt::format("has {} elements, and spend_micros {}",
                      series.responses_size(), periods));
    }
    if (series.weights_size() != 0 && series.weights_size() != periods) {
      Add(field + ".weights",
          fmt::format("has {} elements, and spend_micros {}",
                      series.weights_size(), periods));
    }
    for (int t = 0; t < periods; ++t) {
      const int64_t spend = series.spend_micros(t);
      if (spend < 0 || spend > budget::kMaxMicros) {
        Add(fmt::format("{}.spend_micros[{}]", field, t),
            fmt::format("is {}, must be 0 to {}", spend, budget::kMaxMicros));
      }
      problem->spend.push_back(static_cast<double>(spend) /
                               budget::kMicrosPerUnit);
    }
    CheckNumbers(series.responses(), field + ".responses", -kLargestResponse);
    CheckNumbers(series.weights(), field + ".weights", 0);
    problem->response.assign(series.responses().begin(),
                             series.responses().end());
    problem->weights.assign(series.weights().begin(), series.weights().end());
  }

  void CheckNumbers(const google::protobuf::RepeatedField<double>& numbers,
                    const std::string& field, double least) {
    for (int t = 0; t < numbers.size(); ++t) {
      if (numbers[t] >= least && numbers[t] <= kLargestResponse) continue;
      Add(fmt::format("{}[{}]", field, t),
          fmt::format("is {}, must be {:g} to {:g}", numbers[t], least,
                      kLargestResponse));
    }
  }

  void ReadModel(const v1::CurveFitModel& model, const std::string& field,
                 FitProblem* problem) {
    const auto curve = CurveOf(model.saturation());
    if (curve) {
      problem->curve = *curve;
    } else {
      Add(field + ".saturation", "is not a value of the enum");
    }
    const auto adstock = AdstockOf(model.adstock());
    if (adstock) {
      problem->adstock = *adstock;
    } else {
      Add(field + ".adstock", "is not a value of the enum");
    }
    if (model.has_max_lag()) problem->max_lag = model.max_lag();
    if (problem->max_lag < 1 || problem->max_lag > kMaxLag) {
      Add(field + ".max_lag",
          fmt::format("is {}, must be 1 to {}", problem->max_lag, kMaxLag));
    }
    if (model.has_intercept()) problem->intercept = model.intercept();
    if (model.has_scale()) {
      problem->scale =
          Range(model.scale(), field + ".scale", kLargestParameter);
    }
    if (model.has_shape()) {
      problem->shape = Range(model.shape(), field + ".shape", 50);
    }
    if (model.has_retention()) {
      problem->retention =
          Range(model.retention(), field + ".retention", 0.999);
    }
  }

  static std::optional<CurveKind> CurveOf(v1::SaturationKind kind) {
    switch (kind) {
      case v1::SATURATION_KIND_UNSPECIFIED:
      case v1::SATURATION_KIND_HILL:
        return CurveKind::kHill;
      case v1::SATURATION_KIND_MICHAELIS_MENTEN:
        return CurveKind::kMichaelisMenten;
      case v1::SATURATION_KIND_LOGISTIC:
        return CurveKind::kLogistic;
      case v1::SATURATION_KIND_EXPONENTIAL:
        return CurveKind::kExponential;
      default:
        return std::nullopt;
    }
  }

  static std::optional<AdstockKind> AdstockOf(v1::AdstockKind kind) {
    switch (kind) {
      case v1::ADSTOCK_KIND_NONE:
        return AdstockKind::kNone;
      case v1::ADSTOCK_KIND_UNSPECIFIED:
      case v1::ADSTOCK_KIND_GEOMETRIC:
        return AdstockKind::kGeometric;
      case v1::ADSTOCK_KIND_DELAYED:
        return AdstockKind::kDelayed;
      case v1::ADSTOCK_KIND_WEIBULL:
        return AdstockKind::kWeibull;
      default:
        return std::nullopt;
    }
  }

  budget::ParameterRange Range(const v1::ParameterRange& range,
                               const std::string& field, double most) {
    budget::ParameterRange out{.low = range.low(), .high = range.high()};
    if (!(range.low() > 0 && range.low() < range.high() &&
          range.high() <= most)) {
      Add(field, fmt::format("is {:g} to {:g}: must be above 0, rise, and end "
                             "at {:g} at most",
                             range.low(), range.high(), most));
    }
    if (range.prior_median() == 0 && range.prior_spread() == 0) return out;
    if (!(range.prior_median() > 0 && range.prior_median() <= most &&
          range.prior_spread() > 0 && range.prior_spread() <= 100)) {
      Add(field + ".prior_median",
          fmt::format("and prior_spread must both be above 0, and at most {:g} "
                      "and 100",
                      most));
    }
    out.prior = budget::ParameterPrior{.median = range.prior_median(),
                                       .spread = range.prior_spread()};
    return out;
  }

  const v1::FitResponseCurvesRequest& request_;
  Violations* const violations_;
  std::set<std::string_view> ids_;
};

v1::CurveFitRefusal RefusalOf(budget::FitRefusal refusal) {
  using budget::FitRefusal;
  switch (refusal) {
    case FitRefusal::kNone:
      return v1::CURVE_FIT_REFUSAL_UNSPECIFIED;
    case FitRefusal::kTooFewPeriods:
      return v1::CURVE_FIT_REFUSAL_TOO_FEW_PERIODS;
    case FitRefusal::kSpendVariesTooLittle:
      return v1::CURVE_FIT_REFUSAL_SPEND_VARIES_TOO_LITTLE;
    case FitRefusal::kResponseConstant:
      return v1::CURVE_FIT_REFUSAL_RESPONSE_CONSTANT;
    case FitRefusal::kNotIdentified:
      return v1::CURVE_FIT_REFUSAL_NOT_IDENTIFIED;
    case FitRefusal::kNoBetterThanMean:
      return v1::CURVE_FIT_REFUSAL_NO_BETTER_THAN_MEAN;
  }
  return v1::CURVE_FIT_REFUSAL_UNSPECIFIED;
}

void ToProto(const budget::FittedParameter& parameter,
             v1::FittedParameter* out) {
  out->set_value(parameter.value);
  out->set_low(parameter.low);
  out->set_high(parameter.high);
}

void ToProto(const budget::Adstock& adstock, v1::FittedAdstock* out) {
  switch (adstock.kind) {
    case AdstockKind::kNone:
      out->set_kind(v1::ADSTOCK_KIND_NONE);
      break;
    case AdstockKind::kGeometric:
      out->set_kind(v1::ADSTOCK_KIND_GEOMETRIC);
      out->set_retention(adstock.retention);
      break;
    case AdstockKind::kDelayed:
      out->set_kind(v1::ADSTOCK_KIND_DELAYED);
      out->set_retention(adstock.retention);
      out->set_peak_lag(adstock.peak_lag);
      break;
    case AdstockKind::kWeibull:
      out->set_kind(v1::ADSTOCK_KIND_WEIBULL);
      out->set_weibull_shape(adstock.shape);
      out->set_weibull_scale(adstock.scale);
      break;
  }
  for (const double weight : budget::AdstockWeights(adstock)) {
    out->add_weights(weight);
  }
}

void ToProto(const budget::FitDiagnostics& diagnostics,
             v1::CurveFitDiagnostics* out) {
  out->set_r_squared(diagnostics.r_squared);
  out->set_rmse(diagnostics.rmse);
  out->set_held_out_rmse(diagnostics.held_out_rmse);
  out->set_held_out_baseline_rmse(diagnostics.held_out_baseline_rmse);
  out->set_held_out_periods(
      static_cast<uint32_t>(diagnostics.held_out_periods));
  out->set_durbin_watson(diagnostics.durbin_watson);
  out->set_condition(diagnostics.condition);
}

bool HasCurve(budget::FitRefusal refusal) {
  return refusal == budget::FitRefusal::kNone ||
         refusal == budget::FitRefusal::kNotIdentified ||
         refusal == budget::FitRefusal::kNoBetterThanMean;
}

void ToProto(const FitProblem& problem, const budget::CurveFit& fit,
             v1::CurveFit* out) {
  out->set_refusal(RefusalOf(fit.refusal));
  out->set_refusal_text(fit.explanation);
  out->set_max_observed_spend_micros(
      std::llround(fit.max_observed_spend * budget::kMicrosPerUnit));
  if (!HasCurve(fit.refusal)) return;
  server::ToProto(fit.curve, out->mutable_curve());
  ToProto(fit.adstock, out->mutable_adstock());
  ToProto(fit.saturation, out->mutable_saturation());
  ToProto(fit.scale, out->mutable_scale());
  if (problem.curve == CurveKind::kHill) {
    ToProto(fit.shape, out->mutable_shape());
  }
  if (problem.adstock == AdstockKind::kGeometric ||
      problem.adstock == AdstockKind::kDelayed) {
    ToProto(fit.retention, out->mutable_retention());
  }
  if (problem.intercept) ToProto(fit.intercept, out->mutable_intercept());
  out->set_at_bound(fit.at_bound);
  ToProto(fit.diagnostics, out->mutable_diagnostics());
  for (const budget::ResponseCurve& draw : fit.draws) {
    server::ToProto(draw, out->add_draws());
  }
}

}  // namespace

absl::Status FitResponseCurves(rpc::Call& call,
                               const v1::FitResponseCurvesRequest& request,
                               v1::FitResponseCurvesResponse* response) {
  Violations violations;
  const std::vector<FitProblem> problems = Reader(request, &violations).Run();
  RETURN_IF_ERROR(violations.ToStatus());
  for (size_t i = 0; i < problems.size(); ++i) {
    ASSIGN_OR_RETURN(const budget::CurveFit fit,
                     budget::FitCurve(problems[i], call.stop()));
    v1::CurveFit* out = response->add_fits();
    out->set_campaign_id(request.campaigns(static_cast<int>(i)).campaign_id());
    ToProto(problems[i], fit, out);
  }
  return absl::OkStatus();
}

}  // namespace mi::server
