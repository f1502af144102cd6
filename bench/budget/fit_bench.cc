// What it costs to fit a response curve, on one thread, and how well the fits
// of noisy series find the curve that made them.
// Run: build/release/bench/fit_bench

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "engine/base/random.h"
#include "engine/budget/fit/curve_fit.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

double CpuSeconds() {
  timespec now{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

const ResponseCurve kTruth = {
    .kind = CurveKind::kHill, .saturation = 400, .scale = 900, .shape = 1.4};
constexpr double kSpend = 1'000;  // at which responses are compared

FitProblem Series(size_t periods, double noise, uint64_t seed) {
  Random random(seed);
  FitProblem problem;
  problem.seed = seed;
  for (size_t t = 0; t < periods; ++t) {
    const double season = 1 + 0.8 * std::sin(static_cast<double>(t) / 5);
    problem.spend.push_back(kSpend * season * (0.3 + random.Uniform()));
  }
  problem.response = ApplyAdstock(
      AdstockWeights({.kind = AdstockKind::kGeometric, .retention = 0.6}),
      problem.spend);
  for (double& at : problem.response) {
    at = (50 + kTruth.ResponseAt(at)) * (1 + noise * random.Gaussian());
  }
  return problem;
}

void Measure(size_t periods, double noise) {
  constexpr int kSeries = 50;
  std::vector<double> times;
  std::vector<double> errors;
  int held = 0;
  int refused = 0;
  for (int i = 0; i < kSeries; ++i) {
    const FitProblem problem = Series(periods, noise, static_cast<uint64_t>(i));
    const double start = CpuSeconds();
    const auto fit = FitCurve(problem);
    times.push_back(CpuSeconds() - start);
    if (!fit.ok()) std::exit(EXIT_FAILURE);
    refused += fit->refusal != FitRefusal::kNone;
    const double truth = kTruth.ResponseAt(kSpend);
    errors.push_back(std::abs(fit->curve.ResponseAt(kSpend) - truth) / truth);
    std::vector<double> drawn;
    for (const ResponseCurve& draw : fit->draws) {
      drawn.push_back(draw.ResponseAt(kSpend));
    }
    std::sort(drawn.begin(), drawn.end());
    const size_t tail = drawn.size() / 20;
    held += drawn[tail] <= truth && truth <= drawn[drawn.size() - 1 - tail];
  }
  std::sort(times.begin(), times.end());
  std::sort(errors.begin(), errors.end());
  fmt::print("{:>8} {:>7.0f}% {:>12.1f} {:>12.1f} {:>15.2f}% {:>14}/{} {:>8}\n",
             periods, 100 * noise, 1e3 * times[kSeries / 2], 1e3 * times.back(),
             100 * errors[kSeries / 2], held, kSeries, refused);
}

}  // namespace
}  // namespace mi::budget

int main() {
  fmt::print("{:>8} {:>8} {:>12} {:>12} {:>16} {:>17} {:>8}\n", "periods",
             "noise", "median ms", "worst ms", "median error",
             "in 90 % interval", "refused");
  for (const size_t periods : {52, 104, 156, 365}) {
    for (const double noise : {0.02, 0.1}) mi::budget::Measure(periods, noise);
  }
}
