// Property values from JSON that keeps their types.
//
// null, booleans, texts, lists and objects stand for themselves; a number with
// a point or an exponent is a float, one without an integer. An object with one
// of these as its only member stands for what JSON has no type for:
//
//   {"$date": "2026-03-01"}              {"$localtime": "09:30:00"}
//   {"$time": "09:30:00+01:00"}          {"$localdatetime":
//   "2026-03-01T09:30:00"}
//   {"$datetime": "2026-03-01T09:30:00+01:00[Europe/Berlin]"}
//   {"$duration": "P1Y2M3DT4H5M6.5S"}
//   {"$geo": {"lat": 52.5, "lon": 13.4}}, with "height" in metres if wanted
//   {"$point": {"x": 1, "y": 2}}, with "z" if wanted: a Cartesian point
//   {"$integer": "9007199254740993"}: any, beyond 2^53 for readers that would
//                                     round it
//   {"$float": "NaN"}, "Infinity", "-Infinity", or a number
//   {"$object": {...}}: an object whose only member has such a name by chance
//
// export/graph/property_json.h writes it.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_PROPERTY_JSON_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_PROPERTY_JSON_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "clients/cpp/input/graph/json_fault.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/property_value.pb.h"
#include "nlohmann/json.hpp"

namespace mi::client {

inline constexpr std::string_view kIntegerMark = "$integer";
inline constexpr std::string_view kFloatMark = "$float";
inline constexpr std::string_view kDateMark = "$date";
inline constexpr std::string_view kLocalTimeMark = "$localtime";
inline constexpr std::string_view kTimeMark = "$time";
inline constexpr std::string_view kLocalDateTimeMark = "$localdatetime";
inline constexpr std::string_view kZonedDateTimeMark = "$datetime";
inline constexpr std::string_view kDurationMark = "$duration";
inline constexpr std::string_view kGeoMark = "$geo";
inline constexpr std::string_view kPointMark = "$point";
inline constexpr std::string_view kMapMark = "$object";

bool IsPropertyMark(std::string_view key);

// As the API limits it: a value is at depth 1, an element of a list in it at
// depth 2. It bounds the recursion, too.
inline constexpr size_t kMaxPropertyDepth = 32;

// Reads a value that stands at `depth`.
MaybeFault JsonToProperty(const nlohmann::json& json,
                          marketing::intelligence::v1::PropertyValue* value,
                          size_t depth = 1);

// The members of an object as properties.
MaybeFault JsonToProperties(
    const nlohmann::json& json,
    google::protobuf::Map<std::string,
                          marketing::intelligence::v1::PropertyValue>* values);

// A name of a label, type, property or role: 1 to 255 bytes, no NUL. What is
// wrong with it, or nothing.
std::string NameProblem(std::string_view name);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_PROPERTY_JSON_H_
