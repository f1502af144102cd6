// Payload values between the API and the engine.

#ifndef MI_SERVER_CONVERT_VALUE_PROTO_H_
#define MI_SERVER_CONVERT_VALUE_PROTO_H_

#include <string_view>

#include "absl/types/span.h"
#include "engine/base/error.h"
#include "engine/payload/value.h"
#include "google/protobuf/map.h"
#include "google/protobuf/timestamp.pb.h"
#include "marketing/intelligence/v1/value.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

using ProtoPayload = google::protobuf::Map<std::string, v1::Value>;

// Converts a value; what has no kind set or cannot be represented is reported
// under `field`, its place in the request. Ranges and sizes are the engine's to
// check (payload::ValidatePayload).
payload::Value ValueFromProto(const v1::Value& value, std::string_view field,
                              Violations* violations);

payload::Payload PayloadFromProto(const ProtoPayload& fields,
                                  std::string_view field,
                                  Violations* violations);

void ValueToProto(const payload::Value& value, v1::Value* out);

void PayloadToProto(const payload::Payload& payload, ProtoPayload* out);

// Microseconds since the epoch.
google::protobuf::Timestamp TimestampFromMicros(int64_t micros);

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_VALUE_PROTO_H_
