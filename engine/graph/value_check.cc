// Which bytes are a value's: see value.h.

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/graph/value.h"
#include "engine/payload/utf8.h"

namespace mi::graph {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
// Days of 0000-01-01 and 9999-12-31.
constexpr int64_t kMinDay = -719'528;
constexpr int64_t kMaxDay = 2'932'896;
constexpr int32_t kMaxOffset = 18 * 3600;
constexpr size_t kMaxZoneBytes = 64;

// Takes values off the front of bytes; once one is not there, all fail.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Fixed() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  // What follows a length in its shortest form.
  std::string_view Nested() {
    uint64_t size = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = Fixed<uint8_t>();
      if (!ok_ || shift > 28) return Fail();
      size |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (shift > 0 && byte == 0) return Fail();
      break;
    }
    if (size > rest_.size()) return Fail();
    const std::string_view nested = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return nested;
  }

  std::string_view rest() const { return rest_; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view Fail() {
    ok_ = false;
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

bool IsNanos(int64_t nanos) { return nanos >= 0 && nanos < kNanosPerSecond; }

bool IsTimeOfDay(int64_t nanos) {
  return nanos >= 0 && nanos < kSecondsPerDay * kNanosPerSecond;
}

bool IsOffset(int32_t seconds) {
  return seconds >= -kMaxOffset && seconds <= kMaxOffset;
}

bool IsMoment(int64_t seconds) {
  return seconds >= kMinDay * kSecondsPerDay &&
         seconds < (kMaxDay + 1) * kSecondsPerDay;
}

bool IsZone(std::string_view zone) {
  if (zone.size() > kMaxZoneBytes) return false;
  for (const char c : zone) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '_' && c != '+' && c != '-' && c != '/') {
      return false;
    }
  }
  return true;
}

bool IsFloat(double value) {
  if (!std::isnan(value)) return true;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  return std::memcmp(&value, &kNan, sizeof(value)) == 0;
}

bool IsList(Taker in, size_t max_depth) {
  while (in.ok() && !in.done()) {
    if (!IsCanonical(in.Nested(), max_depth - 1)) return false;
  }
  return in.ok();
}

bool IsMap(Taker in, size_t max_depth) {
  bool first = true;
  std::string_view before;
  while (in.ok() && !in.done()) {
    const std::string_view key = in.Nested();
    if (!first && key <= before) return false;
    if (!payload::IsValidUtf8(key)) return false;
    first = false;
    before = key;
    if (!IsCanonical(in.Nested(), max_depth - 1)) return false;
  }
  return in.ok();
}

bool IsZonedDateTime(Taker in) {
  const auto seconds = in.Fixed<int64_t>();
  const auto nanos = in.Fixed<int32_t>();
  const auto offset = in.Fixed<int32_t>();
  // Far from where the sum below could overflow.
  constexpr int64_t kFar = int64_t{1} << 60;
  return in.ok() && IsNanos(nanos) && IsOffset(offset) && seconds > -kFar &&
         seconds < kFar && IsMoment(seconds + offset) && IsZone(in.rest());
}

bool IsDuration(Taker in) {
  in.Fixed<int64_t>();
  in.Fixed<int64_t>();
  in.Fixed<int64_t>();
  return IsNanos(in.Fixed<int32_t>()) && in.done();
}

bool IsPoint(Taker in) {
  const auto kind = in.Fixed<uint8_t>();
  if (kind > static_cast<uint8_t>(PointKind::kCartesian3d)) return false;
  const bool has_height =
      kind == static_cast<uint8_t>(PointKind::kWgs84Height) ||
      kind == static_cast<uint8_t>(PointKind::kCartesian3d);
  for (int i = 0; i < (has_height ? 3 : 2); ++i) {
    if (!std::isfinite(in.Fixed<double>())) return false;
  }
  return in.done();
}

}  // namespace

bool IsCanonical(std::string_view bytes, size_t max_depth) {
  if (bytes.empty()) return true;
  if (max_depth == 0) return false;
  Taker in(bytes.substr(1));
  switch (static_cast<ValueType>(bytes.front())) {
    case ValueType::kBoolean:
      return in.Fixed<uint8_t>() <= 1 && in.done();
    case ValueType::kInteger:
      in.Fixed<int64_t>();
      return in.done();
    case ValueType::kFloat:
      return IsFloat(in.Fixed<double>()) && in.done();
    case ValueType::kString:
      return payload::IsValidUtf8(in.rest());
    case ValueType::kList:
      return IsList(in, max_depth);
    case ValueType::kMap:
      return IsMap(in, max_depth);
    case ValueType::kDate: {
      const auto day = in.Fixed<int32_t>();
      return day >= kMinDay && day <= kMaxDay && in.done();
    }
    case ValueType::kLocalTime:
      return IsTimeOfDay(in.Fixed<int64_t>()) && in.done();
    case ValueType::kTime:
      return IsTimeOfDay(in.Fixed<int64_t>()) &&
             IsOffset(in.Fixed<int32_t>()) && in.done();
    case ValueType::kLocalDateTime:
      return IsMoment(in.Fixed<int64_t>()) && IsNanos(in.Fixed<int32_t>()) &&
             in.done();
    case ValueType::kZonedDateTime:
      return IsZonedDateTime(in);
    case ValueType::kDuration:
      return IsDuration(in);
    case ValueType::kPoint:
      return IsPoint(in);
    default:
      return false;
  }
}

size_t DepthOf(const Value& value) {
  size_t below = 0;
  if (value.type() == ValueType::kList) {
    for (const Value& element : value.list()) {
      below = std::max(below, DepthOf(element));
    }
  } else if (value.type() == ValueType::kMap) {
    for (const auto& [key, element] : value.map()) {
      below = std::max(below, DepthOf(element));
    }
  }
  return below + 1;
}

}  // namespace mi::graph
