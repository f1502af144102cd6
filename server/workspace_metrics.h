// What operators see of journals and collections.

#ifndef MI_SERVER_WORKSPACE_METRICS_H_
#define MI_SERVER_WORKSPACE_METRICS_H_

#include "absl/status/status.h"
#include "engine/workspace/directory.h"
#include "server/telemetry/metrics.h"

namespace mi::server {

// The series that every group commit counts in.
class CommitMetrics {
 public:
  // `metrics` must outlive this object.
  explicit CommitMetrics(telemetry::Metrics& metrics);

  // Thread-safe.
  void Count(const workspace::CommitEvent& event) const;

 private:
  prometheus::Histogram& append_seconds_;
  prometheus::Histogram& batch_records_;
  prometheus::Counter& bytes_;
  prometheus::Counter& errors_;
};

// The series that snapshots count in.
class SnapshotMetrics {
 public:
  // `metrics` must outlive this object.
  explicit SnapshotMetrics(telemetry::Metrics& metrics);

  // Thread-safe, both.
  void CountWritten(const workspace::SnapshotEvent& event) const;
  void CountRead(const absl::Status& status) const;

 private:
  prometheus::Gauge& last_success_;
  prometheus::Gauge& bytes_;
  prometheus::Histogram& seconds_;
  prometheus::Counter& errors_;
  prometheus::Counter& used_;
  prometheus::Counter& unusable_;
};

// Adds gauges that are computed from the workspaces at every scrape. At most
// `kMaxCollections` collections get series of their own, the largest first; the
// rest are summed under "other".
// The same holds of graphs.
inline constexpr size_t kMaxCollections = 50;
inline constexpr size_t kMaxGraphs = 50;
void ObserveWorkspaces(const workspace::Directory& workspaces,
                       telemetry::Metrics& metrics);

}  // namespace mi::server

#endif  // MI_SERVER_WORKSPACE_METRICS_H_
