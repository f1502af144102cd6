// Campaigns of the demo data set: invented, but with the relations that real
// ones have. What an audience likes decides the platform, the platform what a
// click costs, the budget and the days what is spent, and so on.

#ifndef MI_CLIENTS_CPP_DEMO_CAMPAIGN_H_
#define MI_CLIENTS_CPP_DEMO_CAMPAIGN_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/demo/cluster_model.h"

namespace mi::client::demo {

struct Creative {
  std::string_view format;
  std::string headline;
};

// Money is in cents of `currency`.
struct Campaign {
  std::string id;  // "cmp-000042"
  std::string name;
  size_t cluster = 0;
  std::string_view brand;
  std::string_view product_line;
  std::string_view audience;
  std::string_view theme;
  std::string_view platform;
  std::string_view objective;
  std::string_view market;
  double latitude = 0;
  double longitude = 0;
  int64_t daily_budget_cents = 0;
  std::string_view currency;
  std::chrono::sys_days start;
  std::chrono::sys_days end;  // the first day after it
  bool active = false;        // on kToday
  std::vector<std::string_view> tags;
  int64_t spend_cents = 0;
  int64_t impressions = 0;
  int64_t clicks = 0;
  int64_t conversions = 0;
  // Revenue for a unit spent, in thousandths; nothing where no revenue is
  // measured or nothing was spent.
  std::optional<int64_t> roas_thousandths;
  std::vector<Creative> creatives;
  std::vector<float> embedding;  // [kDimension], unit length
};

// The day that the data set describes.
inline constexpr std::chrono::sys_days kToday =
    std::chrono::year(2026) / std::chrono::June / 30;

// Makes campaigns by number. Each depends on seed and number only, so a larger
// data set begins with the smaller one. Thread-safe: immutable.
class CampaignGenerator {
 public:
  explicit CampaignGenerator(uint64_t seed) : seed_(seed), model_(seed) {}

  Campaign Make(uint64_t number) const;

 private:
  const uint64_t seed_;
  const ClusterModel model_;
};

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_CAMPAIGN_H_
