// Values of properties between the API and the engine.

#ifndef MI_SERVER_CONVERT_PROPERTY_VALUE_PROTO_H_
#define MI_SERVER_CONVERT_PROPERTY_VALUE_PROTO_H_

#include <functional>
#include <string>

#include "engine/base/error.h"
#include "engine/graph/mutation.h"
#include "engine/graph/value.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/property_value.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

using ProtoProperties = google::protobuf::Map<std::string, v1::PropertyValue>;

// The place of a value in a request, made into words only when there is
// something to say about it.
using FieldName = std::function<std::string()>;

// What has no kind set, or is malformed, is reported under `field`; null then.
// That the text is UTF-8 was checked when the message was parsed.
graph::Value ValueFromProto(const v1::PropertyValue& value,
                            const FieldName& field, Violations* violations);

graph::Properties PropertiesFromProto(const ProtoProperties& properties,
                                      const FieldName& field,
                                      Violations* violations);

void ValueToProto(const graph::Value& value, v1::PropertyValue* out);

void PropertiesToProto(const graph::Value::Map& properties,
                       ProtoProperties* out);

}  // namespace mi::server

#endif  // MI_SERVER_CONVERT_PROPERTY_VALUE_PROTO_H_
