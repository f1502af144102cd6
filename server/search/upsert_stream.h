// One client stream of upserts: each message is a durable batch of its own.

#ifndef MI_SERVER_SEARCH_UPSERT_STREAM_H_
#define MI_SERVER_SEARCH_UPSERT_STREAM_H_

#include <cstdint>
#include <string>

#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/search_service.pb.h"
#include "server/rpc/calls.h"

namespace mi::server {

// Thread-compatible: the call machinery hands over one message at a time.
class UpsertStream final
    : public rpc::ClientStreamHandler<
          marketing::intelligence::v1::StreamUpsertPointsRequest,
          marketing::intelligence::v1::StreamUpsertPointsResponse> {
 public:
  explicit UpsertStream(workspace::Directory& workspaces)
      : workspaces_(workspaces) {}

  absl::Status OnMessage(
      rpc::Call& call,
      const marketing::intelligence::v1::StreamUpsertPointsRequest& message)
      override;
  absl::Status OnEnd(rpc::Call& call,
                     marketing::intelligence::v1::StreamUpsertPointsResponse*
                         response) override;

 private:
  absl::Status WriteBatch(
      rpc::Call& call,
      const marketing::intelligence::v1::StreamUpsertPointsRequest& message);

  workspace::Directory& workspaces_;
  std::string collection_;
  uint64_t batches_ = 0;
  uint64_t inserted_ = 0;
  uint64_t replaced_ = 0;
  std::string commit_token_;
};

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_UPSERT_STREAM_H_
