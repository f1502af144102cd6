// BudgetService over a real channel: answers that can be worked out by hand,
// and what it says of wrong input.

#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/messages.h"
#include "tests/support/test_server.h"

namespace mi::server {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::grpc::StatusCode;
using ::mi::testing::Invoke;
using ::mi::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Stub = v1::BudgetService::Stub;

// 100 units over two campaigns with the same curve: 50 each.
constexpr char kTwo[] =
    "budget_micros: 100000000 "
    "campaigns { id: 'a' curve { michaelis_menten { saturation: 100 "
    "scale: 50 } } current_spend_micros: 20000000 } "
    "campaigns { id: 'b' curve { michaelis_menten { saturation: 100 "
    "scale: 50 } } } ";

class BudgetServiceTest : public ::testing::Test {
 protected:
  grpc::Status Try(const std::string& request,
                   v1::AllocateBudgetResponse* response) {
    return Invoke(&Stub::AllocateBudget, server_.budgets(),
                  Parse<v1::AllocateBudgetRequest>(request), response);
  }
  v1::AllocateBudgetResponse Allocate(const std::string& request) {
    v1::AllocateBudgetResponse response;
    const grpc::Status status = Try(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  void Refused(const std::string& request,
               const std::vector<std::string>& fields) {
    v1::AllocateBudgetResponse response;
    const grpc::Status status = Try(request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
        << request << ": " << status.error_message();
    EXPECT_EQ(FieldsOf(status), fields)
        << request << ": " << status.error_message();
  }

  TestServer server_;
};

TEST_F(BudgetServiceTest, SplitsAndExplains) {
  const auto answer = Allocate(std::string(kTwo) + "chart_points: 3");
  ASSERT_THAT(answer.campaigns(), SizeIs(2));
  const auto& a = answer.campaigns(0);
  EXPECT_EQ(a.campaign_id(), "a");
  EXPECT_EQ(a.spend_micros(), 50'000'000);
  EXPECT_EQ(a.change_micros(), 30'000'000);
  // f(20) = 100 * 20 / 70, f(50) = 50; f'(50) = 100 * 50 / 100^2.
  EXPECT_NEAR(a.response_before(), 2000.0 / 70, 1e-12);
  EXPECT_NEAR(a.response_after(), 50, 1e-12);
  EXPECT_NEAR(a.roi_before(), 100.0 / 70, 1e-12);
  EXPECT_NEAR(a.roi(), 1, 1e-12);
  EXPECT_NEAR(a.marginal_roi(), 0.5, 1e-6);
  EXPECT_NEAR(a.marginal_roi_before(), 100 * 50 / (70.0 * 70), 1e-6);
  EXPECT_EQ(a.limit(), v1::BUDGET_LIMIT_UNSPECIFIED);
  ASSERT_THAT(a.chart(), SizeIs(3));
  EXPECT_EQ(a.chart(0).spend_micros(), 0);
  EXPECT_EQ(a.chart(2).spend_micros(), 62'500'000);
  EXPECT_NEAR(a.chart(2).response(), 100 * 62.5 / 112.5, 1e-9);

  const auto& totals = answer.totals();
  EXPECT_EQ(totals.spend_micros(), 100'000'000);
  EXPECT_EQ(totals.unspent_micros(), 0);
  EXPECT_NEAR(totals.response_after(), 100, 1e-9);
  EXPECT_NEAR(totals.shadow_price(), 0.5, 1e-6);
  EXPECT_NEAR(totals.roi(), 1, 1e-9);
  EXPECT_TRUE(answer.certificate().proven());
  EXPECT_NEAR(answer.certificate().objective(), 100, 1e-9);
  EXPECT_LE(answer.certificate().relative_gap(), 1e-9);
}

TEST_F(BudgetServiceTest, GroupsBindAndHavePrices) {
  const auto answer = Allocate(
      "budget_micros: 100000000 "
      "groups { id: 'search' max_spend_micros: 30000000 } "
      "groups { id: 'social' } "
      "campaigns { id: 'a' group_id: 'search' curve { michaelis_menten { "
      "saturation: 100 scale: 50 } } } "
      "campaigns { id: 'b' group_id: 'social' curve { michaelis_menten { "
      "saturation: 100 scale: 50 } } }");
  EXPECT_EQ(answer.campaigns(0).spend_micros(), 30'000'000);
  EXPECT_EQ(answer.campaigns(1).spend_micros(), 70'000'000);
  EXPECT_EQ(answer.campaigns(0).price_group_id(), "search");
  EXPECT_EQ(answer.campaigns(1).price_group_id(), "");
  ASSERT_THAT(answer.groups(), SizeIs(2));
  EXPECT_EQ(answer.groups(0).limit(), v1::BUDGET_LIMIT_MAXIMUM);
  EXPECT_EQ(answer.groups(1).limit(), v1::BUDGET_LIMIT_UNSPECIFIED);
  // f'(30) - f'(70): what a unit moved into the group would earn.
  EXPECT_NEAR(answer.groups(0).shadow_price(),
              5000 / (80.0 * 80) - 5000 / (120.0 * 120), 1e-6);
  EXPECT_EQ(answer.groups(0).spend_micros(), 30'000'000);
}

TEST_F(BudgetServiceTest, EveryObjectiveAnswers) {
  for (const char* objective :
       {"MOST_RESPONSE", "MOST_VALUE", "MOST_PROFIT", "LOWEST_COST",
        "TARGET_ROAS", "TARGET_MARGINAL_ROAS", "TARGET_CPA"}) {
    SCOPED_TRACE(objective);
    const auto answer = Allocate(
        std::string(kTwo) + "objective: BUDGET_OBJECTIVE_" + objective +
        " target: 1.2 campaigns { id: 'c' value_per_response: 3 curve { hill "
        "{ saturation: 80 scale: 20 shape: 0.8 } } }");
    EXPECT_GT(answer.totals().spend_micros(), 0);
    EXPECT_LE(answer.totals().spend_micros(), 100'000'000);
  }
  // The ratio holds, and just so.
  const auto roas = Allocate(std::string(kTwo) +
                             "objective: BUDGET_OBJECTIVE_TARGET_ROAS "
                             "target: 1.25");
  EXPECT_NEAR(roas.totals().roi(), 1.25, 1e-6);
  // x each: 100 / (50 + x) = 1.25.
  EXPECT_NEAR(static_cast<double>(roas.totals().spend_micros()), 60e6, 2);
  EXPECT_EQ(roas.totals().unspent_reason(), v1::UNSPENT_REASON_TARGET_AT_LIMIT);
}

TEST_F(BudgetServiceTest, EveryKindOfCurveIsTaken) {
  const auto answer = Allocate(
      "budget_micros: 600000000 "
      "campaigns { id: '1' curve { hill { saturation: 9 scale: 50 shape: 2 } } "
      "} campaigns { id: '2' curve { michaelis_menten { saturation: 9 scale: "
      "50 } } } campaigns { id: '3' curve { logistic { saturation: 9 rate: 0.1 "
      "midpoint: 40 } } } campaigns { id: '4' curve { exponential { "
      "saturation: 9 scale: 50 } } } campaigns { id: '5' curve { power { "
      "coefficient: 1 exponent: 0.5 } } } campaigns { id: '6' curve { points { "
      "points { spend: 50 response: 5 } points { spend: 100 response: 7 } } } "
      "}");
  EXPECT_EQ(answer.totals().spend_micros(), 600'000'000);
  for (const auto& campaign : answer.campaigns()) {
    EXPECT_GT(campaign.response_after(), 1) << campaign.campaign_id();
  }
}

TEST_F(BudgetServiceTest, DrawsGiveIntervalsAndLimitsGiveWarnings) {
  const auto answer = Allocate(
      "budget_micros: 100000000 "
      "campaigns { id: 'a' max_observed_spend_micros: 10000000 "
      "curve { exponential { saturation: 10 scale: 50 } } "
      "draws { exponential { saturation: 8 scale: 50 } } "
      "draws { exponential { saturation: 12 scale: 50 } } } "
      "campaigns { id: 'flat' curve { power { exponent: 1 } } "
      "draws { power { exponent: 1 } } draws { power { exponent: 1 } } }");
  const auto& a = answer.campaigns(0);
  EXPECT_THAT(a.warnings(), ElementsAre(v1::ALLOCATION_WARNING_EXTRAPOLATION));
  EXPECT_THAT(answer.campaigns(1).warnings(),
              ElementsAre(v1::ALLOCATION_WARNING_FLAT_CURVE));
  EXPECT_NEAR(a.response_interval().mean(), a.response_after(), 1e-9);
  EXPECT_LT(a.response_interval().low(), a.response_after());
  EXPECT_GT(a.response_interval().high(), a.response_after());
  EXPECT_TRUE(answer.totals().has_lift_interval());
}

TEST_F(BudgetServiceTest, WrongInputIsNamed) {
  Refused("", {"budget_micros", "campaigns"});
  Refused(std::string(kTwo) + "campaigns { id: 'c' }", {"campaigns[2].curve"});
  Refused(std::string(kTwo) +
              "campaigns { curve { hill { saturation: -1 "
              "scale: 0 shape: 99 } } }",
          {"campaigns[2].id", "campaigns[2].curve.hill.saturation",
           "campaigns[2].curve.hill.scale", "campaigns[2].curve.hill.shape"});
  Refused(std::string(kTwo) +
              "campaigns { id: 'c' curve { power { "
              "coefficient: nan exponent: 2 } } }",
          {"campaigns[2].curve.power.coefficient",
           "campaigns[2].curve.power.exponent"});
  Refused(std::string(kTwo) +
              "campaigns { id: 'a' curve { exponential { "
              "scale: 1 } } }",
          {"campaigns[2].id"});
  Refused(
      std::string(kTwo) +
          "campaigns { id: 'c' min_spend_micros: 2 max_spend_micros: 1 "
          "current_spend_micros: -1 curve { exponential { scale: 1 } } }",
      {"campaigns[2].current_spend_micros", "campaigns[2].min_spend_micros"});
  Refused(std::string(kTwo) +
              "groups { id: 'g' parent_id: 'h' } groups { id: "
              "'h' parent_id: 'g' }",
          {"groups[0].parent_id", "groups[1].parent_id"});
  Refused(std::string(kTwo) +
              "groups { id: 'g' parent_id: 'nowhere' } groups "
              "{ id: 'g' }",
          {"groups[1].id", "groups[0].parent_id"});
  Refused(std::string(kTwo) +
              "campaigns { id: 'c' group_id: 'nowhere' curve { "
              "exponential { scale: 1 } } }",
          {"campaigns[2].group_id"});
  Refused(std::string(kTwo) +
              "step_micros: -1 relative_gap: 1 interval_mass: "
              "0 chart_points: 1 max_branches: 1000001",
          {"step_micros", "relative_gap", "interval_mass", "max_branches",
           "chart_points"});
  Refused(std::string(kTwo) + "objective: BUDGET_OBJECTIVE_TARGET_CPA",
          {"target"});
  Refused(
      "budget_micros: 9223372036854775807 campaigns { id: 'a' curve { "
      "exponential { scale: 1 } } }",
      {"budget_micros"});
  Refused("budget_micros: 1 campaigns { id: 'a' curve { points { } } }",
          {"campaigns[0].curve.points.points"});
  Refused(
      "budget_micros: 1 campaigns { id: 'a' curve { points { points { "
      "spend: 2 response: 2 } points { spend: 1 response: 1 } } } }",
      {"campaigns[0].curve.points.points[1].spend",
       "campaigns[0].curve.points.points[1].response"});
  v1::AllocateBudgetRequest unknown =
      Parse<v1::AllocateBudgetRequest>(std::string(kTwo));
  unknown.set_objective(static_cast<v1::BudgetObjective>(77));
  v1::AllocateBudgetResponse response;
  EXPECT_THAT(FieldsOf(Invoke(&Stub::AllocateBudget, server_.budgets(), unknown,
                              &response)),
              ElementsAre("objective"));
}

TEST_F(BudgetServiceTest, LimitsThatContradictSayByHowMuch) {
  v1::AllocateBudgetResponse response;
  const grpc::Status status =
      Try(std::string(kTwo) +
              "groups { id: 'tv' min_spend_micros: 130000000 } "
              "campaigns { id: 'c' group_id: 'tv' curve { exponential { scale: "
              "1 } } }",
          &response);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), Reason::kBudgetInfeasible);
  EXPECT_THAT(status.error_message(), HasSubstr("30000000 too much"));
  EXPECT_THAT(status.error_message(), HasSubstr("'tv' (130000000)"));
}

TEST_F(BudgetServiceTest, ATargetBeyondReachSaysWhatIsReached) {
  v1::AllocateBudgetResponse response;
  const grpc::Status status = Try(
      std::string(kTwo) + "objective: BUDGET_OBJECTIVE_LOWEST_COST target: 150",
      &response);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), Reason::kTargetUnattainable);
  EXPECT_THAT(status.error_message(), HasSubstr("100"));
}

TEST_F(BudgetServiceTest, ADeadlineEndsTheSearch) {
  // S-curves, whose branches take seconds.
  v1::AllocateBudgetRequest request;
  request.set_budget_micros(3'000'000'000);
  request.set_step_micros(1);
  request.set_relative_gap(0);
  request.set_max_branches(1'000'000);
  for (int g = 0; g < 40; ++g) {
    v1::BudgetGroup* group = request.add_groups();
    group->set_id("g" + std::to_string(g));
    group->set_max_spend_micros(70'000'000 + g * 1'000'003);
  }
  for (int i = 0; i < 20'000; ++i) {
    v1::BudgetCampaign* campaign = request.add_campaigns();
    campaign->set_id("c" + std::to_string(i));
    campaign->set_group_id("g" + std::to_string(i % 40));
    v1::HillCurve* hill = campaign->mutable_curve()->mutable_hill();
    hill->set_saturation(10 + i % 97);
    hill->set_scale(3 + i % 31);
    hill->set_shape(2 + 0.01 * (i % 89));
  }
  grpc::ClientContext context;
  const auto start = std::chrono::system_clock::now();
  context.set_deadline(start + std::chrono::milliseconds(150));
  v1::AllocateBudgetResponse response;
  const grpc::Status status =
      server_.budgets().AllocateBudget(&context, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  // The server's thread is free again: another call is answered.
  EXPECT_EQ(Allocate(kTwo).campaigns(0).spend_micros(), 50'000'000);
}

TEST_F(BudgetServiceTest, TabulatesACurve) {
  v1::GetResponseCurveResponse response;
  grpc::Status status =
      Invoke(&Stub::GetResponseCurve, server_.budgets(),
             Parse<v1::GetResponseCurveRequest>(
                 "curve { hill { saturation: 9 scale: 4 shape: 2 } } "
                 "max_spend_micros: 8000000 point_count: 3"),
             &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_THAT(response.points(), SizeIs(3));
  EXPECT_NEAR(response.points(1).response(), 4.5, 1e-12);
  // C s / 4k at the half.
  EXPECT_NEAR(response.points(1).marginal_roi(), 9 * 2 / (4 * 4.0), 1e-12);
  EXPECT_NEAR(response.points(2).response(), 9 * 64 / 80.0, 1e-12);
  // k ((s - 1) / (s + 1))^(1 / s).
  EXPECT_NEAR(static_cast<double>(response.inflexion_micros()),
              4e6 / std::sqrt(3.0), 1);
  status =
      Invoke(&Stub::GetResponseCurve, server_.budgets(),
             Parse<v1::GetResponseCurveRequest>("point_count: 1"), &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("curve", "max_spend_micros", "point_count"));
}

}  // namespace
}  // namespace mi::server
