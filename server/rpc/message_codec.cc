#include "server/rpc/message_codec.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "grpcpp/support/slice.h"
#include "server/rpc/explain_parse_failure.h"

namespace mi::rpc {
namespace {

constexpr size_t kFirstBlockBytes = 64 << 10;
constexpr size_t kMaxBlockBytes = 1 << 20;

// The block of one thread, and whether an arena uses it.
struct ThreadBlock {
  std::unique_ptr<char[]> bytes;
  bool taken = false;
};
thread_local ThreadBlock thread_block;

google::protobuf::ArenaOptions ArenaSettings(bool with_thread_block) {
  google::protobuf::ArenaOptions options;
  options.max_block_size = kMaxBlockBytes;
  if (with_thread_block) {
    options.initial_block = thread_block.bytes.get();
    options.initial_block_size = kFirstBlockBytes;
  }
  return options;
}

// What is wrong with bytes that did not parse. Copies them: this is not the
// path that has to be fast.
absl::Status ParseFailure(const grpc::ByteBuffer& bytes,
                          const google::protobuf::Descriptor& type) {
  std::string text;
  std::vector<grpc::Slice> slices;
  if (bytes.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  const auto cause = ExplainParseFailure(type, text);
  if (!cause) {
    return InvalidField(type.name(), "is not a well-formed message");
  }
  return InvalidField(cause->field.empty() ? type.name() : cause->field,
                      cause->description);
}

}  // namespace

MessageArena::MessageArena() : owns_block_(!thread_block.taken) {
  if (owns_block_) {
    thread_block.taken = true;
    if (thread_block.bytes == nullptr) {
      thread_block.bytes = std::make_unique<char[]>(kFirstBlockBytes);
    }
  }
  arena_.emplace(ArenaSettings(owns_block_));
}

MessageArena::~MessageArena() {
  arena_.reset();
  if (owns_block_) thread_block.taken = false;
}

absl::Status ParseMessage(const grpc::ByteBuffer& bytes,
                          google::protobuf::Message* message) {
  grpc::Slice slice;
  bool parsed = false;
  if (bytes.TrySingleSlice(&slice).ok()) {
    parsed =
        message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  } else {
    grpc::ByteBuffer shared(bytes);  // shares the bytes; the reader moves on it
    grpc::ProtoBufferReader reader(&shared);
    parsed = reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
  }
  if (parsed) return absl::OkStatus();
  return ParseFailure(bytes, *message->GetDescriptor());
}

absl::Status SerializeMessage(const google::protobuf::Message& message,
                              size_t max_bytes, grpc::ByteBuffer* bytes) {
  const size_t size = message.ByteSizeLong();
  if (size > max_bytes) {
    ErrorDetails details;
    details.reason = Reason::kQuotaExceeded;
    return MakeError(
        absl::StatusCode::kResourceExhausted,
        fmt::format("the answer has {} bytes, at most {} can be sent: ask for "
                    "fewer results or fields",
                    size, max_bytes),
        details);
  }
  grpc::Slice slice(size);
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  *bytes = grpc::ByteBuffer(&slice, 1);
  return absl::OkStatus();
}

}  // namespace mi::rpc
