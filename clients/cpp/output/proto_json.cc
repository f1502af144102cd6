#include "clients/cpp/output/proto_json.h"

#include <charconv>
#include <map>

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

Json Repeated(const Message& message, const FieldDescriptor* field) {
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

std::string ToText(const v1::Value& value) {
  if (value.kind_case() == v1::Value::kStringValue) return value.string_value();
  const Json json = ToJson(value);
  if (json.is_string()) return json.get<std::string>();
  return Dump(json);
}

std::string Dump(const Json& json) {
  return json.dump(/*indent=*/-1, /*indent_char=*/' ', /*ensure_ascii=*/false,
                   Json::error_handler_t::replace);
}

}  // namespace mi::client
