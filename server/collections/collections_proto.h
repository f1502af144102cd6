// Collections between the API and the engine.

#ifndef MI_SERVER_COLLECTIONS_COLLECTIONS_PROTO_H_
#define MI_SERVER_COLLECTIONS_COLLECTIONS_PROTO_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/vector/collection_config.h"
#include "engine/vector/stats.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/write_request.h"
#include "marketing/intelligence/v1/collection_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// All validation of the requests happens here; errors name every field.
absl::StatusOr<workspace::CreateCollection> FromProto(
    const v1::CreateCollectionRequest& request);

// The new configuration of `current`: fields in the mask are taken from the
// request.
absl::StatusOr<workspace::WriteRequest> FromProto(
    const v1::UpdateCollectionRequest& request,
    const workspace::CollectionEntry& current);

// Where a page of names starts, and how many it holds.
struct NamePage {
  std::string after;
  size_t size = 0;
};
absl::StatusOr<NamePage> FromProto(const v1::ListCollectionsRequest& request);

void ToProto(const workspace::CollectionEntry& entry, v1::Collection* out);

void ToProto(const vector::CollectionStats& stats, v1::CollectionStats* out);

}  // namespace mi::server

#endif  // MI_SERVER_COLLECTIONS_COLLECTIONS_PROTO_H_
