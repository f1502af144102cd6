// Payloads as JSON that keeps the types which JSON lacks.
//
// Differs from proto_json.h, which is for people and scripts, in that a reader
// needs no hints: a datetime is {"$datetime": "2026-03-01T09:30:00Z"} and a
// place {"$geo": {"lat": 52.5, "lon": 13.4}}. An object that would be taken for
// one of these stands in {"$object": ...}. input/json_value.h reads it.

#ifndef MI_CLIENTS_CPP_EXPORT_TYPED_JSON_H_
#define MI_CLIENTS_CPP_EXPORT_TYPED_JSON_H_

#include <string>

#include "clients/cpp/output/proto_json.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/value.pb.h"

namespace mi::client {

// A payload, or the fields of an object, in ascending order of their keys.
Json ToTypedJson(const google::protobuf::Map<
                 std::string, marketing::intelligence::v1::Value>& fields);

Json ToTypedJson(const marketing::intelligence::v1::Value& value);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_TYPED_JSON_H_
