#include "clients/cpp/load/retry.h"

#include <algorithm>

#include "clients/cpp/error.h"

namespace mi::client {

std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& error,
                                                    int attempt) {
  constexpr std::chrono::milliseconds kFirst(100);
  constexpr std::chrono::milliseconds kLongest(5'000);
  constexpr int kMaxDoublings = 6;  // 100 ms * 2^6 > 5 s
  const bool busy = absl::IsResourceExhausted(error);
  if (!busy && !absl::IsUnavailable(error) &&
      !absl::IsDeadlineExceeded(error)) {
    return std::nullopt;
  }
  const auto said = DetailsOf(error).retry_delay;
  if (said) return std::max(*said, std::chrono::milliseconds(1));
  if (busy) return std::nullopt;
  return std::min(kFirst * (1 << std::min(attempt, kMaxDoublings)), kLongest);
}

}  // namespace mi::client
