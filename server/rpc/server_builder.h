// The gRPC server's settings, in one place, each with its reason.

#ifndef MI_SERVER_RPC_SERVER_BUILDER_H_
#define MI_SERVER_RPC_SERVER_BUILDER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "grpcpp/server_builder.h"

namespace mi::rpc {

struct ServerOptions {
  // Larger requests get RESOURCE_EXHAUSTED from gRPC itself.
  size_t max_request_bytes = 16 << 20;
  size_t max_response_bytes = 32 << 20;
  // Lists the services to anybody who asks.
  bool reflection = false;
  // Memory that gRPC's buffers may use; 0 leaves them unbounded.
  uint64_t buffer_memory_bytes = 0;
};

// Applies the settings, the standard health service among them. To be called
// once, before the builder makes its server.
void ConfigureServer(const ServerOptions& options,
                     grpc::ServerBuilder* builder);

// Raises the limit of open files to what the system allows, and returns it:
// gRPC stops accepting for good once it ran out of files.
absl::StatusOr<uint64_t> RaiseFileLimit();

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_SERVER_BUILDER_H_
