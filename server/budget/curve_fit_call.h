// BudgetService.FitResponseCurves.

#ifndef MI_SERVER_BUDGET_CURVE_FIT_CALL_H_
#define MI_SERVER_BUDGET_CURVE_FIT_CALL_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/budget_service.pb.h"
#include "server/rpc/call.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

absl::Status FitResponseCurves(rpc::Call& call,
                               const v1::FitResponseCurvesRequest& request,
                               v1::FitResponseCurvesResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_CURVE_FIT_CALL_H_
