// Errors of the engine as statuses of gRPC, and back.
//
// Every error carries google.rpc.ErrorInfo with a reason; BadRequest,
// ResourceInfo and RetryInfo go with it where they say something. They travel
// as a google.rpc.Status in the trailer `grpc-status-details-bin`.

#ifndef MI_SERVER_RPC_STATUS_PROTO_H_
#define MI_SERVER_RPC_STATUS_PROTO_H_

#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace mi::rpc {

// ErrorInfo.domain of every error of ours.
inline constexpr std::string_view kErrorDomain = "marketing-intelligence";

// The status for the client. INTERNAL and UNKNOWN tell no more than the request
// id: their text is for the log. Long messages are cut and details that do not
// fit into 4 KiB are left out, because trailers have a limit of 8.
grpc::Status ToGrpcStatus(const absl::Status& status,
                          std::string_view request_id);

// What a client reads from a status of ours: code, message, and the details as
// mi::ErrorDetails. Reasons that we do not know count as kInternal.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_STATUS_PROTO_H_
