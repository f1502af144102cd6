// Ids and times of graphs between the API and the engine.

#ifndef MI_SERVER_CONVERT_ELEMENT_ID_PROTO_H_
#define MI_SERVER_CONVERT_ELEMENT_ID_PROTO_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/error.h"
#include "engine/graph/graph_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

using ProtoIds = google::protobuf::RepeatedPtrField<v1::ElementId>;

// Null for an id that is not set.
graph::Value IdFromProto(const v1::ElementId& id);
void IdToProto(const graph::Value& id, v1::ElementId* out);

// An id that a request has to name, within the limits.
void CheckId(const v1::ElementId& id, std::string_view field,
             Violations* violations);
// 1 to `max` ids, each as above.
absl::Status CheckIds(const ProtoIds& ids, int max, std::string_view field);

// The row of a node that has to exist. Errors: INVALID_ARGUMENT, NOT_FOUND.
absl::StatusOr<graph::NodeRow> FindNode(const graph::GraphView& view,
                                        const v1::ElementId& id,
                                        std::string_view field);
// The rows of all of them. Errors: as above, and as CheckIds.
absl::StatusOr<std::vector<graph::NodeRow>> FindNodes(
    const graph::GraphView& view, const ProtoIds& ids, int max,
    std::string_view field);

// Microseconds since the epoch; nothing when unset. Years 1970 to 2200.
std::optional<TimeMicros> TimeFromProto(bool present,
                                        const google::protobuf::Timestamp& time,
                                        std::string_view field,
                                        Violations* violations);

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_ELEMENT_ID_PROTO_H_
