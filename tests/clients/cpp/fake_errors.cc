#include "tests/clients/cpp/fake_errors.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mi::client {
namespace {

grpc::Status WithDetail(grpc::StatusCode code, const std::string& message,
                        const google::protobuf::Message& detail) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(detail);
  return {code, message, status.SerializeAsString()};
}

}  // namespace

grpc::Status Unavailable(std::chrono::milliseconds retry_after) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(std::chrono::nanoseconds(retry_after).count()));
  return WithDetail(grpc::StatusCode::UNAVAILABLE, "overloaded", retry);
}

grpc::Status BadFields(
    const std::vector<std::pair<std::string, std::string>>& violations,
    grpc::StatusCode code) {
  google::rpc::BadRequest bad_request;
  for (const auto& [field, description] : violations) {
    auto* added = bad_request.add_field_violations();
    added->set_field(field);
    added->set_description(description);
  }
  return WithDetail(code, "invalid points", bad_request);
}

grpc::Status WithCommitted(const grpc::Status& status, int committed) {
  google::rpc::Status proto;
  proto.ParseFromString(status.error_details());
  google::rpc::ErrorInfo info;
  info.set_reason("FAKE");
  (*info.mutable_metadata())["committed_batches"] = std::to_string(committed);
  proto.add_details()->PackFrom(info);
  return {status.error_code(), status.error_message(),
          proto.SerializeAsString()};
}

}  // namespace mi::client
