#include "engine/base/error.h"

#include <chrono>
#include <optional>
#include <string>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi {
namespace {

using ::mi::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(ErrorTest, DetailsSurviveTheWayThroughAStatus) {
  ErrorDetails details;
  details.reason = Reason::kVersionConflict;
  details.violations = {{"points[3].vector", "has 3 values, 4 wanted"},
                        {"", "text with 12:colons and \n lines"}};
  details.resource_type = "collection";
  details.resource_name = "caf\xc3\xa9 5:x";
  details.retry_after = std::chrono::milliseconds(0);
  details.metadata = {{"current_version", "12"}, {"", ""}};

  const absl::Status status =
      MakeError(absl::StatusCode::kAborted, "it changed", details);

  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "it changed"));
  EXPECT_EQ(GetErrorDetails(status), details);
  // As it passes through StatusOr and copies.
  const absl::StatusOr<int> wrapped = status;
  EXPECT_EQ(GetErrorDetails(absl::Status(wrapped.status())), details);
}

TEST(ErrorTest, AStatusWithoutDetailsHasNone) {
  EXPECT_EQ(GetErrorDetails(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(GetErrorDetails(absl::InternalError("x")), std::nullopt);
}

TEST(ErrorTest, AnAbsentDelayStaysAbsent) {
  const auto details = GetErrorDetails(
      MakeError(absl::StatusCode::kInternal, "", ErrorDetails{}));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->retry_after, std::nullopt);
}

TEST(ErrorTest, InvalidFieldNamesTheField) {
  const absl::Status status = InvalidField("k", "must be at least 1");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "k: must be at least 1"));
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kInvalidField);
  EXPECT_THAT(details->violations,
              ElementsAre(FieldViolation{"k", "must be at least 1"}));
}

TEST(ErrorTest, ResourceErrorNamesTheResource) {
  const auto details = GetErrorDetails(
      ResourceError(absl::StatusCode::kNotFound, Reason::kCollectionNotFound,
                    "collection", "ads", "no collection 'ads'"));
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kCollectionNotFound);
  EXPECT_EQ(details->resource_type, "collection");
  EXPECT_EQ(details->resource_name, "ads");
}

TEST(ErrorTest, RetryLaterCarriesTheDelay) {
  const absl::Status status =
      RetryLater(absl::StatusCode::kUnavailable, Reason::kOverloaded, "busy",
                 std::chrono::milliseconds(250));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "busy"));
  EXPECT_EQ(GetErrorDetails(status)->retry_after,
            std::chrono::milliseconds(250));
}

TEST(ErrorTest, NoViolationsAreOk) {
  const Violations violations;
  EXPECT_TRUE(violations.empty());
  EXPECT_OK(violations.ToStatus());
}

TEST(ErrorTest, ViolationsBeyondTheLimitAreCountedNotKept) {
  Violations violations;
  for (int i = 0; i < 25; ++i) violations.Add(fmt::format("f{}", i), "is bad");
  const absl::Status status = violations.ToStatus();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               "f0: is bad (and 24 more)"));
  EXPECT_THAT(GetErrorDetails(status)->violations,
              SizeIs(Violations::kMaxViolations));
}

// The names are part of the API: they must not change by accident.
TEST(ErrorTest, ReasonsHaveTheirPublicNames) {
  EXPECT_EQ(ReasonName(Reason::kInvalidField), "INVALID_FIELD");
  EXPECT_EQ(ReasonName(Reason::kDiskFull), "DISK_FULL");
  EXPECT_EQ(ReasonName(Reason::kDataLoss), "DATA_LOSS");
  EXPECT_EQ(ReasonName(Reason::kInternal), "INTERNAL");
}

}  // namespace
}  // namespace mi
