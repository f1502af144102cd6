// Typed values that describe a point: what a filter tests and a search returns.

#ifndef MI_ENGINE_PAYLOAD_VALUE_H_
#define MI_ENGINE_PAYLOAD_VALUE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/error.h"

namespace mi::payload {

// A field of a payload is at depth 1, a member of an object or a list in it at
// depth 2, and so on.
inline constexpr int kMaxDepth = 32;
inline constexpr size_t kMaxStringBytes = size_t{1} << 20;
// Of a whole payload, encoded.
inline constexpr size_t kMaxPayloadBytes = size_t{1} << 20;
// Names of fields are UTF-8, 1 to 255 bytes.
inline constexpr size_t kMaxKeyBytes = 255;
// 2200-12-31T23:59:59.999999Z.
inline constexpr int64_t kMaxDateTimeMicros = 7'289'654'399'999'999;

struct Null {
  friend bool operator==(Null, Null) = default;
};

// Microseconds since the Unix epoch, UTC; 0 to kMaxDateTimeMicros.
struct DateTime {
  int64_t micros = 0;

  friend auto operator<=>(DateTime, DateTime) = default;
};

// A place on Earth, WGS 84, in degrees.
struct GeoPoint {
  double latitude = 0;   // -90 to 90, north positive
  double longitude = 0;  // -180 to 180, east positive

  friend bool operator==(const GeoPoint&, const GeoPoint&) = default;
};

struct Value;
using List = std::vector<Value>;
using Object = std::map<std::string, Value, std::less<>>;
// All fields of a point.
using Payload = Object;

// The kinds of value, in the order of Value::data.
enum class ValueType : uint8_t {
  kNull,
  kBool,
  kInteger,
  kFloat,
  kString,
  kDateTime,
  kGeo,
  kList,
  kObject,
};

std::string_view ValueTypeName(ValueType type);

// One value. Types are kept as given: 1 and 1.0 are different values here, and
// equal only where a filter compares numbers.
struct Value {
  Value() = default;
  Value(Null) {}
  Value(bool value) : data(value) {}
  Value(int value) : data(int64_t{value}) {}
  Value(int64_t value) : data(value) {}
  Value(double value) : data(value) {}
  Value(const char* value) : data(std::string(value)) {}
  Value(std::string_view value) : data(std::string(value)) {}
  Value(std::string value) : data(std::move(value)) {}
  Value(DateTime value) : data(value) {}
  Value(GeoPoint value) : data(value) {}
  Value(List value) : data(std::move(value)) {}
  Value(Object value) : data(std::move(value)) {}

  ValueType type() const { return static_cast<ValueType>(data.index()); }

  friend bool operator==(const Value& a, const Value& b);

  std::variant<Null, bool, int64_t, double, std::string, DateTime, GeoPoint,
               List, Object>
      data;
};

// Reports everything in `payload` that cannot be stored, except its encoded
// size: NaN and infinities, coordinates and datetimes out of range, nesting
// beyond kMaxDepth, strings and keys too long, empty or not UTF-8. `field` is
// the payload's place in the request; a violation reads
// "points[3].payload.budget.daily".
void ValidatePayload(const Payload& payload, std::string_view field,
                     Violations* violations);

// The same for a single value, such as an operand of a filter.
void ValidateValue(const Value& value, std::string_view field,
                   Violations* violations);

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_VALUE_H_
