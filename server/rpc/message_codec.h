// Messages from and to the bytes that gRPC carries.

#ifndef MI_SERVER_RPC_MESSAGE_CODEC_H_
#define MI_SERVER_RPC_MESSAGE_CODEC_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/byte_buffer.h"

namespace mi::rpc {

// Where the messages of one call live. The first block belongs to the thread
// and is used again by its next call, so that a small call allocates nothing.
// To be created and destroyed on one thread.
class MessageArena {
 public:
  MessageArena();
  ~MessageArena();

  MessageArena(const MessageArena&) = delete;
  MessageArena& operator=(const MessageArena&) = delete;

  template <typename Message>
  Message* Create() {
    return google::protobuf::Arena::CreateMessage<Message>(&*arena_);
  }

 private:
  bool owns_block_;
  std::optional<google::protobuf::Arena> arena_;
};

// Fills `message` from `bytes`.
//
// Errors: INVALID_ARGUMENT names the field at fault, as far as the bytes tell;
// see explain_parse_failure.h.
absl::Status ParseMessage(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message* message);

// Writes `message` to `bytes`.
//
// Errors: RESOURCE_EXHAUSTED when it has more than `max_bytes` bytes.
absl::Status SerializeMessage(const google::protobuf::Message& message,
                              size_t max_bytes, grpc::ByteBuffer* bytes);

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_MESSAGE_CODEC_H_
