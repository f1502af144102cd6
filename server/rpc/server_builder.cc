#include "server/rpc/server_builder.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "grpc/impl/codegen/grpc_types.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"

namespace mi::rpc {
namespace {

constexpr int kMillisecondsPerSecond = 1000;

struct Argument {
  const char* name;
  int value;
};

constexpr Argument kArguments[] = {
    // Room for a long token beside the usual headers.
    {GRPC_ARG_MAX_METADATA_SIZE, 16 << 10},
    // Calls at once on one connection. A front end opens a second one beyond.
    {GRPC_ARG_MAX_CONCURRENT_STREAMS, 256},
    // Forgets clients that have long stopped calling.
    {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * 60 * kMillisecondsPerSecond},
    // Finds peers that died without closing: they would hold up a shutdown.
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60 * kMillisecondsPerSecond},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * kMillisecondsPerSecond},
    {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
    // Clients may do the same, every 30 seconds at most.
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
     30 * kMillisecondsPerSecond},
    {GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2},
    // Clients that connect and then say nothing.
    {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10 * kMillisecondsPerSecond},
    // Else a second process could listen on the same port unnoticed.
    {GRPC_ARG_ALLOW_REUSEPORT, 0},
};

}  // namespace

void ConfigureServer(const ServerOptions& options,
                     grpc::ServerBuilder* builder) {
  for (const Argument& argument : kArguments) {
    builder->AddChannelArgument(argument.name, argument.value);
  }
  builder->SetMaxReceiveMessageSize(
      static_cast<int>(options.max_request_bytes));
  builder->SetMaxSendMessageSize(static_cast<int>(options.max_response_bytes));
  if (options.buffer_memory_bytes > 0) {
    grpc::ResourceQuota quota("mi-server");
    quota.Resize(options.buffer_memory_bytes);
    builder->SetResourceQuota(quota);
  }
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  }
}

absl::StatusOr<uint64_t> RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return limit.rlim_cur;
  }
  return absl::InternalError(fmt::format(
      "cannot raise the limit of open files: {}", std::strerror(errno)));
}

}  // namespace mi::rpc
