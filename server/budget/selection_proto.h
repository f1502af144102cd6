// Selections of campaigns as messages.

#ifndef MI_SERVER_BUDGET_SELECTION_PROTO_H_
#define MI_SERVER_BUDGET_SELECTION_PROTO_H_

#include "absl/status/statusor.h"
#include "engine/budget/selection.h"
#include "marketing/intelligence/v1/budget_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Campaigns and setups in ascending order of id: an answer does not depend on
// the order in which they were given.
struct NamedSelection {
  budget::SelectionProblem problem;
  std::vector<size_t> campaign_number;  // by place in the request
  std::vector<size_t> setup_number;
};

absl::StatusOr<NamedSelection> FromProto(
    const v1::SelectCampaignsRequest& request);

void ToProto(const v1::SelectCampaignsRequest& request,
             const NamedSelection& named, const budget::Selection& selection,
             v1::SelectCampaignsResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_SELECTION_PROTO_H_
