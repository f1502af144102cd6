#include "server/convert/value_proto.h"

#include <utility>

#include "fmt/format.h"

namespace mi::server {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int32_t kNanosPerMicro = 1'000;
constexpr int32_t kMaxNanos = 999'999'999;

payload::Value DateTimeFromProto(const google::protobuf::Timestamp& time,
                                 std::string_view field,
                                 Violations* violations) {
  // Compared in seconds: the product would overflow for a hostile value.
  constexpr int64_t kMaxSeconds =
      payload::kMaxDateTimeMicros / kMicrosPerSecond;
  if (time.seconds() < 0 || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() > kMaxNanos) {
    violations->Add(fmt::format("{}.datetime_value", field),
                    fmt::format("{} s {} ns is outside of the years 1970 to "
                                "2200",
                                time.seconds(), time.nanos()));
    return payload::DateTime{};
  }
  return payload::DateTime{time.seconds() * kMicrosPerSecond +
                           time.nanos() / kNanosPerMicro};
}

struct ToProto {
  v1::Value* out;

  void operator()(payload::Null) const {
    out->set_null_value(google::protobuf::NULL_VALUE);
  }
  void operator()(bool value) const { out->set_bool_value(value); }
  void operator()(int64_t value) const { out->set_integer_value(value); }
  void operator()(double value) const { out->set_float_value(value); }
  void operator()(const std::string& value) const {
    out->set_string_value(value);
  }
  void operator()(payload::DateTime value) const {
    *out->mutable_datetime_value() = TimestampFromMicros(value.micros);
  }
  void operator()(const payload::GeoPoint& value) const {
    out->mutable_geo_value()->set_latitude(value.latitude);
    out->mutable_geo_value()->set_longitude(value.longitude);
  }
  void operator()(const payload::List& values) const {
    auto* list = out->mutable_list_value();
    for (const auto& value : values) ValueToProto(value, list->add_values());
  }
  void operator()(const payload::Object& fields) const {
    PayloadToProto(fields, out->mutable_object_value()->mutable_fields());
  }
};

}  // namespace

payload::Value ValueFromProto(const v1::Value& value, std::string_view field,
                              Violations* violations) {
  switch (value.kind_case()) {
    case v1::Value::kNullValue:
      return payload::Null{};
    case v1::Value::kBoolValue:
      return value.bool_value();
    case v1::Value::kIntegerValue:
      return int64_t{value.integer_value()};
    case v1::Value::kFloatValue:
      return value.float_value();
    case v1::Value::kStringValue:
      return value.string_value();
    case v1::Value::kDatetimeValue:
      return DateTimeFromProto(value.datetime_value(), field, violations);
    case v1::Value::kGeoValue:
      return payload::GeoPoint{value.geo_value().latitude(),
                               value.geo_value().longitude()};
    case v1::Value::kListValue: {
      payload::List list;
      list.reserve(static_cast<size_t>(value.list_value().values_size()));
      for (int i = 0; i < value.list_value().values_size(); ++i) {
        list.push_back(ValueFromProto(value.list_value().values(i),
                                      fmt::format("{}[{}]", field, i),
                                      violations));
      }
      return list;
    }
    case v1::Value::kObjectValue:
      return PayloadFromProto(value.object_value().fields(), field, violations);
    case v1::Value::KIND_NOT_SET:
      break;
  }
  violations->Add(field, "has no kind set");
  return payload::Null{};
}

payload::Payload PayloadFromProto(const ProtoPayload& fields,
                                  std::string_view field,
                                  Violations* violations) {
  payload::Payload payload;
  for (const auto& [key, value] : fields) {
    payload.emplace(key, ValueFromProto(value, fmt::format("{}.{}", field, key),
                                        violations));
  }
  return payload;
}

void ValueToProto(const payload::Value& value, v1::Value* out) {
  std::visit(ToProto{out}, value.data);
}

void PayloadToProto(const payload::Payload& payload, ProtoPayload* out) {
  for (const auto& [key, value] : payload) ValueToProto(value, &(*out)[key]);
}

google::protobuf::Timestamp TimestampFromMicros(int64_t micros) {
  google::protobuf::Timestamp time;
  time.set_seconds(micros / kMicrosPerSecond);
  time.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) *
                 kNanosPerMicro);
  return time;
}

}  // namespace mi::server
