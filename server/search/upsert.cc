#include "server/search/upsert.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "engine/base/status_macros.h"
#include "server/search/search_proto.h"

namespace mi::server {

absl::Status Upsert(
    workspace::Workspace& workspace, const rpc::Call& call,
    const OptionalKey& key, const std::string& collection,
    const google::protobuf::RepeatedPtrField<v1::PointWrite>& points,
    v1::UpsertPointsResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<workspace::WriteRequest> {
        ASSIGN_OR_RETURN(const auto target,
                         workspace.catalog()->Resolve(collection));
        return UpsertFromProto(points, *target);
      },
      [](const workspace::WriteResult& done, v1::UpsertPointsResponse* out) {
        out->set_version(done.sequence);
        out->set_inserted_count(static_cast<uint32_t>(done.inserted));
        out->set_replaced_count(static_cast<uint32_t>(done.replaced));
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

}  // namespace mi::server
