#include "engine/base/error.h"

#include <charconv>
#include <cstdint>

#include "absl/strings/cord.h"
#include "fmt/format.h"

namespace mi {
namespace {

constexpr char kPayloadType[] = "mi/error_details";

// The payload is a list of length-prefixed strings; it never leaves the
// process, so it has no version.
void Put(std::string* out, std::string_view text) {
  fmt::format_to(std::back_inserter(*out), "{}:", text.size());
  out->append(text);
}

class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  std::string Next() {
    size_t size = 0;
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()) + 1);
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  int64_t NextInt() {
    const std::string text = Next();
    int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

 private:
  std::string_view rest_;
};

std::string Encode(const ErrorDetails& details) {
  std::string out;
  Put(&out, fmt::to_string(static_cast<int>(details.reason)));
  Put(&out, details.resource_type);
  Put(&out, details.resource_name);
  Put(&out,
      fmt::to_string(details.retry_after ? details.retry_after->count() : -1));
  Put(&out, fmt::to_string(details.violations.size()));
  for (const auto& violation : details.violations) {
    Put(&out, violation.field);
    Put(&out, violation.description);
  }
  Put(&out, fmt::to_string(details.metadata.size()));
  for (const auto& [name, value] : details.metadata) {
    Put(&out, name);
    Put(&out, value);
  }
  return out;
}

ErrorDetails Decode(const std::string& bytes) {
  Fields fields(bytes);
  ErrorDetails details;
  details.reason = static_cast<Reason>(fields.NextInt());
  details.resource_type = fields.Next();
  details.resource_name = fields.Next();
  if (const int64_t delay = fields.NextInt(); delay >= 0) {
    details.retry_after = std::chrono::milliseconds(delay);
  }
  details.violations.resize(static_cast<size_t>(fields.NextInt()));
  for (auto& violation : details.violations) {
    violation.field = fields.Next();
    violation.description = fields.Next();
  }
  details.metadata.resize(static_cast<size_t>(fields.NextInt()));
  for (auto& [name, value] : details.metadata) {
    name = fields.Next();
    value = fields.Next();
  }
  return details;
}

}  // namespace

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kInvalidField:
      return "INVALID_FIELD";
    case Reason::kIdempotencyKeyReused:
      return "IDEMPOTENCY_KEY_REUSED";
    case Reason::kCollectionNotFound:
      return "COLLECTION_NOT_FOUND";
    case Reason::kCollectionExists:
      return "COLLECTION_EXISTS";
    case Reason::kAliasNotFound:
      return "ALIAS_NOT_FOUND";
    case Reason::kAliasExists:
      return "ALIAS_EXISTS";
    case Reason::kCollectionHasAliases:
      return "COLLECTION_HAS_ALIASES";
    case Reason::kPointNotFound:
      return "POINT_NOT_FOUND";
    case Reason::kSnapshotNotFound:
      return "SNAPSHOT_NOT_FOUND";
    case Reason::kSnapshotInUse:
      return "SNAPSHOT_IN_USE";
    case Reason::kJobNotFound:
      return "JOB_NOT_FOUND";
    case Reason::kBudgetInfeasible:
      return "BUDGET_INFEASIBLE";
    case Reason::kTargetUnattainable:
      return "TARGET_UNATTAINABLE";
    case Reason::kFlowUnbounded:
      return "FLOW_UNBOUNDED";
    case Reason::kFlowInfeasible:
      return "FLOW_INFEASIBLE";
    case Reason::kGraphNotFound:
      return "GRAPH_NOT_FOUND";
    case Reason::kGraphExists:
      return "GRAPH_EXISTS";
    case Reason::kGraphIndexNotFound:
      return "GRAPH_INDEX_NOT_FOUND";
    case Reason::kGraphIndexExists:
      return "GRAPH_INDEX_EXISTS";
    case Reason::kNodeNotFound:
      return "NODE_NOT_FOUND";
    case Reason::kEdgeNotFound:
      return "EDGE_NOT_FOUND";
    case Reason::kHyperedgeNotFound:
      return "HYPEREDGE_NOT_FOUND";
    case Reason::kNotUnique:
      return "NOT_UNIQUE";
    case Reason::kPropertyType:
      return "PROPERTY_TYPE";
    case Reason::kNodeIsConnected:
      return "NODE_IS_CONNECTED";
    case Reason::kElementDiffers:
      return "ELEMENT_DIFFERS";
    case Reason::kTooMuchToSearch:
      return "TOO_MUCH_TO_SEARCH";
    case Reason::kVersionConflict:
      return "VERSION_CONFLICT";
    case Reason::kQuotaExceeded:
      return "QUOTA_EXCEEDED";
    case Reason::kDiskFull:
      return "DISK_FULL";
    case Reason::kOverloaded:
      return "OVERLOADED";
    case Reason::kShuttingDown:
      return "SHUTTING_DOWN";
    case Reason::kNotReady:
      return "NOT_READY";
    case Reason::kUnauthenticated:
      return "UNAUTHENTICATED";
    case Reason::kPermissionDenied:
      return "PERMISSION_DENIED";
    case Reason::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Reason::kCancelled:
      return "CANCELLED";
    case Reason::kDataLoss:
      return "DATA_LOSS";
    case Reason::kInternal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

absl::Status MakeError(absl::StatusCode code, std::string_view message,
                       const ErrorDetails& details) {
  absl::Status status(code, std::string(message));
  status.SetPayload(kPayloadType, absl::Cord(Encode(details)));
  return status;
}

std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadType);
  if (!payload.has_value()) return std::nullopt;
  return Decode(std::string(*payload));
}

absl::Status InvalidField(std::string_view field,
                          std::string_view description) {
  Violations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

absl::Status ResourceError(absl::StatusCode code, Reason reason,
                           std::string_view type, std::string_view name,
                           std::string_view message) {
  ErrorDetails details;
  details.reason = reason;
  details.resource_type = type;
  details.resource_name = name;
  return MakeError(code, message, details);
}

absl::Status RetryLater(absl::StatusCode code, Reason reason,
                        std::string_view message,
                        std::chrono::milliseconds retry_after) {
  ErrorDetails details;
  details.reason = reason;
  details.retry_after = retry_after;
  return MakeError(code, message, details);
}

void Violations::Add(std::string_view field, std::string_view description) {
  ++count_;
  if (kept_.size() < kMaxViolations) {
    kept_.push_back({std::string(field), std::string(description)});
  }
}

absl::Status Violations::ToStatus() const {
  if (count_ == 0) return absl::OkStatus();
  std::string message =
      fmt::format("{}: {}", kept_[0].field, kept_[0].description);
  if (count_ > 1) message += fmt::format(" (and {} more)", count_ - 1);
  ErrorDetails details;
  details.reason = Reason::kInvalidField;
  details.violations = kept_;
  return MakeError(absl::StatusCode::kInvalidArgument, message, details);
}

}  // namespace mi
