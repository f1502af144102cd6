// Writes the snapshots that are due, beside everything else.

#ifndef MI_SERVER_SNAPSHOT_SCHEDULE_H_
#define MI_SERVER_SNAPSHOT_SCHEDULE_H_

#include <stop_token>
#include <string>
#include <thread>

#include "engine/workspace/directory.h"
#include "server/telemetry/log.h"

namespace mi::server {

// A thread of its own, since a large snapshot takes seconds: looks every second
// whether a tenant's is due, and writes one at a time.
class SnapshotSchedule {
 public:
  // Both must outlive the schedule.
  SnapshotSchedule(const workspace::Directory& workspaces, telemetry::Log& log);
  // Stops the snapshot that is being written.
  ~SnapshotSchedule() = default;

  void RequestStop() { thread_.request_stop(); }

 private:
  void Loop(const std::stop_token& stop);
  void Write(const std::string& tenant, workspace::Workspace& workspace,
             const std::stop_token& stop);

  const workspace::Directory& workspaces_;
  telemetry::Log& log_;
  std::jthread thread_;
};

}  // namespace mi::server

#endif  // MI_SERVER_SNAPSHOT_SCHEDULE_H_
