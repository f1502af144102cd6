// Messages of the API as JSON for scripts.
//
// Differs from protobuf's own JSON where that is awkward to use: 64-bit
// integers are numbers, payload values and properties are plain JSON (a date is
// a text, a place is {"lat", "lon"}), ids of graphs are texts or integers, and
// fields with a default value are there. A stored point has the form that
// `mi load` reads.

#ifndef MI_CLIENTS_CPP_OUTPUT_PROTO_JSON_H_
#define MI_CLIENTS_CPP_OUTPUT_PROTO_JSON_H_

#include <string>

#include "google/protobuf/message.h"
#include "marketing/intelligence/v1/graph.pb.h"
#include "marketing/intelligence/v1/property_value.pb.h"
#include "marketing/intelligence/v1/value.pb.h"
#include "nlohmann/json.hpp"

namespace mi::client {

// Keeps the order of the fields.
using Json = nlohmann::ordered_json;

Json ToJson(const google::protobuf::Message& message);

Json ToJson(const marketing::intelligence::v1::Value& value);

// NaN and the infinities are texts: JSON has no such numbers.
Json ToJson(const marketing::intelligence::v1::PropertyValue& value);

Json ToJson(const marketing::intelligence::v1::ElementId& id);

// For a cell of a table: texts without quotes.
std::string ToText(const marketing::intelligence::v1::Value& value);
std::string ToText(const marketing::intelligence::v1::PropertyValue& value);
std::string ToText(const marketing::intelligence::v1::ElementId& id);

// One line; what is not UTF-8 is replaced.
std::string Dump(const Json& json);

// The double with the shortest decimal form that means this float: 0.1f is 0.1.
// Narrowing it gives the float again.
double Widen(float number);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_OUTPUT_PROTO_JSON_H_
