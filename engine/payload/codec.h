// The binary form of a payload: what stays in memory for each point and what
// the journal keeps. A typical campaign of ten fields takes 100 to 150 bytes.
//
// Format 1. The empty payload is the empty string; any other is the byte 1 and
// then its fields, sorted by key:
//
//   field    key, value
//   key      one byte k. k >= 128: number k - 128 of the table in known_keys.h.
//            1 <= k <= 127: k bytes of key follow. k = 0: one byte with the
//            length (128 to 255), then the key.
//   value    one byte: type in the low four bits, x in the high four, then
//     0 null      x = 0
//     1 bool      x = 0 or 1: the value
//     2 integer   x = 0: signed varint follows; else the value is x - 1
//     3 float     x = 0: eight bytes, IEEE 754, little endian
//     4 decimal   x <= 9: signed varint m follows; the value is the float
//                 closest to m / 10^x. Written where shorter than kind 3.
//     5 string    x < 15: x bytes follow; x = 15: varint length, then bytes
//     6 datetime  varint follows, in microseconds (x = 0), seconds (x = 1) or
//                 days (x = 2) since the epoch
//     7 geo       x = 0: latitude and longitude as two floats of eight bytes;
//                 x = 1: two signed varints, in 1e-7 degrees
//     8 list      x = 0: varint length in bytes, then values
//     9 object    x = 0: varint length in bytes, then fields sorted by key
//
// A varint is base 128, low group first, high bit set on all bytes but the
// last; a signed one is zig-zag coded.

#ifndef MI_ENGINE_PAYLOAD_CODEC_H_
#define MI_ENGINE_PAYLOAD_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/payload/value.h"

namespace mi::payload {

// Encodes; equal payloads give equal bytes. `field` is the payload's place in
// the request. Errors: INVALID_ARGUMENT naming every field that
// ValidatePayload reports, or the size when it is over kMaxPayloadBytes.
absl::StatusOr<std::string> EncodePayload(const Payload& payload,
                                          std::string_view field = "payload");

// Decodes bytes from anywhere. Errors: DATA_LOSS, with the offset, for bytes
// that EncodePayload cannot have written.
absl::StatusOr<Payload> DecodePayload(std::string_view bytes);

// The checks of DecodePayload without building the values. What passes may be
// read through PayloadView.
absl::Status ValidateEncodedPayload(std::string_view bytes);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_CODEC_H_
