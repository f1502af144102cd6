// A second solver for concave curves in a tree of groups: bisections on prices
// in doubles, over spends that need not be whole steps. Slow; it knows nothing
// of the engine but the curves' values and slopes.

#ifndef MI_TESTS_ENGINE_BUDGET_BISECTION_ORACLE_H_
#define MI_TESTS_ENGINE_BUDGET_BISECTION_ORACLE_H_

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/budget/problem.h"
#include "engine/budget/spend_range.h"

namespace mi::budget::testing {

class BisectionOracle {
 public:
  explicit BisectionOracle(const AllocationProblem& problem)
      : problem_(problem) {
    Node root;
    root.max = Currency(*problem.budget);
    std::map<std::string, size_t> number = {{"", 0}};
    nodes_.push_back(root);
    for (const Group& group : problem.groups) {
      number[group.id] = nodes_.size();
      nodes_.push_back({.min = Currency(group.min_spend),
                        .max = Currency(group.max_spend.value_or(kMaxMicros))});
    }
    for (const Group& group : problem.groups) {
      nodes_[number[group.parent_id]].groups.push_back(number[group.id]);
    }
    for (size_t i = 0; i < problem.campaigns.size(); ++i) {
      nodes_[number[problem.campaigns[i].group_id]].campaigns.push_back(i);
    }
  }

  // The most response that the limits admit.
  double Best() { return GroupAt(0, 0).response; }

 private:
  struct Answer {
    double spend = 0;
    double response = 0;
  };
  struct Node {
    double min = 0;
    double max = 0;
    std::vector<size_t> campaigns;
    std::vector<size_t> groups;
    std::optional<Answer> at_min;
    std::optional<Answer> at_max;
  };

  static double Currency(Micros amount) {
    return static_cast<double>(amount) / kMicrosPerUnit;
  }

  // The spend at which the slope falls to the price.
  Answer CampaignAt(size_t i, double price) const {
    const Campaign& campaign = problem_.campaigns[i];
    const SpendRange range = RangeOf(campaign);
    double low = Currency(range.min);
    double high = Currency(std::min(range.max, *problem_.budget));
    if (high > low && campaign.curve.SlopeAt(high) < price) {
      for (int round = 0; round < 100 && high - low > 1e-14 * high; ++round) {
        const double middle = (low + high) / 2;
        (campaign.curve.SlopeAt(middle) >= price ? low : high) = middle;
      }
    } else {
      low = std::max(low, high);
    }
    return {low, campaign.curve.ResponseAt(low)};
  }

  Answer MembersAt(size_t node, double price) {
    Answer sum;
    const auto add = [&sum](const Answer& one) {
      sum.spend += one.spend;
      sum.response += one.response;
    };
    for (const size_t i : nodes_[node].campaigns) add(CampaignAt(i, price));
    for (const size_t g : nodes_[node].groups) add(GroupAt(g, price));
    return sum;
  }

  Answer GroupAt(size_t node, double price) {
    const Answer free = MembersAt(node, price);
    if (free.spend > nodes_[node].max) {
      return Limited(node, nodes_[node].max, &Node::at_max);
    }
    if (free.spend < nodes_[node].min) {
      return Limited(node, nodes_[node].min, &Node::at_min);
    }
    return free;
  }

  // The members' answer when they spend `amount`. It does not depend on the
  // price outside, so it is found once.
  Answer Limited(size_t node, double amount,
                 std::optional<Answer> Node::*known) {
    if (!(nodes_[node].*known).has_value()) {
      nodes_[node].*known = AtAmount(node, amount);
    }
    return *(nodes_[node].*known);
  }

  Answer AtAmount(size_t node, double amount) {
    double low = -90;  // logarithms of prices
    double high = 90;
    for (int round = 0; round < 70; ++round) {
      const double middle = (low + high) / 2;
      const bool more = MembersAt(node, std::exp(middle)).spend > amount;
      (more ? low : high) = middle;
    }
    // Between the two neighbouring prices responses rise in a straight line.
    const Answer more = MembersAt(node, std::exp(low));
    const Answer less = MembersAt(node, std::exp(high));
    const double share =
        more.spend > less.spend
            ? std::clamp((amount - less.spend) / (more.spend - less.spend), 0.0,
                         1.0)
            : 0.0;
    return {amount, std::lerp(less.response, more.response, share)};
  }

  const AllocationProblem& problem_;
  std::vector<Node> nodes_;
};

}  // namespace mi::budget::testing

#endif  // MI_TESTS_ENGINE_BUDGET_BISECTION_ORACLE_H_
