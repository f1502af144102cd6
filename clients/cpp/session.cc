#include "clients/cpp/session.h"

#include <utility>

#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

std::shared_ptr<grpc::Channel> ConnectTo(const GlobalOptions& options) {
  // The server bounds its answers; any that it sends is welcome.
  constexpr int kUnlimited = -1;
  constexpr int kMaxBackoffMs = 2'000;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  arguments.SetUserAgentPrefix("mi");
  return grpc::CreateCustomChannel(
      options.server,
      options.tls ? grpc::SslCredentials(grpc::SslCredentialsOptions())
                  : grpc::InsecureChannelCredentials(),
      arguments);
}

Session::Session(GlobalOptions options,
                 const std::shared_ptr<grpc::Channel>& channel, Streams streams)
    : options_(std::move(options)),
      streams_(streams),
      collections_(v1::CollectionService::NewStub(channel)),
      search_(v1::SearchService::NewStub(channel)),
      operations_(v1::OperationsService::NewStub(channel)),
      graphs_(v1::GraphService::NewStub(channel)) {}

void Session::PrepareCall(grpc::ClientContext* context) const {
  context->set_deadline(
      std::chrono::system_clock::now() +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::duration<double>(options_.timeout_seconds)));
  if (!options_.api_key.empty()) {
    context->AddMetadata("authorization", "Bearer " + options_.api_key);
  }
}

absl::Status Session::Explain(const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE &&
      status.error_details().empty()) {
    return FromGrpc(
        grpc::Status(status.error_code(),
                     fmt::format("no answer from {}: {}", options_.server,
                                 status.error_message())));
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return FromGrpc(
        grpc::Status(status.error_code(),
                     fmt::format("{} did not answer within {} s (--timeout)",
                                 options_.server, options_.timeout_seconds),
                     status.error_details()));
  }
  return FromGrpc(status);
}

void Session::PrintJson(const Json& json) { out() << Dump(json) << '\n'; }

}  // namespace mi::client
