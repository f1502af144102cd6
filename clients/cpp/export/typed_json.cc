#include "clients/cpp/export/typed_json.h"

#include <map>
#include <utility>

#include "clients/cpp/input/json_value.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

Json Marked(std::string_view mark, Json json) {
  Json marked = Json::object();
  marked[std::string(mark)] = std::move(json);
  return marked;
}

Json ToTypedList(const v1::ListValue& values) {
  Json list = Json::array();
  for (const v1::Value& element : values.values()) {
    list.push_back(ToTypedJson(element));
  }
  return list;
}

Json ToTypedObject(const v1::ObjectValue& value) {
  Json object = ToTypedJson(value.fields());
  const bool is_mistakable =
      object.size() == 1 && IsTypeMark(object.begin().key());
  return is_mistakable ? Marked(kObjectMark, std::move(object)) : object;
}

}  // namespace

Json ToTypedJson(const google::protobuf::Map<std::string, v1::Value>& fields) {
  // Maps of protobuf have no order.
  std::map<std::string_view, const v1::Value*> sorted;
  for (const auto& [key, value] : fields) sorted.emplace(key, &value);
  Json::object_t object;
  for (const auto& [key, value] : sorted) {
    object.emplace_back(std::string(key), ToTypedJson(*value));
  }
  return object;
}

Json ToTypedJson(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kDatetimeValue:
      return Marked(kDateTimeMark, ToJson(value));
    case v1::Value::kGeoValue:
      return Marked(kPlaceMark, ToJson(value));
    case v1::Value::kListValue:
      return ToTypedList(value.list_value());
    case v1::Value::kObjectValue:
      return ToTypedObject(value.object_value());
    default:
      return ToJson(value);
  }
}

}  // namespace mi::client
