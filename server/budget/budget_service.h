// BudgetService: which campaign gets how much.

#ifndef MI_SERVER_BUDGET_BUDGET_SERVICE_H_
#define MI_SERVER_BUDGET_BUDGET_SERVICE_H_

#include "marketing/intelligence/v1/budget_service.grpc.pb.h"
#include "server/rpc/calls.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The raw form of every method; see RawSearchService.
using RawBudgetService =
    v1::BudgetService::WithRawCallbackMethod_AllocateBudget<
        v1::BudgetService::WithRawCallbackMethod_GetResponseCurve<
            v1::BudgetService::WithRawCallbackMethod_FitResponseCurves<
                v1::BudgetService::WithRawCallbackMethod_SelectCampaigns<
                    v1::BudgetService::WithRawCallbackMethod_MaxFlow<
                        v1::BudgetService::WithRawCallbackMethod_MinCut<
                            v1::BudgetService::
                                WithRawCallbackMethod_MinCostFlow<
                                    v1::BudgetService::
                                        WithRawCallbackMethod_GlobalMinCut<
                                            v1::BudgetService::Service>>>>>>>>;

// What a method computes from its request alone.
template <typename Request, typename Response>
using BudgetCall = absl::Status (*)(rpc::Call&, const Request&, Response*);

// Thread-safe; holds no state.
class BudgetService final : public RawBudgetService {
 public:
  // `calls` must outlive the service.
  explicit BudgetService(rpc::Calls& calls) : calls_(calls) {}

  grpc::ServerUnaryReactor* AllocateBudget(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetResponseCurve(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* FitResponseCurves(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SelectCampaigns(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MaxFlow(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MinCut(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MinCostFlow(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GlobalMinCut(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response,
                                   const rpc::MethodInfo& method,
                                   BudgetCall<Request, Response> compute) {
    return calls_.Unary<Request, Response>(context, request, response, method,
                                           compute);
  }

  rpc::Calls& calls_;
};

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_BUDGET_SERVICE_H_
