// The one error that means: what is stored is not what was written.

#ifndef MI_ENGINE_STORAGE_DATA_LOSS_H_
#define MI_ENGINE_STORAGE_DATA_LOSS_H_

#include <string_view>

#include "absl/status/status.h"
#include "engine/base/error.h"

namespace mi::storage {

// DATA_LOSS with Reason::kDataLoss.
inline absl::Status DataLoss(std::string_view message) {
  ErrorDetails details;
  details.reason = Reason::kDataLoss;
  return MakeError(absl::StatusCode::kDataLoss, message, details);
}

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_DATA_LOSS_H_
