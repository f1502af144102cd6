// Every metric of the server, with its help text, in one place.
//
// Hot paths hold references to the series that they count in: looking a series
// up by its labels costs more than the call that it describes.

#ifndef MI_SERVER_TELEMETRY_METRICS_H_
#define MI_SERVER_TELEMETRY_METRICS_H_

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/labels.h"
#include "prometheus/metric_type.h"

namespace prometheus {
class Collectable;
class Registry;
}  // namespace prometheus

namespace mi::telemetry {

struct MetricDefinition {
  std::string_view name;
  std::string_view help;
  prometheus::MetricType type;
};

namespace metric {

using enum prometheus::MetricType;

// Calls. Labels: grpc_type, grpc_service, grpc_method.
inline constexpr MetricDefinition kStarted{"grpc_server_started_total",
                                           "Calls that arrived.", Counter};
inline constexpr MetricDefinition kMessagesReceived{
    "grpc_server_msg_received_total", "Messages received from clients.",
    Counter};
inline constexpr MetricDefinition kMessagesSent{
    "grpc_server_msg_sent_total", "Messages sent to clients.", Counter};
// Also grpc_code.
inline constexpr MetricDefinition kHandled{
    "grpc_server_handled_total", "Calls that were answered, by status code.",
    Counter};
inline constexpr MetricDefinition kHandlingSeconds{
    "grpc_server_handling_seconds",
    "Time from the arrival of a call to its answer, queueing included.",
    Histogram};

// Admission. Label: class (read, write, admin).
inline constexpr MetricDefinition kInflight{
    "mi_grpc_inflight", "Calls that have arrived and are not answered.", Gauge};
inline constexpr MetricDefinition kQueueDepth{
    "mi_queue_depth", "Calls waiting for a thread.", Gauge};
inline constexpr MetricDefinition kQueueWaitSeconds{
    "mi_queue_wait_seconds", "Time that calls waited for a thread.", Histogram};
// Also reason: queue_full, queue_wait, tenant_inflight, deadline, draining.
inline constexpr MetricDefinition kRejected{
    "mi_rejected_total", "Calls that were refused without running.", Counter};

// Label: result (ok, missing, malformed, rejected, forbidden).
inline constexpr MetricDefinition kAuth{
    "mi_auth_total", "Outcomes of authentication and authorisation.", Counter};

// The journal. Label: tenant is never one; a process has one journal folder.
inline constexpr MetricDefinition kJournalAppendSeconds{
    "mi_journal_append_seconds",
    "Time from handing a group of writes to the journal until it is durable.",
    Histogram};
inline constexpr MetricDefinition kJournalBatchRecords{
    "mi_journal_batch_records", "Records of one journal transaction.",
    Histogram};
inline constexpr MetricDefinition kJournalBytes{
    "mi_journal_bytes_total", "Bytes appended to the journal.", Counter};
inline constexpr MetricDefinition kJournalErrors{
    "mi_journal_errors_total", "Appends that failed.", Counter};
inline constexpr MetricDefinition kJournalHeadSequence{
    "mi_journal_head_seq", "Last sequence number in the journal, by shard.",
    Gauge};
inline constexpr MetricDefinition kJournalAppliedSequence{
    "mi_journal_applied_seq",
    "Last sequence number that memory reflects, by shard.", Gauge};

inline constexpr MetricDefinition kJournalDiskBytes{
    "mi_journal_disk_bytes", "Bytes of the journal's files, by shard.", Gauge};
inline constexpr MetricDefinition kIdempotencyKeys{
    "mi_idempotency_keys", "Idempotency keys that are kept, by shard.", Gauge};

// Snapshots.
inline constexpr MetricDefinition kSnapshotLastSuccess{
    "mi_snapshot_last_success_timestamp_seconds",
    "When the last snapshot was written, since 1970.", Gauge};
inline constexpr MetricDefinition kSnapshotBytes{
    "mi_snapshot_bytes", "Length of the last snapshot.", Gauge};
inline constexpr MetricDefinition kSnapshotDurationSeconds{
    "mi_snapshot_duration_seconds",
    "Time to write a snapshot and to read it back.", Histogram};
inline constexpr MetricDefinition kSnapshotErrors{
    "mi_snapshot_errors_total", "Snapshots that could not be written.",
    Counter};
// Label: result (ok, unusable).
inline constexpr MetricDefinition kSnapshotReads{
    "mi_snapshot_start_reads_total",
    "Snapshots that a start read; each unusable one was followed by an older "
    "one, or by the whole journal.",
    Counter};
inline constexpr MetricDefinition kStartupSeconds{
    "mi_startup_seconds",
    "Time that it took to load what the tenants have stored.", Gauge};

// Label: kind, state (succeeded, failed, cancelled).
inline constexpr MetricDefinition kJobsEnded{"mi_jobs_ended_total",
                                             "Jobs that have ended.", Counter};

// Graphs. Labels: graph, capped by whoever reports, and kind: node, edge,
// hyperedge.
inline constexpr MetricDefinition kGraphElements{
    "mi_graph_elements", "Nodes, edges and hyperedges.", Gauge};

// Collections. Label: collection, capped by whoever reports.
inline constexpr MetricDefinition kIndexVectors{"mi_index_vectors",
                                                "Live points.", Gauge};
inline constexpr MetricDefinition kIndexBytes{
    "mi_index_bytes", "Bytes resident for vectors, graphs and payloads.",
    Gauge};
inline constexpr MetricDefinition kIndexDeletedRatio{
    "mi_index_deleted_ratio", "Share of rows that are deleted or replaced.",
    Gauge};
inline constexpr MetricDefinition kSearchVisitedNodes{
    "mi_search_visited_nodes", "Compressed codes compared in one search.",
    Histogram};

// The process.
inline constexpr MetricDefinition kBuildInfo{
    "mi_build_info", "What was built, as labels; always 1.", Gauge};
inline constexpr MetricDefinition kMemoryLimit{
    "mi_memory_limit_bytes", "Memory that the process may use.", Gauge};
inline constexpr MetricDefinition kLogDropped{
    "mi_log_dropped_total", "Access log lines lost to a full queue.", Counter};

}  // namespace metric

// Upper bounds in seconds, from 10 microseconds to 30 seconds.
const prometheus::Histogram::BucketBoundaries& LatencyBuckets();
// Upper bounds from 1 to 1,000,000, for counts of things.
const prometheus::Histogram::BucketBoundaries& CountBuckets();

inline constexpr size_t kStatusCodes = 17;  // OK to UNAUTHENTICATED

// The series of one method.
struct MethodMetrics {
  prometheus::Counter* started = nullptr;
  prometheus::Counter* messages_received = nullptr;
  prometheus::Counter* messages_sent = nullptr;
  std::array<prometheus::Counter*, kStatusCodes> handled{};  // by status code
  prometheus::Histogram* handling_seconds = nullptr;
};

// Why a call was refused before it ran.
enum class Rejection {
  kQueueFull,
  kQueueWait,
  kTenantInflight,
  kDeadline,
  kDraining,
};
inline constexpr size_t kRejections = 5;

// The series of one class of calls.
struct ClassMetrics {
  prometheus::Gauge* inflight = nullptr;
  prometheus::Histogram* queue_wait_seconds = nullptr;
  std::array<prometheus::Counter*, kRejections> rejected{};  // by Rejection
};

struct AuthMetrics {
  prometheus::Counter* ok = nullptr;
  prometheus::Counter* missing = nullptr;
  prometheus::Counter* malformed = nullptr;
  prometheus::Counter* rejected = nullptr;
  prometheus::Counter* forbidden = nullptr;
};

// One value that is read when metrics are scraped.
struct Sample {
  prometheus::Labels labels;
  double value = 0;
};

// The registry. Series live as long as it does. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // All series at 0, so that the first error shows as an increase. `type` is
  // "unary", "client_stream", ....
  MethodMetrics AddMethod(const std::string& type, const std::string& service,
                          const std::string& method);
  ClassMetrics AddClass(const std::string& name);
  const AuthMetrics& auth() const { return auth_; }

  // `labels` become the labels of mi_build_info.
  void SetBuildInfo(const prometheus::Labels& labels);
  void SetMemoryLimit(double bytes);

  // A series of its own, to be counted in by the caller. The same definition
  // and labels give the same series.
  prometheus::Counter& AddCounter(const MetricDefinition& definition,
                                  const prometheus::Labels& labels);
  prometheus::Gauge& AddGauge(const MetricDefinition& definition,
                              const prometheus::Labels& labels);
  prometheus::Histogram& AddHistogram(
      const MetricDefinition& definition, const prometheus::Labels& labels,
      const prometheus::Histogram::BucketBoundaries& buckets);

  // Calls `read` at every scrape for all series of a counter or gauge. What it
  // refers to must outlive the last scrape.
  void Observe(const MetricDefinition& definition,
               std::function<std::vector<Sample>()> read);
  void Observe(std::unique_ptr<prometheus::Collectable> collectable);

  // Everything, in the Prometheus text format.
  std::string Scrape() const;

 private:
  struct Observers;

  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Observers> observers_;
  AuthMetrics auth_;
};

// "InvalidArgument" and so on: the names that gRPC's own metrics use.
std::string_view StatusCodeLabel(absl::StatusCode code);

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_METRICS_H_
