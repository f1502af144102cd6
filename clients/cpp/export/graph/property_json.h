// Property values as JSON that keeps their types, and as JSON and text for
// people.

#ifndef MI_CLIENTS_CPP_EXPORT_GRAPH_PROPERTY_JSON_H_
#define MI_CLIENTS_CPP_EXPORT_GRAPH_PROPERTY_JSON_H_

#include <string>

#include "clients/cpp/output/proto_json.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/property_value.pb.h"

namespace mi::client {

// The form that input/graph/property_json.h describes.
Json ToTypedJson(const marketing::intelligence::v1::PropertyValue& value);

// In ascending order of the names.
Json ToTypedJson(
    const google::protobuf::Map<
        std::string, marketing::intelligence::v1::PropertyValue>& properties);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_GRAPH_PROPERTY_JSON_H_
