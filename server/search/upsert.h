// One batch of points, written: what UpsertPoints and each message of
// StreamUpsertPoints have in common.

#ifndef MI_SERVER_SEARCH_UPSERT_H_
#define MI_SERVER_SEARCH_UPSERT_H_

#include <string>

#include "absl/status/status.h"
#include "engine/workspace/workspace.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/search_service.pb.h"
#include "server/idempotency/write_once.h"
#include "server/rpc/call.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Validates and writes the points, once if there is a key. `collection` may be
// an alias. Errors: those of UpsertFromProto, Catalog::Resolve and WriteOnce.
absl::Status Upsert(
    workspace::Workspace& workspace, const rpc::Call& call,
    const OptionalKey& key, const std::string& collection,
    const google::protobuf::RepeatedPtrField<v1::PointWrite>& points,
    v1::UpsertPointsResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_UPSERT_H_
