// Draws the picture of the README: six campaigns with their response curves,
// where they stand and where the best split puts them, and how that makes their
// marginal returns equal but for the group whose limit binds.
// Run: build/release/bench/allocation_picture > bench/budget/allocation.svg

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/budget/allocate.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 410;
constexpr size_t kPoints = 120;
// After Okabe and Ito (2008).
constexpr std::array kColors = {"#0072b2", "#e69f00", "#009e73",
                                "#d55e00", "#cc79a7", "#56b4e9"};
constexpr std::string_view kInk = "#1f2933";
constexpr std::string_view kMuted = "#5f6b7a";
constexpr std::string_view kLine = "#e3e7ec";

Campaign Of(std::string id, std::string group, double spend, double shape,
            double saturation, double scale) {
  Campaign campaign{.id = std::move(id), .group_id = std::move(group)};
  campaign.current_spend = static_cast<Micros>(spend * kMicrosPerUnit);
  campaign.curve = {.kind = CurveKind::kHill,
                    .saturation = saturation,
                    .scale = scale,
                    .shape = shape};
  return campaign;
}

// The example of the dashboard's planner.
AllocationProblem Example() {
  AllocationProblem problem;
  problem.budget = 20'000'000'000;
  problem.step = 10'000;
  problem.chart_points = kPoints;
  problem.groups = {{.id = "google"},
                    {.id = "meta", .max_spend = 5'000'000'000},
                    {.id = "other"}};
  problem.campaigns = {Of("brand search", "google", 6'000, 1.0, 4'800, 2'500),
                       Of("generic search", "google", 3'000, 0.9, 9'000, 6'000),
                       Of("feed", "meta", 5'000, 0.8, 7'500, 4'000),
                       Of("stories", "meta", 2'000, 1.0, 5'200, 2'200),
                       Of("video", "other", 3'000, 2.2, 11'000, 3'600),
                       Of("newsletter", "other", 1'000, 0.7, 1'500, 900)};
  return problem;
}

// A part of the picture with a scale on each axis.
struct Panel {
  double left, top, width, height;
  double right_value, top_value;

  double X(double value) const { return left + value / right_value * width; }
  double Y(double value) const {
    return top + height - value / top_value * height;
  }
};

std::string Text(double x, double y, std::string_view text,
                 std::string_view anchor = "start",
                 std::string_view color = kMuted, int size = 12) {
  return fmt::format(
      "<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\" fill=\"{}\" "
      "font-size=\"{}\">{}</text>\n",
      x, y, anchor, color, size, text);
}

std::string Title(double x, std::string_view title, std::string_view note) {
  return fmt::format(
             "<text x=\"{:.0f}\" y=\"30\" fill=\"{}\" font-size=\"15\" "
             "font-weight=\"600\">{}</text>\n",
             x, kInk, title) +
         Text(x, 49, note);
}

double Units(Micros micros) {
  return static_cast<double>(micros) / kMicrosPerUnit;
}

std::string Curves(const AllocationProblem& problem,
                   const Allocation& allocation) {
  const Panel panel = {.left = 64,
                       .top = 70,
                       .width = 400,
                       .height = 260,
                       .right_value = 10'000,
                       .top_value = 10'000};
  std::string out =
      Title(24, "Response curves", "hollow: spend now; filled: the best split");
  for (int i = 0; i <= 5; ++i) {
    const double value = 2'000.0 * i;
    out += fmt::format("<path d=\"M{:.0f} {:.1f}H{:.0f}\" stroke=\"{}\"/>\n",
                       panel.left, panel.Y(value), panel.left + panel.width,
                       kLine);
    out += Text(panel.left - 8, panel.Y(value) + 4,
                fmt::format("{}", 2'000 * i), "end");
    out += Text(panel.X(value), panel.top + panel.height + 20,
                fmt::format("{}", 2'000 * i), "middle");
  }
  out += Text(panel.left + panel.width, panel.top + panel.height + 38, "spend",
              "end");
  for (size_t c = 0; c < problem.campaigns.size(); ++c) {
    const Campaign& campaign = problem.campaigns[c];
    std::string path;
    for (size_t p = 0; p < kPoints; ++p) {
      const double spend = panel.right_value * static_cast<double>(p) /
                           static_cast<double>(kPoints - 1);
      path += fmt::format("{}{:.1f} {:.1f}", p == 0 ? "M" : "L", panel.X(spend),
                          panel.Y(campaign.curve.ResponseAt(spend)));
    }
    const auto dot = [&](Micros at, double response, std::string_view fill) {
      return fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\" "
          "stroke=\"{}\" stroke-width=\"2\"/>\n",
          panel.X(Units(at)), panel.Y(response), fill, kColors[c]);
    };
    out += fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n",
        path, kColors[c]);
    out += dot(campaign.current_spend, allocation.campaigns[c].response_before,
               "#ffffff");
    out += dot(allocation.campaigns[c].spend,
               allocation.campaigns[c].response_after, kColors[c]);
  }
  return out;
}

// Two bars a campaign: pale for now, strong for the best split.
std::string Bars(const AllocationProblem& problem, const Panel& panel,
                 std::string_view format, auto&& before, auto&& after) {
  std::string out;
  const double row =
      panel.height / static_cast<double>(problem.campaigns.size());
  for (size_t c = 0; c < problem.campaigns.size(); ++c) {
    const double y = panel.top + row * static_cast<double>(c);
    const auto bar = [&](double value, double offset, double opacity) {
      return fmt::format(
          "<rect x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"12\" "
          "rx=\"2\" fill=\"{}\" fill-opacity=\"{}\"/>\n",
          panel.left, y + offset, std::max(1.0, panel.X(value) - panel.left),
          kColors[c], opacity);
    };
    out += bar(before(c), 6, 0.35) + bar(after(c), 21, 1);
    out += Text(panel.X(after(c)) + 6, y + 31,
                fmt::format(fmt::runtime(format), after(c)), "start", kInk);
  }
  return out;
}

std::string Draw(const AllocationProblem& problem,
                 const Allocation& allocation) {
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
      "width=\"{0}\" height=\"{1}\" font-family=\"system-ui, sans-serif\" "
      "role=\"img\">\n<title>Six campaigns before and after the best split of "
      "20,000</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      kWidth, kHeight);
  out += Curves(problem, allocation);
  const Panel spends = {.left = 602,
                        .top = 60,
                        .width = 110,
                        .height = 270,
                        .right_value = 7'500,
                        .top_value = 1};
  const Panel margins = {.left = 790,
                         .top = 60,
                         .width = 110,
                         .height = 270,
                         .right_value = 2.4,
                         .top_value = 1};
  out += Title(602, "Spend", "now, best");
  out += Title(790, "Marginal return", "of the next unit");
  for (size_t c = 0; c < problem.campaigns.size(); ++c) {
    out +=
        Text(592, spends.top + 24 + spends.height / 6 * static_cast<double>(c),
             problem.campaigns[c].id, "end", kInk);
  }
  out += Bars(
      problem, spends, "{:.0f}",
      [&](size_t c) { return Units(problem.campaigns[c].current_spend); },
      [&](size_t c) { return Units(allocation.campaigns[c].spend); });
  out += Bars(
      problem, margins, "{:.2f}",
      [&](size_t c) { return allocation.campaigns[c].marginal_roi_before; },
      [&](size_t c) { return allocation.campaigns[c].marginal_roi; });
  out += Text(
      kWidth - 24, kHeight - 14,
      fmt::format("{:.0f} responses instead of {:.0f}; feed and stories share "
                  "the limit of their group: another unit there earns {:.2f} "
                  "more",
                  allocation.response_after, allocation.response_before,
                  allocation.groups[1].shadow_price),
      "end");
  return out + "</svg>\n";
}

}  // namespace
}  // namespace mi::budget

int main() {
  const mi::budget::AllocationProblem problem = mi::budget::Example();
  const auto allocation = mi::budget::Allocate(problem);
  if (!allocation.ok()) {
    fmt::print(stderr, "{}\n", allocation.status().ToString());
    return EXIT_FAILURE;
  }
  fmt::print("{}", mi::budget::Draw(problem, *allocation));
}
