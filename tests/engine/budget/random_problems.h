// Random allocation problems, and a dynamic programme that solves them over
// every number of steps: slow, and right for curves of any shape.

#ifndef MI_TESTS_ENGINE_BUDGET_RANDOM_PROBLEMS_H_
#define MI_TESTS_ENGINE_BUDGET_RANDOM_PROBLEMS_H_

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/budget/problem.h"
#include "engine/budget/spend_range.h"
#include "fmt/format.h"

namespace mi::budget::testing {

inline double Between(Random& random, double low, double high) {
  return low + (high - low) * random.Uniform();
}

inline size_t Below(Random& random, size_t count) {
  return static_cast<size_t>(random.Uniform() * static_cast<double>(count));
}

// `span` is the spend, in units of currency, over which the curve matters.
inline ResponseCurve RandomCurve(Random& random, double span, bool s_shaped) {
  ResponseCurve curve;
  curve.saturation = std::exp(Between(random, 0, 6));
  curve.scale = span * std::exp(Between(random, -2, 1));
  if (s_shaped) {
    if (random.Uniform() < 0.5) {
      curve.kind = CurveKind::kHill;
      curve.shape = Between(random, 1.2, 4);
    } else if (random.Uniform() < 0.5) {
      curve.kind = CurveKind::kLogistic;
      curve.rate = 6 / curve.scale;
      curve.midpoint = Between(random, 0.1, 1) * curve.scale;
    } else {
      curve.kind = CurveKind::kPoints;
      double spend = 0;
      double response = 0;
      for (size_t p = 0; p < 6; ++p) {
        spend += curve.scale * Between(random, 0.1, 0.5);
        response += curve.saturation * random.Uniform();
        curve.points.push_back({spend, response});
      }
    }
    return curve;
  }
  switch (Below(random, 6)) {
    case 0:
      curve.kind = CurveKind::kHill;
      curve.shape = Between(random, 0.3, 1);
      break;
    case 1:
      curve.kind = CurveKind::kMichaelisMenten;
      break;
    case 2:
      curve.kind = CurveKind::kLogistic;
      curve.rate = 3 / curve.scale;
      break;
    case 3:
      curve.kind = CurveKind::kExponential;
      break;
    case 4:
      curve.kind = CurveKind::kPower;
      curve.saturation /= std::sqrt(curve.scale);
      curve.shape = Between(random, 0.2, 1);
      break;
    default: {
      curve.kind = CurveKind::kPoints;
      double spend = 0;
      double response = 0;
      double slope = curve.saturation / curve.scale;
      for (size_t p = 0; p < 5; ++p) {
        const double width = curve.scale * Between(random, 0.1, 0.6);
        spend += width;
        response += slope * width;
        slope *= Between(random, 0.2, 0.95);
        curve.points.push_back({spend, response});
      }
    }
  }
  return curve;
}

struct ProblemShape {
  size_t campaigns = 6;
  size_t groups = 3;
  int64_t budget_steps = 40;
  Micros step = 1'000'000;
  double s_shaped = 0;  // share of campaigns
};

// Bounds in whole steps, in a random tree of groups; always feasible, because
// every minimum is at most what a random split spends there.
inline AllocationProblem RandomProblem(Random& random,
                                       const ProblemShape& shape) {
  AllocationProblem problem;
  problem.step = shape.step;
  problem.budget = shape.budget_steps * shape.step;
  const double span = static_cast<double>(*problem.budget) / kMicrosPerUnit /
                      static_cast<double>(shape.campaigns) * 2;
  std::vector<size_t> parent(shape.groups);  // 0: the total, else group + 1
  for (size_t g = 0; g < shape.groups; ++g) {
    parent[g] = Below(random, g + 1);
    Group group{.id = fmt::format("g{}", g)};
    if (parent[g] > 0) group.parent_id = fmt::format("g{}", parent[g] - 1);
    problem.groups.push_back(group);
  }
  std::vector<int64_t> spent(shape.groups, 0);
  int64_t left = shape.budget_steps;
  for (size_t i = 0; i < shape.campaigns; ++i) {
    Campaign campaign{.id = fmt::format("c{}", i)};
    campaign.curve =
        RandomCurve(random, span, random.Uniform() < shape.s_shaped);
    campaign.value_per_response = Between(random, 0.2, 3);
    const auto witness =
        static_cast<int64_t>(Below(random, static_cast<size_t>(left / 2 + 1)));
    left -= witness;
    const size_t home = Below(random, shape.groups + 1);
    if (home > 0) campaign.group_id = fmt::format("g{}", home - 1);
    for (size_t g = home; g > 0; g = parent[g - 1]) spent[g - 1] += witness;
    campaign.current_spend = witness * shape.step;
    if (random.Uniform() < 0.3) {
      campaign.min_spend = static_cast<int64_t>(Below(
                               random, static_cast<size_t>(witness + 1))) *
                           shape.step;
    }
    if (random.Uniform() < 0.5) {
      campaign.max_spend =
          (witness +
           static_cast<int64_t>(
               Below(random, static_cast<size_t>(shape.budget_steps / 2)))) *
          shape.step;
    }
    problem.campaigns.push_back(std::move(campaign));
  }
  for (size_t g = 0; g < shape.groups; ++g) {
    if (random.Uniform() < 0.5) {
      problem.groups[g].min_spend =
          static_cast<int64_t>(
              Below(random, static_cast<size_t>(spent[g] + 1))) *
          shape.step;
    }
    if (random.Uniform() < 0.6) {
      problem.groups[g].max_spend =
          (spent[g] +
           static_cast<int64_t>(
               Below(random, static_cast<size_t>(shape.budget_steps / 4)))) *
          shape.step;
    }
  }
  return problem;
}

inline constexpr double kImpossible = -std::numeric_limits<double>::infinity();

// best[b] is the best sum over the members of a group that spends exactly b
// steps.
class DenseProgramme {
 public:
  DenseProgramme(const AllocationProblem& problem, bool values)
      : problem_(problem),
        size_(static_cast<size_t>(*problem.budget / problem.step) + 1),
        values_(values) {}

  std::vector<double> Solve() const { return Members(""); }

 private:
  using Table = std::vector<double>;

  Table Members(const std::string& parent) const {
    Table best(size_, kImpossible);
    best[0] = 0;
    for (const Campaign& campaign : problem_.campaigns) {
      if (campaign.group_id == parent) best = Combine(best, Of(campaign));
    }
    for (const Group& group : problem_.groups) {
      if (group.parent_id != parent) continue;
      Table members = Members(group.id);
      Limit(group.min_spend, group.max_spend.value_or(kMaxMicros), &members);
      best = Combine(best, members);
    }
    return best;
  }

  Table Of(const Campaign& campaign) const {
    Table table(size_);
    for (size_t b = 0; b < size_; ++b) {
      table[b] =
          campaign.curve.ResponseAt(
              static_cast<double>(static_cast<int64_t>(b) * problem_.step) /
              kMicrosPerUnit) *
          (values_ ? campaign.value_per_response : 1);
    }
    const SpendRange range = RangeOf(campaign);
    Limit(range.min, range.max, &table);
    return table;
  }

  void Limit(Micros min, Micros max, Table* table) const {
    for (size_t b = 0; b < size_; ++b) {
      const Micros spend = static_cast<int64_t>(b) * problem_.step;
      if (spend < min || spend > max) (*table)[b] = kImpossible;
    }
  }

  Table Combine(const Table& a, const Table& b) const {
    Table out(size_, kImpossible);
    for (size_t i = 0; i < size_; ++i) {
      if (a[i] == kImpossible) continue;
      for (size_t j = 0; i + j < size_; ++j) {
        out[i + j] = std::max(out[i + j], a[i] + b[j]);
      }
    }
    return out;
  }

  const AllocationProblem& problem_;
  const size_t size_;
  const bool values_;
};

}  // namespace mi::budget::testing

#endif  // MI_TESTS_ENGINE_BUDGET_RANDOM_PROBLEMS_H_
