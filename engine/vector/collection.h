// A named set of points that can be written and searched at the same time.
//
// Points live in a delta, which takes writes and is scanned exactly, and in
// immutable sealed segments with an index. A full delta is frozen and built
// into a segment in the background; segments of like size are merged; replaced
// and deleted rows are stamped and dropped by the next merge. Nothing that a
// reader holds ever changes under it.

#ifndef MI_ENGINE_VECTOR_COLLECTION_H_
#define MI_ENGINE_VECTOR_COLLECTION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "engine/base/mutex.h"
#include "engine/base/published.h"
#include "engine/vector/collection_config.h"
#include "engine/vector/collection_view.h"
#include "engine/vector/compaction_policy.h"

namespace mi::vector {

struct CollectionOptions {
  // A delta is frozen at this many rows, or earlier at `max_delta_bytes` of
  // vectors: the price of exactness on every search is bounded by it.
  size_t max_delta_rows = 4096;
  size_t max_delta_bytes = size_t{32} << 20;
  // Smaller deltas are not worth a segment when writes pause.
  size_t min_idle_seal_rows = 256;
  // Without writes for this long, the delta is sealed and segments are folded.
  std::chrono::milliseconds idle_after{2000};
  SegmentBuildOptions build;
  CompactionOptions compaction;
};

// Where background work runs. Seals are short and keep searches fast, so they
// never wait behind merges. Each function returns false when it cannot take
// the task now; the collection tries again on its next write or tick.
struct BackgroundLanes {
  std::function<bool(std::function<void()>)> seal;
  std::function<bool(std::function<void()>)> merge;
  // Told about builds that failed for another reason than cancellation.
  std::function<void(const absl::Status&)> on_error;
};

// A point to write; the views need to live only during the call.
struct PointToWrite {
  std::string_view id;
  std::span<const float> vector;
  std::string_view payload;  // as payload::EncodePayload wrote it
};

struct UpsertCounts {
  size_t inserted = 0;
  size_t replaced = 0;
};

// Readers are thread-safe and never wait. Writers (Upsert, Delete, Configure,
// Touch) must be called by one thread at a time, in the order of the journal,
// with valid arguments: dimensions, ranges and ids were checked before the
// journal.
class Collection : public std::enable_shared_from_this<Collection> {
 public:
  static std::shared_ptr<Collection> Create(CollectionConfig config,
                                            const CollectionOptions& options,
                                            BackgroundLanes lanes,
                                            uint64_t sequence);
  // A collection that holds these parts already, oldest deltas first: what was
  // visible at `sequence`.
  static std::shared_ptr<Collection> Restore(
      CollectionConfig config, const CollectionOptions& options,
      BackgroundLanes lanes, uint64_t sequence,
      std::vector<std::shared_ptr<Segment>> segments,
      std::vector<std::shared_ptr<Delta>> deltas);
  ~Collection();

  // Rows that a delta of these collections takes.
  static size_t DeltaCapacity(size_t dimension,
                              const CollectionOptions& options);

  // --- Readers.

  std::shared_ptr<const CollectionView> View() const { return view_.Load(); }

  // Seals and merges that wait or run.
  size_t pending_builds() const;

  // --- The writer.

  // Inserts or replaces; the batch becomes visible at once.
  UpsertCounts Upsert(std::span<const PointToWrite> points, uint64_t sequence);

  // Returns how many of the ids existed.
  size_t Delete(std::span<const std::string_view> ids, uint64_t sequence);

  // Takes new index settings and indexed fields; segments follow in the
  // background.
  void Configure(const IndexSettings& index,
                 std::vector<filter::FieldSchema> payload_fields,
                 uint64_t sequence);

  // --- Upkeep, from any thread.

  // Called every second or so: seals and folds when no writes come, and
  // schedules work that found no room before.
  void Tick(std::chrono::steady_clock::time_point now);

  // Cancels background builds; what is running stops within milliseconds.
  void StopBackground();

  // Blocks until no build waits or runs. For tests and benchmarks; `fold`
  // first seals the delta and merges everything as if idle.
  void WaitForBuilds(bool fold);

 private:
  Collection(CollectionConfig config, const CollectionOptions& options,
             BackgroundLanes lanes, uint64_t sequence);

  bool MarkDeletedLocked(std::string_view id, uint64_t sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(structure_mutex_);
  void FreezeDeltaLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(structure_mutex_);
  void PublishLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(structure_mutex_);
  void ScheduleLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(structure_mutex_);
  std::vector<size_t> ChooseMergeLocked() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(structure_mutex_);

  void RunSeal();
  void RunMerge();

  const CollectionOptions options_;
  const BackgroundLanes lanes_;
  std::stop_source stop_;

  // Guards the lists that writers append to and builds replace; readers use
  // the published view.
  mutable Mutex structure_mutex_;
  Condition build_ended_;
  std::shared_ptr<const CollectionConfig> config_
      ABSL_GUARDED_BY(structure_mutex_);
  uint64_t sequence_ ABSL_GUARDED_BY(structure_mutex_);
  std::vector<std::shared_ptr<Segment>> segments_
      ABSL_GUARDED_BY(structure_mutex_);
  std::vector<std::shared_ptr<Delta>> frozen_ ABSL_GUARDED_BY(structure_mutex_);
  std::shared_ptr<Delta> active_ ABSL_GUARDED_BY(structure_mutex_);
  bool seal_scheduled_ ABSL_GUARDED_BY(structure_mutex_) = false;
  bool merge_scheduled_ ABSL_GUARDED_BY(structure_mutex_) = false;
  bool idle_ ABSL_GUARDED_BY(structure_mutex_) = false;
  bool written_since_tick_ ABSL_GUARDED_BY(structure_mutex_) = true;
  std::chrono::steady_clock::time_point last_write_seen_
      ABSL_GUARDED_BY(structure_mutex_);

  Published<CollectionView> view_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_COLLECTION_H_
