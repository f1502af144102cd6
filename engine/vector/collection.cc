#include "engine/vector/collection.h"

#include <algorithm>
#include <utility>

#include "engine/vector/segment_builder.h"

namespace mi::vector {

size_t Collection::DeltaCapacity(size_t dimension,
                                 const CollectionOptions& options) {
  const size_t by_bytes = options.max_delta_bytes / (dimension * sizeof(float));
  return std::clamp<size_t>(by_bytes, 1, options.max_delta_rows);
}

std::shared_ptr<Collection> Collection::Create(CollectionConfig config,
                                               const CollectionOptions& options,
                                               BackgroundLanes lanes,
                                               uint64_t sequence) {
  return std::shared_ptr<Collection>(
      new Collection(std::move(config), options, std::move(lanes), sequence));
}

std::shared_ptr<Collection> Collection::Restore(
    CollectionConfig config, const CollectionOptions& options,
    BackgroundLanes lanes, uint64_t sequence,
    std::vector<std::shared_ptr<Segment>> segments,
    std::vector<std::shared_ptr<Delta>> deltas) {
  auto collection =
      Create(std::move(config), options, std::move(lanes), sequence);
  MutexLock lock(collection->structure_mutex_);
  collection->segments_ = std::move(segments);
  if (!deltas.empty() && !deltas.back()->full()) {
    collection->active_ = std::move(deltas.back());
    deltas.pop_back();
  }
  collection->frozen_ = std::move(deltas);
  collection->PublishLocked();
  collection->ScheduleLocked();
  return collection;
}

Collection::Collection(CollectionConfig config,
                       const CollectionOptions& options, BackgroundLanes lanes,
                       uint64_t sequence)
    : options_(options),
      lanes_(std::move(lanes)),
      config_(std::make_shared<const CollectionConfig>(std::move(config))),
      sequence_(sequence),
      active_(
          std::make_shared<Delta>(config_->metric, config_->dimension,
                                  DeltaCapacity(config_->dimension, options))),
      view_(nullptr) {
  MutexLock lock(structure_mutex_);
  PublishLocked();
}

Collection::~Collection() { StopBackground(); }

size_t Collection::pending_builds() const {
  MutexLock lock(structure_mutex_);
  return frozen_.size() + (merge_scheduled_ ? 1 : 0);
}

UpsertCounts Collection::Upsert(std::span<const PointToWrite> points,
                                uint64_t sequence) {
  MutexLock lock(structure_mutex_);
  UpsertCounts counts;
  for (const PointToWrite& point : points) {
    if (MarkDeletedLocked(point.id, sequence)) {
      ++counts.replaced;
    } else {
      ++counts.inserted;
    }
    if (active_->full()) FreezeDeltaLocked();
    active_->Append(point.id, point.vector, point.payload, sequence);
  }
  sequence_ = sequence;
  written_since_tick_ = true;
  PublishLocked();
  return counts;
}

size_t Collection::Delete(std::span<const std::string_view> ids,
                          uint64_t sequence) {
  MutexLock lock(structure_mutex_);
  size_t deleted = 0;
  for (const std::string_view id : ids) {
    if (MarkDeletedLocked(id, sequence)) ++deleted;
  }
  sequence_ = sequence;
  written_since_tick_ = true;
  PublishLocked();
  return deleted;
}

void Collection::Configure(const IndexSettings& index,
                           std::vector<filter::FieldSchema> payload_fields,
                           uint64_t sequence) {
  MutexLock lock(structure_mutex_);
  auto config = std::make_shared<CollectionConfig>(*config_);
  config->index = index;
  config->payload_fields = std::move(payload_fields);
  config_ = std::move(config);
  sequence_ = sequence;
  PublishLocked();
  ScheduleLocked();
}

bool Collection::MarkDeletedLocked(std::string_view id, uint64_t sequence) {
  const auto mark_in_delta = [&](Delta& delta) {
    const auto row = delta.Find(id, delta.size());
    if (!row || delta.deleted_at(*row) != 0) return false;
    delta.MarkDeleted(*row, sequence);
    return true;
  };
  if (mark_in_delta(*active_)) return true;
  for (const auto& delta : frozen_) {
    if (mark_in_delta(*delta)) return true;
  }
  for (const auto& segment : segments_) {
    const auto row = segment->ids().Find(id);
    if (row && segment->deleted_at(*row) == 0) {
      segment->MarkDeleted(*row, sequence);
      return true;
    }
  }
  return false;
}

void Collection::FreezeDeltaLocked() {
  frozen_.push_back(std::move(active_));
  active_ =
      std::make_shared<Delta>(config_->metric, config_->dimension,
                              DeltaCapacity(config_->dimension, options_));
  ScheduleLocked();
}

void Collection::PublishLocked() {
  auto view = std::make_shared<CollectionView>();
  view->sequence = sequence_;
  view->config = config_;
  view->segments.assign(segments_.begin(), segments_.end());
  view->deltas.reserve(frozen_.size() + 1);
  for (const auto& delta : frozen_) {
    view->deltas.push_back({delta, delta->size()});
  }
  view->deltas.push_back({active_, active_->size()});
  view_.Publish(std::move(view));
}

std::vector<size_t> Collection::ChooseMergeLocked() const {
  std::vector<SegmentSummary> summaries;
  summaries.reserve(segments_.size());
  for (const auto& segment : segments_) {
    summaries.push_back({.rows = segment->size(),
                         .tombstones = segment->tombstones(),
                         .outdated = !segment->BuiltFor(*config_)});
  }
  return ChooseSegmentsToMerge(summaries, idle_, options_.compaction);
}

void Collection::ScheduleLocked() {
  if (stop_.stop_requested()) return;
  if (!frozen_.empty() && !seal_scheduled_) {
    seal_scheduled_ =
        lanes_.seal([self = shared_from_this()] { self->RunSeal(); });
  }
  if (!merge_scheduled_ && !ChooseMergeLocked().empty()) {
    merge_scheduled_ =
        lanes_.merge([self = shared_from_this()] { self->RunMerge(); });
  }
}

void Collection::RunSeal() {
  std::shared_ptr<Delta> source;
  std::shared_ptr<const CollectionConfig> config;
  {
    MutexLock lock(structure_mutex_);
    source = frozen_.front();
    config = config_;
  }
  SegmentBuilder builder(*config, options_.build);
  builder.Add(source);
  auto segment = builder.Build(stop_.get_token());

  MutexLock lock(structure_mutex_);
  seal_scheduled_ = false;
  build_ended_.NotifyAll();
  if (!segment.ok()) {
    if (!absl::IsCancelled(segment.status())) lanes_.on_error(segment.status());
    return;  // the delta stays and is searched exactly; a tick tries again
  }
  builder.TransferDeletions(**segment);
  frozen_.erase(frozen_.begin());
  if ((*segment)->size() > 0) segments_.push_back(*std::move(segment));
  PublishLocked();
  ScheduleLocked();
}

void Collection::RunMerge() {
  std::vector<std::shared_ptr<Segment>> sources;
  std::shared_ptr<const CollectionConfig> config;
  {
    MutexLock lock(structure_mutex_);
    for (const size_t i : ChooseMergeLocked()) sources.push_back(segments_[i]);
    config = config_;
    if (sources.empty()) {
      merge_scheduled_ = false;
      build_ended_.NotifyAll();
      return;
    }
  }
  SegmentBuilder builder(*config, options_.build);
  for (const auto& source : sources) builder.Add(source);
  auto segment = builder.Build(stop_.get_token());

  MutexLock lock(structure_mutex_);
  merge_scheduled_ = false;
  build_ended_.NotifyAll();
  if (!segment.ok()) {
    if (!absl::IsCancelled(segment.status())) lanes_.on_error(segment.status());
    return;  // the sources stay; a tick tries again
  }
  builder.TransferDeletions(**segment);
  std::erase_if(segments_, [&](const std::shared_ptr<Segment>& candidate) {
    return std::find(sources.begin(), sources.end(), candidate) !=
           sources.end();
  });
  if ((*segment)->size() > 0) segments_.push_back(*std::move(segment));
  PublishLocked();
  ScheduleLocked();
}

void Collection::Tick(std::chrono::steady_clock::time_point now) {
  MutexLock lock(structure_mutex_);
  if (written_since_tick_) {
    written_since_tick_ = false;
    idle_ = false;
    last_write_seen_ = now;
  } else if (now - last_write_seen_ >= options_.idle_after) {
    idle_ = true;
    if (active_->size() >= options_.min_idle_seal_rows) {
      FreezeDeltaLocked();
      PublishLocked();
    }
  }
  ScheduleLocked();
}

void Collection::StopBackground() { stop_.request_stop(); }

void Collection::WaitForBuilds(bool fold) {
  MutexLock lock(structure_mutex_);
  if (fold) {
    idle_ = true;
    if (active_->size() > 0) {
      FreezeDeltaLocked();
      PublishLocked();
    }
  }
  ScheduleLocked();
  build_ended_.Wait(structure_mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return !seal_scheduled_ && !merge_scheduled_;
  });
}

}  // namespace mi::vector
