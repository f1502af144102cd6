#include "engine/budget/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/flow/max_flow.h"

namespace mi::budget {
namespace {

using Synergy = SelectionProblem::Synergy;

constexpr int kCuts = 40;

// What a set of campaigns earns, setups paid.
int64_t ProfitOf(const SelectionProblem& problem, Selection* selection) {
  int64_t profit = 0;
  selection->set_up.assign(problem.setup_costs.size(), false);
  for (size_t i = 0; i < problem.campaigns.size(); ++i) {
    if (!selection->runs[i]) continue;
    profit += problem.campaigns[i].profit;
    for (const uint32_t setup : problem.campaigns[i].setups) {
      selection->set_up[setup] = true;
    }
  }
  for (size_t s = 0; s < problem.setup_costs.size(); ++s) {
    if (selection->set_up[s]) profit -= problem.setup_costs[s];
  }
  for (const Synergy& synergy : problem.synergies) {
    if (selection->runs[synergy.first] && selection->runs[synergy.second]) {
      profit += synergy.value;
    }
  }
  return profit;
}

// Amounts are doubled below, so that halves of synergies are whole.
class CutSearch {
 public:
  CutSearch(const SelectionProblem& problem, std::stop_token stop)
      : problem_(problem),
        stop_(std::move(stop)),
        users_(problem.setup_costs.size(), 0) {
    for (const Synergy& synergy : problem.synergies) {
      if (synergy.value < 0) slopes_.push_back(0.5);
    }
    pairs_of_.resize(problem.campaigns.size());
    for (const Synergy& synergy : problem.synergies) {
      pairs_of_[synergy.first].push_back({synergy.second, synergy.value});
      pairs_of_[synergy.second].push_back({synergy.first, synergy.value});
    }
  }

  absl::StatusOr<Selection> Run() {
    best_.runs.assign(problem_.campaigns.size(), false);
    best_.profit = ProfitOf(problem_, &best_);
    best_.bound = std::numeric_limits<int64_t>::max();
    const int cuts = slopes_.empty() ? 1 : kCuts;
    for (int cut = 0; cut < cuts && best_.profit < best_.bound; ++cut) {
      if (stop_.stop_requested()) return absl::CancelledError("selection");
      RETURN_IF_ERROR(TryCut(1.0 / (cut + 2)));
    }
    best_.profit = ProfitOf(problem_, &best_);
    return std::move(best_);
  }

 private:
  // Nodes: source, target, campaigns, setups.
  absl::Status TryCut(double move) {
    const auto campaigns = static_cast<uint32_t>(problem_.campaigns.size());
    std::vector<int64_t> weight(campaigns);
    flow::Network network;
    network.nodes =
        2 + campaigns + static_cast<uint32_t>(problem_.setup_costs.size());
    for (uint32_t i = 0; i < campaigns; ++i) {
      weight[i] = 2 * problem_.campaigns[i].profit;
      for (const uint32_t setup : problem_.campaigns[i].setups) {
        network.arcs.push_back({.source = 2 + i,
                                .target = 2 + campaigns + setup,
                                .unlimited = true});
      }
    }
    int64_t constant = 0;
    size_t negative = 0;
    for (const Synergy& synergy : problem_.synergies) {
      if (synergy.value >= 0) {
        // 2 v x y = v (x + y - |x - y|).
        weight[synergy.first] += synergy.value;
        weight[synergy.second] += synergy.value;
        network.arcs.push_back({.source = 2 + synergy.first,
                                .target = 2 + synergy.second,
                                .capacity = synergy.value});
        network.arcs.push_back({.source = 2 + synergy.second,
                                .target = 2 + synergy.first,
                                .capacity = synergy.value});
        continue;
      }
      const auto line = static_cast<int64_t>(
          slopes_[negative++] * 2 * static_cast<double>(synergy.value));
      weight[synergy.first] += line;
      weight[synergy.second] += line;
      constant -= line;
    }
    for (uint32_t i = 0; i < campaigns; ++i) {
      if (weight[i] > 0) {
        network.arcs.push_back(
            {.source = 0, .target = 2 + i, .capacity = weight[i]});
        constant += weight[i];
      } else if (weight[i] < 0) {
        network.arcs.push_back(
            {.source = 2 + i, .target = 1, .capacity = -weight[i]});
      }
    }
    for (size_t s = 0; s < problem_.setup_costs.size(); ++s) {
      network.arcs.push_back(
          {.source = 2 + campaigns + static_cast<uint32_t>(s),
           .target = 1,
           .capacity = 2 * problem_.setup_costs[s]});
    }
    ASSIGN_OR_RETURN(const flow::MaxFlow cut,
                     flow::ComputeMaxFlow(network, 0, 1));
    // Profits are whole: half of an odd bound is not reached.
    const int64_t doubled = constant - cut.value;
    best_.bound = std::min(best_.bound, doubled / 2);
    Selection found;
    for (uint32_t i = 0; i < campaigns; ++i) {
      found.runs.push_back(cut.source_side[2 + i]);
    }
    MoveSlopes(found.runs, move);
    if (!slopes_.empty()) Improve(&found);
    found.profit = ProfitOf(problem_, &found);
    if (found.profit > best_.profit) {
      found.bound = best_.bound;
      best_ = std::move(found);
    }
    return absl::OkStatus();
  }

  // Where both run the line is too high for a steep t, where neither does, for
  // a flat one.
  void MoveSlopes(const std::vector<bool>& runs, double move) {
    size_t negative = 0;
    for (const Synergy& synergy : problem_.synergies) {
      if (synergy.value >= 0) continue;
      const int both = int{runs[synergy.first]} + int{runs[synergy.second]} - 1;
      double& slope = slopes_[negative++];
      slope = std::clamp(slope + move * both, 0.0, 1.0);
    }
  }

  // Adds and drops single campaigns while that earns more.
  void Improve(Selection* selection) {
    std::fill(users_.begin(), users_.end(), 0u);
    for (size_t i = 0; i < selection->runs.size(); ++i) {
      if (selection->runs[i]) CountSetups(i, 1);
    }
    for (bool improved = true; improved;) {
      improved = false;
      for (size_t i = 0; i < selection->runs.size(); ++i) {
        const int64_t gain = GainOf(i, selection->runs);
        if (selection->runs[i] ? gain >= 0 : gain <= 0) continue;
        CountSetups(i, selection->runs[i] ? -1 : 1);
        selection->runs[i] = !selection->runs[i];
        improved = true;
      }
    }
  }

  void CountSetups(size_t campaign, int by) {
    for (const uint32_t setup : problem_.campaigns[campaign].setups) {
      users_[setup] += static_cast<uint32_t>(by);
    }
  }

  // What a campaign earns beside the others that run.
  int64_t GainOf(size_t campaign, const std::vector<bool>& runs) const {
    int64_t gain = problem_.campaigns[campaign].profit;
    for (const uint32_t setup : problem_.campaigns[campaign].setups) {
      const uint32_t others = users_[setup] - (runs[campaign] ? 1 : 0);
      if (others == 0) gain -= problem_.setup_costs[setup];
    }
    for (const auto& [other, value] : pairs_of_[campaign]) {
      if (runs[other]) gain += value;
    }
    return gain;
  }

  const SelectionProblem& problem_;
  const std::stop_token stop_;
  std::vector<double> slopes_;  // t of every negative synergy
  std::vector<std::vector<std::pair<uint32_t, int64_t>>> pairs_of_;
  std::vector<uint32_t> users_;  // campaigns that run, by setup
  Selection best_;
};

}  // namespace

absl::StatusOr<Selection> SelectCampaigns(const SelectionProblem& problem,
                                          std::stop_token stop) {
  return CutSearch(problem, std::move(stop)).Run();
}

}  // namespace mi::budget
