#include "clients/cpp/error.h"

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

// An error with every kind of detail that the server sends.
absl::Status FullError() {
  google::rpc::Status proto;
  google::rpc::ErrorInfo info;
  info.set_reason("VERSION_CONFLICT");
  info.set_domain("example.org");
  (*info.mutable_metadata())["committed_batches"] = "2";
  proto.add_details()->PackFrom(info);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(250'000'000);
  proto.add_details()->PackFrom(retry);
  google::rpc::ResourceInfo resource;
  resource.set_resource_type("collection");
  resource.set_resource_name("ads");
  proto.add_details()->PackFrom(resource);
  google::rpc::BadRequest bad_request;
  for (const char* field : {"k", "query.vector"}) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field(field);
    violation->set_description("is wrong");
  }
  proto.add_details()->PackFrom(bad_request);
  return FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "conflict",
                               proto.SerializeAsString()));
}

TEST(ErrorTest, TellsEveryDetailToAPerson) {
  EXPECT_EQ(DescribeError(FullError()),
            "error: ABORTED: conflict\n"
            "  k: is wrong\n"
            "  query.vector: is wrong\n"
            "  collection: ads\n"
            "  reason: VERSION_CONFLICT (example.org)\n"
            "  committed_batches: 2\n"
            "  retry after: 1250 ms");
}

TEST(ErrorTest, TellsEveryDetailToAScript) {
  EXPECT_EQ(ErrorToJson(FullError()), nlohmann::json::parse(R"({"error": {
              "code": "ABORTED", "message": "conflict", "exit_code": 1,
              "reason": "VERSION_CONFLICT", "domain": "example.org",
              "metadata": {"committed_batches": "2"},
              "field_violations": [
                {"field": "k", "description": "is wrong"},
                {"field": "query.vector", "description": "is wrong"}],
              "resource": {"type": "collection", "name": "ads"},
              "retry_delay_ms": 1250}})"));
}

TEST(ErrorTest, OtherWordsKeepTheDetails) {
  const absl::Status renamed = WithMessage(FullError(), "line 3: conflict");
  EXPECT_EQ(renamed.message(), "line 3: conflict");
  EXPECT_EQ(DetailsOf(renamed).violations.size(), 2);
  EXPECT_EQ(ExitCodeOf(renamed), kExitRefused);
}

TEST(ErrorTest, ExitCodesTellWhoseFaultItIs) {
  const auto exit_code = [](grpc::StatusCode code) {
    return ExitCodeOf(FromGrpc(grpc::Status(code, "")));
  };
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(exit_code(grpc::StatusCode::NOT_FOUND), 1);
  EXPECT_EQ(ExitCodeOf(UsageError("")), 2);
  EXPECT_EQ(ExitCodeOf(InputError("")), 3);
  EXPECT_EQ(exit_code(grpc::StatusCode::UNAVAILABLE), 4);
  EXPECT_EQ(exit_code(grpc::StatusCode::DEADLINE_EXCEEDED), 4);
}

TEST(ErrorTest, BrokenDetailsAreNoDetails) {
  const absl::Status error = FromGrpc(
      grpc::Status(grpc::StatusCode::INTERNAL, "oops", "\xff\xff not a proto"));
  EXPECT_EQ(DescribeError(error), "error: INTERNAL: oops");
}

}  // namespace
}  // namespace mi::client
