#include "engine/graph/value.h"

#include <cmath>
#include <limits>

namespace mi::graph {
namespace {

// Builds the bytes of a value.
class Bytes {
 public:
  explicit Bytes(ValueType type) { bytes_.push_back(static_cast<char>(type)); }

  template <typename T>
  Bytes& Fixed(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  Bytes& Text(std::string_view text) {
    bytes_.append(text);
    return *this;
  }
  Bytes& Nested(std::string_view bytes) {
    uint64_t size = bytes.size();
    for (; size >= 0x80; size >>= 7) {
      bytes_.push_back(static_cast<char>(size | 0x80));
    }
    bytes_.push_back(static_cast<char>(size));
    return Text(bytes);
  }
  Value Take() const { return Value::FromBytes(bytes_); }

 private:
  std::string bytes_;
};

// Takes what Bytes::Nested wrote off the front of canonical bytes.
std::string_view TakeNested(std::string_view& bytes) {
  uint64_t size = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    size |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  const std::string_view nested = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return nested;
}

template <typename T>
T FixedAt(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  constexpr std::string_view kNames[] = {
      "NULL",       "BOOLEAN",        "INTEGER",
      "FLOAT",      "STRING",         "LIST",
      "MAP",        "DATE",           "LOCAL TIME",
      "ZONED TIME", "LOCAL DATETIME", "ZONED DATETIME",
      "DURATION",   "POINT"};
  return kNames[static_cast<size_t>(type)];
}

Value Value::FromBytes(std::string_view bytes) {
  Value value;
  if (bytes.size() <= kInPlace) {
    value.bytes_[0] = static_cast<char>(bytes.size());
    bytes.copy(value.bytes_ + 1, bytes.size());
    return value;
  }
  void* memory = ::operator new(sizeof(Shared) + bytes.size());
  auto* shared = new (memory) Shared;
  shared->size = static_cast<uint32_t>(bytes.size());
  std::memcpy(shared->content, bytes.data(), bytes.size());
  value.bytes_[0] = static_cast<char>(kSharedMark);
  std::memcpy(value.bytes_ + 8, &shared, sizeof(void*));
  return value;
}

void Value::Free() {
  Shared* const last = shared();
  last->~Shared();
  ::operator delete(last);
}

Value Value::Boolean(bool value) {
  return Bytes(ValueType::kBoolean).Fixed<char>(value ? 1 : 0).Take();
}

Value Value::Integer(int64_t value) {
  char bytes[1 + sizeof(value)] = {static_cast<char>(ValueType::kInteger)};
  std::memcpy(bytes + 1, &value, sizeof(value));
  return FromBytes({bytes, sizeof(bytes)});
}

Value Value::Float(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  char bytes[1 + sizeof(value)] = {static_cast<char>(ValueType::kFloat)};
  std::memcpy(bytes + 1, &value, sizeof(value));
  return FromBytes({bytes, sizeof(bytes)});
}

Value Value::String(std::string_view value) {
  if (value.size() < kInPlace) {
    char bytes[kInPlace] = {static_cast<char>(ValueType::kString)};
    value.copy(bytes + 1, value.size());
    return FromBytes({bytes, value.size() + 1});
  }
  return Bytes(ValueType::kString).Text(value).Take();
}

Value Value::FromList(const List& values) {
  Bytes bytes(ValueType::kList);
  for (const Value& value : values) bytes.Nested(value.bytes());
  return bytes.Take();
}

Value Value::FromMap(const Map& entries) {
  Bytes bytes(ValueType::kMap);
  for (const auto& [key, value] : entries) {
    bytes.Nested(key).Nested(value.bytes());
  }
  return bytes.Take();
}

Value Value::FromDate(Date value) {
  return Bytes(ValueType::kDate).Fixed(value.days).Take();
}

Value Value::FromLocalTime(LocalTime value) {
  return Bytes(ValueType::kLocalTime).Fixed(value.nanos).Take();
}

Value Value::FromTime(Time value) {
  return Bytes(ValueType::kTime)
      .Fixed(value.nanos)
      .Fixed(value.offset_seconds)
      .Take();
}

Value Value::FromLocalDateTime(LocalDateTime value) {
  return Bytes(ValueType::kLocalDateTime)
      .Fixed(value.seconds)
      .Fixed(value.nanos)
      .Take();
}

Value Value::FromZonedDateTime(const ZonedDateTime& value) {
  return Bytes(ValueType::kZonedDateTime)
      .Fixed(value.seconds)
      .Fixed(value.nanos)
      .Fixed(value.offset_seconds)
      .Text(value.zone)
      .Take();
}

Value Value::FromDuration(const Duration& value) {
  return Bytes(ValueType::kDuration)
      .Fixed(value.months)
      .Fixed(value.days)
      .Fixed(value.seconds)
      .Fixed(value.nanos)
      .Take();
}

Value Value::FromPoint(const Point& value) {
  Bytes bytes(ValueType::kPoint);
  bytes.Fixed(static_cast<char>(value.kind)).Fixed(value.x).Fixed(value.y);
  if (value.kind == PointKind::kWgs84Height ||
      value.kind == PointKind::kCartesian3d) {
    bytes.Fixed(value.z);
  }
  return bytes.Take();
}

Value::List Value::list() const {
  List values;
  for (std::string_view rest = content(); !rest.empty();) {
    values.push_back(FromBytes(TakeNested(rest)));
  }
  return values;
}

Value::Map Value::map() const {
  Map entries;
  for (std::string_view rest = content(); !rest.empty();) {
    std::string key(TakeNested(rest));
    entries.emplace_back(std::move(key), FromBytes(TakeNested(rest)));
  }
  return entries;
}

ZonedDateTime Value::zoned_date_time() const {
  const std::string_view bytes = content();
  return {.seconds = FixedAt<int64_t>(bytes, 0),
          .nanos = FixedAt<int32_t>(bytes, 8),
          .offset_seconds = FixedAt<int32_t>(bytes, 12),
          .zone = std::string(bytes.substr(16))};
}

Duration Value::duration() const {
  const std::string_view bytes = content();
  return {.months = FixedAt<int64_t>(bytes, 0),
          .days = FixedAt<int64_t>(bytes, 8),
          .seconds = FixedAt<int64_t>(bytes, 16),
          .nanos = FixedAt<int32_t>(bytes, 24)};
}

Point Value::point() const {
  const std::string_view bytes = content();
  Point point;
  point.kind = static_cast<PointKind>(bytes[0]);
  point.x = FixedAt<double>(bytes, 1);
  point.y = FixedAt<double>(bytes, 9);
  if (bytes.size() > 17) point.z = FixedAt<double>(bytes, 17);
  return point;
}

}  // namespace mi::graph
