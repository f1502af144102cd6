#include "server/budget/flow_calls.h"

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/flow/max_flow.h"
#include "fmt/format.h"
#include "server/budget/flow_proto.h"

namespace mi::server {
namespace {

// What two nodes of a network are asked about.
struct Terminals {
  NamedNetwork network;
  uint32_t source = 0;
  uint32_t target = 0;
};

template <typename Request>
absl::StatusOr<Terminals> TerminalsOf(const Request& request) {
  Violations violations;
  Terminals out;
  out.network = FromProto(request.network(), &violations);
  if (!out.network.names.empty()) {
    out.source =
        out.network.Find(request.source_id(), "source_id", &violations);
    out.target =
        out.network.Find(request.target_id(), "target_id", &violations);
    if (request.source_id() == request.target_id()) {
      violations.Add("target_id", "is the source, too");
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return out;
}

absl::Status WithReason(const absl::Status& status, Reason reason) {
  if (!absl::IsFailedPrecondition(status)) return status;
  ErrorDetails details;
  details.reason = reason;
  return MakeError(status.code(), std::string(status.message()), details);
}

absl::StatusOr<flow::MaxFlow> Run(const Terminals& terminals) {
  auto result = flow::ComputeMaxFlow(terminals.network.network,
                                     terminals.source, terminals.target);
  if (!result.ok()) {
    return WithReason(result.status(), Reason::kFlowUnbounded);
  }
  return result;
}

void ToProto(const Terminals& terminals, const flow::MaxFlow& result,
             v1::NetworkCut* out) {
  CutToProto(terminals.network, result.value, result.source_side,
             result.cut_arcs, out);
}

constexpr int64_t kLargestAmount = flow::kMaxTotal;

}  // namespace

absl::Status MaxFlow(rpc::Call&, const v1::MaxFlowRequest& request,
                     v1::MaxFlowResponse* response) {
  ASSIGN_OR_RETURN(const Terminals terminals, TerminalsOf(request));
  ASSIGN_OR_RETURN(const flow::MaxFlow result, Run(terminals));
  response->set_value(result.value);
  response->mutable_flows()->Add(result.flow.begin(), result.flow.end());
  ToProto(terminals, result, response->mutable_cut());
  return absl::OkStatus();
}

absl::Status MinCut(rpc::Call&, const v1::MinCutRequest& request,
                    v1::MinCutResponse* response) {
  ASSIGN_OR_RETURN(const Terminals terminals, TerminalsOf(request));
  ASSIGN_OR_RETURN(const flow::MaxFlow result, Run(terminals));
  ToProto(terminals, result, response->mutable_cut());
  return absl::OkStatus();
}

absl::Status MinCostFlow(rpc::Call& call, const v1::MinCostFlowRequest& request,
                         v1::MinCostFlowResponse* response) {
  if (request.has_amount() &&
      (request.amount() < 0 || request.amount() > kLargestAmount)) {
    return InvalidField("amount",
                        fmt::format("is {}, must be 0 to {}", request.amount(),
                                    kLargestAmount));
  }
  ASSIGN_OR_RETURN(const Terminals terminals, TerminalsOf(request));
  int64_t amount = request.amount();
  if (!request.has_amount()) {
    ASSIGN_OR_RETURN(const flow::MaxFlow most, Run(terminals));
    amount = most.value;
  }
  if (call.stop().stop_requested())
    return absl::CancelledError("min cost flow");
  auto result = flow::ComputeMinCostFlow(
      terminals.network.network, terminals.source, terminals.target, amount);
  if (!result.ok()) {
    return WithReason(result.status(), Reason::kFlowInfeasible);
  }
  response->set_value(result->value);
  response->set_cost(result->cost);
  response->mutable_flows()->Add(result->flow.begin(), result->flow.end());
  return absl::OkStatus();
}

absl::Status GlobalMinCut(rpc::Call&, const v1::GlobalMinCutRequest& request,
                          v1::GlobalMinCutResponse* response) {
  Violations violations;
  const NamedNetwork network = FromProto(request.network(), &violations);
  if (network.names.size() == 1) {
    violations.Add("network.arcs", "name one node only: there is no cut");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  const auto cut = flow::ComputeGlobalMinCut(network.network);
  if (!cut.ok()) return WithReason(cut.status(), Reason::kFlowUnbounded);
  std::vector<bool> first_side = cut->side;
  first_side.flip();
  CutToProto(network, cut->value, first_side, cut->cut_edges,
             response->mutable_cut());
  return absl::OkStatus();
}

}  // namespace mi::server
