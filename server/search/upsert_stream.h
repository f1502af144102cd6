// One client stream of upserts: each message is a durable batch of its own.

#ifndef MI_SERVER_SEARCH_UPSERT_STREAM_H_
#define MI_SERVER_SEARCH_UPSERT_STREAM_H_

#include <cstdint>
#include <string>

#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/search_service.pb.h"
#include "server/rpc/client_stream_handler.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Thread-compatible: the call machinery hands over one message at a time.
class UpsertStream final
    : public rpc::ClientStreamHandler<v1::StreamUpsertPointsRequest,
                                      v1::StreamUpsertPointsResponse> {
 public:
  // `workspaces` must outlive the stream.
  explicit UpsertStream(workspace::Directory& workspaces)
      : workspaces_(workspaces) {}

  absl::Status OnMessage(rpc::Call& call,
                         const v1::StreamUpsertPointsRequest& message) override;
  absl::Status OnEnd(rpc::Call& call,
                     v1::StreamUpsertPointsResponse* response) override;
  // Says how many batches stay written.
  absl::Status DescribeError(const absl::Status& error) override;

 private:
  workspace::Directory& workspaces_;
  std::string collection_;
  uint64_t batches_ = 0;
  uint64_t inserted_ = 0;
  uint64_t replaced_ = 0;
  std::string commit_token_;
};

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_UPSERT_STREAM_H_
