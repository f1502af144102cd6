// Which campaigns to run at all.

#ifndef MI_ENGINE_BUDGET_SELECTION_H_
#define MI_ENGINE_BUDGET_SELECTION_H_

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"

namespace mi::budget {

// Campaigns and setups by number. Amounts add up to at most 2^60.
struct SelectionProblem {
  struct Campaign {
    int64_t profit = 0;  // setups and synergies aside
    std::vector<uint32_t> setups;
  };
  struct Synergy {
    uint32_t first = 0;  // of two different campaigns
    uint32_t second = 0;
    int64_t value = 0;  // when both run
  };
  std::vector<Campaign> campaigns;
  std::vector<int64_t> setup_costs;  // >= 0, each paid once
  std::vector<Synergy> synergies;
};

struct Selection {
  std::vector<bool> runs;    // by campaign
  std::vector<bool> set_up;  // by setup
  int64_t profit = 0;
  int64_t bound = 0;  // no set earns more
};

// The set of campaigns that earns most:
//
//   maximise  sum of profit_i x_i - sum of cost_s y_s + sum of v_ij x_i x_j
//   with      x_i <= y_s  where campaign i needs setup s.
//
// Without negative synergies a minimum cut gives the exact answer (J. Picard,
// "Maximal Closure of a Graph and Applications to Combinatorial Problems",
// 1976; pairs as in V. Kolmogorov and R. Zabih, "What Energy Functions Can Be
// Minimized via Graph Cuts?", 2004), of equal ones the smallest.
//
// With them the problem is NP-hard. Each v_ij < 0 is replaced by the line
// t v_ij (x_i + x_j - 1), which is nowhere below it for any 0 <= t <= 1: every
// choice of t gives a cut, a bound and a candidate. Some tens of them are
// tried, t moved against the subgradient, and each candidate improved by adding
// and dropping single campaigns.
//
// Errors: CANCELLED, checked between cuts.
absl::StatusOr<Selection> SelectCampaigns(const SelectionProblem& problem,
                                          std::stop_token stop = {});

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_SELECTION_H_
