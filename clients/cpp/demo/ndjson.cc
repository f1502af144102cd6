#include "clients/cpp/demo/ndjson.h"

#include <iterator>

#include "clients/cpp/demo/decimal.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client::demo {
namespace {

using Json = nlohmann::ordered_json;

std::string Midnight(std::chrono::sys_days day) {
  return Date(day) + "T00:00:00Z";
}

Json Payload(const Campaign& campaign) {
  Json creatives = Json::array();
  for (const Creative& creative : campaign.creatives) {
    creatives.push_back(
        {{"format", creative.format}, {"headline", creative.headline}});
  }
  return {
      {"name", campaign.name},
      {"brand", campaign.brand},
      {"product_line", campaign.product_line},
      {"audience", campaign.audience},
      {"theme", campaign.theme},
      {"platform", campaign.platform},
      {"objective", campaign.objective},
      {"market", campaign.market},
      {"location", {{"lat", campaign.latitude}, {"lon", campaign.longitude}}},
      {"budget",
       {{"daily", Divide(campaign.daily_budget_cents, kCents)},
        {"currency", campaign.currency}}},
      {"start_date", Midnight(campaign.start)},
      {"end_date", Midnight(campaign.end)},
      {"active", campaign.active},
      {"tags", campaign.tags},
      {"spend", Divide(campaign.spend_cents, kCents)},
      {"impressions", campaign.impressions},
      {"clicks", campaign.clicks},
      {"conversions", campaign.conversions},
      {"roas", campaign.roas_thousandths
                   ? Json(Divide(*campaign.roas_thousandths, kThousandths))
                   : Json(nullptr)},
      {"creatives", std::move(creatives)},
  };
}

}  // namespace

std::string ToNdjson(const Campaign& campaign) {
  std::string line = fmt::format("{{\"id\":\"{}\",\"vector\":[", campaign.id);
  auto out = std::back_inserter(line);
  for (size_t i = 0; i < campaign.embedding.size(); ++i) {
    fmt::format_to(out, "{}{:.6f}", i == 0 ? "" : ",", campaign.embedding[i]);
  }
  line += "],\"payload\":";
  line += Payload(campaign).dump();
  line += "}\n";
  return line;
}

}  // namespace mi::client::demo
