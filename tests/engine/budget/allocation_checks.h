// What holds of every allocation, whatever was asked.

#ifndef MI_TESTS_ENGINE_BUDGET_ALLOCATION_CHECKS_H_
#define MI_TESTS_ENGINE_BUDGET_ALLOCATION_CHECKS_H_

#include <cmath>
#include <map>
#include <string>

#include "engine/budget/problem.h"
#include "engine/budget/spend_range.h"
#include "gtest/gtest.h"

namespace mi::budget::testing {

inline double Units(Micros micros) {
  return static_cast<double>(micros) / kMicrosPerUnit;
}

// Sums of spends by group, all that lies below included.
inline std::map<std::string, Micros> GroupSums(const AllocationProblem& problem,
                                               const Allocation& allocation) {
  std::map<std::string, std::string> parent;
  for (const Group& group : problem.groups) parent[group.id] = group.parent_id;
  std::map<std::string, Micros> sums;
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    for (std::string id = problem.campaigns[i].group_id; !id.empty();
         id = parent[id]) {
      sums[id] += allocation.campaigns[i].spend;
    }
  }
  return sums;
}

// What holds of every answer, whatever was asked.
inline void ExpectConsistent(const AllocationProblem& problem,
                             const Allocation& allocation) {
  ASSERT_EQ(allocation.campaigns.size(), problem.campaigns.size());
  ASSERT_EQ(allocation.groups.size(), problem.groups.size());
  Micros total = 0;
  double response = 0;
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    const Campaign& campaign = problem.campaigns[i];
    const CampaignAllocation& one = allocation.campaigns[i];
    const SpendRange range = RangeOf(campaign);
    EXPECT_GE(one.spend, range.min) << campaign.id;
    EXPECT_LE(one.spend, range.max) << campaign.id;
    EXPECT_TRUE(one.spend % problem.step == 0 || range.min == range.max);
    EXPECT_EQ(one.change, one.spend - campaign.current_spend);
    EXPECT_DOUBLE_EQ(one.response_after,
                     campaign.curve.ResponseAt(Units(one.spend)));
    EXPECT_DOUBLE_EQ(one.response_before,
                     campaign.curve.ResponseAt(Units(campaign.current_spend)));
    EXPECT_DOUBLE_EQ(one.value_after,
                     one.response_after * campaign.value_per_response);
    total += one.spend;
    response += one.response_after;
  }
  EXPECT_EQ(allocation.spend, total);
  EXPECT_NEAR(allocation.response_after, response, 1e-9 * response);
  if (problem.budget.has_value()) {
    EXPECT_EQ(allocation.spend + allocation.unspent, *problem.budget);
    EXPECT_GE(allocation.unspent, 0);
    EXPECT_EQ(allocation.unspent == 0,
              allocation.unspent_reason == UnspentReason::kNone);
  }
  auto sums = GroupSums(problem, allocation);
  for (size_t g = 0; g < problem.groups.size(); ++g) {
    const Group& group = problem.groups[g];
    EXPECT_EQ(allocation.groups[g].spend, sums[group.id]);
    EXPECT_GE(sums[group.id], group.min_spend) << group.id;
    EXPECT_LE(sums[group.id], group.max_spend.value_or(kMaxMicros));
  }
  const Certificate& certificate = allocation.certificate;
  EXPECT_GE(certificate.bound,
            certificate.objective - 1e-12 * std::abs(certificate.objective));
  EXPECT_GE(certificate.relative_gap, -1e-12);
}

}  // namespace mi::budget::testing

#endif  // MI_TESTS_ENGINE_BUDGET_ALLOCATION_CHECKS_H_
