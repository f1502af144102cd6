// What every command works with: a connection, the global options, and where
// to write.

#ifndef MI_CLIENTS_CPP_SESSION_H_
#define MI_CLIENTS_CPP_SESSION_H_

#include <chrono>
#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/error.h"
#include "clients/cpp/output/proto_json.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"

namespace mi::client {

struct GlobalOptions {
  std::string server = "localhost:7700";
  std::string api_key;
  double timeout_seconds = 30;
  bool tls = false;
  bool json = false;
};

// Answers go to `out`, progress and messages to `err`; questions are answered
// from `in`, if there is one and a person sits there.
struct Streams {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
  std::istream* in = nullptr;
  bool in_is_terminal = false;
};

using Connect =
    std::function<std::shared_ptr<grpc::Channel>(const GlobalOptions&)>;

// A channel to options.server; connects when it is first used.
std::shared_ptr<grpc::Channel> ConnectTo(const GlobalOptions& options);

// Thread-compatible; PrepareCall and the stubs are thread-safe.
class Session {
 public:
  Session(GlobalOptions options, const std::shared_ptr<grpc::Channel>& channel,
          Streams streams);

  using Collections = marketing::intelligence::v1::CollectionService::Stub;
  using Search = marketing::intelligence::v1::SearchService::Stub;
  using Operations = marketing::intelligence::v1::OperationsService::Stub;
  using Graphs = marketing::intelligence::v1::GraphService::Stub;

  Collections& collections() { return *collections_; }
  Search& search() { return *search_; }
  Operations& operations() { return *operations_; }
  Graphs& graphs() { return *graphs_; }

  const GlobalOptions& options() const { return options_; }
  bool json() const { return options_.json; }
  std::ostream& out() { return streams_.out; }
  std::ostream& err() { return streams_.err; }
  bool err_is_terminal() const { return streams_.err_is_terminal; }
  // Where a person can be asked; null where nobody would answer.
  std::istream* person() const {
    return streams_.in_is_terminal ? streams_.in : nullptr;
  }

  // Sets the credential and the deadline.
  void PrepareCall(grpc::ClientContext* context) const;

  // Calls a unary method:
  //   ASSIGN_OR_RETURN(const auto stats, session.Call(
  //       session.collections(), &Session::Collections::GetCollectionStats,
  //       request));
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      Stub& stub,
      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                   Response*),
      const Request& request) const {
    grpc::ClientContext context;
    PrepareCall(&context);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  // An error with the server's address where that helps.
  absl::Status Explain(const grpc::Status& status) const;

  // One line of JSON.
  void PrintJson(const Json& json);
  void PrintJson(const google::protobuf::Message& message) {
    PrintJson(ToJson(message));
  }

 private:
  const GlobalOptions options_;
  const Streams streams_;
  const std::unique_ptr<Collections> collections_;
  const std::unique_ptr<Search> search_;
  const std::unique_ptr<Operations> operations_;
  const std::unique_ptr<Graphs> graphs_;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_SESSION_H_
