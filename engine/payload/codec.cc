#include "engine/payload/codec.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/payload/known_keys.h"
#include "engine/payload/payload_view.h"
#include "engine/payload/utf8.h"
#include "engine/payload/wire.h"
#include "fmt/format.h"

namespace mi::payload {
namespace {

void PutVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

void PutHead(wire::Tag tag, unsigned extra, std::string* out) {
  out->push_back(static_cast<char>(tag | (extra << 4)));
}

void PutDouble(double value, std::string* out) {
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  out->append(bytes, sizeof(value));
}

// The integer m with m / scale == value to the last bit, if there is one that
// takes at most six bytes as a signed varint.
std::optional<int64_t> Scaled(double value, double scale) {
  constexpr double kLimit = 0x1p41;
  const double scaled = std::nearbyint(value * scale);
  if (!(std::abs(scaled) < kLimit)) return std::nullopt;
  const auto integer = static_cast<int64_t>(scaled);
  const double back = static_cast<double>(integer) / scale;
  // Bits, not values: -0.0 has no integer.
  if (std::bit_cast<uint64_t>(back) != std::bit_cast<uint64_t>(value)) {
    return std::nullopt;
  }
  return integer;
}

class Encoder {
 public:
  explicit Encoder(std::string* out) : out_(out) {}

  void PutFields(const Object& object) {
    for (const auto& [key, value] : object) {
      out_->append(wire::EncodeKey(key));
      Put(value);
    }
  }

 private:
  void Put(const Value& value) {
    std::visit([&](const auto& data) { PutData(data); }, value.data);
  }

  void PutData(Null) { PutHead(wire::kNull, 0, out_); }
  void PutData(bool value) { PutHead(wire::kBool, value ? 1 : 0, out_); }
  void PutData(int64_t value) {
    if (value >= 0 && value <= 14) {
      PutHead(wire::kInteger, static_cast<unsigned>(value) + 1, out_);
      return;
    }
    PutHead(wire::kInteger, 0, out_);
    PutVarint(wire::ZigZag(value), out_);
  }
  void PutData(double value) {
    for (unsigned places = 0; places <= wire::kMaxDecimalPlaces; ++places) {
      if (const auto m = Scaled(value, wire::kPowersOfTen[places])) {
        PutHead(wire::kDecimal, places, out_);
        PutVarint(wire::ZigZag(*m), out_);
        return;
      }
    }
    PutHead(wire::kFloat, 0, out_);
    PutDouble(value, out_);
  }
  void PutData(const std::string& value) {
    if (value.size() < wire::kLongString) {
      PutHead(wire::kString, static_cast<unsigned>(value.size()), out_);
    } else {
      PutHead(wire::kString, wire::kLongString, out_);
      PutVarint(value.size(), out_);
    }
    out_->append(value);
  }
  void PutData(DateTime value) {
    const int64_t micros = value.micros;
    const unsigned extra = micros % wire::kMicrosPerDay == 0      ? 2
                           : micros % wire::kMicrosPerSecond == 0 ? 1
                                                                  : 0;
    PutHead(wire::kDateTime, extra, out_);
    PutVarint(static_cast<uint64_t>(micros / wire::kDateTimeUnits[extra]),
              out_);
  }
  void PutData(const GeoPoint& value) {
    const auto latitude = Scaled(value.latitude, wire::kGeoUnitsPerDegree);
    const auto longitude = Scaled(value.longitude, wire::kGeoUnitsPerDegree);
    if (latitude && longitude) {
      PutHead(wire::kGeo, 1, out_);
      PutVarint(wire::ZigZag(*latitude), out_);
      PutVarint(wire::ZigZag(*longitude), out_);
    } else {
      PutHead(wire::kGeo, 0, out_);
      PutDouble(value.latitude, out_);
      PutDouble(value.longitude, out_);
    }
  }
  void PutData(const List& list) {
    std::string body;
    Encoder encoder(&body);
    for (const Value& value : list) encoder.Put(value);
    PutBody(wire::kList, body);
  }
  void PutData(const Object& object) {
    std::string body;
    Encoder(&body).PutFields(object);
    PutBody(wire::kObject, body);
  }
  void PutBody(wire::Tag tag, const std::string& body) {
    PutHead(tag, 0, out_);
    PutVarint(body.size(), out_);
    out_->append(body);
  }

  std::string* out_;
};

}  // namespace

std::string wire::EncodeKey(std::string_view key) {
  if (const auto number = FindKnownKey(key)) {
    return std::string(1, static_cast<char>(kKnownKeyBit | *number));
  }
  std::string encoded;
  if (key.size() >= kKnownKeyBit) encoded.push_back('\0');
  encoded.push_back(static_cast<char>(key.size()));
  encoded.append(key);
  return encoded;
}

absl::StatusOr<std::string> EncodePayload(const Payload& payload,
                                          std::string_view field) {
  Violations violations;
  ValidatePayload(payload, field, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  std::string bytes;
  if (payload.empty()) return bytes;
  bytes.push_back(wire::kFormat);
  Encoder(&bytes).PutFields(payload);
  if (bytes.size() > kMaxPayloadBytes) {
    return InvalidField(field, fmt::format("{} bytes encoded; at most {}",
                                           bytes.size(), kMaxPayloadBytes));
  }
  bytes.shrink_to_fit();
  return bytes;
}

absl::StatusOr<Payload> DecodePayload(std::string_view bytes) {
  RETURN_IF_ERROR(ValidateEncodedPayload(bytes));
  return PayloadView(bytes).Decode();
}

}  // namespace mi::payload
