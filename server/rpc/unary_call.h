// The life of one unary call inside of gRPC. Services use calls.h.

#ifndef MI_SERVER_RPC_UNARY_CALL_H_
#define MI_SERVER_RPC_UNARY_CALL_H_

#include <utility>

#include "absl/status/status.h"
#include "engine/base/exceptions.h"
#include "engine/base/status_macros.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/rpc/message_codec.h"
#include "server/rpc/server_call.h"

namespace mi::rpc {

// Owns itself: gRPC's OnDone, which comes after everything else, deletes it.
// Finish is called exactly once, as the last thing that a thread of ours does
// with the object.
class UnaryCall : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(CallRuntime& runtime, grpc::CallbackServerContext& context,
            const MethodInfo& method, const grpc::ByteBuffer& request,
            grpc::ByteBuffer* response)
      : server_call_(runtime, context, method, CallShape::kUnary),
        request_(request),
        response_(response) {}

  // Admits and queues the call, or finishes it with the reason why not.
  grpc::ServerUnaryReactor* Start();

 protected:
  // Parses the request, computes and serialises the response. May throw.
  virtual absl::Status Handle(Call& call, const grpc::ByteBuffer& request,
                              size_t max_response_bytes,
                              grpc::ByteBuffer* response) = 0;

 private:
  void Run();

  void OnCancel() override { server_call_.RequestStop(); }
  void OnDone() override { delete this; }
  // Lets gRPC call OnCancel and OnDone on the thread it is on, as it does for
  // its own reactors. Otherwise each goes through one more thread, which costs
  // more than all that this layer does; both are short and wait for nothing.
  bool InternalInlineable() override { return true; }

  ServerCall server_call_;
  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer* const response_;
};

template <typename Request, typename Response, typename Handler>
class TypedUnaryCall final : public UnaryCall {
 public:
  TypedUnaryCall(CallRuntime& runtime, grpc::CallbackServerContext& context,
                 const MethodInfo& method, const grpc::ByteBuffer& request,
                 grpc::ByteBuffer* response, Handler handler)
      : UnaryCall(runtime, context, method, request, response),
        handler_(std::move(handler)) {}

 private:
  absl::Status Handle(Call& call, const grpc::ByteBuffer& bytes,
                      size_t max_response_bytes,
                      grpc::ByteBuffer* response_bytes) override {
    MessageArena arena;
    auto* request = arena.Create<Request>();
    auto* response = arena.Create<Response>();
    RETURN_IF_ERROR(ParseMessage(bytes, request));
    RETURN_IF_ERROR(handler_(call, std::as_const(*request), response));
    return SerializeMessage(*response, max_response_bytes, response_bytes);
  }

  Handler handler_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_UNARY_CALL_H_
