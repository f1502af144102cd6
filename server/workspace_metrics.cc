#include "server/workspace_metrics.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/vector/stats.h"

namespace mi::server {
namespace {

using telemetry::Sample;

struct NamedStats {
  std::string tenant;
  std::string collection;
  vector::CollectionStats stats;
};

// The largest collections of all tenants, then one entry for all the others.
std::vector<NamedStats> LargestCollections(
    const workspace::Directory& workspaces) {
  std::vector<NamedStats> all;
  for (const auto& [tenant, workspace] : workspaces.All()) {
    for (const auto& [name, entry] : workspace->catalog()->collections) {
      all.push_back({tenant, name, vector::ComputeStats(*entry->points)});
    }
  }
  if (all.size() <= kMaxCollections) return all;
  std::sort(all.begin(), all.end(),
            [](const NamedStats& a, const NamedStats& b) {
              return a.stats.live_points > b.stats.live_points;
            });
  NamedStats other{"other", "other", {}};
  for (size_t i = kMaxCollections; i < all.size(); ++i) {
    other.stats.live_points += all[i].stats.live_points;
    other.stats.tombstones += all[i].stats.tombstones;
    // Summed under one kind: only the total is shown.
    other.stats.memory.vectors += all[i].stats.memory.total();
  }
  all.resize(kMaxCollections);
  all.push_back(std::move(other));
  return all;
}

double DeletedRatio(const vector::CollectionStats& stats) {
  const uint64_t rows = stats.live_points + stats.tombstones;
  return rows == 0 ? 0
                   : static_cast<double>(stats.tombstones) /
                         static_cast<double>(rows);
}

struct NamedGraph {
  std::string tenant;
  std::string graph;
  std::array<uint64_t, 3> counts{};  // of nodes, edges and hyperedges

  uint64_t total() const { return counts[0] + counts[1] + counts[2]; }
};

// The largest graphs of all tenants, then one entry for all the others.
std::vector<NamedGraph> LargestGraphs(const workspace::Directory& workspaces) {
  std::vector<NamedGraph> all;
  for (const auto& [tenant, workspace] : workspaces.All()) {
    for (const auto& [name, entry] : workspace->catalog()->graphs) {
      const auto view = entry->graph->View();
      all.push_back(
          {tenant,
           name,
           {view->node_count(), view->edge_count(), view->hyperedge_count()}});
    }
  }
  if (all.size() <= kMaxGraphs) return all;
  std::sort(all.begin(), all.end(),
            [](const NamedGraph& a, const NamedGraph& b) {
              return a.total() > b.total();
            });
  NamedGraph other{"other", "other", {}};
  for (size_t i = kMaxGraphs; i < all.size(); ++i) {
    for (size_t kind = 0; kind < other.counts.size(); ++kind) {
      other.counts[kind] += all[i].counts[kind];
    }
  }
  all.resize(kMaxGraphs);
  all.push_back(std::move(other));
  return all;
}

std::vector<Sample> GraphSamples(const workspace::Directory& workspaces) {
  constexpr std::array kKinds = {"node", "edge", "hyperedge"};
  std::vector<Sample> samples;
  for (const NamedGraph& named : LargestGraphs(workspaces)) {
    for (size_t kind = 0; kind < kKinds.size(); ++kind) {
      samples.push_back({{{"tenant", named.tenant},
                          {"graph", named.graph},
                          {"kind", kKinds[kind]}},
                         static_cast<double>(named.counts[kind])});
    }
  }
  return samples;
}

void ObserveCollections(
    const workspace::Directory& workspaces, telemetry::Metrics& metrics,
    const telemetry::MetricDefinition& definition,
    std::function<double(const vector::CollectionStats&)> value) {
  metrics.Observe(definition, [&workspaces, value = std::move(value)] {
    std::vector<Sample> samples;
    for (const NamedStats& named : LargestCollections(workspaces)) {
      samples.push_back(
          {{{"tenant", named.tenant}, {"collection", named.collection}},
           value(named.stats)});
    }
    return samples;
  });
}

}  // namespace

CommitMetrics::CommitMetrics(telemetry::Metrics& metrics)
    : append_seconds_(
          metrics.AddHistogram(telemetry::metric::kJournalAppendSeconds, {},
                               telemetry::LatencyBuckets())),
      batch_records_(
          metrics.AddHistogram(telemetry::metric::kJournalBatchRecords, {},
                               telemetry::CountBuckets())),
      bytes_(metrics.AddCounter(telemetry::metric::kJournalBytes, {})),
      errors_(metrics.AddCounter(telemetry::metric::kJournalErrors, {})) {}

void CommitMetrics::Count(const workspace::CommitEvent& event) const {
  append_seconds_.Observe(
      std::chrono::duration<double>(event.append_time).count());
  batch_records_.Observe(static_cast<double>(event.records));
  if (event.ok) {
    bytes_.Increment(static_cast<double>(event.bytes));
  } else {
    errors_.Increment();
  }
}

SnapshotMetrics::SnapshotMetrics(telemetry::Metrics& metrics)
    : last_success_(
          metrics.AddGauge(telemetry::metric::kSnapshotLastSuccess, {})),
      bytes_(metrics.AddGauge(telemetry::metric::kSnapshotBytes, {})),
      seconds_(metrics.AddHistogram(telemetry::metric::kSnapshotDurationSeconds,
                                    {}, telemetry::LatencyBuckets())),
      errors_(metrics.AddCounter(telemetry::metric::kSnapshotErrors, {})),
      used_(metrics.AddCounter(telemetry::metric::kSnapshotReads,
                               {{"result", "ok"}})),
      unusable_(metrics.AddCounter(telemetry::metric::kSnapshotReads,
                                   {{"result", "unusable"}})) {}

void SnapshotMetrics::CountWritten(
    const workspace::SnapshotEvent& event) const {
  if (absl::IsCancelled(event.outcome.status())) return;
  if (!event.outcome.ok()) return errors_.Increment();
  constexpr double kMicros = 1e6;
  last_success_.Set(static_cast<double>(event.outcome->created) / kMicros);
  bytes_.Set(static_cast<double>(event.outcome->bytes));
  seconds_.Observe(std::chrono::duration<double>(event.time).count());
}

void SnapshotMetrics::CountRead(const absl::Status& status) const {
  (status.ok() ? used_ : unusable_).Increment();
}

void ObserveWorkspaces(const workspace::Directory& workspaces,
                       telemetry::Metrics& metrics) {
  metrics.Observe(telemetry::metric::kJournalAppliedSequence, [&workspaces] {
    std::vector<Sample> samples;
    for (const auto& [tenant, workspace] : workspaces.All()) {
      samples.push_back(
          {{{"shard", tenant}}, static_cast<double>(workspace->sequence())});
    }
    return samples;
  });
  metrics.Observe(telemetry::metric::kJournalDiskBytes, [&workspaces] {
    std::vector<Sample> samples;
    for (const auto& [tenant, workspace] : workspaces.All()) {
      const auto bytes = workspace->JournalBytes();
      if (!bytes.ok()) continue;
      samples.push_back({{{"shard", tenant}}, static_cast<double>(*bytes)});
    }
    return samples;
  });
  metrics.Observe(telemetry::metric::kIdempotencyKeys, [&workspaces] {
    std::vector<Sample> samples;
    for (const auto& [tenant, workspace] : workspaces.All()) {
      samples.push_back({{{"shard", tenant}},
                         static_cast<double>(workspace->idempotency().size())});
    }
    return samples;
  });
  metrics.Observe(telemetry::metric::kGraphElements,
                  [&workspaces] { return GraphSamples(workspaces); });
  ObserveCollections(workspaces, metrics, telemetry::metric::kIndexVectors,
                     [](const vector::CollectionStats& stats) {
                       return static_cast<double>(stats.live_points);
                     });
  ObserveCollections(workspaces, metrics, telemetry::metric::kIndexBytes,
                     [](const vector::CollectionStats& stats) {
                       return static_cast<double>(stats.memory.total());
                     });
  ObserveCollections(workspaces, metrics, telemetry::metric::kIndexDeletedRatio,
                     DeletedRatio);
}

}  // namespace mi::server
