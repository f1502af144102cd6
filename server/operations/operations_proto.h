// Snapshots and jobs as messages.

#ifndef MI_SERVER_OPERATIONS_OPERATIONS_PROTO_H_
#define MI_SERVER_OPERATIONS_OPERATIONS_PROTO_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "engine/workspace/snapshot_info.h"
#include "engine/workspace/workspace.h"
#include "marketing/intelligence/v1/operations_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Longest CreateSnapshotRequest.description, in characters.
inline constexpr size_t kMaxDescription = 200;

// A page of a list: what comes behind `after`.
struct OperationsPage {
  std::string after;
  size_t size = 0;
};
absl::StatusOr<OperationsPage> FromProto(
    const v1::ListSnapshotsRequest& request);
absl::StatusOr<OperationsPage> FromProto(const v1::ListJobsRequest& request);

// The description. Errors: INVALID_ARGUMENT when it is too long.
absl::StatusOr<std::string> FromProto(const v1::CreateSnapshotRequest& request);

// `current`: see Snapshot.current.
void ToProto(const workspace::SnapshotInfo& info, bool current,
             v1::Snapshot* out);
void ToProto(const workspace::Restored& restored, v1::RestoredState* out);

}  // namespace mi::server

#endif  // MI_SERVER_OPERATIONS_OPERATIONS_PROTO_H_
