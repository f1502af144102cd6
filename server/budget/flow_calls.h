// The calls of BudgetService that are questions about networks.

#ifndef MI_SERVER_BUDGET_FLOW_CALLS_H_
#define MI_SERVER_BUDGET_FLOW_CALLS_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/budget_service.pb.h"
#include "server/rpc/call.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

absl::Status MaxFlow(rpc::Call& call, const v1::MaxFlowRequest& request,
                     v1::MaxFlowResponse* response);
absl::Status MinCut(rpc::Call& call, const v1::MinCutRequest& request,
                    v1::MinCutResponse* response);
absl::Status MinCostFlow(rpc::Call& call, const v1::MinCostFlowRequest& request,
                         v1::MinCostFlowResponse* response);
absl::Status GlobalMinCut(rpc::Call& call,
                          const v1::GlobalMinCutRequest& request,
                          v1::GlobalMinCutResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_FLOW_CALLS_H_
