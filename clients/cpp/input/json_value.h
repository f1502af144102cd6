// Payload values from JSON.

#ifndef MI_CLIENTS_CPP_INPUT_JSON_VALUE_H_
#define MI_CLIENTS_CPP_INPUT_JSON_VALUE_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "marketing/intelligence/v1/value.pb.h"
#include "nlohmann/json_fwd.hpp"

namespace mi::client {

// JSON has no type for these: paths of payload fields that hold them. As in
// filters, a path goes on into the elements of lists.
struct TypeHints {
  std::set<std::string> datetimes;  // texts, RFC 3339 or a date
  std::set<std::string> places;     // {"lat", "lon"} or {"latitude",...}
};

// An object with one of these as its only member stands for a value of that
// type, with hints or without; a kObjectMark holds an object whose only member
// has such a name by chance. `mi export` writes them.
inline constexpr std::string_view kDateTimeMark = "$datetime";
inline constexpr std::string_view kPlaceMark = "$geo";
inline constexpr std::string_view kObjectMark = "$object";
bool IsTypeMark(std::string_view key);

// Turns the JSON at `path` into a value. Integers stay integers. Returns what
// is wrong, naming the path; nothing if all is well. null is fine everywhere.
std::optional<std::string> JsonToValue(
    const nlohmann::json& json, const std::string& path, const TypeHints& hints,
    marketing::intelligence::v1::Value* value);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_JSON_VALUE_H_
