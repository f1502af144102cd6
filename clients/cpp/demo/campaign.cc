#include "clients/cpp/demo/campaign.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "clients/cpp/demo/random.h"
#include "clients/cpp/demo/vocabulary.h"
#include "fmt/format.h"

namespace mi::client::demo {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr sys_days kFirstStart =
    std::chrono::year(2024) / std::chrono::January / 1;
constexpr double kCents = 100;

int64_t Round(double x) { return static_cast<int64_t>(std::floor(x + 0.5)); }

// Around `median`, never below 0: a factor of e^spread is one deviation.
double LogNormal(double median, double spread, Random& random) {
  return median * Exp(spread * random.Normal());
}

template <size_t N>
size_t DrawWeighted(const std::array<double, N>& weights, Random& random) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  double at = random.Uniform() * sum;
  for (size_t i = 0; i < N; ++i) {
    if (at < weights[i]) return i;
    at -= weights[i];
  }
  return N - 1;
}

// A brand sells most in its home market.
size_t DrawMarket(size_t line, size_t brand, Random& random) {
  constexpr double kShareAtHome = 0.55;
  constexpr size_t kStride = 5;  // spreads the homes of the brands
  const size_t home = (line * kStride + brand) % kMarkets;
  return random.Chance(kShareAtHome) ? home : random.Below(kMarkets);
}

size_t DrawObjective(const Theme& theme, Random& random) {
  constexpr double kShareOfTheme = 0.7;
  return random.Chance(kShareOfTheme) ? theme.objective
                                      : random.Below(kObjectives);
}

std::string_view SeasonOf(sys_days day) {
  constexpr std::array<std::string_view, 4> kSeasons = {"winter", "spring",
                                                        "summer", "autumn"};
  constexpr unsigned kMonths = 12;
  constexpr unsigned kMonthsPerSeason = 3;
  const auto month =
      static_cast<unsigned>(std::chrono::year_month_day(day).month());
  return kSeasons[month % kMonths / kMonthsPerSeason];
}

void SetPlace(const Market& market, Random& random, Campaign* campaign) {
  constexpr double kSpreadDegrees = 0.9;
  constexpr double kTenThousandths = 10'000;
  const auto jitter = [&random](double centre) {
    return static_cast<double>(Round(
               (centre + kSpreadDegrees * random.Normal()) * kTenThousandths)) /
           kTenThousandths;
  };
  campaign->market = market.country;
  campaign->currency = market.currency;
  campaign->latitude = jitter(market.latitude);
  campaign->longitude = jitter(market.longitude);
}

void SetDates(Random& random, Campaign* campaign) {
  constexpr size_t kStartDays = 1'000;  // some begin after kToday
  constexpr double kMedianDays = 35;
  constexpr double kSpread = 0.7;
  constexpr int64_t kShortest = 5;
  constexpr int64_t kLongest = 180;
  campaign->start = kFirstStart + days(random.Below(kStartDays));
  const int64_t length = std::clamp(
      Round(LogNormal(kMedianDays, kSpread, random)), kShortest, kLongest);
  campaign->end = campaign->start + days(length);
}

// Spend and what it bought, from the budget and the days so far.
void SetResults(const ProductLine& line, const Platform& platform,
                const Market& market, const Objective& objective,
                Random& random, Campaign* campaign) {
  constexpr double kMedianBudgetEur = 140;
  constexpr double kBudgetSpread = 0.9;
  constexpr double kPausedShare = 0.12;
  constexpr double kSmallSpread = 0.25;
  constexpr double kLargeSpread = 0.45;
  constexpr double kThousand = 1'000;
  // Dear clicks need larger budgets.
  const double reference_price = Platforms()[0].eur_per_mille;
  const double budget_eur = LogNormal(kMedianBudgetEur, kBudgetSpread, random) *
                            std::sqrt(platform.eur_per_mille / reference_price);
  campaign->daily_budget_cents = Round(budget_eur * market.per_eur * kCents);

  const int64_t days_run = std::max<int64_t>(
      0, (std::min(campaign->end, kToday) - campaign->start).count());
  const double pacing = random.Between(0.72, 1.0);
  campaign->spend_cents = Round(
      static_cast<double>(campaign->daily_budget_cents * days_run) * pacing);
  campaign->active = campaign->start <= kToday && kToday < campaign->end &&
                     !random.Chance(kPausedShare);

  const double spend_eur =
      static_cast<double>(campaign->spend_cents) / kCents / market.per_eur;
  campaign->impressions =
      Round(spend_eur * kThousand /
            LogNormal(platform.eur_per_mille, kSmallSpread, random));
  campaign->clicks = std::min(
      campaign->impressions,
      Round(static_cast<double>(campaign->impressions) *
            LogNormal(platform.clicks_per_impression, kSmallSpread, random)));
  campaign->conversions = std::min(
      campaign->clicks,
      Round(static_cast<double>(campaign->clicks) *
            LogNormal(line.conversions_per_click * objective.conversion_factor,
                      kLargeSpread, random)));
  const double order_eur =
      LogNormal(line.order_value_eur, kSmallSpread, random);
  if (objective.measures_revenue && campaign->spend_cents > 0) {
    campaign->roas_thousandths =
        Round(static_cast<double>(campaign->conversions) * order_eur /
              spend_eur * kThousand);
  }
}

void SetTags(const ProductLine& line, const Audience& audience,
             const Theme& theme, Random& random, Campaign* campaign) {
  constexpr double kRetargetingShare = 0.2;
  constexpr double kTestShare = 0.1;
  campaign->tags = {line.tag, audience.tag, theme.tag,
                    SeasonOf(campaign->start)};
  if (random.Chance(kRetargetingShare))
    campaign->tags.emplace_back("retargeting");
  if (random.Chance(kTestShare)) campaign->tags.emplace_back("ab-test");
}

void SetCreatives(const ProductLine& line, const Theme& theme,
                  const Platform& platform, Random& random,
                  Campaign* campaign) {
  constexpr size_t kMostCreatives = 4;
  const size_t count = 1 + random.Below(kMostCreatives);
  for (size_t i = 0; i < count; ++i) {
    campaign->creatives.push_back(
        {.format = platform.formats[random.Below(platform.formats.size())],
         .headline =
             fmt::format("{}: {}", line.hooks[random.Below(line.hooks.size())],
                         theme.offers[random.Below(theme.offers.size())])});
  }
}

}  // namespace

Campaign CampaignGenerator::Make(uint64_t number) const {
  Random random(seed_, number);
  Campaign campaign;
  campaign.cluster = model_.Draw(random);
  const Cluster cluster = ClusterModel::ClusterOf(campaign.cluster);
  const ProductLine& line = ProductLines()[cluster.line];
  const Audience& audience = Audiences()[cluster.audience];
  const Theme& theme = Themes()[cluster.theme];
  const size_t brand = random.Below(line.brands.size());
  const size_t platform = DrawWeighted(audience.platform_weights, random);
  const Market& market = Markets()[DrawMarket(cluster.line, brand, random)];
  const Objective& objective = Objectives()[DrawObjective(theme, random)];

  campaign.id = fmt::format("cmp-{:06}", number);
  campaign.brand = line.brands[brand];
  campaign.product_line = line.name;
  campaign.audience = audience.name;
  campaign.theme = theme.name;
  campaign.platform = Platforms()[platform].name;
  campaign.objective = objective.name;
  SetPlace(market, random, &campaign);
  SetDates(random, &campaign);
  SetResults(line, Platforms()[platform], market, objective, random, &campaign);
  SetTags(line, audience, theme, random, &campaign);
  SetCreatives(line, theme, Platforms()[platform], random, &campaign);
  campaign.name = fmt::format("{} {} | {} | {} | {}", campaign.brand, line.name,
                              audience.name, theme.name, market.city);
  campaign.embedding = model_.Embed(campaign.cluster, platform, random);
  return campaign;
}

}  // namespace mi::client::demo
