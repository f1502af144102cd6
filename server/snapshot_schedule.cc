#include "server/snapshot_schedule.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "engine/base/progress.h"

namespace mi::server {
namespace {

using std::chrono::steady_clock;
using telemetry::Severity;

constexpr auto kInterval = std::chrono::seconds(1);

}  // namespace

SnapshotSchedule::SnapshotSchedule(const workspace::Directory& workspaces,
                                   telemetry::Log& log)
    : workspaces_(workspaces),
      log_(log),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

void SnapshotSchedule::Loop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, kInterval,
                        [&stop] { return stop.stop_requested(); })) {
    for (const auto& [tenant, workspace] : workspaces_.All()) {
      if (workspace->SnapshotIsDue()) Write(tenant, *workspace, stop);
    }
  }
}

void SnapshotSchedule::Write(const std::string& tenant,
                             workspace::Workspace& workspace,
                             const std::stop_token& stop) {
  const auto start = steady_clock::now();
  Progress progress(stop);
  const auto written = workspace.WriteSnapshot(
      workspace::SnapshotTrigger::kSchedule, {}, progress);
  if (absl::IsCancelled(written.status())) return;
  const std::chrono::duration<double> took = steady_clock::now() - start;
  if (!written.ok()) {
    const std::string_view error(written.status().message().data(),
                                 written.status().message().size());
    log_.Write(Severity::kError, "a snapshot could not be written",
               {{"tenant", tenant}, {"error", error}});
    return;
  }
  log_.Write(Severity::kInfo, "a snapshot was written",
             {{"tenant", tenant},
              {"snapshot", written->name},
              {"bytes", static_cast<int64_t>(written->bytes)},
              {"seconds", took.count()}});
}

}  // namespace mi::server
