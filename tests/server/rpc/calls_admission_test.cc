// Which calls are let in: identity, permission, queues, quotas, draining.

#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <thread>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/auth/api_keys.h"
#include "server/rpc/status_proto.h"
#include "tests/server/rpc/echo_service.h"
#include "tests/support/status_matchers.h"

namespace mi::rpc {
namespace {

using ::mi::testing::StatusIs;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::EchoServer;
using ::testing::HasSubstr;
using testing::NewContext;
namespace v1 = ::mi::testing::v1;

using Metadata = std::pair<std::string, std::string>;

absl::Status Echo(EchoServer& server, const std::vector<Metadata>& headers = {},
                  std::string* answer = nullptr) {
  const auto context = NewContext();
  for (const auto& [name, value] : headers) context->AddMetadata(name, value);
  v1::EchoResponse response;
  absl::Status status = FromGrpcStatus(
      server.stub().Echo(context.get(), v1::EchoRequest(), &response));
  if (answer != nullptr) *answer = response.text();
  return status;
}

Reason ReasonOf(const absl::Status& status) {
  return GetErrorDetails(status).value_or(ErrorDetails{}).reason;
}

// A handler that waits until it is let go, and knows when so many callers are
// inside.
class Gate {
 public:
  explicit Gate(int callers) : callers_(callers), inside_(callers) {}
  ~Gate() { Open(); }

  testing::EchoHandler Handler() {
    return [this](Call& call, auto&, v1::EchoResponse* response) {
      if (arrived_++ < callers_) inside_.count_down();
      open_.wait();
      stopped_ = call.stop().stop_requested();
      response->set_text("done");
      return absl::OkStatus();
    };
  }
  void WaitUntilAllAreInside() { inside_.wait(); }
  void Open() {
    if (!opened_.exchange(true)) open_.count_down();
  }
  bool stopped() const { return stopped_; }

 private:
  const int callers_;
  std::atomic<int> arrived_ = 0;
  std::latch inside_;
  std::latch open_{1};
  std::atomic<bool> opened_ = false;
  std::atomic<bool> stopped_ = false;
};

// A call on a thread of its own.
class BackgroundEcho {
 public:
  explicit BackgroundEcho(EchoServer& server,
                          std::vector<Metadata> headers = {})
      : thread_([this, &server, headers = std::move(headers)] {
          status_ = Echo(server, headers);
        }) {}

  const absl::Status& Join() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }

 private:
  absl::Status status_;
  std::jthread thread_;
};

// Waits until a series has at least this value.
bool WaitFor(const EchoServer& server, const std::string& series,
             double value) {
  for (int i = 0; i < 5'000; ++i) {
    if (server.Metric(series) >= value) return true;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return false;
}

// --- Identity and permission ---

struct Keys {
  auth::NewKey acme = auth::GenerateKey("acme").value();
  auth::NewKey bird = auth::GenerateKey("bird").value();
  std::string text = acme.line + "\n" + bird.line + "\n";
};

EchoServer::Settings WithKeys(const std::string& text) {
  auto settings = EchoServer::DefaultSettings();
  settings.keys = text;
  settings.calls.max_inflight_per_tenant = 2;
  return settings;
}

TEST(AdmissionTest, TheTenantIsTheKeys) {
  const Keys keys;
  EchoServer server(WithKeys(keys.text));
  server.service().echo = [](Call& call, auto&, v1::EchoResponse* response) {
    response->set_text(call.tenant().tenant());
    return absl::OkStatus();
  };
  std::string tenant;
  ASSERT_OK(Echo(server, {{"x-api-key", keys.acme.key}}, &tenant));
  EXPECT_EQ(tenant, "acme");
  ASSERT_OK(
      Echo(server, {{"authorization", "Bearer " + keys.bird.key}}, &tenant));
  EXPECT_EQ(tenant, "bird");
}

TEST(AdmissionTest, CallersWithoutAValidKeyAreTurnedAwayBeforeTheHandler) {
  const Keys keys;
  EchoServer server(WithKeys(keys.text));
  bool ran = false;
  server.service().echo = [&](auto&, auto&, auto*) {
    ran = true;
    return absl::OkStatus();
  };
  const absl::Status none = Echo(server);
  EXPECT_THAT(none, StatusIs(absl::StatusCode::kUnauthenticated,
                             HasSubstr("an API key is required")));
  EXPECT_EQ(ReasonOf(none), Reason::kUnauthenticated);
  // The same words for a prefix that nobody has and for a wrong secret.
  const std::string prefix = keys.acme.key.substr(0, keys.acme.key.find('.'));
  for (const std::string& key :
       {prefix + ".wrong", std::string("who.secret")}) {
    EXPECT_THAT(Echo(server, {{"x-api-key", key}}),
                StatusIs(absl::StatusCode::kUnauthenticated,
                         "the API key is not valid"));
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(server.Metric("mi_auth_total{result=\"missing\"}"), 1);
  EXPECT_EQ(server.Metric("mi_auth_total{result=\"rejected\"}"), 2);
}

TEST(AdmissionTest, AKeyMayDoOnlyWhatItsScopesSay) {
  const Keys keys;
  std::string line = keys.acme.line;
  line = line.substr(0, line.find("scopes=")) + "scopes=write";
  EchoServer server(WithKeys(line));
  const absl::Status read = Echo(server, {{"x-api-key", keys.acme.key}});
  EXPECT_THAT(read, StatusIs(absl::StatusCode::kPermissionDenied,
                             HasSubstr("lacks the scope 'read' for Echo")));
  EXPECT_EQ(ReasonOf(read), Reason::kPermissionDenied);
  const auto context = NewContext();
  context->AddMetadata("x-api-key", keys.acme.key);
  v1::EchoResponse response;
  EXPECT_TRUE(
      server.stub().Save(context.get(), v1::EchoRequest(), &response).ok());
}

TEST(AdmissionTest, NobodyMayCallAMethodWithoutARow) {
  EchoServer server;
  v1::EchoResponse response;
  const grpc::Status status =
      server.stub().Unlisted(NewContext().get(), v1::EchoRequest(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

// --- Queues and quotas ---

EchoServer::Settings OneThreadOnePlace() {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.read.threads = 1;
  settings.calls.read.max_queued = 1;
  return settings;
}

TEST(AdmissionTest, AFullQueueSaysWhenToComeBack) {
  EchoServer server(OneThreadOnePlace());
  Gate gate(1);
  server.service().echo = [wait = gate.Handler()](Call& call, auto& request,
                                                  auto* response) {
    if (request.text() == "write") return absl::OkStatus();
    return wait(call, request, response);
  };
  BackgroundEcho running(server);
  gate.WaitUntilAllAreInside();
  BackgroundEcho waiting(server);
  ASSERT_TRUE(WaitFor(server, "mi_queue_depth{class=\"read\"}", 1));

  const absl::Status refused = Echo(server);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable,
                                HasSubstr("queue is full")));
  const auto details = GetErrorDetails(refused);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kOverloaded);
  EXPECT_GT(details->retry_after, milliseconds(0));
  EXPECT_EQ(
      server.Metric("mi_rejected_total{class=\"read\",reason=\"queue_full\"}"),
      1);
  // The classes do not share threads: a write goes through.
  v1::EchoRequest write;
  write.set_text("write");
  v1::EchoResponse response;
  EXPECT_TRUE(server.stub().Save(NewContext().get(), write, &response).ok());

  gate.Open();
  EXPECT_OK(running.Join());
  EXPECT_OK(waiting.Join());
}

TEST(AdmissionTest, ACallThatWaitedTooLongDoesNotRun) {
  auto settings = OneThreadOnePlace();
  settings.calls.read.max_wait = milliseconds(20);
  EchoServer server(settings);
  std::atomic<int> runs = 0;
  Gate gate(1);
  const auto wait = gate.Handler();
  server.service().echo = [&](Call& call, auto& request, auto* response) {
    ++runs;
    return wait(call, request, response);
  };
  BackgroundEcho running(server);
  gate.WaitUntilAllAreInside();
  BackgroundEcho waiting(server);
  ASSERT_TRUE(WaitFor(server, "mi_queue_depth{class=\"read\"}", 1));
  std::this_thread::sleep_for(milliseconds(40));
  gate.Open();
  const absl::Status refused = waiting.Join();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable,
                                HasSubstr("ms for a thread")));
  EXPECT_TRUE(GetErrorDetails(refused)->retry_after.has_value());
  EXPECT_OK(running.Join());
  EXPECT_EQ(runs, 1);
}

TEST(AdmissionTest, ACallWhoseDeadlinePassedInTheQueueDoesNotRun) {
  EchoServer server(OneThreadOnePlace());
  std::atomic<int> runs = 0;
  Gate gate(1);
  const auto wait = gate.Handler();
  server.service().echo = [&](Call& call, auto& request, auto* response) {
    ++runs;
    return wait(call, request, response);
  };
  BackgroundEcho running(server);
  gate.WaitUntilAllAreInside();
  v1::EchoResponse response;
  const grpc::Status late = server.stub().Echo(
      NewContext(milliseconds(20)).get(), v1::EchoRequest(), &response);
  EXPECT_EQ(late.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  // The server's deadline is a little later: it is rounded up on the wire.
  std::this_thread::sleep_for(milliseconds(50));
  gate.Open();
  EXPECT_OK(running.Join());
  ASSERT_TRUE(server.WaitUntilIdle());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(
      server.Metric("mi_rejected_total{class=\"read\",reason=\"deadline\"}"),
      1);
}

TEST(AdmissionTest, ATenantMayNotTakeMoreThanItsShare) {
  const Keys keys;
  EchoServer server(WithKeys(keys.text));  // two calls a tenant
  Gate gate(2);
  server.service().echo = gate.Handler();
  const Metadata acme = {"x-api-key", keys.acme.key};
  BackgroundEcho first(server, {acme});
  BackgroundEcho second(server, {acme});
  gate.WaitUntilAllAreInside();

  const absl::Status third = Echo(server, {acme});
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  const auto details = GetErrorDetails(third);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kQuotaExceeded);
  EXPECT_GT(details->retry_after, milliseconds(0));
  // Another tenant's call is let in: it waits for a thread only.
  BackgroundEcho other(server, {{"x-api-key", keys.bird.key}});
  EXPECT_TRUE(WaitFor(server, "mi_queue_depth{class=\"read\"}", 1));

  gate.Open();
  EXPECT_OK(first.Join());
  EXPECT_OK(second.Join());
  EXPECT_OK(other.Join());
  EXPECT_OK(Echo(server, {acme}));  // the share is given back
}

// --- Draining ---

TEST(AdmissionTest, DrainingLetsCallsFinishAndTurnsNewOnesAway) {
  EchoServer server;
  Gate gate(1);
  server.service().echo = gate.Handler();
  BackgroundEcho running(server);
  gate.WaitUntilAllAreInside();
  server.calls().StartDraining();

  const absl::Status refused = Echo(server);
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(GetErrorDetails(refused).has_value());
  EXPECT_EQ(GetErrorDetails(refused)->reason, Reason::kShuttingDown);
  EXPECT_TRUE(GetErrorDetails(refused)->retry_after.has_value());

  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(20));
    gate.Open();
  });
  EXPECT_TRUE(server.calls().Drain(steady_clock::now() + seconds(20)));
  opener.join();
  EXPECT_OK(running.Join());
  EXPECT_FALSE(gate.stopped());
}

TEST(AdmissionTest, CallsThatTakeTooLongAreAskedToStop) {
  EchoServer server;
  std::latch running(1);
  server.service().echo = [&](Call& call, auto&, auto*) {
    running.count_down();
    while (!call.stop().stop_requested()) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    return absl::CancelledError("stopped");
  };
  BackgroundEcho call(server);
  running.wait();
  server.calls().StartDraining();
  EXPECT_FALSE(server.calls().Drain(steady_clock::now() + milliseconds(20)));
  const absl::Status status = call.Join();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kShuttingDown);
  EXPECT_TRUE(server.calls().Drain(steady_clock::now() + seconds(20)));
}

}  // namespace
}  // namespace mi::rpc
