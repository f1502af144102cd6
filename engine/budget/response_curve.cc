#include "engine/budget/response_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestValue = 1e18;
constexpr double kLargestShape = 50;
constexpr double kSmallestShape = 0.01;
constexpr size_t kMaxCurvePoints = 1'000;

double Sigmoid(double z) {
  if (z >= 0) return 1 / (1 + std::exp(-z));
  const double e = std::exp(z);
  return e / (1 + e);
}

// What is left above the curve's start: 1 - S(-r m).
double LogisticRange(const ResponseCurve& curve) {
  return Sigmoid(curve.rate * curve.midpoint);
}

// The formula, divided by 1 - S(-r m) and without differences that cancel:
// C (1 - e^-rx) / (1 + e^(r (m - x))).
double LogisticResponse(const ResponseCurve& curve, double spend) {
  return -curve.saturation * std::expm1(-curve.rate * spend) /
         (1 + std::exp(curve.rate * (curve.midpoint - spend)));
}

double LogisticSlope(const ResponseCurve& curve, double spend) {
  const double z = std::abs(curve.rate * (spend - curve.midpoint));
  const double e = std::exp(-z);
  return curve.saturation * curve.rate * e / ((1 + e) * (1 + e)) /
         LogisticRange(curve);
}

// q = S (1 - S) is known, S >= 1/2: e^-z from the smaller root of
// e / (1 + e)^2 = q.
double LogisticSpendAtSlope(const ResponseCurve& curve, double slope) {
  const double q =
      slope * LogisticRange(curve) / (curve.saturation * curve.rate);
  if (q >= 0.25) return curve.midpoint;
  const double e = 2 * q / (1 - 2 * q + std::sqrt(1 - 4 * q));
  return curve.midpoint - std::log(e) / curve.rate;
}

double HillSlope(const ResponseCurve& curve, double spend) {
  const double s = curve.shape;
  if (spend == 0) {
    if (s < 1) return kInfinity;
    return s > 1 ? 0 : curve.saturation / curve.scale;
  }
  // C s / x * z / (1 + z)^2 with z = (x / k)^s, by the smaller of z and 1 / z.
  const double w = s * std::log(spend / curve.scale);
  const double e = std::exp(-std::abs(w));
  return curve.saturation * s / spend * e / ((1 + e) * (1 + e));
}

// With w = log z the slope is log(C s / k) + (1 - 1/s) w - 2 log(1 + e^w). That
// is concave in w, so that Newton's steps from the right of the root never
// pass it. Each start below is the root of a line above the curve: right of it.
double HillSpendAtSlope(const ResponseCurve& curve, double slope) {
  const double s = curve.shape;
  const double target = std::log(slope * curve.scale / (curve.saturation * s));
  const double rise = 1 - 1 / s;
  const double inflexion = s > 1 ? std::log((s - 1) / (s + 1)) : -kInfinity;
  if (s > 1 &&
      rise * inflexion - 2 * std::log1p(std::exp(inflexion)) <= target) {
    return curve.Inflexion();
  }
  double w =
      std::min(-target / (1 + 1 / s), -s * (target + 2 * std::numbers::ln2));
  if (s < 1) w = std::min(w, target / rise);
  for (int step = 0; step < 50; ++step) {
    const double e = std::exp(-std::abs(w));
    const double softplus = std::max(w, 0.0) + std::log1p(e);
    const double share = w > 0 ? 1 / (1 + e) : e / (1 + e);
    const double next =
        w - (rise * w - 2 * softplus - target) / (rise - 2 * share);
    if (!(std::abs(next - w) > 1e-15 * std::max(1.0, std::abs(w)))) break;
    const bool settled = std::abs(next - w) < 1e-8;  // quadratic: then exact
    w = next;
    if (settled) break;
  }
  return curve.scale * std::exp(w / s);
}

double PointsResponse(const std::vector<CurvePoint>& points, double spend) {
  const auto above = std::upper_bound(
      points.begin(), points.end(), spend,
      [](double x, const CurvePoint& point) { return x < point.spend; });
  if (above == points.end()) return points.empty() ? 0 : points.back().response;
  const CurvePoint left =
      above == points.begin() ? CurvePoint{} : *std::prev(above);
  return left.response + (above->response - left.response) *
                             (spend - left.spend) / (above->spend - left.spend);
}

double PointsSlope(const std::vector<CurvePoint>& points, double spend) {
  const auto above = std::upper_bound(
      points.begin(), points.end(), spend,
      [](double x, const CurvePoint& point) { return x < point.spend; });
  if (above == points.end()) return 0;
  const CurvePoint left =
      above == points.begin() ? CurvePoint{} : *std::prev(above);
  return (above->response - left.response) / (above->spend - left.spend);
}

}  // namespace

std::string_view CurveKindName(CurveKind kind) {
  switch (kind) {
    case CurveKind::kHill:
      return "hill";
    case CurveKind::kMichaelisMenten:
      return "michaelis_menten";
    case CurveKind::kLogistic:
      return "logistic";
    case CurveKind::kExponential:
      return "exponential";
    case CurveKind::kPower:
      return "power";
    case CurveKind::kPoints:
      return "points";
  }
  return "";
}

double ResponseCurve::ResponseAt(double spend) const {
  switch (kind) {
    case CurveKind::kHill:
      if (spend == 0) return 0;
      return saturation / (1 + std::pow(scale / spend, shape));
    case CurveKind::kMichaelisMenten:
      return saturation * (spend / (scale + spend));
    case CurveKind::kLogistic:
      return LogisticResponse(*this, spend);
    case CurveKind::kExponential:
      return -saturation * std::expm1(-spend / scale);
    case CurveKind::kPower:
      return saturation * std::pow(spend, shape);
    case CurveKind::kPoints:
      return PointsResponse(points, spend);
  }
  return 0;
}

double ResponseCurve::SlopeAt(double spend) const {
  if (kind != CurveKind::kPoints && saturation == 0) return 0;
  switch (kind) {
    case CurveKind::kHill:
      return HillSlope(*this, spend);
    case CurveKind::kMichaelisMenten: {
      const double share = scale / (scale + spend);
      return saturation / scale * share * share;
    }
    case CurveKind::kLogistic:
      return LogisticSlope(*this, spend);
    case CurveKind::kExponential:
      return saturation / scale * std::exp(-spend / scale);
    case CurveKind::kPower:
      if (shape == 1) return saturation;
      return saturation * shape * std::pow(spend, shape - 1);
    case CurveKind::kPoints:
      return PointsSlope(points, spend);
  }
  return 0;
}

double ResponseCurve::Inflexion() const {
  if (kind == CurveKind::kLogistic) return midpoint;
  if (kind != CurveKind::kHill || shape <= 1) return 0;
  return scale * std::pow((shape - 1) / (shape + 1), 1 / shape);
}

double ResponseCurve::SpendAtSlope(double slope) const {
  if (saturation == 0) return Inflexion();
  switch (kind) {
    case CurveKind::kHill:
      return HillSpendAtSlope(*this, slope);
    case CurveKind::kMichaelisMenten:
      return std::max(0.0,
                      std::sqrt(saturation / slope) * std::sqrt(scale) - scale);
    case CurveKind::kLogistic:
      return LogisticSpendAtSlope(*this, slope);
    case CurveKind::kExponential:
      return std::max(0.0, scale * std::log(saturation / (scale * slope)));
    case CurveKind::kPower:
      if (shape == 1) return slope <= saturation ? kInfinity : 0;
      return std::pow(slope / (saturation * shape), 1 / (shape - 1));
    case CurveKind::kPoints:
      break;
  }
  return 0;
}

namespace {

// Checks a number against (or including) a lower and an upper limit.
void CheckNumber(double value, double low, bool low_allowed, double high,
                 std::string_view field, std::string_view name,
                 Violations* violations) {
  if (value <= high && (value > low || (low_allowed && value == low))) return;
  violations->Add(fmt::format("{}.{}", field, name),
                  fmt::format("is {}, must be {} {:g} and at most {:g}", value,
                              low_allowed ? "at least" : "above", low, high));
}

void CheckPoints(const std::vector<CurvePoint>& points, std::string_view field,
                 Violations* violations) {
  if (points.empty()) {
    violations->Add(fmt::format("{}.points", field), "has none");
  }
  if (points.size() > kMaxCurvePoints) {
    violations->Add(fmt::format("{}.points", field),
                    fmt::format("has {} elements, at most {}", points.size(),
                                kMaxCurvePoints));
    return;
  }
  CurvePoint last;
  for (size_t i = 0; i < points.size(); ++i) {
    const std::string place = fmt::format("{}.points[{}]", field, i);
    CheckNumber(points[i].spend, 0, true, kLargestValue, place, "spend",
                violations);
    CheckNumber(points[i].response, 0, true, kLargestValue, place, "response",
                violations);
    if (i > 0 && points[i].spend <= last.spend) {
      violations->Add(place + ".spend", "must be above the spend before it");
    }
    if (i == 0 && points[i].spend == 0 && points[i].response != 0) {
      violations->Add(place + ".response", "must be 0 at a spend of 0");
    }
    if (points[i].response < last.response) {
      violations->Add(place + ".response",
                      "is below the response before it: curves do not fall");
    }
    last = points[i];
  }
}

}  // namespace

void CheckCurve(const ResponseCurve& curve, std::string_view field,
                Violations* violations) {
  if (curve.kind == CurveKind::kPoints) {
    CheckPoints(curve.points, fmt::format("{}.points", field), violations);
    return;
  }
  const std::string place =
      fmt::format("{}.{}", field, CurveKindName(curve.kind));
  const auto check = [&](double value, double low, bool low_allowed,
                         double high, std::string_view name) {
    CheckNumber(value, low, low_allowed, high, place, name, violations);
  };
  check(curve.saturation, 0, true, kLargestValue,
        curve.kind == CurveKind::kPower ? "coefficient" : "saturation");
  switch (curve.kind) {
    case CurveKind::kHill:
      check(curve.scale, 0, false, kLargestValue, "scale");
      check(curve.shape, kSmallestShape, true, kLargestShape, "shape");
      break;
    case CurveKind::kMichaelisMenten:
    case CurveKind::kExponential:
      check(curve.scale, 0, false, kLargestValue, "scale");
      break;
    case CurveKind::kLogistic:
      check(curve.rate, 0, false, kLargestValue, "rate");
      check(curve.midpoint, 0, true, kLargestValue, "midpoint");
      break;
    case CurveKind::kPower:
      check(curve.shape, kSmallestShape, true, 1, "exponent");
      break;
    case CurveKind::kPoints:
      break;
  }
}

}  // namespace mi::budget
