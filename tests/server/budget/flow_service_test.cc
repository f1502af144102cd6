// BudgetService's questions about networks, over a real channel.

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
using ::testing::IsEmpty;
using Stub = v1::BudgetService::Stub;

// account -> search (7), social (9); search -> a (5), social -> a (2), b (4);
// a -> done (6), b -> done (9).
constexpr char kNetwork[] =
    "network { "
    "arcs { source_id: 'account' target_id: 'search' capacity: 7 cost: 1 } "
    "arcs { source_id: 'account' target_id: 'social' capacity: 9 cost: 2 } "
    "arcs { source_id: 'search' target_id: 'a' capacity: 5 } "
    "arcs { source_id: 'social' target_id: 'a' capacity: 2 } "
    "arcs { source_id: 'social' target_id: 'b' capacity: 4 } "
    "arcs { source_id: 'a' target_id: 'done' capacity: 6 } "
    "arcs { source_id: 'b' target_id: 'done' capacity: 9 } } ";
constexpr char kEnds[] = "source_id: 'account' target_id: 'done' ";

class FlowServiceTest : public ::testing::Test {
 protected:
  template <typename Request, typename Response>
  grpc::Status Try(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                const Request&, Response*),
                   const std::string& request, Response* response) {
    return Invoke(method, server_.budgets(), Parse<Request>(request), response);
  }
  template <typename Request, typename Response>
  Response Get(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
               const std::string& request) {
    Response response;
    const grpc::Status status = Try(method, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  template <typename Request, typename Response>
  void Refused(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                            const Request&, Response*),
               const std::string& request,
               const std::vector<std::string>& fields) {
    Response response;
    const grpc::Status status = Try(method, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(FieldsOf(status), fields) << status.error_message();
  }
  template <typename Request, typename Response>
  void Impossible(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
                  const std::string& request, Reason reason) {
    Response response;
    const grpc::Status status = Try(method, request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(ReasonOf(status), reason) << status.error_message();
  }

  TestServer server_;
};

TEST_F(FlowServiceTest, TheMostThatFlowsAndWhatBindsIt) {
  const auto answer = Get(&Stub::MaxFlow, std::string(kNetwork) + kEnds);
  // a -> done and social -> b.
  EXPECT_EQ(answer.value(), 10);
  EXPECT_EQ(answer.flows_size(), 7);
  EXPECT_EQ(answer.flows(0) + answer.flows(1), 10);
  EXPECT_EQ(answer.flows(5), 6);
  EXPECT_EQ(answer.flows(6), 4);
  EXPECT_EQ(answer.cut().value(), 10);
  EXPECT_THAT(answer.cut().arc_indexes(), ElementsAre(4, 5));
  EXPECT_THAT(answer.cut().first_side_ids(),
              ElementsAre("a", "account", "search", "social"));
  EXPECT_THAT(answer.cut().second_side_ids(), ElementsAre("b", "done"));
  const auto cut = Get(&Stub::MinCut, std::string(kNetwork) + kEnds);
  EXPECT_EQ(cut.cut().ShortDebugString(), answer.cut().ShortDebugString());
}

TEST_F(FlowServiceTest, TheCheapestFlow) {
  const auto all = Get(&Stub::MinCostFlow, std::string(kNetwork) + kEnds);
  EXPECT_EQ(all.value(), 10);
  EXPECT_EQ(all.cost(), 5 * 1 + 5 * 2);
  const auto six =
      Get(&Stub::MinCostFlow, std::string(kNetwork) + kEnds + "amount: 6");
  EXPECT_EQ(six.cost(), 5 * 1 + 1 * 2);
  EXPECT_EQ(six.flows(0), 5);
  Impossible(&Stub::MinCostFlow, std::string(kNetwork) + kEnds + "amount: 11",
             Reason::kFlowInfeasible);
}

TEST_F(FlowServiceTest, WhereANetworkFallsApart) {
  // b and done hang on by 4 and 6, no node by less than 11.
  const auto answer = Get(&Stub::GlobalMinCut, kNetwork);
  EXPECT_EQ(answer.cut().value(), 10);
  EXPECT_THAT(answer.cut().second_side_ids(), ElementsAre("b", "done"));
  EXPECT_THAT(answer.cut().arc_indexes(), ElementsAre(4, 5));
}

TEST_F(FlowServiceTest, FlowsWithoutLimitAreRefused) {
  const std::string open =
      "network { arcs { source_id: 'account' target_id: 'done' unlimited: true "
      "} } ";
  Impossible(&Stub::MaxFlow, open + kEnds, Reason::kFlowUnbounded);
  Impossible(&Stub::MinCut, open + kEnds, Reason::kFlowUnbounded);
  Impossible(&Stub::MinCostFlow, open + kEnds, Reason::kFlowUnbounded);
  Impossible(&Stub::GlobalMinCut, open, Reason::kFlowUnbounded);
  // An amount is a limit.
  EXPECT_EQ(Get(&Stub::MinCostFlow, open + kEnds + "amount: 5").value(), 5);
}

TEST_F(FlowServiceTest, WrongInputIsNamed) {
  Refused(&Stub::MaxFlow, "", {"network.arcs"});
  Refused(&Stub::MaxFlow,
          std::string(kNetwork) + "source_id: 'account' target_id: 'account'",
          {"target_id"});
  Refused(&Stub::MinCut,
          std::string(kNetwork) + "source_id: 'account' target_id: 'nowhere'",
          {"target_id"});
  Refused(&Stub::MinCostFlow, std::string(kNetwork) + kEnds + "amount: -1",
          {"amount"});
  Refused(&Stub::MaxFlow,
          std::string("network { arcs { source_id: 'account' target_id: 'done' "
                      "capacity: -1 cost: 1000000001 } arcs { unlimited: true "
                      "cost: -1 } } ") +
              kEnds,
          {"network.arcs[0].capacity", "network.arcs[0].cost",
           "network.arcs[1].source_id", "network.arcs[1].target_id",
           "network.arcs[1].cost"});
  Refused(&Stub::MaxFlow,
          std::string("network { arcs { source_id: 'account' target_id: 'done' "
                      "capacity: 9223372036854775807 } } ") +
              kEnds,
          {"network.arcs"});
  Refused(&Stub::GlobalMinCut,
          "network { arcs { source_id: 'a' target_id: 'a' } }",
          {"network.arcs"});
}

TEST_F(FlowServiceTest, SelectsWhatEarnsItsSetups) {
  // The shop feed pays for both; the video for none alone, but with the
  // synergy.
  const std::string request =
      "campaigns { id: 'z' profit_micros: 6 setup_ids: 'feed' } "
      "campaigns { id: 'y' profit_micros: 5 setup_ids: 'feed' } "
      "campaigns { id: 'x' profit_micros: 4 setup_ids: 'video' } "
      "setups { id: 'video' cost_micros: 7 } "
      "setups { id: 'feed' cost_micros: 10 } ";
  const auto alone = Get(&Stub::SelectCampaigns, request);
  EXPECT_THAT(alone.campaign_ids(), ElementsAre("z", "y"));
  EXPECT_THAT(alone.setup_ids(), ElementsAre("feed"));
  EXPECT_EQ(alone.profit_micros(), 1);
  EXPECT_TRUE(alone.exact());
  const auto together = Get(
      &Stub::SelectCampaigns,
      request + "synergies { first_id: 'x' second_id: 'z' value_micros: 5 }");
  EXPECT_THAT(together.campaign_ids(), ElementsAre("z", "y", "x"));
  EXPECT_EQ(together.profit_micros(), 3);
  const auto apart = Get(
      &Stub::SelectCampaigns,
      request + "synergies { first_id: 'y' second_id: 'z' value_micros: -4 }");
  EXPECT_THAT(apart.campaign_ids(), IsEmpty());
  EXPECT_EQ(apart.profit_micros(), 0);
  EXPECT_GE(apart.bound_micros(), 0);
}

TEST_F(FlowServiceTest, WrongSelectionsAreNamed) {
  Refused(&Stub::SelectCampaigns, "", {"campaigns"});
  Refused(&Stub::SelectCampaigns, "campaigns { id: 'a' } campaigns { id: 'a' }",
          {"campaigns[1].id"});
  Refused(
      &Stub::SelectCampaigns,
      "campaigns { id: 'a' setup_ids: 'none' profit_micros: "
      "1152921504606846977 } setups { id: 's' cost_micros: -1 } synergies { "
      "first_id: 'a' second_id: 'a' } synergies { first_id: 'a' second_id: "
      "'b' }",
      {"campaigns[0].profit_micros", "campaigns[0].setup_ids[0]",
       "setups[0].cost_micros", "synergies[0].second_id",
       "synergies[1].second_id"});
}

}  // namespace
}  // namespace mi::server
