// RETURN_IF_ERROR and ASSIGN_OR_RETURN, with the names that newer Abseil
// releases use. The engine has its own copy: a client includes only the API.
// Delete both when the packaged Abseil has them.

#ifndef MI_CLIENTS_CPP_STATUS_MACROS_H_
#define MI_CLIENTS_CPP_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MI_CLIENT_CONCAT_INNER_(x, y) x##y
#define MI_CLIENT_CONCAT_(x, y) MI_CLIENT_CONCAT_INNER_(x, y)

// Evaluates `expr`, an absl::Status, and returns it from the function if it is
// an error.
#define RETURN_IF_ERROR(expr)                                                  \
  do {                                                                         \
    if (absl::Status mi_status_ = (expr); !mi_status_.ok()) return mi_status_; \
  } while (false)

// Evaluates `expr`, an absl::StatusOr<T>; on success moves the value into
// `lhs`, which may declare a variable, and otherwise returns the status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL_(MI_CLIENT_CONCAT_(mi_statusor_, __LINE__), lhs, expr)

#define ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                           \
  if (!statusor.ok()) return statusor.status();     \
  lhs = std::move(statusor).value()

#endif  // MI_CLIENTS_CPP_STATUS_MACROS_H_
