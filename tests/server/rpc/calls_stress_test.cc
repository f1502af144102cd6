// Many clients at once, with every way for a call to end: the account of the
// server must come out even.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "server/telemetry/metrics.h"
#include "tests/server/rpc/echo_service.h"

namespace mi::rpc {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::EchoServer;
using testing::NewContext;
namespace v1 = ::mi::testing::v1;

constexpr int kClients = 8;
constexpr int kCallsPerClient = 250;

class LastTextHandler final : public testing::CollectHandler {
 public:
  absl::Status OnMessage(Call& call, const v1::EchoRequest& message) override {
    if (call.stop().stop_requested()) return absl::CancelledError("stopped");
    if (message.text() == "error") return absl::AbortedError("asked to");
    text_ = message.text();
    return absl::OkStatus();
  }
  absl::Status OnEnd(Call&, v1::CollectResponse* response) override {
    response->set_text(text_);
    return absl::OkStatus();
  }

 private:
  std::string text_;
};

absl::Status Work(Call& call, const v1::EchoRequest& request,
                  v1::EchoResponse* response) {
  if (request.text() == "throw") throw std::runtime_error("asked to");
  if (request.text() == "error") return absl::AbortedError("asked to");
  if (request.text() == "slow") {
    for (int i = 0; i < 20 && !call.stop().stop_requested(); ++i) {
      std::this_thread::sleep_for(microseconds(500));
    }
    if (call.stop().stop_requested()) return absl::CancelledError("stopped");
  }
  response->set_text(request.text());
  return absl::OkStatus();
}

const std::string& AnyText(Random& random) {
  static const std::string texts[] = {"throw", "error", "slow",  "slow",
                                      "plain", "plain", "plain", "plain"};
  return texts[random.Below(std::size(texts))];
}

// One call, ended in a random way. Counts the answers that are wrong.
void CallOnce(v1::EchoService::Stub& stub, Random& random,
              std::atomic<int>* wrong) {
  const auto context = random.Below(4) == 0
                           ? NewContext(milliseconds(1 + random.Below(8)))
                           : NewContext();
  v1::EchoRequest request;
  request.set_text(AnyText(random));
  std::jthread canceller;
  if (random.Below(4) == 0) {
    canceller = std::jthread([&context, delay = random.Below(3'000)] {
      std::this_thread::sleep_for(microseconds(delay));
      context->TryCancel();
    });
  }
  if (random.Below(3) != 0) {
    v1::EchoResponse response;
    const grpc::Status status =
        random.Below(2) == 0 ? stub.Echo(context.get(), request, &response)
                             : stub.Save(context.get(), request, &response);
    if (status.ok() && response.text() != request.text()) ++*wrong;
    return;
  }
  v1::CollectResponse response;
  const auto writer = stub.Collect(context.get(), &response);
  for (uint64_t i = random.Below(5); i > 0; --i) writer->Write(request);
  v1::EchoRequest last;
  last.set_text("last");
  writer->Write(last);
  writer->WritesDone();
  if (writer->Finish().ok() && response.text() != "last") ++*wrong;
}

TEST(CallsStressTest, EveryCallIsAnsweredAndAccountedForOnce) {
  auto settings = EchoServer::DefaultSettings();
  settings.calls.read.max_queued = 4;
  settings.calls.write.max_queued = 4;
  settings.calls.max_inflight_per_tenant = 6;
  EchoServer server(settings);
  server.service().echo = Work;
  server.service().collect = [] { return std::make_unique<LastTextHandler>(); };
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        Random random(1'000 + static_cast<uint64_t>(i));
        const auto stub = v1::EchoService::NewStub(server.NewChannel());
        for (int j = 0; j < kCallsPerClient; ++j) {
          CallOnce(*stub, random, &wrong);
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  ASSERT_TRUE(server.WaitUntilIdle());
  double started = 0;
  double handled = 0;
  for (const auto& [method, type] :
       {std::pair("Echo", "unary"), std::pair("Save", "unary"),
        std::pair("Collect", "client_stream")}) {
    const std::string labels = fmt::format(
        "grpc_method=\"{}\",grpc_service=\"mi.testing.v1.EchoService\","
        "grpc_type=\"{}\"}}",
        method, type);
    started += server.Metric("grpc_server_started_total{" + labels);
    for (size_t code = 0; code < telemetry::kStatusCodes; ++code) {
      handled += server.Metric(fmt::format(
          "grpc_server_handled_total{{grpc_code=\"{}\",{}",
          telemetry::StatusCodeLabel(static_cast<absl::StatusCode>(code)),
          labels));
    }
  }
  EXPECT_EQ(started, handled);
  // A client whose deadline is over, or that cancels early, may not reach us.
  EXPECT_GT(started, kClients * kCallsPerClient / 2);
}

}  // namespace
}  // namespace mi::rpc
