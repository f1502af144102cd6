// Matchers for absl::Status and absl::StatusOr, with the names of newer Abseil
// releases; delete this file when the packaged Abseil has them.

#ifndef MI_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define MI_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::testing {

inline const absl::Status& ToStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& ToStatus(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << ToStatus(arg).ToString();
  return ToStatus(arg).ok();
}

MATCHER_P(IsOkAndHolds, value_matcher, "is OK and holds a matching value") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

MATCHER_P2(StatusIs, code, message_matcher, "has the code and the message") {
  const absl::Status& status = ToStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         ::testing::ExplainMatchResult(
             message_matcher, std::string(status.message()), result_listener);
}

}  // namespace mi::testing

#define ASSERT_OK(expr) ASSERT_THAT((expr), ::mi::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT((expr), ::mi::testing::IsOk())

// Declares or assigns `lhs` from a StatusOr, failing the test on an error.
#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  ASSERT_OK_AND_ASSIGN_IMPL_(MI_TEST_CONCAT_(mi_statusor_, __LINE__), lhs, expr)
#define MI_TEST_CONCAT_INNER_(x, y) x##y
#define MI_TEST_CONCAT_(x, y) MI_TEST_CONCAT_INNER_(x, y)
#define ASSERT_OK_AND_ASSIGN_IMPL_(statusor, lhs, expr)       \
  auto statusor = (expr);                                     \
  ASSERT_TRUE(statusor.ok()) << statusor.status().ToString(); \
  lhs = std::move(statusor).value()

#endif  // MI_TESTS_SUPPORT_STATUS_MATCHERS_H_
