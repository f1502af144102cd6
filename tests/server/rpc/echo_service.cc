#include "tests/server/rpc/echo_service.h"

#include <chrono>
#include <fstream>
#include <future>
#include <thread>
#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "server/rpc/server_builder.h"
#include "spdlog/sinks/ostream_sink.h"

namespace mi::rpc::testing {
namespace {

using auth::MethodPermission;
using auth::Permission;

constexpr char kService[] = "mi.testing.v1.EchoService";
constexpr MethodInfo kEcho{kService, "Echo", CallClass::kRead};
constexpr MethodInfo kSave{kService, "Save", CallClass::kWrite};
constexpr MethodInfo kUnlisted{kService, "Unlisted", CallClass::kAdmin};
constexpr MethodInfo kCollect{kService, "Collect", CallClass::kWrite};

constexpr MethodPermission kPermissions[] = {
    {kService, "Echo", Permission::kRead},
    {kService, "Save", Permission::kWrite},
    {kService, "Collect", Permission::kWrite},
};

}  // namespace

grpc::ServerUnaryReactor* EchoService::Echo(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::EchoRequest, v1::EchoResponse>(
      context, request, response, kEcho, std::ref(echo));
}

grpc::ServerUnaryReactor* EchoService::Save(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::EchoRequest, v1::EchoResponse>(
      context, request, response, kSave, std::ref(echo));
}

grpc::ServerUnaryReactor* EchoService::Unlisted(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::EchoRequest, v1::EchoResponse>(
      context, request, response, kUnlisted, std::ref(echo));
}

grpc::ServerReadReactor<grpc::ByteBuffer>* EchoService::Collect(
    grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
  return calls_.ClientStream<v1::EchoRequest, v1::CollectResponse>(
      context, response, kCollect, std::ref(collect));
}

EchoServer::Settings EchoServer::DefaultSettings() {
  Settings settings;
  settings.calls.read.threads = 2;
  settings.calls.write.threads = 2;
  settings.calls.permissions = kPermissions;
  return settings;
}

EchoServer::EchoServer(const Settings& settings) {
  log_ = std::make_unique<telemetry::Log>(telemetry::Log::Options{
      .sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text_)});
  if (settings.keys.empty()) {
    authenticator_ =
        auth::Authenticator::SingleTenant(authority_, metrics_, "default");
  } else {
    const std::string path = (folder_.path() / "keys").string();
    std::ofstream(path) << settings.keys;
    authenticator_ =
        auth::Authenticator::FromKeyFile(authority_, metrics_, path).value();
  }
  calls_ =
      std::make_unique<Calls>(*authenticator_, metrics_, *log_, settings.calls);
  service_ = std::make_unique<EchoService>(*calls_);
  grpc::ServerBuilder builder;
  ConfigureServer({.max_response_bytes = settings.calls.max_response_bytes},
                  &builder);
  builder.AddListeningPort(settings.listen, grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  stub_ = v1::EchoService::NewStub(NewChannel());
}

EchoServer::~EchoServer() {
  stub_.reset();
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  server_.reset();
}

std::shared_ptr<grpc::Channel> EchoServer::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port_),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

double EchoServer::Metric(const std::string& series) const {
  std::istringstream lines(metrics_.Scrape());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) {
      return std::stod(line.substr(series.size() + 1));
    }
  }
  return -1;
}

bool EchoServer::WaitUntilIdle() const {
  for (int i = 0; i < 1'000; ++i) {
    const double inflight = Metric("mi_grpc_inflight{class=\"read\"}") +
                            Metric("mi_grpc_inflight{class=\"write\"}") +
                            Metric("mi_grpc_inflight{class=\"admin\"}");
    if (inflight == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string EchoServer::LogText() {
  log_->Flush();
  return log_text_.str();
}

std::unique_ptr<grpc::ClientContext> NewContext(
    std::chrono::milliseconds timeout) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + timeout);
  return context;
}

grpc::Status SendBytes(EchoServer& server, const std::string& method,
                       const std::string& bytes) {
  grpc::GenericStub stub(server.NewChannel());
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  const auto context = NewContext();
  std::promise<grpc::Status> done;
  stub.UnaryCall(context.get(), "/mi.testing.v1.EchoService/" + method, {},
                 &request, &response, [&done](const grpc::Status& status) {
                   done.set_value(status);
                 });
  return done.get_future().get();
}

}  // namespace mi::rpc::testing
