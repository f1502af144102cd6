// The validating half of codec.h: trusts nothing about the bytes.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "engine/base/status_macros.h"
#include "engine/payload/codec.h"
#include "engine/payload/known_keys.h"
#include "engine/payload/utf8.h"
#include "engine/payload/value.h"
#include "engine/payload/wire.h"
#include "fmt/format.h"

namespace mi::payload {
namespace {

// Checks bytes from anywhere against everything that wire.h relies on and
// ValidatePayload promises.
class Checker {
 public:
  explicit Checker(std::string_view bytes)
      : begin_(bytes.data()), p_(begin_), end_(begin_ + bytes.size()) {}

  absl::Status CheckPayload() {
    if (p_ == end_) return absl::OkStatus();
    if (end_ - p_ > static_cast<ptrdiff_t>(kMaxPayloadBytes)) {
      return Fault("longer than a payload may be");
    }
    if (*p_ != wire::kFormat) return Fault("unknown format");
    ++p_;
    if (p_ == end_) return Fault("no fields");
    return CheckFields(end_, /*depth=*/1);
  }

 private:
  absl::Status Fault(std::string_view what) const {
    return absl::DataLossError(
        fmt::format("payload, byte {}: {}", p_ - begin_, what));
  }

  size_t Left(const char* end) const { return static_cast<size_t>(end - p_); }

  absl::Status CheckFields(const char* end, int depth) {
    if (p_ != end && depth > kMaxDepth) return Fault("nests too deep");
    std::string_view previous;
    while (p_ != end) {
      std::string_view key;
      RETURN_IF_ERROR(ReadKey(end, &key));
      if (key <= previous) return Fault("keys out of order");
      previous = key;
      RETURN_IF_ERROR(CheckValue(end, depth));
    }
    return absl::OkStatus();
  }

  absl::Status ReadKey(const char* end, std::string_view* key) {
    const auto head = static_cast<uint8_t>(*p_);
    if (head >= wire::kKnownKeyBit) {
      if (head - wire::kKnownKeyBit >= static_cast<int>(NumKnownKeys())) {
        return Fault("unknown key number");
      }
    } else if (head == 0) {
      if (Left(end) < 2) return Fault("key cut short");
      if (static_cast<uint8_t>(p_[1]) < 128) return Fault("key length");
    }
    if (Left(end) < static_cast<size_t>(wire::SkipKey(p_) - p_)) {
      return Fault("key cut short");
    }
    *key = wire::KeyName(p_);
    if (head < wire::kKnownKeyBit) {
      if (!IsValidUtf8(*key)) return Fault("key is not UTF-8");
      if (FindKnownKey(*key)) return Fault("key should be a number");
    }
    p_ = wire::SkipKey(p_);
    return absl::OkStatus();
  }

  absl::Status ReadVarint(const char* end, uint64_t* value) {
    uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (p_ == end) return Fault("number cut short");
      const auto byte = static_cast<uint8_t>(*p_++);
      if (shift == 63 && byte > 1) return Fault("number too large");
      result |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift != 0) return Fault("number not in short form");
        *value = result;
        return absl::OkStatus();
      }
    }
    return Fault("number too long");
  }

  // `depth` is that of the value.
  absl::Status CheckValue(const char* end, int depth) {
    if (p_ == end) return Fault("value missing");
    const auto head = static_cast<uint8_t>(*p_);
    const uint8_t extra = head >> 4;
    constexpr uint8_t kMaxExtra[] = {0,  1, 15, 0, wire::kMaxDecimalPlaces,
                                     15, 2, 1,  0, 0};
    if ((head & 0xf) > wire::kObject || extra > kMaxExtra[head & 0xf]) {
      return Fault("unknown type");
    }
    ++p_;
    switch (head & 0xf) {
      case wire::kInteger: {
        uint64_t raw = 0;
        return extra == 0 ? ReadVarint(end, &raw) : absl::OkStatus();
      }
      case wire::kFloat:
        return CheckDouble(end, HUGE_VAL);
      case wire::kDecimal: {
        uint64_t raw = 0;
        return ReadVarint(end, &raw);
      }
      case wire::kString:
        return CheckString(end, extra);
      case wire::kDateTime:
        return CheckDateTime(end, extra);
      case wire::kGeo:
        RETURN_IF_ERROR(CheckCoordinate(end, extra, 90));
        return CheckCoordinate(end, extra, 180);
      case wire::kList:
      case wire::kObject:
        return CheckNested(end, depth, (head & 0xf) == wire::kList);
      default:  // null, bool
        return absl::OkStatus();
    }
  }

  // Finite, and its magnitude at most `limit`.
  absl::Status CheckDouble(const char* end, double limit) {
    if (Left(end) < sizeof(double)) return Fault("float cut short");
    const double value = wire::ReadDouble(p_);
    if (!std::isfinite(value) || std::abs(value) > limit) {
      return Fault("float out of range");
    }
    p_ += sizeof(double);
    return absl::OkStatus();
  }

  absl::Status CheckString(const char* end, uint8_t extra) {
    uint64_t size = extra;
    if (extra == wire::kLongString) RETURN_IF_ERROR(ReadVarint(end, &size));
    if (size > Left(end) || size > kMaxStringBytes) {
      return Fault("string cut short");
    }
    if (!IsValidUtf8({p_, size})) return Fault("string is not UTF-8");
    p_ += size;
    return absl::OkStatus();
  }

  absl::Status CheckDateTime(const char* end, uint8_t extra) {
    uint64_t raw = 0;
    RETURN_IF_ERROR(ReadVarint(end, &raw));
    if (raw > static_cast<uint64_t>(kMaxDateTimeMicros /
                                    wire::kDateTimeUnits[extra])) {
      return Fault("datetime out of range");
    }
    return absl::OkStatus();
  }

  absl::Status CheckCoordinate(const char* end, uint8_t extra, double limit) {
    if (extra == 0) return CheckDouble(end, limit);
    uint64_t raw = 0;
    RETURN_IF_ERROR(ReadVarint(end, &raw));
    const auto degrees =
        static_cast<double>(wire::UnZigZag(raw)) / wire::kGeoUnitsPerDegree;
    if (std::abs(degrees) > limit) return Fault("coordinate out of range");
    return absl::OkStatus();
  }

  absl::Status CheckNested(const char* end, int depth, bool is_list) {
    uint64_t size = 0;
    RETURN_IF_ERROR(ReadVarint(end, &size));
    if (size > Left(end)) return Fault("list or object cut short");
    const char* const body_end = p_ + size;
    if (!is_list) return CheckFields(body_end, depth + 1);
    if (size > 0 && depth >= kMaxDepth) return Fault("nests too deep");
    while (p_ != body_end) RETURN_IF_ERROR(CheckValue(body_end, depth + 1));
    return absl::OkStatus();
  }

  const char* const begin_;
  const char* p_;
  const char* const end_;
};

}  // namespace

absl::Status ValidateEncodedPayload(std::string_view bytes) {
  return Checker(bytes).CheckPayload();
}

}  // namespace mi::payload
