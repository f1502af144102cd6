// How much one campaign would buy at a price.
//
// Spend is counted in steps (whole multiples of the smallest amount of money
// that is moved). g(u) is the value of u steps. Over the steps that the
// campaign may take, low..high, g is replaced by its concave envelope, the
// least concave function that is nowhere below it: at every price the envelope
// has a largest best answer, and that answer falls as the price rises. That is
// all that the solver (allocation_solver.h) needs.
//
// A concave curve is its own envelope. The envelope of an S-shaped one is a
// straight line from `low` to a tangent point and the curve from there on:
// inside the line it promises more than the curve holds.

#ifndef MI_ENGINE_BUDGET_DEMAND_H_
#define MI_ENGINE_BUDGET_DEMAND_H_

#include <cstdint>
#include <vector>

#include "engine/budget/response_curve.h"

namespace mi::budget {

// Immutable; cheap to copy unless the curve is given by points.
class Demand {
 public:
  // The value of u steps is weight * curve(u * step); `step` in units of
  // currency, > 0; 0 <= low <= high. `curve` must outlive this object.
  // Cost: O(1) for a concave curve, a bisection for an S-shaped one, O(points).
  Demand(const ResponseCurve& curve, double weight, double step, int64_t low,
         int64_t high);

  // The same campaign within other bounds.
  Demand WithBounds(int64_t low, int64_t high) const {
    return Demand(*curve_, weight_, step_, low, high);
  }

  int64_t low() const { return low_; }
  int64_t high() const { return high_; }

  // The largest u that maximises envelope(u) - price * u * step; `price` in
  // value per unit of currency, >= 0. Does not rise with the price.
  int64_t StepsAt(double price) const;

  // Whether the envelope is the curve itself.
  bool concave() const;

  // g(u), and the envelope at u.
  double ValueAt(int64_t steps) const;
  double EnvelopeAt(int64_t steps) const;

  // Value per unit of currency of the step behind u and of the step to u.
  double GainAfter(int64_t steps) const;
  double GainBefore(int64_t steps) const;

 private:
  struct Vertex {
    int64_t steps = 0;
    double value = 0;
  };

  void FindTangent();
  void FindHull();
  double LineAt(const Vertex& left, const Vertex& right, int64_t steps) const;
  double SlopeBetween(const Vertex& left, const Vertex& right) const;

  const ResponseCurve* curve_;
  double weight_;
  double step_;
  int64_t low_;
  int64_t high_;
  // Where the envelope leaves its straight line; `low_` if it has none.
  int64_t tangent_;
  double chord_ = 0;          // the line's slope
  std::vector<Vertex> hull_;  // of a curve given by points
};

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_DEMAND_H_
