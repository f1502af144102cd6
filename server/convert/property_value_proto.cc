#include "server/convert/property_value_proto.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/graph/temporal.h"
#include "fmt/format.h"

namespace mi::server {
namespace {

using graph::Value;

// Makes a value of a text that `parse` reads.
template <typename Parse, typename Make>
Value Temporal(const std::string& text, Parse&& parse, Make&& make,
               const FieldName& field, Violations* violations) {
  const auto parsed = parse(text);
  if (parsed.ok()) return make(*parsed);
  violations->Add(field(), std::string(parsed.status().message()));
  return {};
}

Value ListFromProto(const v1::PropertyList& list, const FieldName& field,
                    Violations* violations) {
  Value::List values;
  values.reserve(static_cast<size_t>(list.values_size()));
  for (int i = 0; i < list.values_size(); ++i) {
    values.push_back(ValueFromProto(
        list.values(i),
        [&field, i] { return fmt::format("{}.values[{}]", field(), i); },
        violations));
  }
  return Value::FromList(values);
}

Value MapFromProto(const v1::PropertyMap& map, const FieldName& field,
                   Violations* violations) {
  constexpr size_t kMaxKeyBytes = 255;
  Value::Map entries;
  for (const auto& [key, value] : map.entries()) {
    const FieldName entry = [&field, &key = key] {
      return fmt::format("{}.entries.{}", field(), key);
    };
    if (key.empty() || key.size() > kMaxKeyBytes) {
      violations->Add(field(), fmt::format("has a key of {} bytes; 1 to {} are "
                                           "allowed",
                                           key.size(), kMaxKeyBytes));
    }
    entries.emplace_back(key, ValueFromProto(value, entry, violations));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return Value::FromMap(entries);
}

Value PointFromProto(const v1::SpatialPoint& point, const FieldName& field,
                     Violations* violations) {
  const bool cartesian =
      point.reference() == v1::SpatialPoint::REFERENCE_CARTESIAN;
  if (!cartesian && point.reference() != v1::SpatialPoint::REFERENCE_WGS_84) {
    violations->Add(field() + ".reference", "is required");
    return {};
  }
  if (!std::isfinite(point.x()) || !std::isfinite(point.y()) ||
      !std::isfinite(point.z())) {
    violations->Add(field(), "has a coordinate that is not finite");
    return {};
  }
  constexpr double kMaxLongitude = 180;
  constexpr double kMaxLatitude = 90;
  if (!cartesian && (std::abs(point.x()) > kMaxLongitude ||
                     std::abs(point.y()) > kMaxLatitude)) {
    violations->Add(field(), fmt::format("is at {}, {}; longitude is -180 to "
                                         "180, latitude -90 to 90",
                                         point.x(), point.y()));
    return {};
  }
  graph::Point value{.x = point.x(), .y = point.y(), .z = point.z()};
  if (cartesian) {
    value.kind = point.has_z() ? graph::PointKind::kCartesian3d
                               : graph::PointKind::kCartesian;
  } else {
    value.kind = point.has_z() ? graph::PointKind::kWgs84Height
                               : graph::PointKind::kWgs84;
  }
  return Value::FromPoint(value);
}

void PointToProto(const graph::Point& point, v1::SpatialPoint* out) {
  const bool cartesian = point.kind == graph::PointKind::kCartesian ||
                         point.kind == graph::PointKind::kCartesian3d;
  out->set_reference(cartesian ? v1::SpatialPoint::REFERENCE_CARTESIAN
                               : v1::SpatialPoint::REFERENCE_WGS_84);
  out->set_x(point.x);
  out->set_y(point.y);
  if (point.kind == graph::PointKind::kCartesian3d ||
      point.kind == graph::PointKind::kWgs84Height) {
    out->set_z(point.z);
  }
}

}  // namespace

Value ValueFromProto(const v1::PropertyValue& value, const FieldName& field,
                     Violations* violations) {
  switch (value.kind_case()) {
    case v1::PropertyValue::kNullValue:
      return {};
    case v1::PropertyValue::kBooleanValue:
      return Value::Boolean(value.boolean_value());
    case v1::PropertyValue::kIntegerValue:
      return Value::Integer(value.integer_value());
    case v1::PropertyValue::kFloatValue:
      return Value::Float(value.float_value());
    case v1::PropertyValue::kStringValue:
      return Value::String(value.string_value());
    case v1::PropertyValue::kListValue:
      return ListFromProto(value.list_value(), field, violations);
    case v1::PropertyValue::kMapValue:
      return MapFromProto(value.map_value(), field, violations);
    case v1::PropertyValue::kDateValue:
      return Temporal(value.date_value(), graph::ParseDate, Value::FromDate,
                      field, violations);
    case v1::PropertyValue::kLocalTimeValue:
      return Temporal(value.local_time_value(), graph::ParseLocalTime,
                      Value::FromLocalTime, field, violations);
    case v1::PropertyValue::kTimeValue:
      return Temporal(value.time_value(), graph::ParseTime, Value::FromTime,
                      field, violations);
    case v1::PropertyValue::kLocalDateTimeValue:
      return Temporal(value.local_date_time_value(), graph::ParseLocalDateTime,
                      Value::FromLocalDateTime, field, violations);
    case v1::PropertyValue::kZonedDateTimeValue:
      return Temporal(value.zoned_date_time_value(), graph::ParseZonedDateTime,
                      Value::FromZonedDateTime, field, violations);
    case v1::PropertyValue::kDurationValue:
      return Temporal(value.duration_value(), graph::ParseDuration,
                      Value::FromDuration, field, violations);
    case v1::PropertyValue::kPointValue:
      return PointFromProto(value.point_value(), field, violations);
    case v1::PropertyValue::KIND_NOT_SET:
      break;
  }
  violations->Add(field(), "has no kind set");
  return {};
}

graph::Properties PropertiesFromProto(const ProtoProperties& properties,
                                      const FieldName& field,
                                      Violations* violations) {
  graph::Properties converted;
  if (properties.empty()) return converted;
  converted.reserve(properties.size());
  for (const auto& [key, value] : properties) {
    const FieldName entry = [&field, &key = key] {
      return fmt::format("{}.{}", field(), key);
    };
    converted.emplace_back(key, ValueFromProto(value, entry, violations));
  }
  // Maps have no order: the same request must make the same record.
  std::sort(converted.begin(), converted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return converted;
}

void ValueToProto(const Value& value, v1::PropertyValue* out) {
  switch (value.type()) {
    case graph::ValueType::kNull:
      out->set_null_value(google::protobuf::NULL_VALUE);
      return;
    case graph::ValueType::kBoolean:
      out->set_boolean_value(value.boolean());
      return;
    case graph::ValueType::kInteger:
      out->set_integer_value(value.integer());
      return;
    case graph::ValueType::kFloat:
      out->set_float_value(value.float_value());
      return;
    case graph::ValueType::kString:
      out->set_string_value(std::string(value.string()));
      return;
    case graph::ValueType::kList:
      out->mutable_list_value();
      for (const Value& element : value.list()) {
        ValueToProto(element, out->mutable_list_value()->add_values());
      }
      return;
    case graph::ValueType::kMap:
      PropertiesToProto(value.map(),
                        out->mutable_map_value()->mutable_entries());
      return;
    case graph::ValueType::kDate:
      out->set_date_value(Format(value.date()));
      return;
    case graph::ValueType::kLocalTime:
      out->set_local_time_value(Format(value.local_time()));
      return;
    case graph::ValueType::kTime:
      out->set_time_value(Format(value.time()));
      return;
    case graph::ValueType::kLocalDateTime:
      out->set_local_date_time_value(Format(value.local_date_time()));
      return;
    case graph::ValueType::kZonedDateTime:
      out->set_zoned_date_time_value(Format(value.zoned_date_time()));
      return;
    case graph::ValueType::kDuration:
      out->set_duration_value(Format(value.duration()));
      return;
    case graph::ValueType::kPoint:
      PointToProto(value.point(), out->mutable_point_value());
      return;
  }
}

void PropertiesToProto(const Value::Map& properties, ProtoProperties* out) {
  for (const auto& [key, value] : properties) {
    ValueToProto(value, &(*out)[key]);
  }
}

}  // namespace mi::server
