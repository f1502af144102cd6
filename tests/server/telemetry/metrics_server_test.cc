#include "server/telemetry/metrics_server.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/support/status_matchers.h"

namespace mi::telemetry {
namespace {

using ::mi::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kHost[] = "127.0.0.1";

class MetricsServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    metrics_.SetMemoryLimit(1'000);
    server_ = MetricsServer::Start(kHost, 0, metrics_, [this] {
                return healthy_.load();
              }).value();
  }

  httplib::Result Get(const std::string& path) {
    return httplib::Client(kHost, server_->port()).Get(path);
  }

  Metrics metrics_;
  std::atomic<bool> healthy_ = true;
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, ServesTheMetricsAsText) {
  const auto response = Get("/metrics");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_THAT(response->body, HasSubstr("mi_memory_limit_bytes 1000"));
  EXPECT_THAT(response->get_header_value("Content-Type"),
              HasSubstr("text/plain; version=0.0.4"));
}

TEST_F(MetricsServerTest, SaysWhetherTheServerIsHealthy) {
  EXPECT_EQ(Get("/healthz")->status, 200);
  healthy_ = false;
  EXPECT_EQ(Get("/healthz")->status, 503);
}

TEST_F(MetricsServerTest, HasNothingElse) {
  EXPECT_EQ(Get("/")->status, 404);
  EXPECT_EQ(Get("/metrics/../etc/passwd")->status, 404);
  EXPECT_EQ(httplib::Client(kHost, server_->port())
                .Post("/metrics", "x", "text/plain")
                ->status,
            404);
}

TEST_F(MetricsServerTest, ServesManyClientsWithItsFewThreads) {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 40; ++i) {
      clients.emplace_back([this, &good] {
        const auto response = Get("/metrics");
        if (response && response->status == 200) ++good;
      });
    }
  }
  EXPECT_EQ(good, 40);
}

TEST_F(MetricsServerTest, APortThatIsTakenIsAnError) {
  EXPECT_THAT(
      MetricsServer::Start(kHost, server_->port(), metrics_,
                           [] { return true; }),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot listen on")));
}

}  // namespace
}  // namespace mi::telemetry
