#include "clients/cpp/demo/graph_ndjson.h"

#include <cctype>
#include <string_view>
#include <utility>

#include "clients/cpp/demo/decimal.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client::demo {
namespace {

using Json = nlohmann::ordered_json;

std::string Line(const char* kind, Json element) {
  return Json({{kind, std::move(element)}}).dump() + "\n";
}

// "Trail runners" becomes "aud-trail-runners".
std::string IdOf(std::string_view prefix, std::string_view name) {
  std::string id(prefix);
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    id.push_back(std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte))
                                         : '-');
  }
  return id;
}

std::string EdgeLine(std::string_view type, const std::string& source,
                     const std::string& target, Json properties,
                     Json valid_time = nullptr) {
  Json edge = {{"id", fmt::format("{}:{}>{}", type, source, target)},
               {"type", type},
               {"source_id", source},
               {"target_id", target},
               {"properties", std::move(properties)}};
  if (!valid_time.is_null()) edge["valid_time"] = std::move(valid_time);
  return Line("edge", std::move(edge));
}

std::string CampaignLine(const Campaign& campaign) {
  Json properties = {
      {"name", campaign.name},
      {"brand", campaign.brand},
      {"objective", campaign.objective},
      {"market", campaign.market},
      {"active", campaign.active},
      {"daily_budget", Divide(campaign.daily_budget_cents, kCents)},
      {"spend", Divide(campaign.spend_cents, kCents)},
      {"start", {{"$date", Date(campaign.start)}}},
      {"end", {{"$date", Date(campaign.end)}}}};
  if (campaign.roas_thousandths) {
    properties["roas"] = Divide(*campaign.roas_thousandths, kThousandths);
  }
  return Line(
      "node",
      {{"id", campaign.id},
       {"labels", {"Campaign"}},
       {"properties", std::move(properties)},
       {"link", {{"collection", "campaigns"}, {"point_id", campaign.id}}}});
}

// What one of `count` creatives gets of a number; the first gets the rest.
int64_t Share(int64_t number, size_t count, size_t position) {
  const auto creatives = static_cast<int64_t>(count);
  return number / creatives + (position == 0 ? number % creatives : 0);
}

}  // namespace

std::string GraphNdjson::LinesOf(const Campaign& campaign) {
  const std::string audience = IdOf("aud-", campaign.audience);
  const std::string channel = IdOf("chn-", campaign.platform);
  std::string nodes = CampaignLine(campaign);
  if (known_.insert(audience).second) {
    nodes += Line("node", {{"id", audience},
                           {"labels", {"Audience"}},
                           {"properties", {{"name", campaign.audience}}}});
  }
  if (known_.insert(channel).second) {
    nodes += Line("node", {{"id", channel},
                           {"labels", {"Channel"}},
                           {"properties", {{"name", campaign.platform}}}});
  }
  const Json running = {{"from", Date(campaign.start)},
                        {"to", Date(campaign.end)}};
  std::string relations =
      EdgeLine("TARGETS", campaign.id, audience, Json::object());
  relations +=
      EdgeLine("RUNS_ON", campaign.id, channel,
               {{"spend", Divide(campaign.spend_cents, kCents)}}, running);
  const size_t count = campaign.creatives.size();
  for (size_t i = 0; i < count; ++i) {
    const Creative& creative = campaign.creatives[i];
    const std::string id = fmt::format("{}-crt-{}", campaign.id, i + 1);
    nodes += Line(
        "node",
        {{"id", id},
         {"labels", {"Creative"}},
         {"properties",
          {{"format", creative.format}, {"headline", creative.headline}}}});
    relations += EdgeLine("HAS_CREATIVE", campaign.id, id, Json::object());
    relations +=
        EdgeLine("SHOWN_TO", id, audience,
                 {{"impressions", Share(campaign.impressions, count, i)}});
    const Json members =
        Json::array({{{"node_id", id}, {"role", "creative"}},
                     {{"node_id", audience}, {"role", "audience"}},
                     {{"node_id", channel}, {"role", "channel"}}});
    relations +=
        Line("hyperedge",
             {{"id", "shown:" + id},
              {"type", "SHOWN"},
              {"members", members},
              {"weight", static_cast<double>(Share(campaign.clicks, count, i))},
              {"valid_time", running}});
  }
  return nodes + relations;
}

}  // namespace mi::client::demo
