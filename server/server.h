// The whole server, put together: storage, workspaces, services, ports.

#ifndef MI_SERVER_SERVER_H_
#define MI_SERVER_SERVER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/config.h"
#include "server/telemetry/log.h"

namespace mi::server {

// Runs from Start until Stop. Thread-compatible.
class Server {
 public:
  // Reads what is stored, then listens. `log` must outlive the server. Errors:
  // those of the key file, the journals and the ports, with what to do about
  // them.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Config& config,
                                                       telemetry::Log& log);
  // Stops if Stop was not called.
  ~Server();

  // The ports that were bound.
  int port() const;
  int metrics_port() const;

  // Reads the file of API keys again.
  absl::Status ReloadKeys();

  // Refuses new calls, lets those in flight finish for up to the configured
  // time, then stops them and closes the journals. Nothing acknowledged depends
  // on it.
  void Stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace mi::server

#endif  // MI_SERVER_SERVER_H_
