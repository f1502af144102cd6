#include "server/budget/selection_proto.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"

namespace mi::server {
namespace {

constexpr int kMaxCampaigns = 10'000;
constexpr int kMaxSetups = 10'000;
constexpr int kMaxSynergies = 100'000;
constexpr size_t kMaxIdBytes = 256;
constexpr int64_t kMaxTotal = int64_t{1} << 60;

using Numbers = std::map<std::string_view, size_t>;

void CheckCount(int count, int least, int most, std::string_view field,
                Violations* violations) {
  if (count >= least && count <= most) return;
  violations->Add(field, fmt::format("has {} elements, must have {} to {}",
                                     count, least, most));
}

// Numbers in ascending order of id.
template <typename Elements>
Numbers NumbersOf(const Elements& elements, std::string_view field,
                  Violations* violations) {
  Numbers numbers;
  for (int i = 0; i < elements.size(); ++i) {
    const std::string& id = elements[i].id();
    const std::string place = fmt::format("{}[{}].id", field, i);
    if (id.empty() || id.size() > kMaxIdBytes) {
      violations->Add(place, fmt::format("has {} bytes, must have 1 to {}",
                                         id.size(), kMaxIdBytes));
    } else if (!numbers.emplace(id, 0).second) {
      violations->Add(place, fmt::format("'{}' is given twice", id));
    }
  }
  size_t next = 0;
  for (auto& [id, number] : numbers) number = next++;
  return numbers;
}

// Adds up amounts without regard to their sign.
class Total {
 public:
  void Add(int64_t amount, const std::string& field, Violations* violations) {
    const bool fits = amount > -kMaxTotal && amount < kMaxTotal &&
                      std::abs(amount) <= kMaxTotal - sum_;
    if (fits) {
      sum_ += std::abs(amount);
    } else {
      violations->Add(field, fmt::format("is {}, with which the amounts add up "
                                         "to more than {}",
                                         amount, kMaxTotal));
    }
  }

 private:
  int64_t sum_ = 0;
};

std::optional<uint32_t> Find(const Numbers& numbers, std::string_view id,
                             const std::string& field, std::string_view what,
                             Violations* violations) {
  const auto found = numbers.find(id);
  if (found != numbers.end()) return static_cast<uint32_t>(found->second);
  violations->Add(field, fmt::format("no {} '{}'", what, id));
  return std::nullopt;
}

}  // namespace

absl::StatusOr<NamedSelection> FromProto(
    const v1::SelectCampaignsRequest& request) {
  Violations violations;
  CheckCount(request.campaigns_size(), 1, kMaxCampaigns, "campaigns",
             &violations);
  CheckCount(request.setups_size(), 0, kMaxSetups, "setups", &violations);
  CheckCount(request.synergies_size(), 0, kMaxSynergies, "synergies",
             &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  const Numbers campaigns =
      NumbersOf(request.campaigns(), "campaigns", &violations);
  const Numbers setups = NumbersOf(request.setups(), "setups", &violations);
  RETURN_IF_ERROR(violations.ToStatus());

  NamedSelection out;
  Total total;
  out.problem.campaigns.resize(campaigns.size());
  out.problem.setup_costs.resize(setups.size());
  for (int i = 0; i < request.campaigns_size(); ++i) {
    const v1::CampaignOption& option = request.campaigns(i);
    const std::string place = fmt::format("campaigns[{}]", i);
    total.Add(option.profit_micros(), place + ".profit_micros", &violations);
    out.campaign_number.push_back(campaigns.at(option.id()));
    auto& campaign = out.problem.campaigns[out.campaign_number.back()];
    campaign.profit = option.profit_micros();
    for (int s = 0; s < option.setup_ids_size(); ++s) {
      const auto setup =
          Find(setups, option.setup_ids(s),
               fmt::format("{}.setup_ids[{}]", place, s), "setup", &violations);
      if (setup) campaign.setups.push_back(*setup);
    }
    std::sort(campaign.setups.begin(), campaign.setups.end());
    campaign.setups.erase(
        std::unique(campaign.setups.begin(), campaign.setups.end()),
        campaign.setups.end());
  }
  for (int s = 0; s < request.setups_size(); ++s) {
    const int64_t cost = request.setups(s).cost_micros();
    const std::string field = fmt::format("setups[{}].cost_micros", s);
    if (cost < 0) {
      violations.Add(field, fmt::format("is {}, must be at least 0", cost));
    }
    total.Add(cost, field, &violations);
    out.setup_number.push_back(setups.at(request.setups(s).id()));
    out.problem.setup_costs[out.setup_number.back()] = cost;
  }
  for (int p = 0; p < request.synergies_size(); ++p) {
    const v1::CampaignSynergy& synergy = request.synergies(p);
    const std::string place = fmt::format("synergies[{}]", p);
    const auto first = Find(campaigns, synergy.first_id(), place + ".first_id",
                            "campaign", &violations);
    const auto second = Find(campaigns, synergy.second_id(),
                             place + ".second_id", "campaign", &violations);
    if (first && first == second) {
      violations.Add(place + ".second_id", "is the first, too");
    }
    total.Add(synergy.value_micros(), place + ".value_micros", &violations);
    if (!first || !second) continue;
    out.problem.synergies.push_back({.first = std::min(*first, *second),
                                     .second = std::max(*first, *second),
                                     .value = synergy.value_micros()});
  }
  RETURN_IF_ERROR(violations.ToStatus());
  std::sort(out.problem.synergies.begin(), out.problem.synergies.end(),
            [](const auto& a, const auto& b) {
              return std::tie(a.first, a.second, a.value) <
                     std::tie(b.first, b.second, b.value);
            });
  return out;
}

void ToProto(const v1::SelectCampaignsRequest& request,
             const NamedSelection& named, const budget::Selection& selection,
             v1::SelectCampaignsResponse* response) {
  for (int i = 0; i < request.campaigns_size(); ++i) {
    if (selection.runs[named.campaign_number[static_cast<size_t>(i)]]) {
      response->add_campaign_ids(request.campaigns(i).id());
    }
  }
  for (int s = 0; s < request.setups_size(); ++s) {
    if (selection.set_up[named.setup_number[static_cast<size_t>(s)]]) {
      response->add_setup_ids(request.setups(s).id());
    }
  }
  response->set_profit_micros(selection.profit);
  response->set_bound_micros(selection.bound);
  response->set_exact(selection.profit == selection.bound);
}

}  // namespace mi::server
