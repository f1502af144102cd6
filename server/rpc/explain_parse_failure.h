// Finds out why a message could not be parsed: the parser itself only says no.

#ifndef MI_SERVER_RPC_EXPLAIN_PARSE_FAILURE_H_
#define MI_SERVER_RPC_EXPLAIN_PARSE_FAILURE_H_

#include <optional>
#include <string_view>

#include "engine/base/error.h"
#include "google/protobuf/descriptor.h"

namespace mi::rpc {

// How deep protobuf's parser follows messages into each other.
inline constexpr int kMaxMessageDepth = 100;

// The first thing wrong with `bytes` as a message of `type`: text that is not
// UTF-8, messages nested too deeply, or bytes that end early or make no sense.
// The path of the field is as far as it could be followed, for example
// `points[3].point.id`, and empty for the message itself. Nothing when the
// bytes are in order.
//
// Cost: one pass over the bytes, memory for kMaxMessageDepth levels.
std::optional<FieldViolation> ExplainParseFailure(
    const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_EXPLAIN_PARSE_FAILURE_H_
