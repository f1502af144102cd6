// mi-server: reads its settings, serves until SIGTERM or SIGINT, drains.

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "grpc/grpc.h"
#include "server/auth/api_keys.h"
#include "server/config.h"
#include "server/operations/build_info.h"
#include "server/server.h"
#include "server/telemetry/library_logs.h"
#include "server/telemetry/log.h"

namespace mi::server {
namespace {

using telemetry::Severity;

constexpr int kExitOk = 0;
constexpr int kExitCannotStart = 1;
constexpr int kExitUsage = 2;
constexpr int kExitDrainTookTooLong = 3;

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

// Searches and builds bring their own threads; a second pool inside of the
// linear algebra library would fight them for the processors. Weak: only
// OpenBLAS has it.
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

void LimitLibraryThreads() {
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
}

// The signals that we wait for. They must be blocked before the first thread
// starts: threads inherit the mask, and a signal that any of them takes would
// end the process.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Makes the allocator give memory back. Index builds take and free buffers of
// many megabytes on several threads; by default glibc would keep much of them
// in an arena for each thread.
void KeepMemoryInCheck() {
  constexpr int kArenas = 4;
  constexpr int kMmapThresholdBytes = 256 << 10;
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kMmapThresholdBytes);
}

// Ends the process if stopping takes longer than it may: whatever is stuck,
// nothing acknowledged depends on it.
void LimitStopTo(std::chrono::milliseconds limit) {
  std::thread([limit] {
    std::this_thread::sleep_for(limit);
    _exit(kExitDrainTookTooLong);
  }).detach();
}

int GenerateKey(const std::string& tenant) {
  const auto key = auth::GenerateKey(tenant);
  if (!key.ok()) {
    fmt::print(stderr, "{}\n", MessageOf(key.status()));
    return kExitUsage;
  }
  fmt::print(stderr,
             "The key, shown only this once:\n{}\n\nThe line for the file of "
             "--api-keys-file:\n",
             key->key);
  fmt::print("{}\n", key->line);
  return kExitOk;
}

void LogStart(const Config& config, const Server& server, telemetry::Log& log) {
  std::vector<telemetry::LogField> fields;
  const auto settings = DescribeConfig(config);
  fields.reserve(settings.size() + 3);
  fields.push_back({"version", BuildVersion()});
  fields.push_back({"port", int64_t{server.port()}});
  fields.push_back({"metrics_port", int64_t{server.metrics_port()}});
  for (const auto& [name, value] : settings) {
    fields.push_back({name, std::string_view(value)});
  }
  log.Write(Severity::kInfo, "serving", fields);
}

// Starts the server, which takes as long as there is to read. A signal to stop
// ends the process at once: nothing that is stored depends on how it ends.
absl::StatusOr<std::unique_ptr<Server>> StartUnlessStopped(
    const Config& config, const sigset_t& signals, telemetry::Log& log) {
  auto starting = std::async(std::launch::async,
                             [&] { return Server::Start(config, log); });
  constexpr auto kLook = std::chrono::milliseconds(20);
  while (starting.wait_for(kLook) != std::future_status::ready) {
    const timespec at_once{};
    const int signal = sigtimedwait(&signals, nullptr, &at_once);
    if (signal != SIGTERM && signal != SIGINT) continue;
    log.Write(Severity::kInfo, "stopped while loading");
    log.Flush();
    _exit(kExitOk);
  }
  return starting.get();
}

int Serve(const Invocation& invocation, const sigset_t& signals) {
  const Config& config = invocation.config;
  telemetry::Log log({.threshold = telemetry::ParseSeverity(config.log_level)
                                       .value_or(Severity::kInfo)});
  telemetry::RouteLibraryLogs(&log);
  for (const std::string& warning : invocation.warnings) {
    log.Write(Severity::kWarning, warning);
  }
  auto server = StartUnlessStopped(config, signals, log);
  if (!server.ok()) {
    log.Write(Severity::kCritical, "cannot start",
              {{"error", std::string_view(MessageOf(server.status()))}});
    log.Flush();
    telemetry::RouteLibraryLogs(nullptr);
    return kExitCannotStart;
  }
  LogStart(config, **server, log);

  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) break;
    const absl::Status reloaded = (*server)->ReloadKeys();
    log.Write(reloaded.ok() ? Severity::kInfo : Severity::kError,
              reloaded.ok() ? "read the API keys again"
                            : "the API keys stay as they were",
              {{"error", std::string_view(MessageOf(reloaded))}});
  }
  log.Write(Severity::kInfo, "stopping");
  constexpr auto kAfterDrain = std::chrono::milliseconds(1500);
  LimitStopTo(std::chrono::milliseconds(config.drain_timeout_ms) + kAfterDrain);
  (*server)->Stop();
  log.Write(Severity::kInfo, "stopped");
  server->reset();
  telemetry::RouteLibraryLogs(nullptr);
  log.Flush();
  return kExitOk;
}

// Holds gRPC's threads until the process ends. Otherwise the last object of gRPC
// that goes waits for them, up to ten seconds where an answer did not fit into
// a socket at once (seen with 1.51).
void KeepGrpcRunning() { grpc_init(); }

int Main(int argc, char** argv) {
  const sigset_t signals = BlockSignals();
  KeepGrpcRunning();
  KeepMemoryInCheck();
  LimitLibraryThreads();
  const auto invocation =
      ParseInvocation({argv + 1, argv + argc}, ProcessEnvironment());
  if (!invocation.ok()) {
    fmt::print(stderr, "{}\n\nmi-server --help lists all settings.\n",
               MessageOf(invocation.status()));
    return kExitUsage;
  }
  switch (invocation->command) {
    case Invocation::Command::kHelp:
      fmt::print("{}", HelpText());
      return kExitOk;
    case Invocation::Command::kVersion:
      fmt::print("mi-server {} ({})\n", BuildVersion(), BuildRevision());
      return kExitOk;
    case Invocation::Command::kGenerateKey:
      return GenerateKey(invocation->tenant);
    case Invocation::Command::kServe:
      return Serve(*invocation, signals);
  }
  return kExitUsage;
}

}  // namespace
}  // namespace mi::server

int main(int argc, char** argv) { return mi::server::Main(argc, argv); }
