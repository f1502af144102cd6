#include "clients/cpp/input/graph/property_json.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "clients/cpp/input/graph/temporal_text.h"
#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;

JsonFault IsNot(const Json& json, std::string_view what) {
  return {fmt::format("is {}, not {}", Excerpt(json), what)};
}

// A type that stands as text.
struct TextType {
  std::string_view mark;
  bool (*is)(std::string_view text);
  void (v1::PropertyValue::*set)(const std::string& text);
  std::string_view example;
};

const TextType* FindTextType(std::string_view mark) {
  using Value = v1::PropertyValue;
  static constexpr std::array<TextType, 6> kTypes = {{
      {kDateMark, IsDate, &Value::set_date_value<const std::string&>,
       "a date, such as 2026-03-01"},
      {kLocalTimeMark, IsLocalTime,
       &Value::set_local_time_value<const std::string&>,
       "a time of day, such as 09:30:00"},
      {kTimeMark, IsTime, &Value::set_time_value<const std::string&>,
       "a time of day with its offset, such as 09:30:00+01:00"},
      {kLocalDateTimeMark, IsLocalDateTime,
       &Value::set_local_date_time_value<const std::string&>,
       "a date and time, such as 2026-03-01T09:30:00"},
      {kZonedDateTimeMark, IsZonedDateTime,
       &Value::set_zoned_date_time_value<const std::string&>,
       "a date and time with its offset, such as 2026-03-01T09:30:00+01:00"},
      {kDurationMark, IsDuration,
       &Value::set_duration_value<const std::string&>,
       "a duration, such as P1DT12H"},
  }};
  for (const TextType& type : kTypes) {
    if (type.mark == mark) return &type;
  }
  return nullptr;
}

MaybeFault ReadText(const TextType& type, const Json& json,
                    v1::PropertyValue* value) {
  if (!json.is_string() || !type.is(json.get_ref<const std::string&>())) {
    return IsNot(json, type.example);
  }
  (value->*type.set)(json.get_ref<const std::string&>());
  return std::nullopt;
}

MaybeFault ReadInteger(const Json& json, v1::PropertyValue* value) {
  if (json.is_string()) {
    const auto integer = ParseInteger(json.get_ref<const std::string&>());
    if (!integer) return IsNot(json, "an integer of 64 bits with sign");
    value->set_integer_value(*integer);
    return std::nullopt;
  }
  const bool fits =
      json.is_number_integer() &&
      (!json.is_number_unsigned() ||
       json.get<uint64_t>() <=
           static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  if (!fits) return IsNot(json, "an integer of 64 bits with sign");
  value->set_integer_value(json.get<int64_t>());
  return std::nullopt;
}

MaybeFault ReadFloat(const Json& json, v1::PropertyValue* value) {
  if (json.is_number()) {
    value->set_float_value(json.get<double>());
  } else if (json == "NaN") {
    value->set_float_value(std::numeric_limits<double>::quiet_NaN());
  } else if (json == "Infinity") {
    value->set_float_value(std::numeric_limits<double>::infinity());
  } else if (json == "-Infinity") {
    value->set_float_value(-std::numeric_limits<double>::infinity());
  } else {
    return IsNot(json, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
  }
  return std::nullopt;
}

// A coordinate of an object; nothing is read if it may be missing and is.
MaybeFault ReadCoordinate(const Json& json, std::string_view name, double bound,
                          std::optional<double>* coordinate) {
  const Json* const member = FindMember(json, name);
  if (member == nullptr) return std::nullopt;
  const double number = member->is_number() ? member->get<double>() : NAN;
  if (!(std::abs(number) <= bound)) {
    const bool is_free = bound == std::numeric_limits<double>::max();
    return IsNot(*member,
                 is_free ? std::string("a finite number")
                         : fmt::format("a number from {} to {}", -bound, bound))
        .In(std::string(name));
  }
  *coordinate = number;
  return std::nullopt;
}

struct Axes {
  std::string_view x, y, z;
  double max_x = std::numeric_limits<double>::max();
  double max_y = max_x;
  v1::SpatialPoint::Reference reference = v1::SpatialPoint::REFERENCE_CARTESIAN;
};

constexpr Axes kGeoAxes = {"lon", "lat", "height",
                           180,   90,    v1::SpatialPoint::REFERENCE_WGS_84};
constexpr Axes kCartesianAxes = {"x", "y", "z"};

MaybeFault ReadPoint(const Axes& axes, const Json& json,
                     v1::PropertyValue* value) {
  if (MaybeFault fault = CheckMembers(json, {axes.x, axes.y, axes.z})) {
    return fault;
  }
  std::optional<double> x;
  std::optional<double> y;
  std::optional<double> z;
  for (auto [name, bound, target] :
       {std::tuple(axes.x, axes.max_x, &x), std::tuple(axes.y, axes.max_y, &y),
        std::tuple(axes.z, std::numeric_limits<double>::max(), &z)}) {
    if (MaybeFault fault = ReadCoordinate(json, name, bound, target)) {
      return fault;
    }
  }
  if (!x || !y) {
    return JsonFault{fmt::format("lacks '{}'", x ? axes.y : axes.x)};
  }
  v1::SpatialPoint* point = value->mutable_point_value();
  point->set_reference(axes.reference);
  point->set_x(*x);
  point->set_y(*y);
  if (z) point->set_z(*z);
  return std::nullopt;
}

MaybeFault ReadMap(const Json& json, size_t depth, v1::PropertyValue* value) {
  if (!json.is_object()) return IsNot(json, "an object");
  auto* entries = value->mutable_map_value()->mutable_entries();
  for (const auto& [key, member] : json.items()) {
    if (std::string problem = NameProblem(key); !problem.empty()) {
      return JsonFault{std::move(problem)}.In(key);
    }
    MaybeFault fault = JsonToProperty(member, &(*entries)[key], depth + 1);
    if (fault) return std::move(*fault).In(key);
  }
  return std::nullopt;
}

MaybeFault ReadList(const Json& json, size_t depth, v1::PropertyValue* value) {
  v1::PropertyList* list = value->mutable_list_value();
  for (size_t i = 0; i < json.size(); ++i) {
    MaybeFault fault = JsonToProperty(json[i], list->add_values(), depth + 1);
    if (fault) return std::move(*fault).In(i);
  }
  return std::nullopt;
}

MaybeFault ReadMarked(std::string_view mark, const Json& json, size_t depth,
                      v1::PropertyValue* value) {
  if (const TextType* type = FindTextType(mark)) {
    return ReadText(*type, json, value);
  }
  if (mark == kIntegerMark) return ReadInteger(json, value);
  if (mark == kFloatMark) return ReadFloat(json, value);
  if (mark == kGeoMark) return ReadPoint(kGeoAxes, json, value);
  if (mark == kPointMark) return ReadPoint(kCartesianAxes, json, value);
  return ReadMap(json, depth, value);
}

}  // namespace

bool IsPropertyMark(std::string_view key) {
  return FindTextType(key) != nullptr || key == kIntegerMark ||
         key == kFloatMark || key == kGeoMark || key == kPointMark ||
         key == kMapMark;
}

std::string NameProblem(std::string_view name) {
  constexpr size_t kMaxBytes = 255;
  if (name.empty()) return "is empty";
  if (name.size() > kMaxBytes) {
    return fmt::format("has {} bytes; a name has at most {}", name.size(),
                       kMaxBytes);
  }
  if (name.find('\0') != std::string_view::npos) return "has a NUL";
  return "";
}

MaybeFault JsonToProperty(const Json& json, v1::PropertyValue* value,
                          size_t depth) {
  if (depth > kMaxPropertyDepth) {
    return JsonFault{fmt::format("nests more than {} deep", kMaxPropertyDepth)};
  }
  if (json.is_null()) {
    value->set_null_value(google::protobuf::NULL_VALUE);
    return std::nullopt;
  }
  if (json.is_boolean()) {
    value->set_boolean_value(json.get<bool>());
    return std::nullopt;
  }
  if (json.is_string()) {
    value->set_string_value(json.get_ref<const std::string&>());
    return std::nullopt;
  }
  if (json.is_number_float()) return ReadFloat(json, value);
  if (json.is_number()) return ReadInteger(json, value);
  if (json.is_array()) return ReadList(json, depth, value);
  const std::string mark = json.size() == 1 ? json.begin().key() : "";
  if (!IsPropertyMark(mark)) return ReadMap(json, depth, value);
  MaybeFault fault = ReadMarked(mark, *json.begin(), depth, value);
  if (fault) return std::move(*fault).In(mark);
  return std::nullopt;
}

MaybeFault JsonToProperties(
    const Json& json,
    google::protobuf::Map<std::string, v1::PropertyValue>* values) {
  if (!json.is_object()) return IsNot(json, "an object");
  for (const auto& [key, member] : json.items()) {
    if (std::string problem = NameProblem(key); !problem.empty()) {
      return JsonFault{std::move(problem)}.In(key);
    }
    MaybeFault fault = JsonToProperty(member, &(*values)[key]);
    if (fault) return std::move(*fault).In(key);
  }
  return std::nullopt;
}

}  // namespace mi::client
