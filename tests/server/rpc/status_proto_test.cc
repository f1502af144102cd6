#include "server/rpc/status_proto.h"

#include <chrono>
#include <string>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace mi::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

google::rpc::Status Decode(const grpc::Status& status) {
  google::rpc::Status proto;
  EXPECT_TRUE(proto.ParseFromString(status.error_details()));
  return proto;
}

ErrorDetails FullDetails() {
  return {.reason = Reason::kVersionConflict,
          .violations = {{"points[3].id", "is empty"}, {"k", "is 0"}},
          .resource_type = "collection",
          .resource_name = "ads",
          .retry_after = std::chrono::milliseconds(1'500),
          .metadata = {{"current_version", "12"}, {"epoch", "e"}}};
}

TEST(StatusProtoTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "r").ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(StatusProtoTest, EveryDetailSurvivesTheWayThereAndBack) {
  const absl::Status status =
      MakeError(absl::StatusCode::kAborted, "stale", FullDetails());
  const absl::Status back = FromGrpcStatus(ToGrpcStatus(status, "r"));
  EXPECT_EQ(back.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(back.message(), "stale");
  EXPECT_EQ(GetErrorDetails(back), FullDetails());
}

TEST(StatusProtoTest, DetailsAreTheStandardMessages) {
  const google::rpc::Status proto = Decode(ToGrpcStatus(
      MakeError(absl::StatusCode::kAborted, "stale", FullDetails()), "r"));
  EXPECT_EQ(proto.code(), 10);  // ABORTED, as google.rpc.Code numbers it
  EXPECT_EQ(proto.message(), "stale");
  ASSERT_EQ(proto.details_size(), 4);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_EQ(proto.details(0).type_url(),
            "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(info.reason(), "VERSION_CONFLICT");
  EXPECT_EQ(info.domain(), "marketing-intelligence");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(proto.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(StatusProtoTest, EveryReasonHasAWayBack) {
  for (int i = 0; i <= static_cast<int>(Reason::kInternal); ++i) {
    const ErrorDetails details{.reason = static_cast<Reason>(i)};
    const absl::Status back = FromGrpcStatus(ToGrpcStatus(
        MakeError(absl::StatusCode::kUnavailable, "x", details), "r"));
    EXPECT_EQ(GetErrorDetails(back), details);
  }
}

TEST(StatusProtoTest, AnErrorWithoutDetailsGetsItsCodeAsTheReason) {
  const google::rpc::Status proto =
      Decode(ToGrpcStatus(absl::FailedPreconditionError("not now"), "r"));
  google::rpc::ErrorInfo info;
  ASSERT_EQ(proto.details_size(), 1);
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "FAILED_PRECONDITION");
}

TEST(StatusProtoTest, InternalErrorsTellOnlyTheRequestId) {
  for (const absl::Status& status :
       {absl::InternalError("secret of the engine"),
        absl::UnknownError("secret of the engine"),
        MakeError(absl::StatusCode::kInternal, "secret of the engine",
                  {.metadata = {{"path", "secret of the engine"}}})}) {
    const grpc::Status sent = ToGrpcStatus(status, "4f2a");
    EXPECT_EQ(sent.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(sent.error_message(), "internal error, request id 4f2a");
    EXPECT_THAT(sent.error_details(), Not(HasSubstr("secret")));
    EXPECT_THAT(sent.error_details(), HasSubstr("4f2a"));
  }
}

TEST(StatusProtoTest, LongMessagesAreCutBetweenCharacters) {
  // 1,023 bytes, then a character of three bytes across the limit of 1,024.
  const std::string text = std::string(1'023, 'x') + "\u20ac" + "tail";
  const grpc::Status sent = ToGrpcStatus(absl::NotFoundError(text), "r");
  EXPECT_EQ(sent.error_message(), std::string(1'023, 'x') + "...");
}

TEST(StatusProtoTest, DetailsStayBelowFourKibibytes) {
  Violations violations;
  for (int i = 0; i < 20; ++i) {
    violations.Add("points[" + std::to_string(i) + "].id",
                   std::string(900, 'x'));
  }
  const grpc::Status sent = ToGrpcStatus(violations.ToStatus(), "r");
  EXPECT_LE(sent.error_details().size(), 4096u);
  const auto details = GetErrorDetails(FromGrpcStatus(sent));
  ASSERT_TRUE(details.has_value());
  // What does not fit is left out; what fits is whole.
  ASSERT_GE(details->violations.size(), 2u);
  EXPECT_LT(details->violations.size(), 20u);
  EXPECT_EQ(details->violations[0].field, "points[0].id");
  EXPECT_EQ(details->violations[1].description, std::string(900, 'x'));
}

TEST(StatusProtoTest, ForeignStatusesKeepCodeAndMessage) {
  const absl::Status plain = FromGrpcStatus(
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  EXPECT_EQ(plain.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(plain), std::nullopt);
  const absl::Status garbled =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::ABORTED, "x", "\xff\xff"));
  EXPECT_EQ(garbled.code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace mi::rpc
