#include "clients/cpp/export/graph/property_json.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "clients/cpp/input/graph/property_json.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

Json Marked(std::string_view mark, Json json) {
  Json marked = Json::object();
  marked[std::string(mark)] = std::move(json);
  return marked;
}

// Readers that hold numbers as doubles would round it.
Json Integer(int64_t integer) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (integer >= -kExact && integer <= kExact) return integer;
  return Marked(kIntegerMark, std::to_string(integer));
}

Json Float(double number) {
  if (std::isfinite(number)) return number;
  if (std::isnan(number)) return Marked(kFloatMark, "NaN");
  return Marked(kFloatMark, number > 0 ? "Infinity" : "-Infinity");
}

Json Point(const v1::SpatialPoint& point) {
  const bool is_geo = point.reference() == v1::SpatialPoint::REFERENCE_WGS_84;
  Json json = is_geo ? Json{{"lat", point.y()}, {"lon", point.x()}}
                     : Json{{"x", point.x()}, {"y", point.y()}};
  if (point.has_z()) json[is_geo ? "height" : "z"] = point.z();
  return Marked(is_geo ? kGeoMark : kPointMark, std::move(json));
}

Json List(const v1::PropertyList& values) {
  Json list = Json::array();
  for (const v1::PropertyValue& element : values.values()) {
    list.push_back(ToTypedJson(element));
  }
  return list;
}

Json Map(const v1::PropertyMap& map) {
  Json object = ToTypedJson(map.entries());
  const bool is_mistakable =
      object.size() == 1 && IsPropertyMark(object.begin().key());
  return is_mistakable ? Marked(kMapMark, std::move(object)) : object;
}

}  // namespace

Json ToTypedJson(const v1::PropertyValue& value) {
  switch (value.kind_case()) {
    case v1::PropertyValue::kNullValue:
    case v1::PropertyValue::KIND_NOT_SET:
      return nullptr;
    case v1::PropertyValue::kBooleanValue:
      return value.boolean_value();
    case v1::PropertyValue::kIntegerValue:
      return Integer(value.integer_value());
    case v1::PropertyValue::kFloatValue:
      return Float(value.float_value());
    case v1::PropertyValue::kStringValue:
      return value.string_value();
    case v1::PropertyValue::kListValue:
      return List(value.list_value());
    case v1::PropertyValue::kMapValue:
      return Map(value.map_value());
    case v1::PropertyValue::kDateValue:
      return Marked(kDateMark, value.date_value());
    case v1::PropertyValue::kLocalTimeValue:
      return Marked(kLocalTimeMark, value.local_time_value());
    case v1::PropertyValue::kTimeValue:
      return Marked(kTimeMark, value.time_value());
    case v1::PropertyValue::kLocalDateTimeValue:
      return Marked(kLocalDateTimeMark, value.local_date_time_value());
    case v1::PropertyValue::kZonedDateTimeValue:
      return Marked(kZonedDateTimeMark, value.zoned_date_time_value());
    case v1::PropertyValue::kDurationValue:
      return Marked(kDurationMark, value.duration_value());
    case v1::PropertyValue::kPointValue:
      return Point(value.point_value());
  }
  return nullptr;
}

Json ToTypedJson(
    const google::protobuf::Map<std::string, v1::PropertyValue>& properties) {
  // Maps of protobuf have no order.
  std::map<std::string_view, const v1::PropertyValue*> sorted;
  for (const auto& [key, value] : properties) sorted.emplace(key, &value);
  Json::object_t object;
  for (const auto& [key, value] : sorted) {
    object.emplace_back(std::string(key), ToTypedJson(*value));
  }
  return object;
}

}  // namespace mi::client
