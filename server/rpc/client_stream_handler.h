// What a service does with a stream of messages from one client.

#ifndef MI_SERVER_RPC_CLIENT_STREAM_HANDLER_H_
#define MI_SERVER_RPC_CLIENT_STREAM_HANDLER_H_

#include "absl/status/status.h"
#include "server/rpc/call.h"

namespace mi::rpc {

// One object per stream; it goes away with the stream, however that ends. Calls
// come one at a time, on the threads of the method's class. The next message is
// read from the client only when OnMessage has returned: that is the
// back-pressure.
template <typename Request, typename Response>
class ClientStreamHandler {
 public:
  virtual ~ClientStreamHandler() = default;

  // An error ends the stream.
  virtual absl::Status OnMessage(Call& call, const Request& message) = 0;

  // The client has sent everything. Not called after an error, nor for a client
  // that is known to have gone away.
  virtual absl::Status OnEnd(Call& call, Response* response) = 0;

  // Every error that ends the stream passes here on its way to the client,
  // those of OnMessage and those of the server itself (deadline, shutdown,
  // malformed message): the place to say how much of the stream stays done.
  virtual absl::Status DescribeError(const absl::Status& error) {
    return error;
  }
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_CLIENT_STREAM_HANDLER_H_
