#include "clients/cpp/error.h"

#include "absl/strings/cord.h"
#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

// Keys of what a status carries beside code and message.
constexpr char kExitCodeKey[] = "mi/exit_code";
constexpr char kGoogleRpcKey[] = "type.googleapis.com/google.rpc.Status";

absl::Status WithExitCode(absl::Status status, ExitCode code) {
  status.SetPayload(kExitCodeKey, absl::Cord(std::to_string(code)));
  return status;
}

void ReadDetail(const google::protobuf::Any& any, ErrorDetails* details) {
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  google::rpc::ResourceInfo resource;
  google::rpc::BadRequest bad_request;
  if (any.UnpackTo(&info)) {
    details->reason = info.reason();
    details->domain = info.domain();
    details->metadata.insert(info.metadata().begin(), info.metadata().end());
  } else if (any.UnpackTo(&retry)) {
    details->retry_delay =
        std::chrono::seconds(retry.retry_delay().seconds()) +
        std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::nanoseconds(retry.retry_delay().nanos()));
  } else if (any.UnpackTo(&resource)) {
    details->resource_type = resource.resource_type();
    details->resource_name = resource.resource_name();
  } else if (any.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      details->violations.push_back(
          {violation.field(), violation.description()});
    }
  }
}

}  // namespace

absl::Status UsageError(std::string_view message) {
  return WithExitCode(absl::InvalidArgumentError(std::string(message)),
                      kExitUsage);
}

absl::Status InputError(std::string_view message) {
  return WithExitCode(absl::InvalidArgumentError(std::string(message)),
                      kExitInput);
}

absl::Status InterruptedError(std::string_view message) {
  return WithExitCode(
      absl::CancelledError(fmt::format("interrupted: {}", message)),
      kExitInterrupted);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  absl::Status result(code, status.error_message());
  if (!status.error_details().empty()) {
    result.SetPayload(kGoogleRpcKey, absl::Cord(status.error_details()));
  }
  return WithExitCode(std::move(result),
                      code == absl::StatusCode::kUnavailable ||
                              code == absl::StatusCode::kDeadlineExceeded
                          ? kExitUnreachable
                          : kExitRefused);
}

absl::Status FromProto(const google::rpc::Status& status) {
  const absl::Status error =
      FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                            status.message(), status.SerializeAsString()));
  return error.ok() ? error : WithExitCode(error, kExitRefused);
}

absl::Status WithMessage(const absl::Status& error, std::string_view message) {
  absl::Status renamed(error.code(), std::string(message));
  error.ForEachPayload([&renamed](auto key, const absl::Cord& value) {
    renamed.SetPayload(key, value);
  });
  return renamed;
}

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto bytes = status.GetPayload(kGoogleRpcKey);
  google::rpc::Status proto;
  if (!bytes || !proto.ParseFromString(std::string(*bytes))) return details;
  for (const auto& any : proto.details()) ReadDetail(any, &details);
  return details;
}

std::string CodeName(absl::StatusCode code) {
  return absl::StatusCodeToString(code);
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  const auto code = status.GetPayload(kExitCodeKey);
  if (!code) return kExitRefused;
  return static_cast<ExitCode>(std::stoi(std::string(*code)));
}

std::string DescribeError(const absl::Status& status) {
  const ExitCode exit_code = ExitCodeOf(status);
  // The codes of errors found here would only repeat the message.
  std::string text =
      exit_code == kExitUsage || exit_code == kExitInput ||
              exit_code == kExitInterrupted
          ? fmt::format("error: {}", std::string(status.message()))
          : fmt::format("error: {}: {}", CodeName(status.code()),
                        std::string(status.message()));
  const ErrorDetails details = DetailsOf(status);
  for (const auto& violation : details.violations) {
    text += fmt::format("\n  {}: {}", violation.field, violation.description);
  }
  if (!details.resource_name.empty()) {
    text +=
        fmt::format("\n  {}: {}", details.resource_type, details.resource_name);
  }
  if (!details.reason.empty()) {
    text += fmt::format("\n  reason: {} ({})", details.reason, details.domain);
  }
  for (const auto& [name, value] : details.metadata) {
    text += fmt::format("\n  {}: {}", name, value);
  }
  if (details.retry_delay) {
    text += fmt::format("\n  retry after: {} ms", details.retry_delay->count());
  }
  return text;
}

nlohmann::json ErrorToJson(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  nlohmann::json error = {{"code", CodeName(status.code())},
                          {"message", std::string(status.message())},
                          {"exit_code", static_cast<int>(ExitCodeOf(status))}};
  if (!details.reason.empty()) {
    error["reason"] = details.reason;
    error["domain"] = details.domain;
  }
  if (!details.metadata.empty()) error["metadata"] = details.metadata;
  for (const auto& violation : details.violations) {
    error["field_violations"].push_back(
        {{"field", violation.field}, {"description", violation.description}});
  }
  if (!details.resource_name.empty()) {
    error["resource"] = {{"type", details.resource_type},
                         {"name", details.resource_name}};
  }
  if (details.retry_delay) {
    error["retry_delay_ms"] = details.retry_delay->count();
  }
  return {{"error", std::move(error)}};
}

}  // namespace mi::client
