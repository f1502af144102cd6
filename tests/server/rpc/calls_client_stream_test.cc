// Client streams over a real channel.

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "server/rpc/status_proto.h"
#include "tests/server/rpc/echo_service.h"
#include "tests/support/status_matchers.h"

extern char** environ;

namespace mi::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EchoServer;
using testing::NewContext;
namespace v1 = ::mi::testing::v1;

// What the handlers of a test did, seen from outside.
struct Account {
  std::atomic<int> alive = 0;
  std::atomic<int> messages = 0;
  std::atomic<int> ends = 0;
  std::atomic<int> working = 0;
  std::atomic<int> most_working = 0;  // at once, in one stream
};

// Joins the texts; "fail" and "slow" do what they say.
class JoiningHandler final : public testing::CollectHandler {
 public:
  explicit JoiningHandler(Account& account) : account_(account) {
    ++account_.alive;
  }
  ~JoiningHandler() override { --account_.alive; }

  absl::Status OnMessage(Call& call, const v1::EchoRequest& message) override {
    const int working = ++account_.working;
    if (working > account_.most_working) account_.most_working = working;
    ++account_.messages;
    absl::Status status;
    if (message.text() == "fail") status = InvalidField("text", "is 'fail'");
    if (message.text() == "slow") status = WaitForStop(call);
    if (status.ok()) {
      text_ += message.text();
      ++done_;
    }
    --account_.working;
    return status;
  }

  absl::Status OnEnd(Call&, v1::CollectResponse* response) override {
    ++account_.ends;
    response->set_message_count(static_cast<uint32_t>(done_));
    response->set_text(text_);
    return absl::OkStatus();
  }

  absl::Status DescribeError(const absl::Status& error) override {
    ErrorDetails details = GetErrorDetails(error).value_or(ErrorDetails{});
    details.metadata.emplace_back("done", fmt::to_string(done_));
    return MakeError(error.code(), std::string(error.message()), details);
  }

 private:
  static absl::Status WaitForStop(Call& call) {
    while (!call.stop().stop_requested()) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return absl::CancelledError("stopped");
  }

  Account& account_;
  std::string text_;
  int done_ = 0;
};

class ClientStreamTest : public ::testing::Test {
 protected:
  void Start(
      const EchoServer::Settings& settings = EchoServer::DefaultSettings()) {
    server_ = std::make_unique<EchoServer>(settings);
    server_->service().collect = [this] {
      return std::make_unique<JoiningHandler>(account_);
    };
  }

  // Waits until `messages` have reached the handler.
  bool WaitForMessages(int messages) {
    for (int i = 0; i < 10'000 && account_.messages < messages; ++i) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return account_.messages >= messages;
  }

  // Nothing of a stream that broke is left.
  void ExpectNothingLeft() {
    EXPECT_TRUE(server_->WaitUntilIdle());
    for (int i = 0; i < 10'000 && account_.alive > 0; ++i) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(account_.alive, 0);
  }

  static v1::EchoRequest Text(const std::string& text) {
    v1::EchoRequest request;
    request.set_text(text);
    return request;
  }

  Account account_;
  std::unique_ptr<EchoServer> server_;
};

// How much was done, as the error says.
std::string DoneOf(const absl::Status& status) {
  const auto details = GetErrorDetails(status);
  if (!details || details->metadata.empty()) return "not said";
  return details->metadata.back().second;
}

TEST_F(ClientStreamTest, HandsOverEveryMessageInOrderOneAtATime) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = fmt::format("{},", i);
    expected += text;
    ASSERT_TRUE(writer->Write(Text(text)));
  }
  writer->WritesDone();
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.message_count(), 500u);
  EXPECT_EQ(response.text(), expected);
  EXPECT_EQ(account_.most_working, 1);
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, AnEmptyStreamHasAnAnswerToo) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->WritesDone();
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.message_count(), 0u);
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, AnErrorEndsTheStreamAndSaysWhatIsDone) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->Write(Text("a"));
  writer->Write(Text("b"));
  writer->Write(Text("fail"));
  writer->Write(Text("c"));
  const absl::Status status = FromGrpcStatus(writer->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(status)->violations[0].field, "text");
  EXPECT_EQ(DoneOf(status), "2");
  EXPECT_EQ(account_.messages, 3);
  EXPECT_EQ(account_.ends, 0);
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, AMalformedMessageNamesItsFieldAndWhatIsDone) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->Write(Text("a"));
  // C++ clients write invalid UTF-8 all the same, and complain in their log.
  writer->Write(Text("\xff\xff"));
  const absl::Status status = FromGrpcStatus(writer->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(status)->violations[0],
            (FieldViolation{"text", "is not valid UTF-8"}));
  EXPECT_EQ(DoneOf(status), "1");
}

TEST_F(ClientStreamTest, DrainingEndsAStreamThatWaitsForItsClient) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->Write(Text("a"));
  ASSERT_TRUE(WaitForMessages(1));
  server_->calls().StartDraining();
  const absl::Status status = FromGrpcStatus(writer->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorDetails(status)->reason, Reason::kShuttingDown);
  EXPECT_EQ(DoneOf(status), "1");
  EXPECT_TRUE(
      server_->calls().Drain(std::chrono::steady_clock::now() + seconds(20)));
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, AStreamThatWaitsEndsAtTheServersDeadline) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.max_stream_duration = milliseconds(100);
  Start(settings);
  grpc::ClientContext context;
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(&context, &response);
  writer->Write(Text("a"));
  const absl::Status status = FromGrpcStatus(writer->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DoneOf(status), "1");
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, ACancelledClientStopsTheHandlerAtWork) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->Write(Text("slow"));
  ASSERT_TRUE(WaitForMessages(1));
  context->TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  ExpectNothingLeft();
  EXPECT_EQ(account_.ends, 0);
}

TEST_F(ClientStreamTest, ACancelledClientEndsAStreamThatWaits) {
  Start();
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  writer->Write(Text("a"));
  ASSERT_TRUE(WaitForMessages(1));
  context->TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  ExpectNothingLeft();
}

TEST_F(ClientStreamTest, AStreamThatMayNotBeOpenedEndsAtOnce) {
  auto settings = EchoServer::DefaultSettings();
  settings.keys = "acme p " + std::string(64, '0') + "\n";
  Start(settings);
  const auto context = NewContext();
  v1::CollectResponse response;
  const auto writer = server_->stub().Collect(context.get(), &response);
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(account_.messages, 0);
  ExpectNothingLeft();
}

// The variable in which the test below passes the port to its child.
constexpr char kPortVariable[] = "ECHO_TEST_PORT";

// Run by the test below as a process of its own: opens streams and writes on
// them without an end.
TEST(KilledClientTest, DISABLED_Child) {
  const char* port = std::getenv(kPortVariable);
  ASSERT_NE(port, nullptr) << "to be run by another test";
  auto stub = v1::EchoService::NewStub(grpc::CreateChannel(
      std::string("127.0.0.1:") + port, grpc::InsecureChannelCredentials()));
  grpc::ClientContext idle_context;
  v1::CollectResponse response;
  const auto idle = stub->Collect(&idle_context, &response);
  v1::EchoRequest request;
  request.set_text(std::string(1'000, 'x'));
  idle->Write(request);
  grpc::ClientContext busy_context;
  const auto busy = stub->Collect(&busy_context, &response);
  while (busy->Write(request)) {
  }
}

TEST_F(ClientStreamTest, AKilledClientLeavesNothingBehind) {
  Start();
  setenv(kPortVariable, std::to_string(server_->port()).c_str(), 1);
  const char* arguments[] = {"child", "--gtest_also_run_disabled_tests",
                             "--gtest_filter=KilledClientTest.DISABLED_Child",
                             nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr,
                        const_cast<char**>(arguments), environ),
            0);
  EXPECT_TRUE(WaitForMessages(100));
  EXPECT_EQ(account_.alive, 2);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  ExpectNothingLeft();
  EXPECT_EQ(server_->Metric("mi_grpc_inflight{class=\"write\"}"), 0);
}

}  // namespace
}  // namespace mi::rpc
