#include "server/rpc/server_builder.h"

#include <sys/resource.h>

#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "gtest/gtest.h"
#include "tests/server/rpc/echo_service.h"
#include "tests/support/status_matchers.h"

namespace mi::rpc {
namespace {

using testing::EchoServer;
using testing::NewContext;

TEST(ServerBuilderTest, TheHealthServiceAnswers) {
  EchoServer server;
  const auto stub = grpc::health::v1::Health::NewStub(server.NewChannel());
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(stub->Check(NewContext().get(), {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST(ServerBuilderTest, ASecondServerCannotTakeTheSamePort) {
  EchoServer server;
  grpc::ServerBuilder builder;
  ConfigureServer({}, &builder);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(server.port()),
                           grpc::InsecureServerCredentials(), &port);
  EXPECT_EQ(builder.BuildAndStart(), nullptr);
}

TEST(ServerBuilderTest, HeadersBeyondTheLimitAreRefused) {
  EchoServer server;
  // The first call, because a client knows the limit only after it.
  mi::testing::v1::EchoResponse response;
  ASSERT_TRUE(server.stub().Echo(NewContext().get(), {}, &response).ok());
  const auto fits = NewContext();
  fits->AddMetadata("x-long", std::string(12'000, 'a'));
  EXPECT_TRUE(server.stub().Echo(fits.get(), {}, &response).ok());
  const auto too_long = NewContext();
  too_long->AddMetadata("x-long", std::string(20'000, 'a'));
  EXPECT_EQ(server.stub().Echo(too_long.get(), {}, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(ServerBuilderTest, RaisesTheLimitOfOpenFilesToTheHardOne) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto raised = RaiseFileLimit();
  ASSERT_OK(raised);
  EXPECT_EQ(*raised, limit.rlim_max);
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(now.rlim_cur, limit.rlim_max);
}

}  // namespace
}  // namespace mi::rpc
