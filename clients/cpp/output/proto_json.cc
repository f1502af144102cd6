#include "clients/cpp/output/proto_json.h"

#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "clients/cpp/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool Is(const Message& message, const google::protobuf::Descriptor* type) {
  return message.GetDescriptor() == type;
}

Json Place(const v1::GeoPoint& place) {
  return {{"lat", place.latitude()}, {"lon", place.longitude()}};
}

Json Fields(const google::protobuf::Map<std::string, v1::Value>& fields) {
  // Maps of protobuf have no order.
  std::map<std::string, const v1::Value*> sorted;
  for (const auto& [key, value] : fields) sorted.emplace(key, &value);
  Json object = Json::object();
  for (const auto& [key, value] : sorted) object[key] = ToJson(*value);
  return object;
}

Json Number(double number) {
  if (std::isfinite(number)) return number;
  if (std::isnan(number)) return "NaN";
  return number > 0 ? "Infinity" : "-Infinity";
}

Json Place(const v1::SpatialPoint& point) {
  const bool is_geo = point.reference() == v1::SpatialPoint::REFERENCE_WGS_84;
  Json json = is_geo ? Json{{"lat", point.y()}, {"lon", point.x()}}
                     : Json{{"x", point.x()}, {"y", point.y()}};
  if (point.has_z()) json[is_geo ? "height" : "z"] = point.z();
  return json;
}

// A newer server may have values that this program has no name for.
Json EnumName(const FieldDescriptor* field, int number) {
  const auto* value = field->enum_type()->FindValueByNumber(number);
  return value != nullptr ? Json(value->name()) : Json(number);
}

Json Singular(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Widen(reflection->GetFloat(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumName(field, reflection->GetEnumValue(message, field));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToJson(reflection->GetMessage(message, field));
  }
  return nullptr;
}

Json Element(const Message& message, const FieldDescriptor* field, int i) {
  const Reflection* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->GetRepeatedInt32(message, field, i);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->GetRepeatedInt64(message, field, i);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection->GetRepeatedUInt32(message, field, i);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->GetRepeatedUInt64(message, field, i);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetRepeatedDouble(message, field, i);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Widen(reflection->GetRepeatedFloat(message, field, i));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetRepeatedBool(message, field, i);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumName(field,
                      reflection->GetRepeatedEnumValue(message, field, i));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetRepeatedString(message, field, i);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToJson(reflection->GetRepeatedMessage(message, field, i));
  }
  return nullptr;
}

// A map, as an object in the order of its keys.
Json MapField(const Message& message, const FieldDescriptor* field) {
  const FieldDescriptor* key = field->message_type()->map_key();
  const FieldDescriptor* value = field->message_type()->map_value();
  const Reflection* reflection = message.GetReflection();
  std::map<std::string, Json> sorted;
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, field, i);
    const Json name = Singular(entry, key);
    sorted[name.is_string() ? name.get<std::string>() : name.dump()] =
        Singular(entry, value);
  }
  Json object = Json::object();
  for (auto& [name, member] : sorted) object[name] = std::move(member);
  return object;
}

Json Repeated(const Message& message, const FieldDescriptor* field) {
  if (field->is_map()) return MapField(message, field);
  const int size = message.GetReflection()->FieldSize(message, field);
  Json list = Json::array();
  for (int i = 0; i < size; ++i) list.push_back(Element(message, field, i));
  return list;
}

// What was not asked for is empty, and left out.
Json PointToJson(const v1::Point& point) {
  Json json = {{"id", point.id()}};
  if (point.vector_size() > 0) {
    Json vector = Json::array();
    for (const float x : point.vector()) vector.push_back(Widen(x));
    json["vector"] = std::move(vector);
  }
  if (!point.payload().empty()) json["payload"] = Fields(point.payload());
  return json;
}

Json AnyMessage(const Message& message) {
  const auto* descriptor = message.GetDescriptor();
  Json json = Json::object();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) {
      json[field->name()] = Repeated(message, field);
    } else if (!field->has_presence() ||
               message.GetReflection()->HasField(message, field)) {
      json[field->name()] = Singular(message, field);
    }
  }
  return json;
}

// Texts without quotes.
std::string Plain(const Json& json) {
  return json.is_string() ? json.get<std::string>() : Dump(json);
}

}  // namespace

double Widen(float number) {
  // One more than the longest shortest form of a float.
  constexpr size_t kMaxText = 32;
  char text[kMaxText];
  const auto written = std::to_chars(text, text + kMaxText, number);
  double wide = number;
  std::from_chars(text, written.ptr, wide);
  // Few short forms lie so near to the middle of two floats that rounding them
  // to a double and then to a float ends at the other one.
  return static_cast<float>(wide) == number ? wide : number;
}

Json ToJson(const Message& message) {
  if (Is(message, v1::Point::descriptor())) {
    return PointToJson(dynamic_cast<const v1::Point&>(message));
  }
  if (Is(message, v1::Value::descriptor())) {
    return ToJson(dynamic_cast<const v1::Value&>(message));
  }
  if (Is(message, v1::PropertyValue::descriptor())) {
    return ToJson(dynamic_cast<const v1::PropertyValue&>(message));
  }
  if (Is(message, v1::ElementId::descriptor())) {
    return ToJson(dynamic_cast<const v1::ElementId&>(message));
  }
  if (Is(message, google::protobuf::Timestamp::descriptor())) {
    return FormatDateTime(
        dynamic_cast<const google::protobuf::Timestamp&>(message));
  }
  return AnyMessage(message);
}

Json ToJson(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kNullValue:
    case v1::Value::KIND_NOT_SET:
      return nullptr;
    case v1::Value::kBoolValue:
      return value.bool_value();
    case v1::Value::kIntegerValue:
      return value.integer_value();
    case v1::Value::kFloatValue:
      return value.float_value();
    case v1::Value::kStringValue:
      return value.string_value();
    case v1::Value::kDatetimeValue:
      return FormatDateTime(value.datetime_value());
    case v1::Value::kGeoValue:
      return Place(value.geo_value());
    case v1::Value::kListValue: {
      Json list = Json::array();
      for (const auto& element : value.list_value().values()) {
        list.push_back(ToJson(element));
      }
      return list;
    }
    case v1::Value::kObjectValue:
      return Fields(value.object_value().fields());
  }
  return nullptr;
}

Json ToJson(const v1::PropertyValue& value) {
  switch (value.kind_case()) {
    case v1::PropertyValue::kNullValue:
    case v1::PropertyValue::KIND_NOT_SET:
      return nullptr;
    case v1::PropertyValue::kBooleanValue:
      return value.boolean_value();
    case v1::PropertyValue::kIntegerValue:
      return value.integer_value();
    case v1::PropertyValue::kFloatValue:
      return Number(value.float_value());
    case v1::PropertyValue::kStringValue:
      return value.string_value();
    case v1::PropertyValue::kDateValue:
      return value.date_value();
    case v1::PropertyValue::kLocalTimeValue:
      return value.local_time_value();
    case v1::PropertyValue::kTimeValue:
      return value.time_value();
    case v1::PropertyValue::kLocalDateTimeValue:
      return value.local_date_time_value();
    case v1::PropertyValue::kZonedDateTimeValue:
      return value.zoned_date_time_value();
    case v1::PropertyValue::kDurationValue:
      return value.duration_value();
    case v1::PropertyValue::kPointValue:
      return Place(value.point_value());
    case v1::PropertyValue::kMapValue:
      return AnyMessage(value.map_value())["entries"];
    case v1::PropertyValue::kListValue:
      return AnyMessage(value.list_value())["values"];
  }
  return nullptr;
}

Json ToJson(const v1::ElementId& id) {
  if (id.kind_case() == v1::ElementId::kNumber) return id.number();
  return id.name();
}

std::string ToText(const v1::Value& value) { return Plain(ToJson(value)); }

std::string ToText(const v1::PropertyValue& value) {
  return Plain(ToJson(value));
}

std::string ToText(const v1::ElementId& id) { return Plain(ToJson(id)); }

std::string Dump(const Json& json) {
  return json.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
                   Json::error_handler_t::replace);
}

}  // namespace mi::client
