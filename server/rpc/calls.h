// What every call goes through:
//
//   arrival (gRPC's thread)   who calls, may they, is there room, in time?
//   queue                     bounded in length and in time
//   our thread                parse -> handler -> serialise
//                             (a read, when one of our threads would be free:
//                             on gRPC's, which spares two changes of thread)
//   answer                    status with details, metrics, log line
//
// A service derives from the raw form of its generated class, so that requests
// arrive as bytes, and reads as "parse, compute, answer":
//
//   grpc::ServerUnaryReactor* SearchService::Search(
//       grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
//       grpc::ByteBuffer* response) {
//     return calls_.Unary<v1::SearchRequest, v1::SearchResponse>(
//         context, request, response, kSearch,
//         [this](rpc::Call& call, const v1::SearchRequest& request,
//                v1::SearchResponse* response) -> absl::Status { ... });
//   }
//
// At most one handler runs on a thread of gRPC's, which has two at least: the
// others go on receiving and sending. An exception that leaves one is
// an internal error, not a crash.

#ifndef MI_SERVER_RPC_CALLS_H_
#define MI_SERVER_RPC_CALLS_H_

#include <chrono>
#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "server/rpc/call.h"
#include "server/rpc/call_runtime.h"
#include "server/rpc/client_stream_call.h"
#include "server/rpc/client_stream_handler.h"
#include "server/rpc/method.h"
#include "server/rpc/unary_call.h"

namespace mi::rpc {

// Thread-safe.
class Calls {
 public:
  // The arguments must outlive this object, and this object the gRPC server.
  Calls(const auth::Authenticator& authenticator, telemetry::Metrics& metrics,
        telemetry::Log& log, const CallOptions& options)
      : runtime_(authenticator, metrics, log, options) {}

  // Answers a unary call with what `handler` makes of it:
  //   absl::Status handler(Call&, const Request&, Response*)
  // Request and response live in an arena that ends with the call.
  template <typename Request, typename Response, typename Handler>
  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response,
                                  const MethodInfo& method, Handler handler) {
    auto* call = new TypedUnaryCall<Request, Response, Handler>(
        runtime_, *context, method, *request, response, std::move(handler));
    return call->Start();
  }

  // Feeds a client's stream to the handler that `make_handler` returns:
  //   std::unique_ptr<ClientStreamHandler<Request, Response>> make_handler()
  template <typename Request, typename Response, typename Factory>
  grpc::ServerReadReactor<grpc::ByteBuffer>* ClientStream(
      grpc::CallbackServerContext* context, grpc::ByteBuffer* response,
      const MethodInfo& method, Factory make_handler) {
    auto* call = new TypedClientStreamCall<Request, Response>(
        runtime_, *context, method, response, make_handler());
    return call->Start();
  }

  // From now on new calls get UNAVAILABLE, and streams end after the message
  // that they are at. Calls that run go on.
  void StartDraining() { runtime_.StartDraining(); }

  // Waits until no call is in flight; false when there still were some at
  // `deadline`. Those are then asked to stop.
  bool Drain(std::chrono::steady_clock::time_point deadline) {
    return runtime_.Drain(deadline);
  }

 private:
  CallRuntime runtime_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_CALLS_H_
