// How values compare, and what they read like.

#include <cmath>
#include <string>

#include "engine/base/number.h"
#include "engine/graph/value.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
__extension__ using Wide = __int128;

// The place of a type in the order of all values.
int RankOf(ValueType type) {
  switch (type) {
    case ValueType::kMap:
      return 0;
    case ValueType::kList:
      return 1;
    case ValueType::kPoint:
      return 2;
    case ValueType::kZonedDateTime:
      return 3;
    case ValueType::kLocalDateTime:
      return 4;
    case ValueType::kDate:
      return 5;
    case ValueType::kTime:
      return 6;
    case ValueType::kLocalTime:
      return 7;
    case ValueType::kDuration:
      return 8;
    case ValueType::kString:
      return 9;
    case ValueType::kBoolean:
      return 10;
    case ValueType::kInteger:
    case ValueType::kFloat:
      return 11;
    case ValueType::kNull:
      return 12;
  }
  return 13;
}

std::strong_ordering CompareBytes(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;
}

// NaN last; zeros and NaN are told apart by their bytes.
std::strong_ordering CompareFloats(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) {
    return static_cast<int>(std::isnan(a)) <=> static_cast<int>(std::isnan(b));
  }
  return CompareNumbers(a, b);
}

std::strong_ordering CompareAsNumbers(const Value& a, const Value& b) {
  const bool a_integer = a.type() == ValueType::kInteger;
  const bool b_integer = b.type() == ValueType::kInteger;
  if (a_integer && b_integer) return a.integer() <=> b.integer();
  if (!a_integer && !b_integer) {
    return CompareFloats(a.float_value(), b.float_value());
  }
  if (a_integer) {
    return std::isnan(b.float_value())
               ? std::strong_ordering::less
               : CompareNumbers(a.integer(), b.float_value());
  }
  return 0 <=> CompareAsNumbers(b, a);
}

std::strong_ordering CompareLists(const Value::List& a, const Value::List& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const auto order = Compare(a[i], b[i]); order != 0) return order;
  }
  return a.size() <=> b.size();
}

std::strong_ordering CompareMaps(const Value::Map& a, const Value::Map& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const auto order = CompareBytes(a[i].first, b[i].first); order != 0) {
      return order;
    }
    if (const auto order = Compare(a[i].second, b[i].second); order != 0) {
      return order;
    }
  }
  return a.size() <=> b.size();
}

// Nanoseconds of the day in UTC; may be negative or beyond the day.
int64_t InstantOf(Time time) {
  return time.nanos - time.offset_seconds * kNanosPerSecond;
}

// A month counts for 2,629,746 seconds, a day for 86,400.
std::strong_ordering CompareDurations(const Duration& a, const Duration& b) {
  const auto seconds = [](const Duration& duration) {
    return static_cast<Wide>(duration.months) * 2'629'746 +
           static_cast<Wide>(duration.days) * 86'400 + duration.seconds;
  };
  if (seconds(a) != seconds(b)) {
    return seconds(a) < seconds(b) ? std::strong_ordering::less
                                   : std::strong_ordering::greater;
  }
  if (const auto order = a.nanos <=> b.nanos; order != 0) return order;
  if (const auto order = a.months <=> b.months; order != 0) return order;
  return a.days <=> b.days;
}

// Of two values of the same rank, without the last resort of their bytes.
std::strong_ordering CompareContent(const Value& a, const Value& b) {
  switch (a.type()) {
    case ValueType::kNull:
      return std::strong_ordering::equal;
    case ValueType::kBoolean:
      return a.boolean() <=> b.boolean();
    case ValueType::kInteger:
    case ValueType::kFloat:
      return CompareAsNumbers(a, b);
    case ValueType::kString:
      return CompareBytes(a.string(), b.string());
    case ValueType::kList:
      return CompareLists(a.list(), b.list());
    case ValueType::kMap:
      return CompareMaps(a.map(), b.map());
    case ValueType::kDate:
      return a.date() <=> b.date();
    case ValueType::kLocalTime:
      return a.local_time() <=> b.local_time();
    case ValueType::kTime:
      return InstantOf(a.time()) <=> InstantOf(b.time());
    case ValueType::kLocalDateTime:
      return a.local_date_time() <=> b.local_date_time();
    case ValueType::kZonedDateTime: {
      const ZonedDateTime left = a.zoned_date_time();
      const ZonedDateTime right = b.zoned_date_time();
      const auto order = left.seconds <=> right.seconds;
      return order != 0 ? order : left.nanos <=> right.nanos;
    }
    case ValueType::kDuration:
      return CompareDurations(a.duration(), b.duration());
    case ValueType::kPoint: {
      const Point left = a.point();
      const Point right = b.point();
      if (const auto order = left.kind <=> right.kind; order != 0) return order;
      if (const auto order = CompareFloats(left.x, right.x); order != 0) {
        return order;
      }
      if (const auto order = CompareFloats(left.y, right.y); order != 0) {
        return order;
      }
      return CompareFloats(left.z, right.z);
    }
  }
  return std::strong_ordering::equal;
}

bool IsNan(const Value& value) {
  return value.type() == ValueType::kFloat && std::isnan(value.float_value());
}

// The beginning of a text, cut between characters.
std::string_view Beginning(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr uint8_t kTopBits = 0xc0;
  constexpr uint8_t kContinuation = 0x80;
  while (max_bytes > 0 &&
         (static_cast<uint8_t>(text[max_bytes]) & kTopBits) == kContinuation) {
    --max_bytes;
  }
  return text.substr(0, max_bytes);
}

void AppendText(const Value& value, std::string* out);

void AppendList(const Value& value, std::string* out) {
  out->push_back('[');
  bool first = true;
  for (const Value& element : value.list()) {
    if (!first) out->append(", ");
    first = false;
    AppendText(element, out);
  }
  out->push_back(']');
}

void AppendMap(const Value& value, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [key, element] : value.map()) {
    if (!first) out->append(", ");
    first = false;
    out->append(key).append(": ");
    AppendText(element, out);
  }
  out->push_back('}');
}

void AppendText(const Value& value, std::string* out) {
  constexpr size_t kEnough = 200;
  if (out->size() > kEnough) return;
  switch (value.type()) {
    case ValueType::kNull:
      out->append("null");
      return;
    case ValueType::kBoolean:
      out->append(value.boolean() ? "true" : "false");
      return;
    case ValueType::kInteger:
      out->append(fmt::to_string(value.integer()));
      return;
    case ValueType::kFloat:
      out->append(fmt::to_string(value.float_value()));
      return;
    case ValueType::kString:
      out->append(fmt::format("'{}'", Beginning(value.string(), kEnough)));
      return;
    case ValueType::kList:
      return AppendList(value, out);
    case ValueType::kMap:
      return AppendMap(value, out);
    case ValueType::kDate:
      out->append(Format(value.date()));
      return;
    case ValueType::kLocalTime:
      out->append(Format(value.local_time()));
      return;
    case ValueType::kTime:
      out->append(Format(value.time()));
      return;
    case ValueType::kLocalDateTime:
      out->append(Format(value.local_date_time()));
      return;
    case ValueType::kZonedDateTime:
      out->append(Format(value.zoned_date_time()));
      return;
    case ValueType::kDuration:
      out->append(Format(value.duration()));
      return;
    case ValueType::kPoint:
      out->append(fmt::format("point({}, {}, {})", value.point().x,
                              value.point().y, value.point().z));
      return;
  }
}

}  // namespace

std::strong_ordering Compare(const Value& a, const Value& b) {
  const auto rank = RankOf(a.type()) <=> RankOf(b.type());
  if (rank != 0) return rank;
  const auto order = CompareContent(a, b);
  if (order != 0) return order;
  // Integers before floats, and what else has the same content.
  if (a.type() != b.type()) return a.type() <=> b.type();
  return CompareBytes(a.bytes(), b.bytes());
}

bool EqualInCondition(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null() || IsNan(a) || IsNan(b)) return false;
  if (a.is_number() && b.is_number()) return CompareAsNumbers(a, b) == 0;
  return a == b;
}

bool AreComparable(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null() || IsNan(a) || IsNan(b)) return false;
  if (a.is_number() && b.is_number()) return true;
  switch (a.type()) {
    case ValueType::kList:
    case ValueType::kMap:
    case ValueType::kDuration:
    case ValueType::kPoint:
      return false;
    default:
      return a.type() == b.type();
  }
}

std::partial_ordering CompareInCondition(const Value& a, const Value& b) {
  if (!AreComparable(a, b)) return std::partial_ordering::unordered;
  return CompareContent(a, b);
}

std::string DebugString(const Value& value) {
  constexpr size_t kMaxBytes = 300;
  std::string text;
  AppendText(value, &text);
  return std::string(Beginning(text, kMaxBytes));
}

}  // namespace mi::graph
