// The life of one client stream inside of gRPC. Services use calls.h.

#ifndef MI_SERVER_RPC_CLIENT_STREAM_CALL_H_
#define MI_SERVER_RPC_CLIENT_STREAM_CALL_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "engine/base/exceptions.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/rpc/client_stream_handler.h"
#include "server/rpc/message_codec.h"
#include "server/rpc/server_call.h"

namespace mi::rpc {

// Owns itself: gRPC's OnDone, which comes after everything else, deletes it.
//
// The stream is either waiting for a message, or working on one (or on its
// end), or finished. A stop request finishes a stream that waits; one that
// works finishes when it looks up from its message.
class ClientStreamCall : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  ClientStreamCall(CallRuntime& runtime, grpc::CallbackServerContext& context,
                   const MethodInfo& method, grpc::ByteBuffer* response)
      : server_call_(runtime, context, method, CallShape::kClientStream),
        response_(response) {}

  // Admits the call and reads the first message, or finishes it with the
  // reason why not.
  grpc::ServerReadReactor<grpc::ByteBuffer>* Start();

 protected:
  // All three may throw.
  virtual absl::Status HandleMessage(Call& call,
                                     const grpc::ByteBuffer& message) = 0;
  virtual absl::Status HandleEnd(Call& call, size_t max_response_bytes,
                                 grpc::ByteBuffer* response) = 0;
  virtual absl::Status DescribeError(const absl::Status& error) = 0;

 private:
  enum class State { kWaiting, kWorking, kFinished };

  void OnReadDone(bool ok) override;
  void OnCancel() override { server_call_.RequestStop(); }
  void OnDone() override { delete this; }

  // Ends a stream that waits for a message.
  void OnStopRequested();
  void WorkOnMessage();
  void WorkOnEnd();
  // Reads on, unless the stream was asked to stop meanwhile.
  void WaitForNextMessage();
  void FinishWith(absl::Status status);

  ServerCall server_call_;
  grpc::ByteBuffer* const response_;
  grpc::ByteBuffer message_;
  Mutex state_mutex_;
  State state_ ABSL_GUARDED_BY(state_mutex_) = State::kWaiting;

  struct StopCallback {
    ClientStreamCall* stream;
    void operator()() const { stream->OnStopRequested(); }
  };
  std::optional<std::stop_callback<StopCallback>> on_stop_;
  std::optional<std::stop_callback<StopCallback>> on_drain_;
};

template <typename Request, typename Response>
class TypedClientStreamCall final : public ClientStreamCall {
 public:
  using Handler = ClientStreamHandler<Request, Response>;

  TypedClientStreamCall(CallRuntime& runtime,
                        grpc::CallbackServerContext& context,
                        const MethodInfo& method, grpc::ByteBuffer* response,
                        std::unique_ptr<Handler> handler)
      : ClientStreamCall(runtime, context, method, response),
        handler_(std::move(handler)) {}

 private:
  absl::Status HandleMessage(Call& call,
                             const grpc::ByteBuffer& bytes) override {
    MessageArena arena;
    auto* message = arena.Create<Request>();
    RETURN_IF_ERROR(ParseMessage(bytes, message));
    return handler_->OnMessage(call, std::as_const(*message));
  }

  absl::Status HandleEnd(Call& call, size_t max_response_bytes,
                         grpc::ByteBuffer* response_bytes) override {
    MessageArena arena;
    auto* response = arena.Create<Response>();
    RETURN_IF_ERROR(handler_->OnEnd(call, response));
    return SerializeMessage(*response, max_response_bytes, response_bytes);
  }

  absl::Status DescribeError(const absl::Status& error) override {
    return handler_->DescribeError(error);
  }

  const std::unique_ptr<Handler> handler_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_CLIENT_STREAM_CALL_H_
