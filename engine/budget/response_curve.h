// How one campaign answers spend.
//
// f(x) is the expected response per period (conversions, revenue) to a spend of
// x units of currency, x >= 0. Every curve starts at f(0) = 0 and never falls.
//
//   Hill              f(x) = C x^s / (k^s + x^s)
//   Michaelis-Menten  f(x) = C x / (k + x)
//   logistic          f(x) = C (S(r (x - m)) - S(-r m)) / (1 - S(-r m)),
//                     S(z) = 1 / (1 + e^-z); m = 0 is
//                     C (1 - e^-rx) / (1 + e^-rx)
//   exponential       f(x) = C (1 - e^(-x/k))
//   power             f(x) = C x^s, 0 < s <= 1
//   points            straight lines between the points given, flat behind the
//                     last; begins at (0, 0)
//
// Concave, or S-shaped: convex up to one inflexion and concave after it (Hill
// with s > 1, logistic with m > 0). Points may have any shape that rises.
//
// Sources: Y. Jin et al., "Bayesian Methods for Media Mix Modeling with
// Carryover and Shape Effects", Google, 2017, equation 5 (Hill); PyMC-Marketing
// (logistic); Robyn (Michaelis-Menten).

#ifndef MI_ENGINE_BUDGET_RESPONSE_CURVE_H_
#define MI_ENGINE_BUDGET_RESPONSE_CURVE_H_

#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace mi::budget {

enum class CurveKind {
  kHill,
  kMichaelisMenten,
  kLogistic,
  kExponential,
  kPower,
  kPoints,
};

// The name of a kind in the API: "michaelis_menten".
std::string_view CurveKindName(CurveKind kind);

struct CurvePoint {
  double spend = 0;     // units of currency
  double response = 0;  // per period

  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

struct ResponseCurve {
  CurveKind kind = CurveKind::kMichaelisMenten;
  // C: the response without limit to spend; of a power curve, at x = 1. >= 0.
  double saturation = 0;
  // k of Hill, Michaelis-Menten and exponential, > 0.
  double scale = 1;
  // s of Hill and power, > 0.
  double shape = 1;
  // r and m of logistic: r > 0, m >= 0.
  double rate = 1;
  double midpoint = 0;
  // Of points: spends rise, responses do not fall.
  std::vector<CurvePoint> points;

  // f(x). Any x >= 0; never overflows.
  double ResponseAt(double spend) const;

  // f'(x); infinite at 0 for a Hill or power curve with s < 1. At a point of
  // kPoints the slope to the right.
  double SlopeAt(double spend) const;

  // The spend up to which the curve is convex: 0 for a concave one. Not for
  // kPoints.
  double Inflexion() const;

  // The largest x >= Inflexion() with f'(x) >= `slope`; Inflexion() when there
  // is none. `slope` > 0. Not for kPoints. Cost: closed form, or a few Newton
  // steps for Hill.
  double SpendAtSlope(double slope) const;

  friend bool operator==(const ResponseCurve&, const ResponseCurve&) = default;
};

// Reports what is out of its range; `field` is the curve's place, which the
// name of its kind is added to: "curve.hill.shape".
void CheckCurve(const ResponseCurve& curve, std::string_view field,
                Violations* violations);

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_RESPONSE_CURVE_H_
