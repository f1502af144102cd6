// The solver of concave problems against bisections in doubles, and its answers
// after changes against those of a new solver.

#include "engine/budget/allocation_solver.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/budget/allocate.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/budget/allocation_checks.h"
#include "tests/engine/budget/bisection_oracle.h"
#include "tests/engine/budget/random_problems.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using testing::Below;
using testing::Between;
using testing::BisectionOracle;
using testing::ExpectConsistent;
using testing::RandomProblem;

// Steps of one micro, so that a step more or less makes no difference.
TEST(AllocationSolverTest, ConcaveTreesReachWhatBisectionFinds) {
  double worst = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    AllocationProblem problem =
        RandomProblem(random, {.campaigns = 2 + Below(random, 14),
                               .groups = Below(random, 7),
                               .budget_steps = 50'000'000'000,
                               .step = 1});
    for (Campaign& campaign : problem.campaigns) {
      campaign.fixed = random.Uniform() < 0.15;
    }
    const double best = BisectionOracle(problem).Best();
    ASSERT_OK_AND_ASSIGN(const Allocation allocation, Allocate(problem));
    ExpectConsistent(problem, allocation);
    EXPECT_NEAR(allocation.response_after, best, 1e-9 * best);
    EXPECT_LE(allocation.certificate.relative_gap, 1e-9);
    EXPECT_TRUE(allocation.certificate.proven);
    worst = std::max(worst, std::abs(allocation.response_after / best - 1));
  }
  RecordProperty("worst_relative_difference", fmt::format("{:.1e}", worst));
}

constexpr double kStep = 0.01;

// What a solver is made of.
struct Model {
  std::vector<ResponseCurve> curves;
  std::vector<Demand> demands;
  std::vector<size_t> group_of;
  std::vector<AllocationSolver::GroupSpec> groups;
  double reserve = 0;

  AllocationSolver Build() const {
    AllocationSolver solver(demands, group_of, groups);
    solver.SetReserve(reserve);
    return solver;
  }
};

Demand RandomDemand(Random& random, const ResponseCurve& curve) {
  const auto low = static_cast<int64_t>(Below(random, 50));
  return {curve, Between(random, 0.5, 2), kStep, low,
          low + static_cast<int64_t>(Below(random, 100'000))};
}

Model RandomModel(Random& random, size_t campaigns, size_t groups) {
  Model model;
  model.groups.push_back({});
  for (size_t g = 1; g < groups; ++g) {
    model.groups.push_back({.parent = Below(random, g)});
  }
  for (size_t i = 0; i < campaigns; ++i) {
    model.curves.push_back(
        testing::RandomCurve(random, 500, random.Uniform() < 0.3));
  }
  for (size_t i = 0; i < campaigns; ++i) {
    model.demands.push_back(RandomDemand(random, model.curves[i]));
    model.group_of.push_back(Below(random, groups));
  }
  return model;
}

// One of the changes that a solver takes; the same in the model.
void Change(Random& random, Model* model, AllocationSolver* solver) {
  const double kind = random.Uniform();
  if (kind < 0.4) {
    const size_t i = Below(random, model->demands.size());
    model->demands[i] = RandomDemand(random, model->curves[i]);
    solver->SetDemand(i, model->demands[i]);
  } else if (kind < 0.9) {
    const size_t g = Below(random, model->groups.size());
    AllocationSolver::GroupSpec& spec = model->groups[g];
    spec.min = random.Uniform() < 0.5
                   ? 0
                   : static_cast<int64_t>(Below(random, 100'000));
    spec.max = random.Uniform() < 0.3
                   ? kMaxSteps
                   : spec.min + static_cast<int64_t>(Below(random, 200'000));
    solver->SetGroupLimits(g, spec.min, spec.max);
  } else {
    model->reserve =
        random.Uniform() < 0.3 ? 0 : std::exp(Between(random, -8, 2));
    solver->SetReserve(model->reserve);
  }
}

TEST(AllocationSolverTest, AfterChangesTheAnswerIsThatOfANewSolver) {
  size_t solved = 0;
  size_t infeasible = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Model model =
        RandomModel(random, 1 + Below(random, 40), 1 + Below(random, 12));
    AllocationSolver warm = model.Build();
    for (int change = 0; change < 60; ++change) {
      Change(random, &model, &warm);
      AllocationSolver cold = model.Build();
      const absl::Status status = cold.Solve();
      ASSERT_EQ(warm.Solve(), status) << "change " << change;
      ASSERT_EQ(warm.infeasible_group(), cold.infeasible_group());
      if (!status.ok()) {
        ++infeasible;
        continue;
      }
      ++solved;
      for (size_t i = 0; i < model.demands.size(); ++i) {
        ASSERT_EQ(warm.steps(i), cold.steps(i)) << "change " << change;
      }
      for (size_t g = 0; g < model.groups.size(); ++g) {
        ASSERT_EQ(warm.price(g), cold.price(g)) << "change " << change;
        ASSERT_EQ(warm.shadow_price(g), cold.shadow_price(g));
      }
    }
  }
  EXPECT_GT(solved, 2'000U);
  EXPECT_GT(infeasible, 200U);
}

// Every limit holds, and the groups' amounts are the sums of their members.
TEST(AllocationSolverTest, AmountsAddUpWithinAllLimits) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Model model =
        RandomModel(random, 1 + Below(random, 60), 1 + Below(random, 20));
    AllocationSolver solver = model.Build();
    for (int change = 0; change < 3; ++change) Change(random, &model, &solver);
    if (!solver.Solve().ok()) continue;
    std::vector<int64_t> sums(model.groups.size(), 0);
    for (size_t i = 0; i < model.demands.size(); ++i) {
      EXPECT_GE(solver.steps(i), model.demands[i].low());
      EXPECT_LE(solver.steps(i), model.demands[i].high());
      sums[model.group_of[i]] += solver.steps(i);
    }
    for (size_t g = sums.size(); g-- > 0;) {
      EXPECT_EQ(solver.group_steps(g), sums[g]);
      EXPECT_GE(sums[g], model.groups[g].min);
      EXPECT_LE(sums[g], model.groups[g].max);
      if (g > 0) sums[model.groups[g].parent] += sums[g];
    }
  }
}

// A change in one of many groups leaves the others alone.
TEST(AllocationSolverTest, AChangeCostsLessThanANewSolver) {
  Random random(7);
  Model model;
  model.groups.push_back({.max = 200'000'000'000});
  for (size_t g = 1; g <= 200; ++g) {
    model.groups.push_back({.max = 1'000'000'000});
  }
  for (size_t i = 0; i < 2'000; ++i) {
    model.curves.push_back({.kind = CurveKind::kHill,
                            .saturation = Between(random, 50, 500),
                            .scale = Between(random, 20, 300),
                            .shape = Between(random, 0.5, 1)});
    model.group_of.push_back(1 + i % 200);
  }
  for (const ResponseCurve& curve : model.curves) {
    model.demands.emplace_back(curve, 1, 1e-6, 0, 1'000'000'000);
  }
  AllocationSolver solver = model.Build();
  ASSERT_OK(solver.Solve());
  const size_t cold = solver.sums_taken();
  solver.SetDemand(17, model.demands[17].WithBounds(0, 10'000'000));
  ASSERT_OK(solver.Solve());
  const size_t warm = solver.sums_taken() - cold;
  EXPECT_LT(warm * 5, cold) << "cold " << cold << " warm " << warm;
}

TEST(AllocationSolverTest, NamesTheGroupWhoseLimitsContradict) {
  Random random(3);
  Model model = RandomModel(random, 4, 1);
  model.groups.push_back({.min = 10, .max = 20});
  model.groups.push_back({.parent = 1, .min = 21});
  model.group_of = {0, 1, 2, 2};
  AllocationSolver solver = model.Build();
  EXPECT_THAT(solver.Solve(),
              StatusIs(absl::StatusCode::kFailedPrecondition, _));
  EXPECT_EQ(solver.infeasible_group(), 1U);
}

TEST(AllocationSolverTest, GoesOnAfterItWasStopped) {
  Random random(5);
  Model model = RandomModel(random, 30, 1);
  model.groups[0].max = 40'000;
  AllocationSolver solver = model.Build();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(solver.Solve(stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
  ASSERT_OK(solver.Solve());
  AllocationSolver cold = model.Build();
  ASSERT_OK(cold.Solve());
  for (size_t i = 0; i < 30; ++i) EXPECT_EQ(solver.steps(i), cold.steps(i));
}

}  // namespace
}  // namespace mi::budget
