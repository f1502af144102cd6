// Allocations against a dense dynamic programme over every number of steps.

#include "engine/budget/allocate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/budget/allocation_checks.h"
#include "tests/engine/budget/random_problems.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using testing::Below;
using testing::Between;
using testing::DenseProgramme;
using testing::ExpectConsistent;
using ::testing::HasSubstr;
using testing::kImpossible;
using testing::ProblemShape;
using testing::RandomProblem;
using testing::Units;

void ExpectNearRelative(double actual, double expected, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(1.0, std::abs(expected)));
}

std::string Describe(uint64_t seed) { return "seed " + std::to_string(seed); }

ProblemShape AnyShape(Random& random, double s_shaped) {
  return {.campaigns = 1 + Below(random, 9),
          .groups = Below(random, 5),
          .budget_steps = 1 + static_cast<int64_t>(Below(random, 60)),
          .step = Micros{1} << Below(random, 30),
          .s_shaped = s_shaped};
}

double Best(const std::vector<double>& table) {
  return *std::max_element(table.begin(), table.end());
}

TEST(AllocateTest, ConcaveCurvesReachTheOptimum) {
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem = RandomProblem(random, AnyShape(random, 0));
    const bool values = random.Uniform() < 0.5;
    problem.objective =
        values ? Objective::kMostValue : Objective::kMostResponse;
    const double best = Best(DenseProgramme(problem, values).Solve());
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    ExpectNearRelative(allocation.certificate.objective, best, 1e-9);
    EXPECT_NEAR(allocation.certificate.objective,
                values ? allocation.value_after : allocation.response_after,
                1e-9 * best);
    EXPECT_TRUE(allocation.certificate.proven)
        << allocation.certificate.relative_gap;
    EXPECT_LE(allocation.certificate.kkt_residual, 1e-9);
    EXPECT_GE(allocation.certificate.bound, best - 1e-9 * best);
    EXPECT_EQ(allocation.certificate.branches, 0u);
  }
}

TEST(AllocateTest, SShapedCurvesReachTheOptimumOfAllSplits) {
  size_t branched = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem = RandomProblem(random, AnyShape(random, 0.6));
    const double best = Best(DenseProgramme(problem, false).Solve());
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    ExpectNearRelative(allocation.response_after, best, 1e-6);
    EXPECT_GE(allocation.certificate.bound, best - 1e-9 * best);
    branched += allocation.certificate.branches > 1;
  }
  EXPECT_GT(branched, 50);
}

TEST(AllocateTest, MostProfitSpendsWhatPays) {
  size_t unspent = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem =
        RandomProblem(random, AnyShape(random, seed % 2 == 0 ? 0 : 0.5));
    problem.objective = Objective::kMostProfit;
    const std::vector<double> table = DenseProgramme(problem, true).Solve();
    double best = kImpossible;
    for (size_t b = 0; b < table.size(); ++b) {
      best = std::max(best,
                      table[b] - Units(static_cast<Micros>(b) * problem.step));
    }
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    ExpectNearRelative(allocation.value_after - Units(allocation.spend), best,
                       1e-6);
    unspent += allocation.unspent > 0;
  }
  EXPECT_GT(unspent, 30);
}

TEST(AllocateTest, TargetMarginalRoasIsProfitAtAnotherPrice) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem = RandomProblem(random, AnyShape(random, 0));
    problem.objective = Objective::kTargetMarginalRoas;
    problem.target = std::exp(Between(random, -2, 2));
    const std::vector<double> table = DenseProgramme(problem, true).Solve();
    double best = kImpossible;
    for (size_t b = 0; b < table.size(); ++b) {
      best = std::max(
          best, table[b] - problem.target *
                               Units(static_cast<Micros>(b) * problem.step));
    }
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    ExpectNearRelative(
        allocation.value_after - problem.target * Units(allocation.spend), best,
        1e-9);
  }
}

TEST(AllocateTest, LowestCostIsTheLeastSpendThatReachesTheTarget) {
  size_t attained = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem =
        RandomProblem(random, AnyShape(random, seed % 2 == 0 ? 0 : 0.5));
    problem.objective = Objective::kLowestCost;
    const std::vector<double> table = DenseProgramme(problem, false).Solve();
    if (Best(table) == 0) continue;  // there is nothing to aim at
    problem.target = Best(table) * Between(random, 0.05, 1.1);
    size_t least = 0;
    while (least < table.size() && table[least] < problem.target) ++least;
    const auto allocation = Allocate(problem);
    if (least == table.size()) {
      EXPECT_THAT(allocation,
                  StatusIs(absl::StatusCode::kFailedPrecondition, _));
      continue;
    }
    ASSERT_OK(allocation);
    ExpectConsistent(problem, *allocation);
    EXPECT_EQ(allocation->spend, static_cast<Micros>(least) * problem.step);
    EXPECT_GE(allocation->response_after, problem.target * (1 - 1e-9));
    ++attained;
  }
  EXPECT_GT(attained, 200);
}

TEST(AllocateTest, RatioTargetsSpendAsMuchAsHoldsThem) {
  size_t bound = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem =
        RandomProblem(random, AnyShape(random, seed % 2 == 0 ? 0 : 0.5));
    const bool values = random.Uniform() < 0.5;
    problem.objective = values ? Objective::kTargetRoas : Objective::kTargetCpa;
    const std::vector<double> table = DenseProgramme(problem, values).Solve();
    if (Best(table) == 0) continue;  // there is nothing to aim at
    const double all = Best(table) / Units(*problem.budget);
    const double ratio = all * std::exp(Between(random, -0.3, 1.5));
    problem.target = values ? ratio : 1 / ratio;
    // The most value of all totals that hold the ratio.
    double best = kImpossible;
    for (size_t b = 0; b < table.size(); ++b) {
      if (table[b] >= ratio * Units(static_cast<Micros>(b) * problem.step)) {
        best = std::max(best, table[b]);
      }
    }
    const auto allocation = Allocate(problem);
    if (best == kImpossible) {
      EXPECT_THAT(allocation,
                  StatusIs(absl::StatusCode::kFailedPrecondition, _));
      continue;
    }
    ASSERT_OK(allocation);
    ExpectConsistent(problem, *allocation);
    const double value =
        values ? allocation->value_after : allocation->response_after;
    ExpectNearRelative(value, best, 1e-6);
    EXPECT_GE(value, ratio * Units(allocation->spend) * (1 - 1e-9));
    bound += allocation->unspent_reason == UnspentReason::kTargetAtLimit;
  }
  EXPECT_GT(bound, 50);
}

TEST(AllocateTest, TheOrderOfTheRequestMakesNoDifference) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    const AllocationProblem problem =
        RandomProblem(random, {.campaigns = 12, .groups = 5, .s_shaped = 0.3});
    AllocationProblem shuffled = problem;
    for (size_t i = shuffled.campaigns.size(); i > 1; --i) {
      std::swap(shuffled.campaigns[i - 1],
                shuffled.campaigns[Below(random, i)]);
    }
    std::reverse(shuffled.groups.begin(), shuffled.groups.end());
    ASSERT_OK_AND_ASSIGN(const Allocation a, Allocate(problem));
    ASSERT_OK_AND_ASSIGN(const Allocation b, Allocate(shuffled));
    std::map<std::string, Micros> spend;
    for (size_t i = 0; i < problem.campaigns.size(); ++i) {
      spend[problem.campaigns[i].id] = a.campaigns[i].spend;
    }
    for (size_t i = 0; i < shuffled.campaigns.size(); ++i) {
      EXPECT_EQ(spend[shuffled.campaigns[i].id], b.campaigns[i].spend);
    }
  }
}

// The prices are what a finite change of the budget, or of a group's limit,
// earns.
TEST(AllocateTest, ShadowPricesAreWhatReliefEarns) {
  size_t binding = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    AllocationProblem problem =
        RandomProblem(random, {.campaigns = 8,
                               .groups = 3,
                               .budget_steps = 4'000'000'000,
                               .step = 1});
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    constexpr Micros kRelief = 1'000'000;
    const auto earned = [&](const AllocationProblem& changed) {
      const auto relieved = Allocate(changed);
      EXPECT_OK(relieved);
      return relieved.ok()
                 ? relieved->response_after - allocation.response_after
                 : 0.0;
    };
    AllocationProblem more = problem;
    *more.budget += kRelief;
    const double by_budget = earned(more);
    ExpectNearRelative(by_budget, allocation.shadow_price, 0.02);
    for (size_t g = 0; g < problem.groups.size(); ++g) {
      if (allocation.groups[g].bound != Bound::kMaximum) continue;
      AllocationProblem wider = problem;
      *wider.groups[g].max_spend += kRelief;
      const double gain = earned(wider);
      // Of kinks the price is one of the sides.
      EXPECT_LE(gain, allocation.groups[g].shadow_price * 1.01 + 1e-6);
      EXPECT_GT(allocation.groups[g].shadow_price, 0);
      ++binding;
    }
  }
  EXPECT_GT(binding, 50);
}

TEST(AllocateTest, LargeMixedProblemsAreNotBeatenByLocalSearch) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(Describe(seed));
    Random random(seed);
    const AllocationProblem problem =
        RandomProblem(random, {.campaigns = 200,
                               .groups = 0,
                               .budget_steps = 2'000,
                               .s_shaped = 0.4});
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    // From random splits: moves of steps between two campaigns while any gains.
    double best = 0;
    for (int start = 0; start < 20; ++start) {
      std::vector<Micros> spend;
      Micros left = *problem.budget;
      for (const Campaign& campaign : problem.campaigns) {
        spend.push_back(RangeOf(campaign).min);
        left -= spend.back();
      }
      while (left >= problem.step) {
        const size_t i = Below(random, spend.size());
        if (spend[i] + problem.step > RangeOf(problem.campaigns[i]).max) {
          if (random.Uniform() < 1e-4) break;
          continue;
        }
        spend[i] += problem.step;
        left -= problem.step;
      }
      const auto value = [&](size_t i, Micros at) {
        return problem.campaigns[i].curve.ResponseAt(Units(at));
      };
      for (int move = 0; move < 40'000; ++move) {
        const size_t from = Below(random, spend.size());
        const size_t to = Below(random, spend.size());
        const Micros amount =
            problem.step * static_cast<Micros>(1 + Below(random, 20));
        if (from == to ||
            spend[from] - amount < RangeOf(problem.campaigns[from]).min ||
            spend[to] + amount > RangeOf(problem.campaigns[to]).max) {
          continue;
        }
        if (value(from, spend[from] - amount) + value(to, spend[to] + amount) >
            value(from, spend[from]) + value(to, spend[to])) {
          spend[from] -= amount;
          spend[to] += amount;
        }
      }
      double sum = 0;
      for (size_t i = 0; i < spend.size(); ++i) sum += value(i, spend[i]);
      best = std::max(best, sum);
    }
    EXPECT_GE(allocation.response_after, best * (1 - 1e-9));
  }
}

TEST(AllocateTest, IntervalsAreThoseOfTheDraws) {
  Random random(4);
  AllocationProblem problem = RandomProblem(random, {.campaigns = 5});
  problem.interval = 0.5;
  constexpr size_t kDraws = 101;
  for (Campaign& campaign : problem.campaigns) {
    for (size_t d = 0; d < kDraws; ++d) {
      ResponseCurve draw = campaign.curve;
      draw.saturation *= 1 + static_cast<double>(d) / 100;
      for (CurvePoint& point : draw.points) {
        point.response *= 1 + static_cast<double>(d) / 100;
      }
      campaign.draws.push_back(draw);
    }
  }
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  // Draw d is (1 + d / 100) times the response: uniform on 1 to 2.
  ASSERT_TRUE(allocation.response_interval.has_value());
  EXPECT_NEAR(allocation.response_interval->mean,
              1.5 * allocation.response_after, 1e-9);
  EXPECT_NEAR(allocation.response_interval->low,
              1.25 * allocation.response_after, 1e-9);
  EXPECT_NEAR(allocation.response_interval->high,
              1.75 * allocation.response_after, 1e-9);
  ASSERT_TRUE(allocation.lift_interval.has_value());
  EXPECT_NEAR(allocation.lift_interval->mean,
              1.5 * (allocation.response_after - allocation.response_before),
              1e-9);
}

AllocationProblem TwoCampaigns() {
  AllocationProblem problem;
  problem.budget = 100'000'000;
  for (const char* id : {"a", "b"}) {
    Campaign campaign{.id = id};
    campaign.curve = {
        .kind = CurveKind::kMichaelisMenten, .saturation = 100, .scale = 50};
    problem.campaigns.push_back(campaign);
  }
  return problem;
}

TEST(AllocateTest, EqualCurvesShareEqually) {
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(TwoCampaigns()));
  EXPECT_EQ(allocation.campaigns[0].spend, 50'000'000);
  EXPECT_EQ(allocation.campaigns[1].spend, 50'000'000);
  // f'(50) = 100 * 50 / 100^2.
  EXPECT_NEAR(allocation.shadow_price, 0.5, 1e-6);
  EXPECT_NEAR(allocation.campaigns[0].marginal_roi, 0.5, 1e-6);
  EXPECT_EQ(allocation.unspent_reason, UnspentReason::kNone);
}

TEST(AllocateTest, ABudgetOfNothingIsSpentAtOnce) {
  AllocationProblem problem = TwoCampaigns();
  problem.budget = 0;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_EQ(allocation.spend, 0);
  EXPECT_EQ(allocation.unspent, 0);
}

TEST(AllocateTest, ABudgetAboveAllMaximaIsLeftWithTheReason) {
  AllocationProblem problem = TwoCampaigns();
  problem.campaigns[0].max_spend = 10'000'000;
  problem.campaigns[1].max_spend = 20'000'000;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_EQ(allocation.spend, 30'000'000);
  EXPECT_EQ(allocation.unspent, 70'000'000);
  EXPECT_EQ(allocation.unspent_reason, UnspentReason::kMaximaReached);
  EXPECT_EQ(allocation.campaigns[0].bound, Bound::kMaximum);
  EXPECT_EQ(allocation.shadow_price, 0);
}

TEST(AllocateTest, ABudgetBelowTheMinimaNamesTheGapAndTheGroups) {
  AllocationProblem problem = TwoCampaigns();
  problem.groups = {{.id = "search", .min_spend = 90'000'000},
                    {.id = "social", .min_spend = 30'000'000}};
  problem.campaigns[0].group_id = "search";
  problem.campaigns[1].group_id = "social";
  const auto allocation = Allocate(problem);
  EXPECT_THAT(allocation, StatusIs(absl::StatusCode::kFailedPrecondition,
                                   HasSubstr("20000000 too much")));
  EXPECT_THAT(std::string(allocation.status().message()),
              HasSubstr("'search' (90000000), 'social' (30000000)"));
}

TEST(AllocateTest, FlatCurvesAreSaidToBeFlat) {
  AllocationProblem problem = TwoCampaigns();
  for (Campaign& campaign : problem.campaigns) campaign.curve.saturation = 0;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_TRUE(allocation.campaigns[0].flat);
  EXPECT_TRUE(allocation.campaigns[1].flat);
  EXPECT_EQ(allocation.response_after, 0);
  EXPECT_EQ(allocation.spend + allocation.unspent, *problem.budget);
}

TEST(AllocateTest, SlopesThatAreInfiniteAtNothing) {
  AllocationProblem problem = TwoCampaigns();
  for (Campaign& campaign : problem.campaigns) {
    campaign.curve = {.kind = CurveKind::kPower, .saturation = 3, .shape = 0.5};
  }
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_EQ(allocation.campaigns[0].spend, 50'000'000);
  EXPECT_TRUE(std::isfinite(allocation.campaigns[0].marginal_roi_before));
}

TEST(AllocateTest, AmountsNearTheLargest) {
  AllocationProblem problem = TwoCampaigns();
  problem.budget = kMaxMicros;
  for (Campaign& campaign : problem.campaigns) campaign.curve.scale = 1e12;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  ExpectConsistent(problem, allocation);
  EXPECT_EQ(allocation.spend, kMaxMicros);
  EXPECT_NEAR(static_cast<double>(allocation.campaigns[0].spend) /
                  static_cast<double>(kMaxMicros),
              0.5, 1e-6);
}

TEST(AllocateTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(Allocate(TwoCampaigns(), stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::budget
