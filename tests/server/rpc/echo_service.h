// A service whose handlers tests replace, and a server around it.

#ifndef MI_TESTS_SERVER_RPC_ECHO_SERVICE_H_
#define MI_TESTS_SERVER_RPC_ECHO_SERVICE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "engine/workspace/tenant.h"
#include "grpcpp/channel.h"
#include "grpcpp/server.h"
#include "server/auth/authenticator.h"
#include "server/rpc/calls.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"
#include "tests/server/rpc/echo.grpc.pb.h"
#include "tests/support/temporary_folder.h"

namespace mi::rpc::testing {

namespace v1 = ::mi::testing::v1;

using EchoHandler = std::function<absl::Status(Call&, const v1::EchoRequest&,
                                               v1::EchoResponse*)>;
using CollectHandler =
    ClientStreamHandler<v1::EchoRequest, v1::CollectResponse>;

using RawEchoService = v1::EchoService::WithRawCallbackMethod_Echo<
    v1::EchoService::WithRawCallbackMethod_Save<
        v1::EchoService::WithRawCallbackMethod_Unlisted<
            v1::EchoService::WithRawCallbackMethod_Collect<
                v1::EchoService::Service>>>>;

class EchoService final : public RawEchoService {
 public:
  explicit EchoService(Calls& calls) : calls_(calls) {}

  // To be set before the first call. The first one repeats the text.
  EchoHandler echo = [](Call&, const v1::EchoRequest& request,
                        v1::EchoResponse* response) {
    response->set_text(request.text());
    return absl::OkStatus();
  };
  std::function<std::unique_ptr<CollectHandler>()> collect;

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Save(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Unlisted(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* Collect(
      grpc::CallbackServerContext* context,
      grpc::ByteBuffer* response) override;

 private:
  Calls& calls_;
};

// A server on a free port of the loopback interface.
class EchoServer {
 public:
  struct Settings {
    CallOptions calls;
    std::string keys;  // text of a key file; everybody is "default" when empty
    std::string listen = "127.0.0.1:0";
  };

  static Settings DefaultSettings();

  explicit EchoServer(const Settings& settings = DefaultSettings());
  ~EchoServer();

  EchoService& service() { return *service_; }
  Calls& calls() { return *calls_; }
  v1::EchoService::Stub& stub() { return *stub_; }
  int port() const { return port_; }

  // A connection that no other channel shares.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  // The value of a series, by its name and labels as they are scraped: of
  // "x_total{a="b"}" for example. -1 when there is none.
  double Metric(const std::string& series) const;

  // Waits, at most 10 s, until no call is counted as in flight.
  bool WaitUntilIdle() const;

  // What was logged so far.
  std::string LogText();

 private:
  TenantAuthority authority_;
  telemetry::Metrics metrics_;
  std::ostringstream log_text_;
  std::unique_ptr<telemetry::Log> log_;
  ::mi::testing::TemporaryFolder folder_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<EchoService> service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::EchoService::Stub> stub_;
};

// A context with a deadline far away, so that a test that hangs ends.
std::unique_ptr<grpc::ClientContext> NewContext(
    std::chrono::milliseconds timeout = std::chrono::seconds(30));

// Sends bytes as the request of EchoService/`method`.
grpc::Status SendBytes(EchoServer& server, const std::string& method,
                       const std::string& bytes);

}  // namespace mi::rpc::testing

#endif  // MI_TESTS_SERVER_RPC_ECHO_SERVICE_H_
