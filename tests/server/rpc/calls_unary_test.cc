// Unary calls over a real channel: answers, errors, malformed requests,
// deadlines and cancellation.

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/calls.h"
#include "server/rpc/status_proto.h"
#include "tests/server/rpc/echo_service.h"
#include "tests/support/status_matchers.h"

namespace mi::rpc {
namespace {

using ::mi::testing::StatusIs;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::EchoServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::NewContext;
using ::testing::Not;
namespace v1 = ::mi::testing::v1;

absl::Status Echo(EchoServer& server, const std::string& text,
                  std::string* answer = nullptr) {
  v1::EchoRequest request;
  request.set_text(text);
  v1::EchoResponse response;
  const auto context = NewContext();
  const grpc::Status status =
      server.stub().Echo(context.get(), request, &response);
  if (answer != nullptr) *answer = response.text();
  return FromGrpcStatus(status);
}

std::string Series(const std::string& name, const std::string& labels = "") {
  return name + "{" + labels +
         "grpc_method=\"Echo\",grpc_service=\"mi.testing.v1.EchoService\","
         "grpc_type=\"unary\"}";
}

TEST(UnaryCallTest, AnswersWithWhatTheHandlerMakes) {
  EchoServer server;
  std::string answer;
  ASSERT_OK(Echo(server, "gr\u00fc\u00dfe", &answer));
  EXPECT_EQ(answer, "gr\u00fc\u00dfe");
}

TEST(UnaryCallTest, CountsWhatItDid) {
  EchoServer server;
  EXPECT_EQ(
      server.Metric(Series("grpc_server_handled_total", "grpc_code=\"OK\",")),
      0);
  ASSERT_OK(Echo(server, "a"));
  server.service().echo = [](auto&, auto&, auto*) {
    return absl::NotFoundError("no");
  };
  EXPECT_FALSE(Echo(server, "b").ok());
  EXPECT_EQ(server.Metric(Series("grpc_server_started_total")), 2);
  EXPECT_EQ(server.Metric(Series("grpc_server_msg_received_total")), 2);
  EXPECT_EQ(server.Metric(Series("grpc_server_msg_sent_total")), 1);
  EXPECT_EQ(
      server.Metric(Series("grpc_server_handled_total", "grpc_code=\"OK\",")),
      1);
  EXPECT_EQ(server.Metric(
                Series("grpc_server_handled_total", "grpc_code=\"NotFound\",")),
            1);
  EXPECT_EQ(server.Metric(Series("grpc_server_handling_seconds_count")), 2);
  EXPECT_EQ(server.Metric("mi_queue_wait_seconds_count{class=\"read\"}"), 2);
  EXPECT_EQ(server.Metric("mi_auth_total{result=\"ok\"}"), 2);
  EXPECT_TRUE(server.WaitUntilIdle());
}

TEST(UnaryCallTest, DeliversTheHandlersErrorWithItsDetails) {
  EchoServer server;
  const ErrorDetails details{.reason = Reason::kInvalidField,
                             .violations = {{"k", "is 0, must be 1 to 10"}},
                             .retry_after = milliseconds(1'250),
                             .metadata = {{"limit", "10"}}};
  server.service().echo = [&](auto&, auto&, auto*) {
    return MakeError(absl::StatusCode::kInvalidArgument, "k: is 0", details);
  };
  v1::EchoResponse response;
  const auto context = NewContext();
  const grpc::Status status =
      server.stub().Echo(context.get(), v1::EchoRequest(), &response);
  EXPECT_THAT(FromGrpcStatus(status),
              StatusIs(absl::StatusCode::kInvalidArgument, "k: is 0"));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(status)), details);
  const auto& trailers = context->GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(pushback->second, "1250");
}

// One read may run where it arrived; the next ones have threads of their own,
// and so has every write.
TEST(UnaryCallTest, HandlersRunOnTheThreadsOfTheirClass) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.read.threads = 2;
  EchoServer server(settings);
  std::latch inside(1);
  std::latch leave(1);
  server.service().echo = [&](auto&, auto& request,
                              v1::EchoResponse* response) {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof(name));
    response->set_text(name);
    if (request.text() == "stay") {
      inside.count_down();
      leave.wait();
    }
    return absl::OkStatus();
  };
  std::string first;
  std::thread staying([&] { EXPECT_OK(Echo(server, "stay", &first)); });
  inside.wait();
  std::string second;
  EXPECT_OK(Echo(server, "", &second));
  leave.count_down();
  staying.join();
  EXPECT_THAT(first, ::testing::Not(::testing::StartsWith("read-")));
  EXPECT_THAT(second, ::testing::StartsWith("read-"));
  v1::EchoResponse response;
  ASSERT_TRUE(server.stub()
                  .Save(NewContext().get(), v1::EchoRequest(), &response)
                  .ok());
  EXPECT_THAT(response.text(), ::testing::StartsWith("write-"));
}

TEST(UnaryCallTest, ManyRequestsUseTheArenaOfTheThreadAgain) {
  EchoServer server;
  for (int i = 0; i < 50; ++i) {
    // From far below the arena's first block to far beyond it.
    const std::string text(size_t{1} << (i % 18),
                           static_cast<char>('a' + i % 26));
    std::string answer;
    ASSERT_OK(Echo(server, text, &answer));
    ASSERT_EQ(answer, text);
  }
}

TEST(UnaryCallTest, AnExceptionIsAnInternalErrorThatTellsNothing) {
  EchoServer server;
  server.service().echo = [](auto&, auto&, auto*) -> absl::Status {
    throw std::runtime_error("index 7 is out of bounds");
  };
  const absl::Status status = Echo(server, "");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal,
                               HasSubstr("internal error, request id ")));
  // The log has the text, under the id that the client was given.
  const std::string id =
      std::string(status.message())
          .substr(std::string("internal error, request id ").size());
  EXPECT_THAT(server.LogText(), HasSubstr("index 7 is out of bounds"));
  EXPECT_THAT(server.LogText(), HasSubstr("\"request_id\":\"" + id + "\""));
  EXPECT_THAT(server.LogText(), HasSubstr("\"severity\":\"ERROR\""));
}

TEST(UnaryCallTest, RunningOutOfMemoryIsResourceExhausted) {
  EchoServer server;
  server.service().echo = [](auto&, auto&, auto*) -> absl::Status {
    throw std::bad_alloc();
  };
  EXPECT_EQ(Echo(server, "").code(), absl::StatusCode::kResourceExhausted);
  server.service().echo = [](auto&, auto&, auto*) { return absl::OkStatus(); };
  EXPECT_OK(Echo(server, ""));  // the thread lives on
}

// --- Malformed requests ---

TEST(UnaryCallTest, NamesTheFieldThatIsNotUtf8) {
  EchoServer server;
  v1::EchoRequest request;
  request.add_nodes();
  request.add_nodes()->mutable_child()->set_id("@@@@");
  std::string bytes = request.SerializeAsString();
  bytes.replace(bytes.find("@@@@"), 4, "\xff\xfe\xfd\xfc");
  const absl::Status status = FromGrpcStatus(SendBytes(server, "Echo", bytes));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kInvalidField);
  EXPECT_THAT(
      details->violations,
      ElementsAre(FieldViolation{"nodes[1].child.id", "is not valid UTF-8"}));
}

TEST(UnaryCallTest, NamesTheFilterThatIsNestedTooDeeply) {
  EchoServer server;
  v1::EchoRequest request;
  v1::Node* node = request.mutable_filter();
  for (int i = 0; i < 150; ++i) node = node->mutable_child();
  const absl::Status status =
      FromGrpcStatus(SendBytes(server, "Echo", request.SerializeAsString()));
  const auto details = GetErrorDetails(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_THAT(
      details->violations,
      ElementsAre(FieldViolation{"filter", "nested deeper than 100 levels"}));
}

TEST(UnaryCallTest, RefusesBytesThatMakeNoSense) {
  EchoServer server;
  const absl::Status status =
      FromGrpcStatus(SendBytes(server, "Echo", "\x0f\xff\xff"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(GetErrorDetails(status).has_value());
  EXPECT_THAT(
      GetErrorDetails(status)->violations,
      ElementsAre(::testing::Field(&FieldViolation::field, "EchoRequest")));
}

TEST(UnaryCallTest, RefusesAMessageOfTwentyMegabytes) {
  EchoServer server;
  bool ran = false;
  server.service().echo = [&](auto&, auto&, auto*) {
    ran = true;
    return absl::OkStatus();
  };
  std::string text;
  text.resize(20'000'000, 'x');
  EXPECT_EQ(Echo(server, text).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(ran);
}

TEST(UnaryCallTest, RefusesToSendAnAnswerThatIsTooLarge) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.max_response_bytes = 1'000;
  EchoServer server(settings);
  EXPECT_OK(Echo(server, std::string(900, 'x')));
  EXPECT_THAT(Echo(server, std::string(2'000, 'x')),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("at most 1000 can be sent")));
}

// --- Deadlines and cancellation ---

// A handler that works until it is told to stop.
testing::EchoHandler WorkUntilStopped(std::atomic<bool>* stopped) {
  return [stopped](Call& call, auto&, auto*) {
    const auto give_up = steady_clock::now() + std::chrono::seconds(20);
    while (!call.stop().stop_requested()) {
      if (steady_clock::now() > give_up) {
        return absl::InternalError("never told to stop");
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    *stopped = true;
    return absl::CancelledError("stopped");
  };
}

TEST(UnaryCallTest, TheClientsDeadlineReachesTheHandler) {
  EchoServer server;
  std::atomic<bool> stopped = false;
  server.service().echo = WorkUntilStopped(&stopped);
  v1::EchoResponse response;
  const grpc::Status status = server.stub().Echo(
      NewContext(milliseconds(50)).get(), v1::EchoRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  ASSERT_TRUE(server.WaitUntilIdle());
  EXPECT_TRUE(stopped);
  // At its deadline the client also resets the stream, and either may be the
  // first to be seen here.
  EXPECT_EQ(server.Metric(Series("grpc_server_handled_total",
                                 "grpc_code=\"DeadlineExceeded\",")) +
                server.Metric(Series("grpc_server_handled_total",
                                     "grpc_code=\"Canceled\",")),
            1);
}

TEST(UnaryCallTest, TheServersOwnDeadlineCountsWhenTheClientSetsNone) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.max_unary_duration = milliseconds(50);
  EchoServer server(settings);
  std::atomic<bool> stopped = false;
  server.service().echo = WorkUntilStopped(&stopped);
  grpc::ClientContext context;
  v1::EchoResponse response;
  const absl::Status status = FromGrpcStatus(
      server.stub().Echo(&context, v1::EchoRequest(), &response));
  EXPECT_TRUE(stopped);
  // Sent by the server, so it has details.
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_TRUE(GetErrorDetails(status).has_value());
  EXPECT_EQ(GetErrorDetails(status)->reason, Reason::kDeadlineExceeded);
}

TEST(UnaryCallTest, TheHandlerSeesTheEarlierOfBothDeadlines) {
  EchoServer server;  // 60 s by default
  milliseconds left{0};
  server.service().echo = [&](Call& call, auto&, auto*) {
    left = std::chrono::duration_cast<milliseconds>(call.deadline() -
                                                    steady_clock::now());
    return absl::OkStatus();
  };
  ASSERT_OK(Echo(server, ""));  // 30 s
  EXPECT_GT(left, milliseconds(10'000));
  EXPECT_LE(left, milliseconds(31'000));  // it is rounded up on the wire
  grpc::ClientContext no_deadline;
  v1::EchoResponse response;
  ASSERT_TRUE(
      server.stub().Echo(&no_deadline, v1::EchoRequest(), &response).ok());
  EXPECT_GT(left, milliseconds(40'000));
  EXPECT_LE(left, milliseconds(60'000));
}

TEST(UnaryCallTest, CancellationReachesTheHandler) {
  EchoServer server;
  std::atomic<bool> stopped = false;
  std::latch running(1);
  const auto work = WorkUntilStopped(&stopped);
  server.service().echo = [&](Call& call, auto& request, auto* response) {
    running.count_down();
    return work(call, request, response);
  };
  const auto context = NewContext();
  std::thread canceller([&] {
    running.wait();
    context->TryCancel();
  });
  v1::EchoResponse response;
  const grpc::Status status =
      server.stub().Echo(context.get(), v1::EchoRequest(), &response);
  canceller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  ASSERT_TRUE(server.WaitUntilIdle());
  EXPECT_TRUE(stopped);
  EXPECT_EQ(server.Metric(
                Series("grpc_server_handled_total", "grpc_code=\"Canceled\",")),
            1);
}

// --- What is told of a call ---

TEST(UnaryCallTest, TheClientsRequestIdNamesTheCall) {
  EchoServer server;
  const auto context = NewContext();
  context->AddMetadata("x-request-id", "order-66");
  v1::EchoResponse response;
  ASSERT_TRUE(
      server.stub().Echo(context.get(), v1::EchoRequest(), &response).ok());
  const auto& trailers = context->GetServerTrailingMetadata();
  const auto id = trailers.find("x-request-id");
  ASSERT_NE(id, trailers.end());
  EXPECT_EQ(id->second, "order-66");
}

TEST(UnaryCallTest, ErrorsAreLoggedWithTheirTraceAndFields) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.access_log_sample = 0;
  settings.calls.trace_project = "ads";
  EchoServer server(settings);
  ASSERT_OK(Echo(server, ""));
  EXPECT_EQ(server.LogText(), "");
  server.service().echo = [](Call& call, auto&, auto*) {
    call.AddLogField("collection", std::string("spring"));
    call.AddLogField("hits", int64_t{3});
    return absl::NotFoundError("no collection 'spring'");
  };
  const auto context = NewContext();
  context->AddMetadata(
      "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  context->AddMetadata("x-request-id", "r1");
  v1::EchoResponse response;
  server.stub().Echo(context.get(), v1::EchoRequest(), &response);
  const std::string line = server.LogText();
  for (
      const char* part :
      {R"("severity":"INFO")", R"("grpc.code":"NotFound")",
       R"("grpc.method":"mi.testing.v1.EchoService/Echo")",
       R"("request_id":"r1")", R"("tenant":"default")", R"("latency_ms":)",
       R"("collection":"spring")", R"("hits":3)",
       R"("logging.googleapis.com/trace":"projects/ads/traces/0af7651916cd43dd8448eb211c80319c")",
       R"("logging.googleapis.com/spanId":"b7ad6b7169203331")",
       R"("logging.googleapis.com/trace_sampled":true)"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
}

TEST(UnaryCallTest, EverySuccessIsLoggedWhenTheSampleIsAll) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.access_log_sample = 1;
  EchoServer server(settings);
  ASSERT_OK(Echo(server, "text of the message"));
  EXPECT_THAT(server.LogText(), HasSubstr(R"("grpc.code":"OK")"));
  EXPECT_THAT(server.LogText(), Not(HasSubstr("text of the message")));
}

TEST(UnaryCallTest, SlowCallsAreLoggedWhateverTheSample) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.access_log_sample = 0;
  settings.calls.slow_call = milliseconds(5);
  EchoServer server(settings);
  server.service().echo = [](auto&, auto&, auto*) {
    std::this_thread::sleep_for(milliseconds(10));
    return absl::OkStatus();
  };
  ASSERT_OK(Echo(server, ""));
  EXPECT_THAT(server.LogText(), HasSubstr(R"("grpc.code":"OK")"));
}

}  // namespace
}  // namespace mi::rpc
