// Extremes of every parameter, trees of S-shaped curves, stops in mid-solve.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "engine/budget/allocate.h"
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
using testing::RandomProblem;

// Larger than any exhaustive search reaches; a dynamic programme does.
TEST(AllocateEdgeCasesTest, TreesOfSShapedCurvesReachTheOptimum) {
  size_t proven = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const AllocationProblem problem = RandomProblem(
        random,
        {.campaigns = 40, .groups = 10, .budget_steps = 500, .s_shaped = 0.5});
    const std::vector<double> table = DenseProgramme(problem, false).Solve();
    const double best = *std::max_element(table.begin(), table.end());
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    EXPECT_NEAR(allocation.response_after, best, 1e-6 * best);
    EXPECT_GE(allocation.certificate.bound, best * (1 - 1e-9));
    proven += allocation.certificate.proven;
  }
  EXPECT_GE(proven, 38U);
}

double AnySize(Random& random, double low, double high) {
  const double edge = random.Uniform();
  if (edge < 0.05) return low;
  if (edge < 0.1) return high;
  return std::exp(Between(random, std::log(low), std::log(high)));
}

ResponseCurve ExtremeCurve(Random& random) {
  ResponseCurve curve;
  curve.kind = static_cast<CurveKind>(Below(random, 6));
  curve.saturation = random.Uniform() < 0.1 ? 0 : AnySize(random, 1e-18, 1e18);
  curve.scale = AnySize(random, 1e-18, 1e18);
  curve.shape = AnySize(random, 0.01, curve.kind == CurveKind::kPower ? 1 : 50);
  curve.rate = AnySize(random, 1e-18, 1e18);
  curve.midpoint = random.Uniform() < 0.2 ? 0 : AnySize(random, 1e-18, 1e18);
  CurvePoint point;
  for (size_t p = 1 + Below(random, 5); p > 0; --p) {
    point.spend = point.spend * 1.1 + AnySize(random, 1e-9, 1e16);
    point.response =
        std::min(1e18, point.response + AnySize(random, 1e-9, 1e16));
    curve.points.push_back(point);
  }
  return curve;
}

Micros AnyMicros(Random& random) {
  return std::min(kMaxMicros, static_cast<Micros>(AnySize(random, 1, 4.6e18)));
}

AllocationProblem ExtremeProblem(Random& random) {
  AllocationProblem problem;
  problem.budget = AnyMicros(random);
  problem.step = random.Uniform() < 0.5 ? 1 : AnyMicros(random);
  problem.objective = static_cast<Objective>(Below(random, 7));
  problem.target = AnySize(random, 1e-18, 1e18);
  problem.chart_points = 3;
  problem.max_branches = 50;
  for (size_t g = Below(random, 4); g > 0; --g) {
    Group group{.id = fmt::format("g{}", g)};
    if (random.Uniform() < 0.5) group.max_spend = AnyMicros(random);
    problem.groups.push_back(group);
  }
  for (size_t i = 1 + Below(random, 8); i > 0; --i) {
    Campaign campaign{.id = fmt::format("c{}", i)};
    const size_t home = Below(random, problem.groups.size() + 1);
    if (home > 0) campaign.group_id = problem.groups[home - 1].id;
    campaign.curve = ExtremeCurve(random);
    campaign.value_per_response = AnySize(random, 1e-12, 1e12);
    campaign.current_spend = AnyMicros(random);
    if (random.Uniform() < 0.5) campaign.max_spend = AnyMicros(random);
    if (random.Uniform() < 0.2) campaign.max_factor = AnySize(random, 0.1, 1e6);
    problem.campaigns.push_back(campaign);
  }
  return problem;
}

// Whatever the parameters: an answer that adds up, or an error; never a number
// that is none.
TEST(AllocateEdgeCasesTest, ExtremesOfEveryParameter) {
  size_t answered = 0;
  for (uint64_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const AllocationProblem problem = ExtremeProblem(random);
    const auto allocation = Allocate(problem);
    if (!allocation.ok()) {
      EXPECT_EQ(allocation.status().code(),
                absl::StatusCode::kFailedPrecondition)
          << allocation.status().ToString();
      continue;
    }
    ++answered;
    ExpectConsistent(problem, *allocation);
    EXPECT_TRUE(std::isfinite(allocation->certificate.objective));
    EXPECT_TRUE(std::isfinite(allocation->certificate.bound));
    EXPECT_TRUE(std::isfinite(allocation->shadow_price));
    for (const CampaignAllocation& campaign : allocation->campaigns) {
      EXPECT_TRUE(std::isfinite(campaign.response_after));
      EXPECT_TRUE(std::isfinite(campaign.marginal_roi));
      EXPECT_TRUE(std::isfinite(campaign.marginal_roi_before));
      EXPECT_EQ(campaign.chart.size(), 3U);
    }
  }
  EXPECT_GT(answered, 1'000U);
}

AllocationProblem Simple(size_t campaigns) {
  AllocationProblem problem;
  problem.budget = 100'000'000;
  for (size_t i = 0; i < campaigns; ++i) {
    Campaign campaign{.id = fmt::format("c{}", i)};
    campaign.curve = {.saturation = 100, .scale = 50};
    problem.campaigns.push_back(campaign);
  }
  return problem;
}

TEST(AllocateEdgeCasesTest, FixedCampaignsKeepTheirSpendToTheMicro) {
  AllocationProblem problem = Simple(3);
  problem.step = 1'000'000;
  problem.campaigns[0].fixed = true;
  problem.campaigns[0].current_spend = 12'345'678;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  ExpectConsistent(problem, allocation);
  EXPECT_EQ(allocation.campaigns[0].spend, 12'345'678);
  EXPECT_EQ(allocation.campaigns[0].bound, Bound::kFixed);
  EXPECT_EQ(allocation.spend, 99'345'678);
  EXPECT_EQ(allocation.unspent_reason, UnspentReason::kBelowOneStep);
}

TEST(AllocateEdgeCasesTest, AllFixed) {
  AllocationProblem problem = Simple(2);
  for (Campaign& campaign : problem.campaigns) {
    campaign.fixed = true;
    campaign.current_spend = 30'000'000;
  }
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  ExpectConsistent(problem, allocation);
  EXPECT_EQ(allocation.unspent_reason, UnspentReason::kMaximaReached);
  problem.budget = 59'999'999;
  EXPECT_THAT(Allocate(problem),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("add up to 60000000: 1 too much")));
}

// 0 to 0: nothing relative to nothing.
TEST(AllocateEdgeCasesTest, RelativeBoundsOfNothingHoldACampaignAtNothing) {
  AllocationProblem problem = Simple(2);
  problem.campaigns[0].min_factor = 0.8;
  problem.campaigns[0].max_factor = 1.2;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_EQ(allocation.campaigns[0].spend, 0);
  EXPECT_EQ(allocation.campaigns[0].bound, Bound::kFixed);
  EXPECT_EQ(allocation.campaigns[1].spend, 100'000'000);
}

TEST(AllocateEdgeCasesTest, RelativeBoundsAreRoundedInwards) {
  AllocationProblem problem = Simple(2);
  problem.campaigns[0].current_spend = 10'000'001;
  problem.campaigns[0].max_factor = 1.5;
  problem.campaigns[1].max_spend = 50'000'000;
  ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
  EXPECT_EQ(allocation.campaigns[0].spend, 15'000'001);
  EXPECT_EQ(allocation.campaigns[0].bound, Bound::kMaximum);
}

TEST(AllocateEdgeCasesTest, AGroupWhoseMaximaLackItsMinimumIsNamed) {
  AllocationProblem problem = Simple(2);
  problem.groups = {{.id = "search", .min_spend = 40'000'000}};
  problem.campaigns[0].group_id = "search";
  problem.campaigns[0].max_spend = 30'000'000;
  const auto allocation = Allocate(problem);
  EXPECT_THAT(allocation, StatusIs(absl::StatusCode::kFailedPrecondition,
                                   HasSubstr("group 'search' requires 40000000"
                                             " micros")));
  EXPECT_THAT(std::string(allocation.status().message()),
              HasSubstr("10000000 too little"));
}

// Ties are broken the same way every time: equal shares, to the micro, with the
// rest to the first ids.
TEST(AllocateEdgeCasesTest, FlatCurvesAreSplitTheSameWayInAnyOrder) {
  AllocationProblem problem = Simple(7);
  for (Campaign& campaign : problem.campaigns) campaign.curve.saturation = 0;
  ASSERT_OK_AND_ASSIGN(const Allocation forwards, Allocate(problem));
  std::reverse(problem.campaigns.begin(), problem.campaigns.end());
  ASSERT_OK_AND_ASSIGN(const Allocation backwards, Allocate(problem));
  EXPECT_EQ(forwards.spend, backwards.spend);
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(forwards.campaigns[i].spend, backwards.campaigns[6 - i].spend);
  }
}

// Asked to stop while it branches, it does so soon.
TEST(AllocateEdgeCasesTest, StopsInMidSolve) {
  Random random(1);
  AllocationProblem problem;
  problem.max_branches = 1'000'000;
  problem.relative_gap = 0;
  for (int g = 0; g < 500; ++g) {
    problem.groups.push_back(
        {.id = fmt::format("g{}", g), .max_spend = 1'000'000'001});
  }
  for (int i = 0; i < 5'000; ++i) {
    Campaign campaign{.id = fmt::format("c{}", i),
                      .group_id = fmt::format("g{}", i % 500)};
    campaign.curve = {.kind = CurveKind::kHill,
                      .saturation = Between(random, 50, 500),
                      .scale = Between(random, 20, 300),
                      .shape = Between(random, 1.2, 3)};
    problem.campaigns.push_back(campaign);
  }
  problem.budget = 400'000'000'000;
  using Clock = std::chrono::steady_clock;
  std::stop_source stop;
  Clock::time_point asked;
  std::jthread asker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    asked = Clock::now();
    stop.request_stop();
  });
  const auto allocation = Allocate(problem, stop.get_token());
  const Clock::time_point stopped = Clock::now();
  asker.join();
  EXPECT_THAT(allocation, StatusIs(absl::StatusCode::kCancelled, _));
  const std::chrono::duration<double, std::milli> after = stopped - asked;
  RecordProperty("milliseconds_until_stopped", std::to_string(after.count()));
  // 20 on a quiet machine.
  EXPECT_LT(after.count(), 1'000);
}

}  // namespace
}  // namespace mi::budget
