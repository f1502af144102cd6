// Every field that can be out of its range is named when it is.

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "engine/budget/allocate.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::budget {
namespace {

using ::testing::Contains;
using ::testing::UnorderedElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Two groups, one in the other, and a campaign in each.
AllocationProblem Valid() {
  AllocationProblem problem;
  problem.budget = 1'000'000;
  problem.groups = {{.id = "outer"}, {.id = "inner", .parent_id = "outer"}};
  for (const char* group : {"outer", "inner"}) {
    Campaign campaign{.id = fmt::format("in {}", group), .group_id = group};
    campaign.curve = {.kind = CurveKind::kHill, .saturation = 10};
    campaign.current_spend = 400'000;
    problem.campaigns.push_back(campaign);
  }
  return problem;
}

std::vector<std::string> FieldsAtFault(const AllocationProblem& problem) {
  const auto allocation = Allocate(problem);
  std::vector<std::string> fields;
  if (allocation.ok()) return fields;
  EXPECT_EQ(allocation.status().code(), absl::StatusCode::kInvalidArgument);
  const auto details = GetErrorDetails(allocation.status());
  EXPECT_TRUE(details.has_value()) << allocation.status().ToString();
  if (!details.has_value()) return fields;
  for (const FieldViolation& violation : details->violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

struct Case {
  std::string name;
  std::function<void(AllocationProblem&)> spoil;
  std::string field;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class CheckProblemTest : public ::testing::TestWithParam<Case> {};

TEST_P(CheckProblemTest, NamesTheField) {
  AllocationProblem problem = Valid();
  GetParam().spoil(problem);
  EXPECT_THAT(FieldsAtFault(problem), Contains(GetParam().field));
}

// A case that sets a field of the first campaign.
template <typename Member, typename Value>
Case Of(std::string name, Member Campaign::*member, Value value,
        const std::string& field) {
  return {
      std::move(name),
      [member, value](AllocationProblem& p) { p.campaigns[0].*member = value; },
      "campaigns[0]." + field};
}

// A case of the first campaign's curve.
Case Curve(std::string name, const ResponseCurve& curve,
           const std::string& field) {
  return Of(std::move(name), &Campaign::curve, curve, "curve." + field);
}

using Curves = CurveKind;

ResponseCurve Points(std::vector<CurvePoint> points) {
  ResponseCurve curve{.kind = CurveKind::kPoints};
  curve.points = std::move(points);
  return curve;
}

INSTANTIATE_TEST_SUITE_P(
    Problem, CheckProblemTest,
    ::testing::Values(
        Case{"no_campaigns", [](auto& p) { p.campaigns.clear(); }, "campaigns"},
        Case{"too_many_campaigns",
             [](auto& p) { p.campaigns.resize(kMaxCampaigns + 1); },
             "campaigns"},
        Case{"too_many_groups",
             [](auto& p) { p.groups.resize(kMaxGroups + 1); }, "groups"},
        Case{"no_budget", [](auto& p) { p.budget.reset(); }, "budget_micros"},
        Case{"negative_budget", [](auto& p) { p.budget = -1; },
             "budget_micros"},
        Case{"huge_budget", [](auto& p) { p.budget = kMaxMicros + 1; },
             "budget_micros"},
        Case{"step_0", [](auto& p) { p.step = 0; }, "step_micros"},
        Case{"negative_step", [](auto& p) { p.step = -5; }, "step_micros"},
        Case{"gap_nan", [](auto& p) { p.relative_gap = kNan; }, "relative_gap"},
        Case{"gap_1", [](auto& p) { p.relative_gap = 1; }, "relative_gap"},
        Case{"interval_nan", [](auto& p) { p.interval = kNan; },
             "interval_mass"},
        Case{"interval_1", [](auto& p) { p.interval = 1; }, "interval_mass"},
        Case{"chart_of_1", [](auto& p) { p.chart_points = 1; }, "chart_points"},
        Case{"many_branches", [](auto& p) { p.max_branches = 2'000'000; },
             "max_branches"},
        Case{"target_0", [](auto& p) { p.objective = Objective::kLowestCost; },
             "target"},
        Case{"target_nan",
             [](auto& p) {
               p.objective = Objective::kTargetRoas;
               p.target = kNan;
             },
             "target"},
        Case{"target_infinite",
             [](auto& p) {
               p.objective = Objective::kTargetCpa;
               p.target = kInf;
             },
             "target"}));

INSTANTIATE_TEST_SUITE_P(
    Groups, CheckProblemTest,
    ::testing::Values(
        Case{"empty_id", [](auto& p) { p.groups[0].id = ""; }, "groups[0].id"},
        Case{"long_id", [](auto& p) { p.groups[0].id = std::string(257, 'x'); },
             "groups[0].id"},
        Case{"duplicate_id", [](auto& p) { p.groups[1].id = "outer"; },
             "groups[1].id"},
        Case{"unknown_parent", [](auto& p) { p.groups[1].parent_id = "?"; },
             "groups[1].parent_id"},
        Case{"own_parent", [](auto& p) { p.groups[1].parent_id = "inner"; },
             "groups[1].parent_id"},
        Case{"cycle", [](auto& p) { p.groups[0].parent_id = "inner"; },
             "groups[0].parent_id"},
        // The group leads into a cycle that it is not on.
        Case{"below_a_cycle",
             [](auto& p) {
               p.groups[0].parent_id = "inner";
               p.groups.push_back({.id = "below", .parent_id = "inner"});
             },
             "groups[2].parent_id"},
        Case{"too_deep",
             [](auto& p) {
               for (int depth = 0; depth < 40; ++depth) {
                 p.groups.push_back({.id = fmt::format("d{}", depth),
                                     .parent_id = p.groups.back().id});
               }
             },
             "groups[41].parent_id"},
        Case{"negative_minimum", [](auto& p) { p.groups[0].min_spend = -1; },
             "groups[0].min_spend_micros"},
        Case{"negative_maximum", [](auto& p) { p.groups[0].max_spend = -1; },
             "groups[0].max_spend_micros"},
        Case{"minimum_above_maximum",
             [](auto& p) {
               p.groups[1].min_spend = 5;
               p.groups[1].max_spend = 4;
             },
             "groups[1].min_spend_micros"}));

INSTANTIATE_TEST_SUITE_P(
    Campaigns, CheckProblemTest,
    ::testing::Values(
        Of("empty_id", &Campaign::id, "", "id"),
        Case{"duplicate_id", [](auto& p) { p.campaigns[1].id = "in outer"; },
             "campaigns[1].id"},
        Of("unknown_group", &Campaign::group_id, "?", "group_id"),
        Of("value_nan", &Campaign::value_per_response, kNan,
           "value_per_response"),
        Of("value_negative", &Campaign::value_per_response, -1,
           "value_per_response"),
        Of("negative_spend", &Campaign::current_spend, -1,
           "current_spend_micros"),
        Of("huge_spend", &Campaign::current_spend,
           std::numeric_limits<Micros>::max(), "current_spend_micros"),
        Of("negative_minimum", &Campaign::min_spend, -1, "min_spend_micros"),
        Of("negative_maximum", &Campaign::max_spend, -1, "max_spend_micros"),
        Of("negative_observed", &Campaign::max_observed_spend, -1,
           "max_observed_spend_micros"),
        Case{"minimum_above_maximum",
             [](auto& p) {
               p.campaigns[0].min_spend = 200'001;
               p.campaigns[0].max_factor = 0.5;
             },
             "campaigns[0].min_spend_micros"},
        Of("factor_nan", &Campaign::min_factor, kNan, "min_factor"),
        Of("factor_negative", &Campaign::max_factor, -0.5, "max_factor"),
        Case{"draws_of_one_only",
             [](auto& p) { p.campaigns[0].draws.resize(3); },
             "campaigns[1].draws"},
        Of("a_draw_out_of_range", &Campaign::draws,
           std::vector<ResponseCurve>{{.saturation = kNan}},
           "draws[0].michaelis_menten.saturation")));

INSTANTIATE_TEST_SUITE_P(
    Curves, CheckProblemTest,
    ::testing::Values(
        Curve("saturation_nan", {.kind = Curves::kHill, .saturation = kNan},
              "hill.saturation"),
        Curve("saturation_negative",
              {.kind = Curves::kExponential, .saturation = -1},
              "exponential.saturation"),
        Curve("scale_0", {.kind = Curves::kMichaelisMenten, .scale = 0},
              "michaelis_menten.scale"),
        Curve("scale_infinite", {.kind = Curves::kHill, .scale = kInf},
              "hill.scale"),
        Curve("shape_0", {.kind = Curves::kHill, .shape = 0}, "hill.shape"),
        Curve("shape_51", {.kind = Curves::kHill, .shape = 51}, "hill.shape"),
        Curve("power_convex", {.kind = Curves::kPower, .shape = 1.5},
              "power.exponent"),
        Curve("power_nan", {.kind = Curves::kPower, .saturation = kNan},
              "power.coefficient"),
        Curve("rate_0", {.kind = Curves::kLogistic, .rate = 0},
              "logistic.rate"),
        Curve("midpoint_negative", {.kind = Curves::kLogistic, .midpoint = -1},
              "logistic.midpoint"),
        Curve("no_points", Points({}), "points.points"),
        Curve("point_nan", Points({{kNan, 1}}), "points.points[0].spend"),
        Curve("point_negative", Points({{1, -1}}), "points.points[0].response"),
        Curve("something_for_nothing", Points({{0, 1}}),
              "points.points[0].response"),
        Curve("spend_twice", Points({{1, 1}, {1, 2}}),
              "points.points[1].spend"),
        Curve("response_falls", Points({{1, 2}, {2, 1}}),
              "points.points[1].response")));

TEST(CheckProblemTest, TheValidProblemHasNoFault) {
  EXPECT_OK(Allocate(Valid()));
}

TEST(CheckProblemTest, AllFaultsAreNamedAtOnce) {
  AllocationProblem problem = Valid();
  problem.step = 0;
  problem.campaigns[0].current_spend = -1;
  problem.campaigns[1].curve.shape = kNan;
  problem.groups[1].parent_id = "?";
  EXPECT_THAT(FieldsAtFault(problem),
              UnorderedElementsAre(
                  "step_micros", "campaigns[0].current_spend_micros",
                  "campaigns[1].curve.hill.shape", "groups[1].parent_id"));
}

// Bounds between two multiples of the step.
TEST(CheckProblemTest, BoundsWithoutAMultipleOfTheStep) {
  AllocationProblem problem = Valid();
  problem.step = 1'000;
  problem.campaigns[0].min_spend = 1'001;
  problem.campaigns[0].max_spend = 1'999;
  EXPECT_THAT(FieldsAtFault(problem),
              Contains("campaigns[0].min_spend_micros"));
  // One value needs no multiple: it is taken as it is.
  problem.campaigns[0].max_spend = 1'001;
  const auto allocation = Allocate(problem);
  ASSERT_OK(allocation);
  EXPECT_EQ(allocation->campaigns[0].spend, 1'001);
}

}  // namespace
}  // namespace mi::budget
