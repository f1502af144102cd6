// One client stream of mutations: each message is a durable batch of its own.

#ifndef MI_SERVER_GRAPH_WRITE_STREAM_H_
#define MI_SERVER_GRAPH_WRITE_STREAM_H_

#include <cstdint>
#include <string>

#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/idempotency/write_once.h"
#include "server/rpc/client_stream_handler.h"
#include "server/rpc/method.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Thread-compatible: the call machinery hands over one message at a time.
class WriteStream final
    : public rpc::ClientStreamHandler<v1::StreamWriteGraphRequest,
                                      v1::StreamWriteGraphResponse> {
 public:
  // `method` is what keys belong to; both must outlive the stream.
  WriteStream(const rpc::MethodInfo& method, workspace::Directory& workspaces)
      : method_(method), workspaces_(workspaces) {}

  absl::Status OnMessage(rpc::Call& call,
                         const v1::StreamWriteGraphRequest& message) override;
  absl::Status OnEnd(rpc::Call& call,
                     v1::StreamWriteGraphResponse* response) override;
  // Says how many batches stay written.
  absl::Status DescribeError(const absl::Status& error) override;

 private:
  // The key of a message; one that leaves the graph out has the same as one
  // that names it.
  absl::StatusOr<OptionalKey> KeyOfMessage(
      const v1::StreamWriteGraphRequest& message) const;

  const rpc::MethodInfo& method_;
  workspace::Directory& workspaces_;
  std::string graph_;
  v1::StreamWriteGraphResponse done_;
};

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_WRITE_STREAM_H_
