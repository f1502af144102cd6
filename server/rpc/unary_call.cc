#include "server/rpc/unary_call.h"

namespace mi::rpc {

grpc::ServerUnaryReactor* UnaryCall::Start() {
  absl::Status status = server_call_.Admit();
  if (status.ok()) status = server_call_.Submit([this] { Run(); });
  if (!status.ok()) Finish(server_call_.Conclude(status));
  // Finished or not: gRPC deletes the call only after it was returned.
  return this;
}

void UnaryCall::Run() {
  absl::Status status = server_call_.CheckBeforeRun();
  if (status.ok()) {
    server_call_.CountMessageReceived();
    status = CatchExceptions([this] {
      return Handle(server_call_.call(), request_,
                    server_call_.options().max_response_bytes, response_);
    });
    status = server_call_.ExplainStop(status);
  }
  Finish(server_call_.Conclude(status));
}

}  // namespace mi::rpc
