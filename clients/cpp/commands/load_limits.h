// What the server's limits mean for a load.

#ifndef MI_CLIENTS_CPP_COMMANDS_LOAD_LIMITS_H_
#define MI_CLIENTS_CPP_COMMANDS_LOAD_LIMITS_H_

#include "absl/status/statusor.h"
#include "clients/cpp/load/load_options.h"
#include "clients/cpp/session.h"
#include "marketing/intelligence/v1/operations_service.pb.h"

namespace mi::client {

// Keeps the bytes of a batch within what the server accepts of a message.
// Returns its limits.
absl::StatusOr<marketing::intelligence::v1::Limits> ApplyMessageLimit(
    Session& session, LoadOptions* load);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_LOAD_LIMITS_H_
