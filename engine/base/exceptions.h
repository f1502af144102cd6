// The one place where exceptions of the libraries below become a status.

#ifndef MI_ENGINE_BASE_EXCEPTIONS_H_
#define MI_ENGINE_BASE_EXCEPTIONS_H_

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi {

// Runs `call`, which returns absl::Status or absl::StatusOr<T>; an exception
// becomes RESOURCE_EXHAUSTED (no memory) or INTERNAL (anything else).
template <typename Call>
auto CatchExceptions(Call&& call) -> decltype(call()) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    return absl::InternalError(std::string(error.what()));
  }
}

}  // namespace mi

#endif  // MI_ENGINE_BASE_EXCEPTIONS_H_
