#include "tests/support/test_server.h"

#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"

namespace mi::testing {

namespace v1 = ::marketing::intelligence::v1;

TestServer::TestServer(server::Config config)
    : config_(std::move(config)),
      log_({.threshold = telemetry::Severity::kCritical}) {
  config_.listen = "127.0.0.1:0";
  config_.metrics_listen = "127.0.0.1:0";
  config_.data_dir = folder_.path().string();
  if (config_.api_keys_file.empty()) {
    config_.insecure_single_tenant = "default";
  }
  Start();
}

TestServer::~TestServer() = default;

void TestServer::Start() {
  auto started = server::Server::Start(config_, log_);
  if (!started.ok()) {
    ADD_FAILURE() << started.status().ToString();
    std::abort();
  }
  server_ = *std::move(started);
  const auto channel = Connect();
  collections_ = v1::CollectionService::NewStub(channel);
  search_ = v1::SearchService::NewStub(channel);
  graphs_ = v1::GraphService::NewStub(channel);
  budgets_ = v1::BudgetService::NewStub(channel);
  operations_ = v1::OperationsService::NewStub(channel);
}

void TestServer::Restart() {
  server_.reset();
  Start();
}

std::shared_ptr<grpc::Channel> TestServer::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port()),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace mi::testing
