// Calls that outlast a server that is busy or starts anew.

#ifndef MI_CLIENTS_CPP_PATIENT_CALL_H_
#define MI_CLIENTS_CPP_PATIENT_CALL_H_

#include <chrono>

#include "clients/cpp/interrupt.h"
#include "clients/cpp/load/retry.h"

namespace mi::client {

// Repeats `call`, which returns an absl::StatusOr and must be safe to retry,
// for up to a minute while that may help. Returns its last answer.
template <typename Call>
auto CallPatiently(const Interrupt& interrupt, const Call& call)
    -> decltype(call()) {
  constexpr std::chrono::minutes kPatience(1);
  const auto begin = std::chrono::steady_clock::now();
  for (int attempt = 0;; ++attempt) {
    auto answer = call();
    if (answer.ok()) return answer;
    const auto delay = RetryDelay(answer.status(), attempt);
    const auto waited = std::chrono::steady_clock::now() - begin;
    if (!delay || waited >= kPatience || !interrupt.Sleep(*delay)) {
      return answer;
    }
  }
}

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_PATIENT_CALL_H_
