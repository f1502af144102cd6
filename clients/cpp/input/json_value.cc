#include "clients/cpp/input/json_value.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;
using Problem = std::optional<std::string>;

// Enough to know the place by, not a page.
std::string Excerpt(const Json& json) {
  constexpr size_t kMaxCodePoints = 60;
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (CodePoints(text) <= kMaxCodePoints) return text;
  return fmt::format("{}...", FirstCodePoints(text, kMaxCodePoints));
}

Problem Wrong(const std::string& path, const Json& json,
              std::string_view expected) {
  return fmt::format("'{}': {} is not {}", path, Excerpt(json), expected);
}

Problem ReadDateTime(const Json& json, const std::string& path,
                     v1::Value* value) {
  const auto time = json.is_string()
                        ? ParseDateTime(json.get_ref<const std::string&>())
                        : std::nullopt;
  if (!time) return Wrong(path, json, "a date or an RFC 3339 time");
  *value->mutable_datetime_value() = *time;
  return std::nullopt;
}

Problem ReadPlace(const Json& json, const std::string& path, v1::Value* value) {
  constexpr double kMaxLatitude = 90;
  constexpr double kMaxLongitude = 180;
  const auto read = [&json](const char* name, const char* long_name,
                            double bound, double* out) {
    const char* const key = json.contains(name) ? name : long_name;
    if (!json.contains(key) || !json[key].is_number()) return false;
    *out = json[key].get<double>();
    return std::abs(*out) <= bound;
  };
  double latitude = 0;
  double longitude = 0;
  if (!json.is_object() || json.size() != 2 ||
      !read("lat", "latitude", kMaxLatitude, &latitude) ||
      !read("lon", "longitude", kMaxLongitude, &longitude)) {
    return Wrong(path, json,
                 "a place: {\"lat\": -90 to 90, \"lon\": -180 to 180}");
  }
  value->mutable_geo_value()->set_latitude(latitude);
  value->mutable_geo_value()->set_longitude(longitude);
  return std::nullopt;
}

Problem ReadList(const Json& json, const std::string& path,
                 const TypeHints& hints, v1::Value* value) {
  v1::ListValue* list = value->mutable_list_value();
  for (const Json& element : json) {
    Problem problem = JsonToValue(element, path, hints, list->add_values());
    if (problem) return problem;
  }
  return std::nullopt;
}

Problem ReadObject(const Json& json, const std::string& path,
                   const TypeHints& hints, v1::Value* value) {
  auto* fields = value->mutable_object_value()->mutable_fields();
  for (const auto& [key, member] : json.items()) {
    Problem problem =
        JsonToValue(member, fmt::format("{}.{}", path, EscapeKey(key)), hints,
                    &(*fields)[key]);
    if (problem) return problem;
  }
  return std::nullopt;
}

Problem ReadMarked(const std::string& mark, const Json& json,
                   const std::string& path, const TypeHints& hints,
                   v1::Value* value) {
  if (mark == kDateTimeMark) return ReadDateTime(json, path, value);
  if (mark == kPlaceMark) return ReadPlace(json, path, value);
  if (!json.is_object()) return Wrong(path, json, "an object");
  return ReadObject(json, path, hints, value);
}

Problem ReadNumber(const Json& json, const std::string& path,
                   v1::Value* value) {
  if (json.is_number_float()) {
    value->set_float_value(json.get<double>());
    return std::nullopt;
  }
  if (json.is_number_unsigned() &&
      json.get<uint64_t>() >
          static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return Wrong(path, json, "an integer of 64 bits with sign");
  }
  value->set_integer_value(json.get<int64_t>());
  return std::nullopt;
}

}  // namespace

bool IsTypeMark(std::string_view key) {
  return key == kDateTimeMark || key == kPlaceMark || key == kObjectMark;
}

Problem JsonToValue(const Json& json, const std::string& path,
                    const TypeHints& hints, v1::Value* value) {
  if (json.is_null()) {
    value->set_null_value(google::protobuf::NULL_VALUE);
    return std::nullopt;
  }
  if (json.is_array()) return ReadList(json, path, hints, value);
  if (json.is_object() && json.size() == 1 && IsTypeMark(json.begin().key())) {
    return ReadMarked(json.begin().key(), *json.begin(), path, hints, value);
  }
  if (hints.datetimes.contains(path)) return ReadDateTime(json, path, value);
  if (hints.places.contains(path)) return ReadPlace(json, path, value);
  if (json.is_object()) return ReadObject(json, path, hints, value);
  if (json.is_number()) return ReadNumber(json, path, value);
  if (json.is_boolean()) {
    value->set_bool_value(json.get<bool>());
  } else {
    value->set_string_value(json.get<std::string>());
  }
  return std::nullopt;
}

}  // namespace mi::client
