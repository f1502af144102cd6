// Names that marketing payloads use again and again, so that the encoded form
// spends one byte on each: the idea of HPACK's static table (RFC 7541,
// appendix A). Other names work just as well and are written out.

#ifndef MI_ENGINE_PAYLOAD_KNOWN_KEYS_H_
#define MI_ENGINE_PAYLOAD_KNOWN_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mi::payload {

// At most 128. Part of payload format 1: never change or reorder an entry.
size_t NumKnownKeys();

// The name with this number; number < NumKnownKeys().
std::string_view KnownKeyName(uint8_t number);

// The number of a name, if it is in the table.
std::optional<uint8_t> FindKnownKey(std::string_view name);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_KNOWN_KEYS_H_
