// RETURN_IF_ERROR and ASSIGN_OR_RETURN, with the names that newer Abseil
// releases use; delete this file when the packaged Abseil has them.

#ifndef MI_ENGINE_BASE_STATUS_MACROS_H_
#define MI_ENGINE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MI_STATUS_CONCAT_INNER_(x, y) x##y
#define MI_STATUS_CONCAT_(x, y) MI_STATUS_CONCAT_INNER_(x, y)

// Evaluates `expr`, an absl::Status, and returns it from the function if it is
// an error.
#define RETURN_IF_ERROR(expr)                                                  \
  do {                                                                         \
    if (absl::Status mi_status_ = (expr); !mi_status_.ok()) return mi_status_; \
  } while (false)

// Evaluates `expr`, an absl::StatusOr<T>; on success moves the value into
// `lhs`, which may declare a variable, and otherwise returns the status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL_(MI_STATUS_CONCAT_(mi_statusor_, __LINE__), lhs, expr)

#define ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                           \
  if (!statusor.ok()) return statusor.status();     \
  lhs = std::move(statusor).value()

#endif  // MI_ENGINE_BASE_STATUS_MACROS_H_
