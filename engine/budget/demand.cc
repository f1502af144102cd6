#include "engine/budget/demand.h"

#include <algorithm>
#include <cmath>

namespace mi::budget {
namespace {

// Beyond this many steps one step is so small beside the spend that the slope
// tells its gain better than the difference of two values, which cancels.
constexpr int64_t kFineSteps = 10'000'000;

}  // namespace

Demand::Demand(const ResponseCurve& curve, double weight, double step,
               int64_t low, int64_t high)
    : curve_(&curve),
      weight_(weight),
      step_(step),
      low_(low),
      high_(high),
      tangent_(low) {
  if (low == high) return;
  if (curve.kind == CurveKind::kPoints) {
    FindHull();
  } else if (curve.Inflexion() > static_cast<double>(low) * step) {
    FindTangent();
  }
}

// Where the line from `low` touches the curve: f'(t) (t - l) = f(t) - f(l). The
// difference of the two sides falls behind the inflexion.
void Demand::FindTangent() {
  const double start = static_cast<double>(low_) * step_;
  const double end = static_cast<double>(high_) * step_;
  const double at_start = curve_->ResponseAt(start);
  double left = std::min(curve_->Inflexion(), end);
  double right = end;
  while (right - left > std::max(step_ / 4, 1e-15 * right)) {
    const double middle = (left + right) / 2;
    if (middle <= left || middle >= right) break;
    const bool before = curve_->SlopeAt(middle) * (middle - start) >=
                        curve_->ResponseAt(middle) - at_start;
    (before ? left : right) = middle;
  }
  const Vertex origin{low_, ValueAt(low_)};
  const auto floor =
      static_cast<int64_t>(std::min(right / step_, static_cast<double>(high_)));
  for (int64_t steps = floor - 1; steps <= floor + 1; ++steps) {
    if (steps <= low_ || steps > high_) continue;
    const double slope = SlopeBetween(origin, {steps, ValueAt(steps)});
    if (tangent_ != low_ && slope < chord_) continue;
    tangent_ = steps;
    chord_ = slope;
  }
}

// The upper hull. Between two points the values on the grid lie on a line, so
// that only the steps beside a point can be corners.
void Demand::FindHull() {
  std::vector<int64_t> corners = {low_, high_};
  for (const CurvePoint& point : curve_->points) {
    const double steps = point.spend / step_;
    if (steps >= static_cast<double>(high_)) break;
    const auto floor = static_cast<int64_t>(steps);
    for (const int64_t corner : {floor, floor + 1}) {
      if (corner > low_ && corner < high_) corners.push_back(corner);
    }
  }
  std::sort(corners.begin(), corners.end());
  corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
  for (const int64_t corner : corners) {
    const Vertex next{corner, ValueAt(corner)};
    while (hull_.size() >= 2 &&
           SlopeBetween(hull_[hull_.size() - 2], hull_.back()) <=
               SlopeBetween(hull_.back(), next)) {
      hull_.pop_back();
    }
    hull_.push_back(next);
  }
}

int64_t Demand::StepsAt(double price) const {
  if (low_ == high_) return low_;
  if (price == 0) return high_;
  if (!hull_.empty()) {
    size_t last = 0;
    size_t end = hull_.size();  // the slope to `end` is below the price
    while (end - last > 1) {
      const size_t middle = (last + end) / 2;
      const bool worth =
          SlopeBetween(hull_[middle - 1], hull_[middle]) >= price;
      (worth ? last : end) = middle;
    }
    return hull_[last].steps;
  }
  if (weight_ == 0) return low_;
  if (tangent_ > low_ && price > chord_) return low_;
  const double best = curve_->SpendAtSlope(price / weight_) / step_;
  if (best >= static_cast<double>(high_)) return high_;
  int64_t steps = tangent_;
  if (best > static_cast<double>(tangent_)) steps = static_cast<int64_t>(best);
  // Of a concave function on a grid one neighbour of the best point is best.
  if (steps < kFineSteps && steps < high_ && GainAfter(steps) >= price) ++steps;
  return steps;
}

bool Demand::concave() const {
  if (hull_.empty()) return tangent_ == low_;
  for (const CurvePoint& point : curve_->points) {
    const double steps = point.spend / step_;
    if (steps >= static_cast<double>(high_)) break;
    for (const int64_t corner :
         {static_cast<int64_t>(steps), static_cast<int64_t>(steps) + 1}) {
      if (corner <= low_ || corner >= high_) continue;
      const double value = ValueAt(corner);
      if (EnvelopeAt(corner) > value + 1e-12 * std::abs(value)) return false;
    }
  }
  return true;
}

double Demand::ValueAt(int64_t steps) const {
  return weight_ * curve_->ResponseAt(static_cast<double>(steps) * step_);
}

double Demand::EnvelopeAt(int64_t steps) const {
  if (!hull_.empty()) {
    const auto right = std::lower_bound(
        hull_.begin(), hull_.end(), steps,
        [](const Vertex& vertex, int64_t s) { return vertex.steps < s; });
    if (right == hull_.end() || right->steps == steps) return ValueAt(steps);
    return LineAt(*std::prev(right), *right, steps);
  }
  if (steps <= low_ || steps >= tangent_) return ValueAt(steps);
  return LineAt({low_, ValueAt(low_)}, {tangent_, ValueAt(tangent_)}, steps);
}

double Demand::GainAfter(int64_t steps) const {
  const double spend = static_cast<double>(steps) * step_;
  if (steps >= kFineSteps) return weight_ * curve_->SlopeAt(spend);
  return weight_ *
         (curve_->ResponseAt(static_cast<double>(steps + 1) * step_) -
          curve_->ResponseAt(spend)) /
         step_;
}

double Demand::GainBefore(int64_t steps) const { return GainAfter(steps - 1); }

double Demand::LineAt(const Vertex& left, const Vertex& right,
                      int64_t steps) const {
  const double share = static_cast<double>(steps - left.steps) /
                       static_cast<double>(right.steps - left.steps);
  return left.value + share * (right.value - left.value);
}

double Demand::SlopeBetween(const Vertex& left, const Vertex& right) const {
  return (right.value - left.value) /
         (static_cast<double>(right.steps - left.steps) * step_);
}

}  // namespace mi::budget
