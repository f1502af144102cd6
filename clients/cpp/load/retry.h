// When to try a write again. Batches may be repeated: their idempotency keys
// let the server write each of them once.

#ifndef MI_CLIENTS_CPP_LOAD_RETRY_H_
#define MI_CLIENTS_CPP_LOAD_RETRY_H_

#include <chrono>
#include <optional>

#include "absl/status/status.h"

namespace mi::client {

// How long to wait before trying again, for the error of attempt number
// `attempt`, from 0; nothing if that would not help.
//
// The server's own word (RetryInfo) counts where there is one. Without it,
// UNAVAILABLE and DEADLINE_EXCEEDED back off exponentially up to 5 s, and
// RESOURCE_EXHAUSTED is final: gRPC says so of messages that are too large.
std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& error,
                                                    int attempt);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_RETRY_H_
