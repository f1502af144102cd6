#include "clients/cpp/commands/load_limits.h"

#include <algorithm>
#include <cstddef>

#include "clients/cpp/status_macros.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

absl::StatusOr<v1::Limits> ApplyMessageLimit(Session& session,
                                             LoadOptions* load) {
  constexpr double kShareForFraming = 0.9;
  ASSIGN_OR_RETURN(
      const v1::GetServerInfoResponse info,
      session.Call(session.operations(), &Session::Operations::GetServerInfo,
                   v1::GetServerInfoRequest()));
  const auto bytes = static_cast<double>(info.limits().max_message_bytes());
  load->batch_bytes = std::min(load->batch_bytes,
                               static_cast<size_t>(bytes * kShareForFraming));
  return info.limits();
}

}  // namespace mi::client
