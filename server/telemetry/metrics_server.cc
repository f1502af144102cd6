#include "server/telemetry/metrics_server.h"

#include <sys/socket.h>

#include <chrono>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "engine/base/mutex.h"
#include "fmt/format.h"
#include "httplib.h"

namespace mi::telemetry {
namespace {

constexpr size_t kThreads = 2;
constexpr size_t kMaxWaiting = 16;
constexpr time_t kTimeoutSeconds = 5;
constexpr char kTextFormat[] = "text/plain; version=0.0.4; charset=utf-8";

// Two threads and a short queue. When that is full, the accepting thread waits
// and the kernel's own backlog fills up: no load can make more threads.
class BoundedTaskQueue final : public httplib::TaskQueue {
 public:
  BoundedTaskQueue() {
    for (size_t i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this] { Loop(); });
    }
  }

  void enqueue(std::function<void()> connection) override {
    MutexLock lock(waiting_mutex_);
    changed_.Wait(waiting_mutex_,
                  [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiting_mutex_) {
                    return waiting_.size() < kMaxWaiting;
                  });
    waiting_.push_back(std::move(connection));
    changed_.NotifyAll();
  }

  void shutdown() override {
    {
      MutexLock lock(waiting_mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Loop() {
    while (true) {
      std::function<void()> connection;
      {
        MutexLock lock(waiting_mutex_);
        changed_.Wait(waiting_mutex_,
                      [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(waiting_mutex_) {
                        return stopping_ || !waiting_.empty();
                      });
        if (waiting_.empty()) return;
        connection = std::move(waiting_.front());
        waiting_.pop_front();
        changed_.NotifyAll();
      }
      connection();
    }
  }

  Mutex waiting_mutex_;
  Condition changed_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(waiting_mutex_);
  bool stopping_ ABSL_GUARDED_BY(waiting_mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace

struct MetricsServer::Impl {
  httplib::Server server;
  std::thread thread;
  int port = 0;
};

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& host, int port, const Metrics& metrics,
    std::function<bool()> is_healthy) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  server.new_task_queue = [] { return new BoundedTaskQueue; };
  server.set_read_timeout(kTimeoutSeconds);
  server.set_write_timeout(kTimeoutSeconds);
  server.set_keep_alive_timeout(kTimeoutSeconds);
  server.set_payload_max_length(1024);
  // Not SO_REUSEPORT, the library's default: a second process would share the
  // port without anybody noticing.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  server.Get("/metrics",
             [&metrics](const httplib::Request&, httplib::Response& response) {
               response.set_content(metrics.Scrape(), kTextFormat);
             });
  server.Get(
      "/healthz", [is_healthy = std::move(is_healthy)](
                      const httplib::Request&, httplib::Response& response) {
        const bool healthy = is_healthy();
        response.status = healthy ? 200 : 503;
        response.set_content(healthy ? "ok\n" : "not ready\n", "text/plain");
      });

  if (port == 0) {
    impl->port = server.bind_to_any_port(host);
  } else {
    impl->port = server.bind_to_port(host, port) ? port : -1;
  }
  if (impl->port < 0) {
    return absl::UnavailableError(
        fmt::format("cannot listen on {}:{} for metrics", host, port));
  }
  impl->thread = std::thread([&server] { server.listen_after_bind(); });
  // stop() does nothing before the thread listens.
  while (!server.is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

MetricsServer::~MetricsServer() {
  impl_->server.stop();
  impl_->thread.join();
}

int MetricsServer::port() const { return impl_->port; }

}  // namespace mi::telemetry
