// Serves /metrics and /healthz over HTTP/1 on a port of its own.
//
// Not prometheus-cpp's Exposer: that one aborts in a process that has LibTorch
// loaded, because its threads ask for stacks smaller than the static storage.

#ifndef MI_SERVER_TELEMETRY_METRICS_SERVER_H_
#define MI_SERVER_TELEMETRY_METRICS_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/telemetry/metrics.h"

namespace mi::telemetry {

// Thread-safe.
class MetricsServer {
 public:
  // Listens and answers until the object goes away. Port 0 takes any free one.
  // `is_healthy` decides between 200 and 503 at /healthz. Both arguments must
  // outlive the server.
  //
  // Errors: UNAVAILABLE when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const std::string& host, int port, const Metrics& metrics,
      std::function<bool()> is_healthy);
  ~MetricsServer();

  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  int port() const;

 private:
  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_METRICS_SERVER_H_
