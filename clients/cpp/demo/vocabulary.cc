#include "clients/cpp/demo/vocabulary.h"

namespace mi::client::demo {

const std::array<ProductLine, kProductLines>& ProductLines() {
  static constexpr std::array<ProductLine, kProductLines> kLines = {{
      {"Trail running shoes",
       "running",
       {"Norrfjell", "Stridewell", "Ostara"},
       {"Grip that holds when it rains", "Built for the long way home",
        "Your first trail, made easy"},
       118,
       0.021},
      {"Skin care",
       "beauty",
       {"Lumea", "Petal & Stone", "Aquelle"},
       {"Calm skin in four weeks", "Three steps, one minute",
        "Made for sensitive skin"},
       46,
       0.034},
      {"Speciality coffee",
       "coffee",
       {"Kiln & Bean", "Altiplano", "Morgenrot"},
       {"Roasted on Monday, brewed on Thursday", "Taste the altitude",
        "The morning deserves better"},
       29,
       0.041},
      {"Travel insurance",
       "insurance",
       {"Wayguard", "Safepath", "Meridian Cover"},
       {"Covered before you board", "One policy for the whole family",
        "Claims settled in days"},
       74,
       0.016},
      {"Electric bicycles",
       "e-bike",
       {"Voltra", "Pendel", "Ridgeline"},
       {"Arrive without sweating", "Ninety kilometres on one charge",
        "The hill is not a problem any more"},
       2'390,
       0.0038},
      {"Meal kits",
       "food",
       {"Potluck", "Tavola", "Green Fork"},
       {"Dinner in twenty minutes", "No waste, no list, no queue",
        "Five recipes you have not cooked yet"},
       58,
       0.029},
      {"Project software",
       "software",
       {"Taskwright", "Lattice", "Clearboard"},
       {"Meetings you can skip", "See who waits for whom",
        "Plans that survive Monday"},
       312,
       0.012},
      {"Mobile games",
       "gaming",
       {"Foxglove Games", "Nine Lanterns", "Pixel Harbour"},
       {"Your village needs you", "A puzzle for every stop",
        "Play with friends, offline too"},
       7,
       0.064},
      {"Home fitness",
       "fitness",
       {"Formwell", "Kettle & Co", "Steady"},
       {"Fifteen minutes, no gym", "Stronger by spring",
        "A trainer in your living room"},
       149,
       0.014},
      {"Sustainable fashion",
       "fashion",
       {"Weft", "Second Hem", "Linden"},
       {"Made once, worn for years", "Linen for warm days",
        "Jeans that know where they come from"},
       87,
       0.024},
      {"Online courses",
       "education",
       {"Brightpath", "Lectern", "Openhall"},
       {"Learn it on the train", "From zero to your first model",
        "A certificate that employers know"},
       199,
       0.013},
      {"Pet food",
       "pets",
       {"Barkley", "Whisker & Oak", "Tierfreund"},
       {"Fewer ingredients, happier dogs", "Fussy cats approve",
        "Delivered before the bowl is empty"},
       42,
       0.037},
  }};
  return kLines;
}

// Weights in the order of Platforms().
const std::array<Audience, kAudiences>& Audiences() {
  static constexpr std::array<Audience, kAudiences> kAudienceTable = {{
      {"City commuters", "commuters", {30, 25, 10, 5, 10, 5, 15}},
      {"New parents", "parents", {45, 20, 5, 2, 2, 20, 6}},
      {"Students", "students", {15, 15, 45, 3, 7, 5, 10}},
      {"Weekend hikers", "outdoor", {30, 25, 10, 2, 3, 15, 15}},
      {"Small business owners", "smb", {20, 35, 3, 30, 7, 1, 4}},
      {"IT decision makers", "it", {5, 30, 1, 50, 10, 0, 4}},
      {"Retired couples", "50plus", {50, 35, 1, 2, 2, 8, 2}},
      {"Gift shoppers", "gifts", {30, 30, 12, 1, 3, 20, 4}},
  }};
  return kAudienceTable;
}

const std::array<Theme, kThemes>& Themes() {
  static constexpr std::array<Theme, kThemes> kThemeTable = {{
      {"New season launch",
       "launch",
       {"new for this season", "be the first", "out now"},
       0},
      {"Sale",
       "sale",
       {"20 % off until Sunday", "last sizes, best prices",
        "save while it lasts"},
       3},
      {"Social proof",
       "reviews",
       {"4.8 stars from 12,000 buyers", "see what others say",
        "recommended by nine in ten"},
       2},
      {"Free trial",
       "trial",
       {"try it for 30 days", "free for the first month", "no card needed"},
       4},
      {"Sustainability",
       "sustainability",
       {"good for you and the planet", "repaired free for life",
        "made with half the water"},
       1},
      {"App install",
       "app",
       {"get the app", "faster in the app", "download and start"},
       5},
  }};
  return kThemeTable;
}

const std::array<Platform, kPlatforms>& Platforms() {
  static constexpr std::array<Platform, kPlatforms> kPlatformTable = {{
      {"meta", 7.4, 0.0115, {"image", "carousel", "video"}},
      {"google", 5.1, 0.0310, {"search", "responsive", "shopping"}},
      {"tiktok", 5.9, 0.0092, {"video", "spark", "video"}},
      {"linkedin", 31.0, 0.0052, {"image", "document", "video"}},
      {"x", 5.6, 0.0081, {"image", "text", "video"}},
      {"pinterest", 4.3, 0.0074, {"image", "carousel", "idea"}},
      {"youtube", 9.2, 0.0058, {"video", "short", "bumper"}},
  }};
  return kPlatformTable;
}

const std::array<Market, kMarkets>& Markets() {
  static constexpr std::array<Market, kMarkets> kMarketTable = {{
      {"DE", "EUR", 1, "Berlin", 52.5200, 13.4050},
      {"US", "USD", 1.09, "New York", 40.7128, -74.0060},
      {"GB", "GBP", 0.85, "London", 51.5072, -0.1276},
      {"FR", "EUR", 1, "Paris", 48.8566, 2.3522},
      {"NL", "EUR", 1, "Amsterdam", 52.3676, 4.9041},
      {"ES", "EUR", 1, "Madrid", 40.4168, -3.7038},
      {"IT", "EUR", 1, "Milan", 45.4642, 9.1900},
      {"SE", "SEK", 11.4, "Stockholm", 59.3293, 18.0686},
      {"CH", "CHF", 0.96, "Zürich", 47.3769, 8.5417},
      {"PL", "PLN", 4.3, "Warsaw", 52.2297, 21.0122},
      {"CA", "CAD", 1.48, "Toronto", 43.6532, -79.3832},
      {"AU", "AUD", 1.65, "Sydney", -33.8688, 151.2093},
      {"JP", "JPY", 162, "Tokyo", 35.6762, 139.6503},
      {"BR", "BRL", 5.9, "São Paulo", -23.5558, -46.6396},
  }};
  return kMarketTable;
}

const std::array<Objective, kObjectives>& Objectives() {
  static constexpr std::array<Objective, kObjectives> kObjectiveTable = {{
      {"awareness", false, 0.2},
      {"video_views", false, 0.3},
      {"traffic", false, 0.6},
      {"sales", true, 1.3},
      {"leads", true, 1.0},
      {"app_installs", true, 1.1},
  }};
  return kObjectiveTable;
}

}  // namespace mi::client::demo
