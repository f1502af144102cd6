// The real server in a process of its own, for tests that kill it and for
// benchmarks that count its processor time.

#ifndef MI_TESTS_SUPPORT_SERVER_PROCESS_H_
#define MI_TESTS_SUPPORT_SERVER_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grpcpp/channel.h"

namespace mi::testing {

// Started by the constructor; killed by the destructor if it still runs.
// Thread-compatible.
class ServerProcess {
 public:
  struct Options {
    std::filesystem::path binary;
    std::filesystem::path data_folder;
    // Beside port, data folder and --insecure-single-tenant.
    std::vector<std::string> arguments;
    // NAME=value, beside the environment of this process.
    std::vector<std::string> environment = {};
    // Servers that are started at the same time on addresses of their own
    // (127.0.0.0/8 are all local) never take each other's port.
    std::string host = "127.0.0.1";
  };

  explicit ServerProcess(Options options);
  ~ServerProcess();

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Waits until the server answers; false when it ended or took too long.
  bool WaitUntilServing(
      std::chrono::seconds timeout = std::chrono::seconds(60));

  // A new connection.
  std::shared_ptr<grpc::Channel> Connect() const;
  std::string address() const { return host_ + ":" + std::to_string(port_); }

  // SIGKILL, and waits for the end.
  void Kill();
  // SIGTERM, and waits; returns the exit code, or -1 after `timeout`.
  int Terminate(std::chrono::seconds timeout = std::chrono::seconds(15));

  // Whether the process has ended by itself.
  bool HasEnded();
  // How it ended, as from waitpid(); known once HasEnded() or another call here
  // has seen it, and never after Kill().
  std::optional<int> wait_status() const { return wait_status_; }

  // Processor time of all threads so far, user and system, in seconds.
  double CpuSeconds() const;
  size_t ResidentBytes() const;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::string host_;
  int port_ = 0;
  std::optional<int> wait_status_;
};

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_SERVER_PROCESS_H_
