// Fits of series that were made from known curves.

#include "engine/budget/fit/curve_fit.h"

#include <algorithm>
#include <cmath>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

struct Truth {
  ResponseCurve curve;
  Adstock adstock;
  double intercept = 0;
};

// Spends that go up and down, and what comes of them with some noise.
FitProblem Series(const Truth& truth, size_t periods, double noise,
                  uint64_t seed) {
  Random random(seed);
  FitProblem problem;
  problem.curve = truth.curve.kind;
  problem.adstock = truth.adstock.kind;
  problem.max_lag = truth.adstock.max_lag;
  problem.seed = seed;
  for (size_t t = 0; t < periods; ++t) {
    const double season = 1 + 0.8 * std::sin(static_cast<double>(t) / 5 + 0.3);
    problem.spend.push_back(
        random.Below(6) == 0 ? 0 : 1'000 * season * (0.3 + random.Uniform()));
  }
  problem.response = ApplyAdstock(AdstockWeights(truth.adstock), problem.spend);
  for (double& at : problem.response) {
    at = truth.intercept + truth.curve.ResponseAt(at);
    at *= 1 + noise * random.Gaussian();
  }
  return problem;
}

Truth Hill(AdstockKind kind) {
  Truth truth;
  truth.curve = {
      .kind = CurveKind::kHill, .saturation = 400, .scale = 900, .shape = 1.4};
  truth.adstock = {.kind = kind, .retention = 0.6, .max_lag = 8};
  if (kind == AdstockKind::kDelayed) truth.adstock.peak_lag = 2;
  if (kind == AdstockKind::kWeibull) {
    truth.adstock.shape = 1.6;
    truth.adstock.scale = 2.5;
  }
  truth.intercept = 50;
  return truth;
}

// Responses over the observed range, relative to the greatest.
double CurveError(const ResponseCurve& fitted, const ResponseCurve& truth,
                  double most) {
  double worst = 0;
  for (int i = 1; i <= 20; ++i) {
    const double spend = most * i / 20;
    worst = std::max(
        worst, std::abs(fitted.ResponseAt(spend) - truth.ResponseAt(spend)));
  }
  return worst / truth.ResponseAt(most);
}

TEST(AdstockTest, WeightsAddUpToOneAndAreTheFormulas) {
  for (const AdstockKind kind :
       {AdstockKind::kNone, AdstockKind::kGeometric, AdstockKind::kDelayed,
        AdstockKind::kWeibull}) {
    for (const double retention : {0.0, 1e-9, 0.3, 0.95}) {
      Adstock adstock = Hill(kind).adstock;
      adstock.retention = retention;
      const std::vector<double> weights = AdstockWeights(adstock);
      double sum = 0;
      for (const double weight : weights) {
        EXPECT_GE(weight, 0);
        sum += weight;
      }
      EXPECT_NEAR(sum, 1, 1e-12);
    }
  }
  const std::vector<double> geometric = AdstockWeights(
      {.kind = AdstockKind::kGeometric, .retention = 0.5, .max_lag = 2});
  EXPECT_NEAR(geometric[0], 4.0 / 7, 1e-12);
  EXPECT_NEAR(geometric[2], 1.0 / 7, 1e-12);
  const std::vector<double> delayed =
      AdstockWeights({.kind = AdstockKind::kDelayed,
                      .retention = 0.5,
                      .peak_lag = 1,
                      .max_lag = 2});
  EXPECT_NEAR(delayed[1], 0.5, 1e-12);
  EXPECT_NEAR(delayed[0], 0.25, 1e-12);
}

TEST(AdstockTest, SteadySpendIsItsOwnAdstock) {
  const std::vector<double> adstock =
      ApplyAdstock(AdstockWeights(Hill(AdstockKind::kWeibull).adstock),
                   std::vector<double>(30, 7.0));
  EXPECT_NEAR(adstock.back(), 7, 1e-12);
  EXPECT_LT(adstock.front(), 7);
}

class CurveFitTest : public ::testing::TestWithParam<AdstockKind> {};

TEST_P(CurveFitTest, FindsTheCurveThatMadeTheSeries) {
  const Truth truth = Hill(GetParam());
  ASSERT_OK_AND_ASSIGN(const CurveFit fit, FitCurve(Series(truth, 160, 0, 1)));
  EXPECT_EQ(fit.refusal, FitRefusal::kNone) << fit.explanation;
  EXPECT_LT(CurveError(fit.curve, truth.curve, fit.max_observed_spend), 1e-3);
  EXPECT_NEAR(fit.intercept.value, 50, 0.5);
  EXPECT_GT(fit.diagnostics.r_squared, 0.99999);
  if (GetParam() == AdstockKind::kGeometric) {
    EXPECT_NEAR(fit.retention.value, 0.6, 1e-3);
    EXPECT_NEAR(fit.shape.value, 1.4, 0.01);
    EXPECT_NEAR(fit.scale.value, 900, 10);
  }
}

INSTANTIATE_TEST_SUITE_P(Adstocks, CurveFitTest,
                         ::testing::Values(AdstockKind::kNone,
                                           AdstockKind::kGeometric,
                                           AdstockKind::kDelayed,
                                           AdstockKind::kWeibull));

TEST(CurveFitTest, FindsEveryKindOfCurve) {
  for (const CurveKind kind : {CurveKind::kHill, CurveKind::kMichaelisMenten,
                               CurveKind::kLogistic, CurveKind::kExponential}) {
    Truth truth = Hill(AdstockKind::kGeometric);
    truth.curve.kind = kind;
    truth.curve.rate = std::log(3.0) / truth.curve.scale;
    ASSERT_OK_AND_ASSIGN(const CurveFit fit,
                         FitCurve(Series(truth, 120, 0, 3)));
    EXPECT_EQ(fit.refusal, FitRefusal::kNone) << fit.explanation;
    EXPECT_LT(CurveError(fit.curve, truth.curve, fit.max_observed_spend), 1e-3)
        << CurveKindName(kind);
  }
}

TEST(CurveFitTest, NoiseWidensIntervalsThatHoldTheTruth) {
  const Truth truth = Hill(AdstockKind::kGeometric);
  int held = 0;
  double widths = 0;
  constexpr int kSeries = 40;
  for (int seed = 0; seed < kSeries; ++seed) {
    ASSERT_OK_AND_ASSIGN(
        const CurveFit fit,
        FitCurve(Series(truth, 150, 0.05, static_cast<uint64_t>(seed))));
    EXPECT_LT(CurveError(fit.curve, truth.curve, fit.max_observed_spend), 0.25);
    std::vector<double> drawn;
    for (const ResponseCurve& draw : fit.draws) {
      drawn.push_back(draw.ResponseAt(1'000));
    }
    ASSERT_EQ(drawn.size(), 200u);
    std::sort(drawn.begin(), drawn.end());
    const double expected = truth.curve.ResponseAt(1'000);
    held += drawn[10] <= expected && expected <= drawn[189];
    widths += (drawn[189] - drawn[10]) / expected / kSeries;
  }
  // Of intervals of 90 % nine in ten hold it.
  EXPECT_GE(held, 30);
  EXPECT_GT(widths, 0.01);
  EXPECT_LT(widths, 0.6);
}

TEST(CurveFitTest, WeightsOfNothingTakePeriodsOut) {
  const Truth truth = Hill(AdstockKind::kGeometric);
  FitProblem problem = Series(truth, 120, 0, 5);
  problem.weights.assign(120, 1.0);
  for (size_t t = 10; t < 120; t += 9) {
    problem.response[t] *= 5;  // a promotion
    problem.weights[t] = 0;
  }
  ASSERT_OK_AND_ASSIGN(const CurveFit fit, FitCurve(problem));
  EXPECT_LT(CurveError(fit.curve, truth.curve, fit.max_observed_spend), 1e-2);
}

TEST(CurveFitTest, PriorsDecideWhereDataDoNot) {
  const Truth truth = Hill(AdstockKind::kNone);
  FitProblem problem = Series(truth, 40, 0.2, 7);
  problem.shape =
      ParameterRange{.low = 0.3, .high = 4, .prior = ParameterPrior{1, 0.01}};
  ASSERT_OK_AND_ASSIGN(const CurveFit fit, FitCurve(problem));
  EXPECT_NEAR(fit.shape.value, 1, 0.1);
}

TEST(CurveFitTest, TheSeedDecidesTheAnswer) {
  const FitProblem problem =
      Series(Hill(AdstockKind::kGeometric), 100, 0.05, 9);
  ASSERT_OK_AND_ASSIGN(const CurveFit a, FitCurve(problem));
  ASSERT_OK_AND_ASSIGN(const CurveFit b, FitCurve(problem));
  EXPECT_EQ(a.curve, b.curve);
  EXPECT_EQ(a.draws, b.draws);
}

TEST(CurveFitTest, RefusesWhatCannotBeKnown) {
  FitProblem few = Series(Hill(AdstockKind::kGeometric), 10, 0, 1);
  ASSERT_OK_AND_ASSIGN(CurveFit fit, FitCurve(few));
  EXPECT_EQ(fit.refusal, FitRefusal::kTooFewPeriods);
  EXPECT_THAT(fit.explanation, HasSubstr("10 periods for 5 parameters"));

  few = Series(Hill(AdstockKind::kGeometric), 100, 0, 1);
  few.weights.assign(100, 0.0);
  ASSERT_OK_AND_ASSIGN(fit, FitCurve(few));
  EXPECT_EQ(fit.refusal, FitRefusal::kTooFewPeriods);

  FitProblem steady = Series(Hill(AdstockKind::kGeometric), 100, 0.1, 1);
  for (double& spend : steady.spend) spend = 1'000;
  ASSERT_OK_AND_ASSIGN(fit, FitCurve(steady));
  EXPECT_EQ(fit.refusal, FitRefusal::kSpendVariesTooLittle);

  FitProblem constant = Series(Hill(AdstockKind::kGeometric), 100, 0, 1);
  std::fill(constant.response.begin(), constant.response.end(), 7.0);
  ASSERT_OK_AND_ASSIGN(fit, FitCurve(constant));
  EXPECT_EQ(fit.refusal, FitRefusal::kResponseConstant);

  // Responses that have nothing to do with spend.
  int refused = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    FitProblem noise = Series(Hill(AdstockKind::kGeometric), 60, 0, seed);
    Random random(seed + 100);
    for (double& response : noise.response) {
      response = 100 * (1 + 0.5 * random.Gaussian());
    }
    ASSERT_OK_AND_ASSIGN(fit, FitCurve(noise));
    refused += fit.refusal != FitRefusal::kNone;
    if (fit.refusal != FitRefusal::kNone) {
      EXPECT_FALSE(fit.explanation.empty());
    }
  }
  EXPECT_GE(refused, 15);
}

TEST(CurveFitTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(FitCurve(Series(Hill(AdstockKind::kGeometric), 100, 0, 1),
                       stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::budget
