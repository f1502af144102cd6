// What the campaigns of the demo data set are made of. All brands are invented.

#ifndef MI_CLIENTS_CPP_DEMO_VOCABULARY_H_
#define MI_CLIENTS_CPP_DEMO_VOCABULARY_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace mi::client::demo {

inline constexpr size_t kProductLines = 12;
inline constexpr size_t kAudiences = 8;
inline constexpr size_t kThemes = 6;
inline constexpr size_t kPlatforms = 7;
inline constexpr size_t kMarkets = 14;
inline constexpr size_t kObjectives = 6;

struct ProductLine {
  std::string_view name;
  std::string_view tag;
  std::array<std::string_view, 3> brands;
  std::array<std::string_view, 3> hooks;  // first halves of headlines
  double order_value_eur = 0;
  double conversions_per_click = 0;
};

struct Audience {
  std::string_view name;
  std::string_view tag;
  std::array<double, kPlatforms> platform_weights;
};

struct Theme {
  std::string_view name;
  std::string_view tag;
  std::array<std::string_view, 3> offers;  // second halves of headlines
  // Share of the campaigns that pursue the theme's own objective.
  size_t objective = 0;
};

struct Platform {
  std::string_view name;
  double eur_per_mille = 0;  // a thousand impressions
  double clicks_per_impression = 0;
  std::array<std::string_view, 3> formats;
};

struct Market {
  std::string_view country;   // ISO 3166
  std::string_view currency;  // ISO 4217
  double per_eur = 0;
  std::string_view city;
  double latitude = 0;
  double longitude = 0;
};

struct Objective {
  std::string_view name;
  // Only these measure what a conversion earns.
  bool measures_revenue = false;
  double conversion_factor = 0;
};

const std::array<ProductLine, kProductLines>& ProductLines();
const std::array<Audience, kAudiences>& Audiences();
const std::array<Theme, kThemes>& Themes();
const std::array<Platform, kPlatforms>& Platforms();
const std::array<Market, kMarkets>& Markets();
const std::array<Objective, kObjectives>& Objectives();

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_VOCABULARY_H_
