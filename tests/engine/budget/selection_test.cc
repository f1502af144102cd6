// Selections against every set of campaigns.

#include "engine/budget/selection.h"

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using mi::testing::StatusIs;
using ::testing::_;

SelectionProblem AnyProblem(Random& random, bool negative) {
  SelectionProblem problem;
  const uint64_t campaigns = 1 + random.Below(9);
  for (uint64_t s = random.Below(5); s > 0; --s) {
    problem.setup_costs.push_back(static_cast<int64_t>(random.Below(40)));
  }
  for (uint64_t i = 0; i < campaigns; ++i) {
    auto& campaign = problem.campaigns.emplace_back();
    campaign.profit = static_cast<int64_t>(random.Below(40)) - 15;
    for (uint32_t s = 0; s < problem.setup_costs.size(); ++s) {
      if (random.Below(3) == 0) campaign.setups.push_back(s);
    }
  }
  if (campaigns == 1) return problem;
  for (uint64_t pair = random.Below(12); pair > 0; --pair) {
    const auto first = static_cast<uint32_t>(random.Below(campaigns));
    const auto second = static_cast<uint32_t>(
        (first + 1 + random.Below(campaigns - 1)) % campaigns);
    problem.synergies.push_back(
        {.first = first,
         .second = second,
         .value = static_cast<int64_t>(random.Below(25)) -
                  (negative && random.Below(2) == 0 ? 25 : 0)});
  }
  return problem;
}

int64_t ProfitOf(const SelectionProblem& problem, uint32_t bits) {
  int64_t profit = 0;
  std::vector<bool> needed(problem.setup_costs.size(), false);
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    if (!(bits >> i & 1)) continue;
    profit += problem.campaigns[i].profit;
    for (const uint32_t setup : problem.campaigns[i].setups) {
      needed[setup] = true;
    }
  }
  for (size_t s = 0; s < needed.size(); ++s) {
    if (needed[s]) profit -= problem.setup_costs[s];
  }
  for (const auto& synergy : problem.synergies) {
    if ((bits >> synergy.first & 1) && (bits >> synergy.second & 1)) {
      profit += synergy.value;
    }
  }
  return profit;
}

struct Best {
  int64_t profit = 0;
  int fewest = 0;  // campaigns
};

Best BestOf(const SelectionProblem& problem) {
  Best best;
  for (uint32_t bits = 1; bits < (1u << problem.campaigns.size()); ++bits) {
    const int64_t profit = ProfitOf(problem, bits);
    const int count = __builtin_popcount(bits);
    if (profit > best.profit ||
        (profit == best.profit && count < best.fewest)) {
      best = {profit, count};
    }
  }
  return best;
}

uint32_t BitsOf(const std::vector<bool>& runs) {
  uint32_t bits = 0;
  for (size_t i = 0; i < runs.size(); ++i) bits |= uint32_t{runs[i]} << i;
  return bits;
}

TEST(SelectionTest, IsTheBestSetWhereNothingHinders) {
  size_t earning = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const SelectionProblem problem = AnyProblem(random, false);
    ASSERT_OK_AND_ASSIGN(const Selection selection, SelectCampaigns(problem));
    const Best best = BestOf(problem);
    EXPECT_EQ(selection.profit, best.profit);
    EXPECT_EQ(selection.bound, best.profit);
    const uint32_t bits = BitsOf(selection.runs);
    EXPECT_EQ(ProfitOf(problem, bits), best.profit);
    EXPECT_EQ(__builtin_popcount(bits), best.fewest);
    earning += best.profit > 0;
  }
  EXPECT_GT(earning, 500);
}

TEST(SelectionTest, IsEnclosedByItsBoundWhereSomeHinder) {
  size_t exact = 0;
  size_t best_found = 0;
  constexpr size_t kProblems = 2'000;
  for (uint64_t seed = 0; seed < kProblems; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const SelectionProblem problem = AnyProblem(random, true);
    ASSERT_OK_AND_ASSIGN(const Selection selection, SelectCampaigns(problem));
    const int64_t best = BestOf(problem).profit;
    EXPECT_EQ(ProfitOf(problem, BitsOf(selection.runs)), selection.profit);
    EXPECT_LE(selection.profit, best);
    EXPECT_GE(selection.bound, best);
    exact += selection.profit == selection.bound;
    best_found += selection.profit == best;
  }
  RecordProperty("proven_of_2000", static_cast<int>(exact));
  RecordProperty("best_of_2000", static_cast<int>(best_found));
  EXPECT_GT(exact, kProblems * 8 / 10);
  EXPECT_GT(best_found, kProblems * 95 / 100);
}

TEST(SelectionTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  Random random(1);
  SelectionProblem problem;
  problem.campaigns.push_back({.profit = 1});
  EXPECT_THAT(SelectCampaigns(problem, stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::budget
