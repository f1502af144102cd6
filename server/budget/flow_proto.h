// Networks and cuts as messages.

#ifndef MI_SERVER_BUDGET_FLOW_PROTO_H_
#define MI_SERVER_BUDGET_FLOW_PROTO_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/error.h"
#include "engine/flow/max_flow.h"
#include "marketing/intelligence/v1/budget_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// A network whose nodes are numbered in ascending order of their names.
struct NamedNetwork {
  flow::Network network;
  std::vector<std::string> names;  // by number

  // Reports, under `field`, a name that no arc has.
  uint32_t Find(std::string_view name, std::string_view field,
                Violations* violations) const;
};

// Reports what is out of its range.
NamedNetwork FromProto(const v1::FlowNetwork& network, Violations* violations);

// `first_side` by node.
void CutToProto(const NamedNetwork& network, int64_t value,
                const std::vector<bool>& first_side,
                const std::vector<size_t>& arcs, v1::NetworkCut* out);

}  // namespace mi::server

#endif  // MI_SERVER_BUDGET_FLOW_PROTO_H_
