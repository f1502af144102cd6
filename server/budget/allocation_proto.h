// Allocations of budgets as messages.

#ifndef MI_SERVER_BUDGET_ALLOCATION_PROTO_H_
#define MI_SERVER_BUDGET_ALLOCATION_PROTO_H_

#include "absl/status/statusor.h"
#include "engine/budget/problem.h"
#include "marketing/intelligence/v1/budget_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Errors: INVALID_ARGUMENT where the message says nothing that a problem could
// hold, with whatever else is out of its range.
absl::StatusOr<budget::AllocationProblem> FromProto(
    const v1::AllocateBudgetRequest& request);

void ToProto(const budget::AllocationProblem& problem,
             const budget::Allocation& allocation,
             v1::AllocateBudgetResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_ALLOCATION_PROTO_H_
