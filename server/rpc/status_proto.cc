#include "server/rpc/status_proto.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mi::rpc {
namespace {

constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxDetailsBytes = 4096;

// The code in upper snake case: the reason of an error that gives no other.
std::string CodeName(absl::StatusCode code) {
  return absl::StatusCodeToString(code);
}

// At most `max_bytes` of the text, without cutting a character in two.
std::string Shorten(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return std::string(text.substr(0, end)) + "...";
}

// Packs `detail`, unless it would make the whole too large.
void Add(const google::protobuf::Message& detail, google::rpc::Status* status) {
  google::protobuf::Any* any = status->add_details();
  any->PackFrom(detail);
  if (status->ByteSizeLong() > kMaxDetailsBytes) {
    status->mutable_details()->RemoveLast();
  }
}

google::rpc::ErrorInfo ErrorInfoOf(const ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(details.reason)));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [name, value] : details.metadata) {
    (*info.mutable_metadata())[name] = value;
  }
  return info;
}

void AddRetryInfo(std::chrono::milliseconds delay,
                  google::rpc::Status* status) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(delay);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds.count());
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(std::chrono::nanoseconds(delay - seconds).count()));
  Add(retry, status);
}

// As many violations as fit.
void AddBadRequest(const ErrorDetails& details, google::rpc::Status* status) {
  google::rpc::BadRequest bad_request;
  const size_t room = kMaxDetailsBytes -
                      std::min(kMaxDetailsBytes, status->ByteSizeLong() + 128);
  for (const FieldViolation& violation : details.violations) {
    auto* added = bad_request.add_field_violations();
    added->set_field(Shorten(violation.field, kMaxMessageBytes));
    added->set_description(Shorten(violation.description, kMaxMessageBytes));
    if (bad_request.ByteSizeLong() > room) {
      bad_request.mutable_field_violations()->RemoveLast();
      break;
    }
  }
  Add(bad_request, status);
}

void AddDetails(const ErrorDetails& details, google::rpc::Status* status) {
  Add(ErrorInfoOf(details), status);
  if (details.retry_after) AddRetryInfo(*details.retry_after, status);
  if (!details.resource_type.empty()) {
    google::rpc::ResourceInfo resource;
    resource.set_resource_type(details.resource_type);
    resource.set_resource_name(details.resource_name);
    Add(resource, status);
  }
  if (!details.violations.empty()) AddBadRequest(details, status);
}

google::rpc::ErrorInfo BareErrorInfo(const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(std::string(kErrorDomain));
  return info;
}

bool IsOurFault(const absl::Status& status) {
  return absl::IsInternal(status) || absl::IsUnknown(status);
}

google::rpc::Status InternalError(std::string_view request_id) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(absl::StatusCode::kInternal));
  proto.set_message(fmt::format("internal error, request id {}", request_id));
  auto info = BareErrorInfo(std::string(ReasonName(Reason::kInternal)));
  (*info.mutable_metadata())["request_id"] = std::string(request_id);
  Add(info, &proto);
  return proto;
}

Reason ReasonOf(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Reason::kInternal); ++i) {
    const auto reason = static_cast<Reason>(i);
    if (ReasonName(reason) == name) return reason;
  }
  return Reason::kInternal;
}

void ReadDetail(const google::protobuf::Any& any, ErrorDetails* details) {
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  google::rpc::ResourceInfo resource;
  google::rpc::BadRequest bad_request;
  if (any.UnpackTo(&info)) {
    details->reason = ReasonOf(info.reason());
    details->metadata.assign(info.metadata().begin(), info.metadata().end());
    std::sort(details->metadata.begin(), details->metadata.end());
  } else if (any.UnpackTo(&retry)) {
    details->retry_after =
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

grpc::Status ToGrpcStatus(const absl::Status& status,
                          std::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status proto;
  if (IsOurFault(status)) {
    proto = InternalError(request_id);
  } else {
    proto.set_code(static_cast<int>(status.code()));
    proto.set_message(Shorten(std::string(status.message()), kMaxMessageBytes));
    if (const auto details = GetErrorDetails(status)) {
      AddDetails(*details, &proto);
    } else {
      Add(BareErrorInfo(CodeName(status.code())), &proto);
    }
  }
  return grpc::Status(static_cast<grpc::StatusCode>(proto.code()),
                      proto.message(), proto.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  google::rpc::Status proto;
  if (status.error_details().empty() ||
      !proto.ParseFromString(status.error_details())) {
    return absl::Status(code, status.error_message());
  }
  ErrorDetails details;
  for (const auto& any : proto.details()) ReadDetail(any, &details);
  return MakeError(code, status.error_message(), details);
}

}  // namespace mi::rpc
