#include "server/budget/budget_service.h"

#include <algorithm>
#include <cstdint>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/budget/allocate.h"
#include "fmt/format.h"
#include "server/budget/allocation_proto.h"
#include "server/budget/curve_fit_call.h"
#include "server/budget/curve_proto.h"
#include "server/budget/flow_calls.h"
#include "server/budget/selection_proto.h"

namespace mi::server {
namespace {

using rpc::Call;
using rpc::CallClass;
using rpc::MethodInfo;

constexpr char kService[] = "marketing.intelligence.v1.BudgetService";
constexpr MethodInfo kAllocateBudget{kService, "AllocateBudget",
                                     CallClass::kRead};
constexpr MethodInfo kGetResponseCurve{kService, "GetResponseCurve",
                                       CallClass::kRead};

// As long as it takes, searches must not wait for it.
constexpr MethodInfo kFitResponseCurves{kService, "FitResponseCurves",
                                        CallClass::kWrite};
constexpr MethodInfo kSelectCampaigns{kService, "SelectCampaigns",
                                      CallClass::kRead};
constexpr MethodInfo kMaxFlow{kService, "MaxFlow", CallClass::kRead};
constexpr MethodInfo kMinCut{kService, "MinCut", CallClass::kRead};
constexpr MethodInfo kMinCostFlow{kService, "MinCostFlow", CallClass::kRead};
constexpr MethodInfo kGlobalMinCut{kService, "GlobalMinCut", CallClass::kRead};

constexpr uint32_t kDefaultPoints = 101;

absl::Status CheckRequest(const v1::GetResponseCurveRequest& request,
                          const budget::ResponseCurve& curve,
                          Violations* violations) {
  if (violations->empty()) budget::CheckCurve(curve, "curve", violations);
  if (request.max_spend_micros() < 1 ||
      request.max_spend_micros() > budget::kMaxMicros) {
    violations->Add("max_spend_micros", fmt::format("is {}, must be 1 to {}",
                                                    request.max_spend_micros(),
                                                    budget::kMaxMicros));
  }
  if (request.point_count() == 1 ||
      request.point_count() > budget::kMaxChartPoints) {
    violations->Add("point_count", fmt::format("is {}, must be 0 or 2 to {}",
                                               request.point_count(),
                                               budget::kMaxChartPoints));
  }
  return violations->ToStatus();
}

absl::Status Tabulate(Call&, const v1::GetResponseCurveRequest& request,
                      v1::GetResponseCurveResponse* response) {
  Violations violations;
  const budget::ResponseCurve curve =
      FromProto(request.curve(), "curve", &violations);
  RETURN_IF_ERROR(CheckRequest(request, curve, &violations));
  const uint32_t count =
      request.point_count() == 0 ? kDefaultPoints : request.point_count();
  for (uint32_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / (count - 1);
    const auto micros = static_cast<int64_t>(
        share * static_cast<double>(request.max_spend_micros()));
    const double spend = static_cast<double>(micros) / budget::kMicrosPerUnit;
    v1::ResponseCurvePoint* point = response->add_points();
    point->set_spend_micros(micros);
    point->set_response(curve.ResponseAt(spend));
    point->set_marginal_roi(curve.SlopeAt(spend));
  }
  if (curve.kind != budget::CurveKind::kPoints) {
    response->set_inflexion_micros(static_cast<int64_t>(
        std::min(curve.Inflexion() * budget::kMicrosPerUnit,
                 static_cast<double>(budget::kMaxMicros))));
  }
  return absl::OkStatus();
}

absl::Status Allocate(Call& call, const v1::AllocateBudgetRequest& request,
                      v1::AllocateBudgetResponse* response) {
  ASSIGN_OR_RETURN(const budget::AllocationProblem problem, FromProto(request));
  ASSIGN_OR_RETURN(const budget::Allocation allocation,
                   budget::Allocate(problem, call.stop()));
  ToProto(problem, allocation, response);
  return absl::OkStatus();
}

absl::Status Select(Call& call, const v1::SelectCampaignsRequest& request,
                    v1::SelectCampaignsResponse* response) {
  ASSIGN_OR_RETURN(const NamedSelection named, FromProto(request));
  ASSIGN_OR_RETURN(const budget::Selection selection,
                   budget::SelectCampaigns(named.problem, call.stop()));
  ToProto(request, named, selection, response);
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* BudgetService::AllocateBudget(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kAllocateBudget, Allocate);
}

grpc::ServerUnaryReactor* BudgetService::GetResponseCurve(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kGetResponseCurve, Tabulate);
}

grpc::ServerUnaryReactor* BudgetService::FitResponseCurves(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kFitResponseCurves,
                server::FitResponseCurves);
}

grpc::ServerUnaryReactor* BudgetService::SelectCampaigns(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kSelectCampaigns, Select);
}

grpc::ServerUnaryReactor* BudgetService::MaxFlow(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kMaxFlow, server::MaxFlow);
}

grpc::ServerUnaryReactor* BudgetService::MinCut(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kMinCut, server::MinCut);
}

grpc::ServerUnaryReactor* BudgetService::MinCostFlow(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kMinCostFlow, server::MinCostFlow);
}

grpc::ServerUnaryReactor* BudgetService::GlobalMinCut(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Answer(context, request, response, kGlobalMinCut,
                server::GlobalMinCut);
}

}  // namespace mi::server
