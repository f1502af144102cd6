#include "server/convert/element_id_proto.h"

#include "engine/base/status_macros.h"
#include "engine/graph/limits.h"
#include "engine/payload/value.h"
#include "fmt/format.h"

namespace mi::server {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kNanosPerMicro = 1'000;

absl::Status NoNode(const v1::ElementId& id, std::string_view field) {
  const std::string name = graph::DebugString(IdFromProto(id));
  ErrorDetails details;
  details.reason = Reason::kNodeNotFound;
  details.resource_type = "node";
  details.resource_name = name;
  const std::string what = fmt::format("no node {}", name);
  details.violations = {{.field = std::string(field), .description = what}};
  return MakeError(absl::StatusCode::kNotFound, what, details);
}

}  // namespace

graph::Value IdFromProto(const v1::ElementId& id) {
  switch (id.kind_case()) {
    case v1::ElementId::kName:
      return graph::Value::String(id.name());
    case v1::ElementId::kNumber:
      // What does not fit is negative, which the engine refuses.
      return graph::Value::Integer(static_cast<int64_t>(id.number()));
    case v1::ElementId::KIND_NOT_SET:
      break;
  }
  return {};
}

void IdToProto(const graph::Value& id, v1::ElementId* out) {
  if (id.type() == graph::ValueType::kInteger) {
    out->set_number(static_cast<uint64_t>(id.integer()));
  } else {
    out->set_name(std::string(id.string()));
  }
}

void CheckId(const v1::ElementId& id, std::string_view field,
             Violations* violations) {
  switch (id.kind_case()) {
    case v1::ElementId::kName:
      if (id.name().empty() || id.name().size() > graph::kMaxIdBytes ||
          id.name().find('\0') != std::string::npos) {
        violations->Add(field,
                        fmt::format("has {} bytes; 1 to {} without NUL "
                                    "are allowed",
                                    id.name().size(), graph::kMaxIdBytes));
      }
      return;
    case v1::ElementId::kNumber:
      if (id.number() > static_cast<uint64_t>(graph::kMaxIntegerId)) {
        violations->Add(field, fmt::format("is {}; 0 to {} are allowed",
                                           id.number(), graph::kMaxIntegerId));
      }
      return;
    case v1::ElementId::KIND_NOT_SET:
      violations->Add(field, "is required");
      return;
  }
}

absl::Status CheckIds(const ProtoIds& ids, int max, std::string_view field) {
  Violations violations;
  if (ids.empty() || ids.size() > max) {
    violations.Add(
        field, fmt::format("has {} ids, must have 1 to {}", ids.size(), max));
    return violations.ToStatus();
  }
  for (int i = 0; i < ids.size(); ++i) {
    CheckId(ids[i], fmt::format("{}[{}]", field, i), &violations);
  }
  return violations.ToStatus();
}

absl::StatusOr<graph::NodeRow> FindNode(const graph::GraphView& view,
                                        const v1::ElementId& id,
                                        std::string_view field) {
  Violations violations;
  CheckId(id, field, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  if (const auto row = view.FindNode(IdFromProto(id))) return *row;
  return NoNode(id, field);
}

absl::StatusOr<std::vector<graph::NodeRow>> FindNodes(
    const graph::GraphView& view, const ProtoIds& ids, int max,
    std::string_view field) {
  RETURN_IF_ERROR(CheckIds(ids, max, field));
  std::vector<graph::NodeRow> rows;
  rows.reserve(static_cast<size_t>(ids.size()));
  for (int i = 0; i < ids.size(); ++i) {
    const auto row = view.FindNode(IdFromProto(ids[i]));
    if (!row) return NoNode(ids[i], fmt::format("{}[{}]", field, i));
    rows.push_back(*row);
  }
  return rows;
}

std::optional<TimeMicros> TimeFromProto(bool present,
                                        const google::protobuf::Timestamp& time,
                                        std::string_view field,
                                        Violations* violations) {
  if (!present) return std::nullopt;
  constexpr int64_t kMaxSeconds =
      payload::kMaxDateTimeMicros / kMicrosPerSecond;
  if (time.seconds() < 0 || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() >= kMicrosPerSecond * kNanosPerMicro) {
    violations->Add(field, "is not within the years 1970 to 2200");
    return std::nullopt;
  }
  return time.seconds() * kMicrosPerSecond + time.nanos() / kNanosPerMicro;
}

}  // namespace mi::server
