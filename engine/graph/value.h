// A property's value: all types of Cypher, in sixteen bytes.

#ifndef MI_ENGINE_GRAPH_VALUE_H_
#define MI_ENGINE_GRAPH_VALUE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/graph/persistent/ref_counted.h"
#include "engine/graph/temporal.h"

namespace mi::graph {

enum class ValueType : uint8_t {
  kNull = 0,
  kBoolean = 1,
  kInteger = 2,
  kFloat = 3,
  kString = 4,
  kList = 5,
  kMap = 6,
  kDate = 7,
  kLocalTime = 8,
  kTime = 9,
  kLocalDateTime = 10,
  kZonedDateTime = 11,
  kDuration = 12,
  kPoint = 13,
};

// In the words of Cypher: "INTEGER", "ZONED DATETIME".
std::string_view ValueTypeName(ValueType type);

// Which coordinates a point has.
enum class PointKind : uint8_t {
  kWgs84 = 0,        // longitude, latitude in degrees
  kWgs84Height = 1,  // and height in metres
  kCartesian = 2,
  kCartesian3d = 3,
};

struct Point {
  PointKind kind = PointKind::kWgs84;
  double x = 0;  // longitude
  double y = 0;  // latitude
  double z = 0;  // 0 unless the kind has it

  friend bool operator==(const Point&, const Point&) = default;
};

// One value, immutable. It *is* its canonical bytes: a type and then the
// content, at most 15 bytes in place and otherwise shared between copies. Equal
// values of one type are equal bytes; nothing else is (1 and 1.0 differ, NaN
// equals itself). Copies cost at most a count. Thread-safe.
//
// The bytes are what the journal and snapshots hold: their form must not
// change.
class Value {
 public:
  using List = std::vector<Value>;
  // Sorted by key, keys unique.
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() { std::memset(bytes_, 0, sizeof(bytes_)); }  // null
  static Value Boolean(bool value);
  static Value Integer(int64_t value);
  static Value Float(double value);
  static Value String(std::string_view value);
  static Value FromList(const List& values);
  static Value FromMap(const Map& entries);
  static Value FromDate(Date value);
  static Value FromLocalTime(LocalTime value);
  static Value FromTime(Time value);
  static Value FromLocalDateTime(LocalDateTime value);
  static Value FromZonedDateTime(const ZonedDateTime& value);
  static Value FromDuration(const Duration& value);
  static Value FromPoint(const Point& value);

  Value(const Value& other) {
    std::memcpy(bytes_, other.bytes_, sizeof(bytes_));
    if (IsShared()) shared()->AddReference();
  }
  Value(Value&& other) noexcept {
    std::memcpy(bytes_, other.bytes_, sizeof(bytes_));
    other.bytes_[0] = 0;
  }
  Value& operator=(Value other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Value() {
    if (IsShared() && shared()->DropReference()) Free();
  }

  ValueType type() const {
    return bytes_[0] == 0 ? ValueType::kNull
                          : static_cast<ValueType>(bytes().front());
  }
  bool is_null() const { return bytes_[0] == 0; }

  // Each requires the type.
  bool boolean() const { return content()[0] != 0; }
  int64_t integer() const { return Fixed<int64_t>(0); }
  double float_value() const { return Fixed<double>(0); }
  std::string_view string() const { return content(); }
  List list() const;
  Map map() const;
  Date date() const { return {Fixed<int32_t>(0)}; }
  LocalTime local_time() const { return {Fixed<int64_t>(0)}; }
  Time time() const { return {Fixed<int64_t>(0), Fixed<int32_t>(8)}; }
  LocalDateTime local_date_time() const {
    return {Fixed<int64_t>(0), Fixed<int32_t>(8)};
  }
  ZonedDateTime zoned_date_time() const;
  Duration duration() const;
  Point point() const;

  bool is_number() const {
    return type() == ValueType::kInteger || type() == ValueType::kFloat;
  }
  // An integer or a float, as a float.
  double number() const {
    return type() == ValueType::kInteger ? static_cast<double>(integer())
                                         : float_value();
  }

  // The canonical bytes; empty for null. Valid as long as the value.
  std::string_view bytes() const {
    if (IsShared()) return {shared()->content, shared()->size};
    return {bytes_ + 1, static_cast<size_t>(bytes_[0])};
  }
  // The value with these bytes, which IsCanonical says are some value's.
  static Value FromBytes(std::string_view bytes);

  // Memory beyond the sixteen bytes; shared between copies.
  size_t shared_bytes() const {
    return IsShared() ? sizeof(Shared) + shared()->size : 0;
  }

  friend bool operator==(const Value& a, const Value& b) {
    return a.bytes() == b.bytes();
  }
  template <typename H>
  friend H AbslHashValue(H state, const Value& value) {
    return H::combine(std::move(state), value.bytes());
  }

 private:
  static constexpr size_t kInPlace = 15;
  static constexpr uint8_t kSharedMark = 0xff;

  struct Shared : RefCounted {
    uint32_t size;
    char content[1];  // `size` of them
  };

  bool IsShared() const {
    return static_cast<uint8_t>(bytes_[0]) == kSharedMark;
  }
  Shared* shared() const {
    Shared* shared;
    std::memcpy(&shared, bytes_ + 8, sizeof(void*));
    return shared;
  }
  void Free();
  std::string_view content() const { return bytes().substr(1); }
  template <typename T>
  T Fixed(size_t offset) const {
    T value;
    std::memcpy(&value, bytes().data() + 1 + offset, sizeof(value));
    return value;
  }

  // The number of bytes in place, or the mark and, from 8 on, a pointer.
  alignas(8) char bytes_[16];
};

// Whether these are the bytes of a value, all the way down and at most
// `max_depth` deep (1 for a value that is neither a list nor a map).
bool IsCanonical(std::string_view bytes, size_t max_depth);

// How deep lists and maps nest: 1 for a value that is neither.
size_t DepthOf(const Value& value);

// The order that indexes and sorted answers have: by kind of type first, and
// then by content. Integers and floats are compared as numbers, exactly, NaN
// last; an integer stands before the float of the same number. Total: equal
// only for equal values.
std::strong_ordering Compare(const Value& a, const Value& b);

// Whether the two mean the same in a condition: as ==, but numbers are compared
// as numbers, and NaN and null equal nothing.
bool EqualInCondition(const Value& a, const Value& b);

// Whether `<` and its like are defined between the two: both are numbers, or
// both are of one other type than list, map, duration and point, and neither is
// NaN or null.
bool AreComparable(const Value& a, const Value& b);

// The order that `<` and its like go by: unordered unless AreComparable, else
// that of the contents alone, so that 1 and 1.0, or an instant given at two
// offsets, are neither less nor greater. Compare never contradicts it.
std::partial_ordering CompareInCondition(const Value& a, const Value& b);

// A text for people: 'meta', 12, [1, 2], {a: 1}; cut off after some hundred
// characters.
std::string DebugString(const Value& value);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_VALUE_H_
