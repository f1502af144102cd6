// BudgetService.FitResponseCurves over a real channel.

#include <chrono>
#include <cmath>
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
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Stub = v1::BudgetService::Stub;

// 30 + 400 a / (900 + a), with half of the adstock left after each period.
void AddSeries(const std::string& id, int periods,
               v1::FitResponseCurvesRequest* request) {
  v1::CampaignSeries* series = request->add_campaigns();
  series->set_campaign_id(id);
  double adstock = 0;
  for (int t = 0; t < periods; ++t) {
    const double spend =
        std::round(1'000 * (1 + std::sin(t / 3.0)) * (t % 7 == 0 ? 0 : 1));
    series->add_spend_micros(static_cast<int64_t>(spend) * 1'000'000);
    adstock = 0.5 * adstock + 0.5 * spend;
    series->add_responses(30 + 400 * adstock / (900 + adstock));
  }
}

class CurveFitServiceTest : public ::testing::Test {
 protected:
  grpc::Status Try(const v1::FitResponseCurvesRequest& request,
                   v1::FitResponseCurvesResponse* response) {
    return Invoke(&Stub::FitResponseCurves, server_.budgets(), request,
                  response);
  }
  TestServer server_;
};

TEST_F(CurveFitServiceTest, WhatItFindsIsReadyToAllocate) {
  v1::FitResponseCurvesRequest request;
  AddSeries("search", 120, &request);
  AddSeries("new", 6, &request);
  request.mutable_model()->set_saturation(v1::SATURATION_KIND_MICHAELIS_MENTEN);
  request.mutable_model()->set_max_lag(30);
  request.set_draw_count(20);
  v1::FitResponseCurvesResponse response;
  const grpc::Status status = Try(request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_THAT(response.fits(), SizeIs(2));
  const v1::CurveFit& fit = response.fits(0);
  EXPECT_EQ(fit.campaign_id(), "search");
  EXPECT_EQ(fit.refusal(), v1::CURVE_FIT_REFUSAL_UNSPECIFIED);
  EXPECT_NEAR(fit.curve().michaelis_menten().saturation(), 400, 4);
  EXPECT_NEAR(fit.curve().michaelis_menten().scale(), 900, 15);
  EXPECT_NEAR(fit.adstock().retention(), 0.5, 0.01);
  EXPECT_EQ(fit.adstock().weights_size(), 31);
  EXPECT_NEAR(fit.intercept().value(), 30, 1);
  EXPECT_LE(fit.scale().low(), fit.scale().value());
  EXPECT_GT(fit.diagnostics().r_squared(), 0.999);
  EXPECT_EQ(fit.diagnostics().held_out_periods(), 24u);
  EXPECT_LT(fit.diagnostics().held_out_rmse(),
            fit.diagnostics().held_out_baseline_rmse());
  EXPECT_THAT(fit.draws(), SizeIs(20));

  const v1::CurveFit& refused = response.fits(1);
  EXPECT_EQ(refused.refusal(), v1::CURVE_FIT_REFUSAL_TOO_FEW_PERIODS);
  EXPECT_THAT(refused.refusal_text(), HasSubstr("6 periods"));
  EXPECT_FALSE(refused.has_curve());

  v1::AllocateBudgetRequest allocate;
  allocate.set_budget_micros(2'000'000'000);
  v1::BudgetCampaign* campaign = allocate.add_campaigns();
  campaign->set_id("search");
  *campaign->mutable_curve() = fit.curve();
  *campaign->mutable_draws() = fit.draws();
  campaign->set_max_observed_spend_micros(fit.max_observed_spend_micros());
  v1::AllocateBudgetResponse allocated;
  ASSERT_TRUE(
      Invoke(&Stub::AllocateBudget, server_.budgets(), allocate, &allocated)
          .ok());
  EXPECT_TRUE(allocated.campaigns(0).has_response_interval());
  EXPECT_EQ(allocated.campaigns(0).spend_micros(), 2'000'000'000);
}

TEST_F(CurveFitServiceTest, WrongInputIsNamed) {
  const auto refused = [this](const std::string& text,
                              const std::vector<std::string>& fields) {
    v1::FitResponseCurvesResponse response;
    const grpc::Status status =
        Try(Parse<v1::FitResponseCurvesRequest>(text), &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << text;
    EXPECT_EQ(FieldsOf(status), fields) << status.error_message();
  };
  refused("", {"campaigns"});
  refused(
      "campaigns { spend_micros: -1 responses: nan weights: [1, 1] } "
      "campaigns { campaign_id: 'a' } campaigns { campaign_id: 'a' "
      "spend_micros: 1 responses: 1 weights: -1 }",
      {"campaigns[0].campaign_id", "campaigns[0].weights",
       "campaigns[0].spend_micros[0]", "campaigns[0].responses[0]",
       "campaigns[1].spend_micros", "campaigns[2].campaign_id",
       "campaigns[2].weights[0]"});
  refused(
      "campaigns { campaign_id: 'a' spend_micros: 1 responses: 1 } "
      "draw_count: 1001 held_out_share: 0.6 interval_mass: 1 model { max_lag: "
      "0 scale { low: 2 high: 1 } shape { low: 1 high: 99 } retention { low: "
      "0.1 high: 0.9 prior_median: 0.5 } }",
      {"draw_count", "held_out_share", "interval_mass", "model.max_lag",
       "model.scale", "model.shape", "model.retention.prior_median"});
}

TEST_F(CurveFitServiceTest, ADeadlineEndsTheFits) {
  v1::FitResponseCurvesRequest request;
  for (int i = 0; i < 500; ++i) {
    AddSeries("c" + std::to_string(i), 300, &request);
  }
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(200));
  v1::FitResponseCurvesResponse response;
  EXPECT_EQ(server_.budgets()
                .FitResponseCurves(&context, request, &response)
                .error_code(),
            StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace mi::server
