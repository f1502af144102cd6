// Reading the encoded form of codec.h where it is known to be well formed: no
// bounds are checked here. The checked reader is codec_check.cc.

#ifndef MI_ENGINE_PAYLOAD_WIRE_H_
#define MI_ENGINE_PAYLOAD_WIRE_H_

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/payload/known_keys.h"

namespace mi::payload::wire {

static_assert(std::endian::native == std::endian::little,
              "floats are stored little endian and read in place");

inline constexpr char kFormat = 1;

// The low four bits of a value's first byte.
enum Tag : uint8_t {
  kNull = 0,
  kBool = 1,
  kInteger = 2,
  kFloat = 3,
  kDecimal = 4,
  kString = 5,
  kDateTime = 6,
  kGeo = 7,
  kList = 8,
  kObject = 9,
};

inline constexpr int kMaxDecimalPlaces = 9;
inline constexpr double kPowersOfTen[kMaxDecimalPlaces + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
inline constexpr double kGeoUnitsPerDegree = 1e7;
inline constexpr uint8_t kLongString = 15;
inline constexpr uint8_t kKnownKeyBit = 0x80;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
// By the high bits of a datetime's first byte.
inline constexpr int64_t kDateTimeUnits[] = {1, kMicrosPerSecond,
                                             kMicrosPerDay};

inline constexpr uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^
         static_cast<uint64_t>(value >> 63);
}
inline constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

inline const char* ReadVarint(const char* p, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*p++);
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  *value = result;
  return p;
}

inline const char* SkipVarint(const char* p) {
  while (static_cast<uint8_t>(*p) >= 0x80) ++p;
  return p + 1;
}

inline double ReadDouble(const char* p) {
  double value;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

// A key of 1 to kMaxKeyBytes bytes as it stands before a field's value.
std::string EncodeKey(std::string_view key);

// The end of the key that starts at `p`.
inline const char* SkipKey(const char* p) {
  const auto head = static_cast<uint8_t>(*p);
  if (head >= kKnownKeyBit) return p + 1;
  if (head != 0) return p + 1 + head;
  return p + 2 + static_cast<uint8_t>(p[1]);
}

// The name of the key that starts at `p`.
inline std::string_view KeyName(const char* p) {
  const auto head = static_cast<uint8_t>(*p);
  if (head >= kKnownKeyBit) return KnownKeyName(head - kKnownKeyBit);
  if (head != 0) return {p + 1, head};
  return {p + 2, static_cast<uint8_t>(p[1])};
}

// The end of the value that starts at `p`.
inline const char* SkipValue(const char* p) {
  const auto head = static_cast<uint8_t>(*p++);
  const uint8_t extra = head >> 4;
  uint64_t length = 0;
  switch (head & 0xf) {
    case kInteger:
      return extra == 0 ? SkipVarint(p) : p;
    case kFloat:
      return p + sizeof(double);
    case kDecimal:
    case kDateTime:
      return SkipVarint(p);
    case kString:
      if (extra != kLongString) return p + extra;
      p = ReadVarint(p, &length);
      return p + length;
    case kGeo:
      return extra == 0 ? p + 2 * sizeof(double) : SkipVarint(SkipVarint(p));
    case kList:
    case kObject:
      p = ReadVarint(p, &length);
      return p + length;
    default:  // null and bool are the head alone
      return p;
  }
}

}  // namespace mi::payload::wire

#endif  // MI_ENGINE_PAYLOAD_WIRE_H_
