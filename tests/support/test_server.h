// A whole server inside the test, on a port of its own.

#ifndef MI_TESTS_SUPPORT_TEST_SERVER_H_
#define MI_TESTS_SUPPORT_TEST_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "marketing/intelligence/v1/budget_service.grpc.pb.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "server/config.h"
#include "server/server.h"
#include "server/telemetry/log.h"
#include "tests/support/temporary_folder.h"

namespace mi::testing {

// Thread-safe once started.
class TestServer {
 public:
  // Everyone is tenant "default" unless `config` names a key file. Address and
  // data folder are set here.
  explicit TestServer(server::Config config = {});
  ~TestServer();

  // Stops, and starts again on the same data.
  void Restart();

  std::shared_ptr<grpc::Channel> Connect() const;
  const std::filesystem::path& data_folder() const { return folder_.path(); }
  server::Server& server() { return *server_; }
  int port() const { return server_->port(); }

  marketing::intelligence::v1::CollectionService::Stub& collections() {
    return *collections_;
  }
  marketing::intelligence::v1::SearchService::Stub& search() {
    return *search_;
  }
  marketing::intelligence::v1::GraphService::Stub& graphs() { return *graphs_; }
  marketing::intelligence::v1::BudgetService::Stub& budgets() {
    return *budgets_;
  }
  marketing::intelligence::v1::OperationsService::Stub& operations() {
    return *operations_;
  }

 private:
  void Start();

  TemporaryFolder folder_;
  server::Config config_;
  telemetry::Log log_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<marketing::intelligence::v1::CollectionService::Stub>
      collections_;
  std::unique_ptr<marketing::intelligence::v1::SearchService::Stub> search_;
  std::unique_ptr<marketing::intelligence::v1::GraphService::Stub> graphs_;
  std::unique_ptr<marketing::intelligence::v1::BudgetService::Stub> budgets_;
  std::unique_ptr<marketing::intelligence::v1::OperationsService::Stub>
      operations_;
};

// Calls a unary method with a deadline of 30 s, and the key if one is given:
//   Invoke(&Stub::Search, stub, request, &response)
template <typename Stub, typename Request, typename Response>
grpc::Status Invoke(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    Stub& stub, const Request& request, Response* response,
                    const std::string& api_key = "") {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(30));
  if (!api_key.empty()) context.AddMetadata("x-api-key", api_key);
  return (stub.*method)(&context, request, response);
}

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_TEST_SERVER_H_
