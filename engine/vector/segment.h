// A sealed part of a collection: rows that no longer change, with their
// indexes.

#ifndef MI_ENGINE_VECTOR_SEGMENT_H_
#define MI_ENGINE_VECTOR_SEGMENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/codec.h"
#include "engine/filter/payload_index.h"
#include "engine/vector/collection_config.h"
#include "engine/vector/id_table.h"
#include "engine/vector/index/vector_index.h"
#include "engine/vector/payload_store.h"

namespace mi::vector {

// Rows gathered for a new segment. The views point into the delta or segments
// that the rows come from and must outlive the build.
struct SegmentRows {
  std::vector<float> vectors;  // [rows, dimension], row-major
  std::vector<std::string_view> ids;
  std::vector<std::string_view> payloads;
  std::vector<uint64_t> versions;

  size_t size() const { return ids.size(); }
};

// Settings of a build that are the server's, not the collection's.
struct SegmentBuildOptions {
  // HNSW segments with fewer rows get inverted lists only: a graph pays once
  // searches would scan many rows.
  size_t min_graph_rows = 20'000;
  uint64_t seed = 1;
};

// Immutable but for its tombstones, which the collection's writer sets and
// readers judge by the sequence of their view. Thread-safe.
class Segment {
 public:
  // Builds all indexes on the calling thread. Errors: CANCELLED when `stop` is
  // requested; RESOURCE_EXHAUSTED without memory.
  static absl::StatusOr<std::shared_ptr<Segment>> Build(
      const CollectionConfig& config, SegmentRows rows,
      const SegmentBuildOptions& options, std::stop_token stop);

  // Writes the segment down as a reader at `sequence` sees it, and reads one.
  // Deletions after `sequence` are left out: whoever
  // reads it applies them again. The payload index is built anew from the
  // payloads. Errors: DATA_LOSS for bytes that Write cannot have written;
  // CANCELLED.
  void Write(uint64_t sequence, Writer& out) const;
  static absl::StatusOr<std::shared_ptr<Segment>> Read(std::string_view bytes,
                                                       std::stop_token stop);

  size_t size() const { return ids_.size(); }
  // Row of the gathered rows that became `row`: builds put rows in an order
  // that is good for memory.
  uint32_t original_row(uint32_t row) const {
    return index_->original_row(row);
  }

  std::string_view id(uint32_t row) const { return ids_.id(row); }
  std::string_view payload(uint32_t row) const { return payloads_[row]; }
  uint64_t version(uint32_t row) const { return versions_[row]; }
  const float* vector(uint32_t row) const { return index_->vector(row); }

  const IdTable& ids() const { return ids_; }
  const VectorIndex& index() const { return *index_; }
  const filter::PayloadIndex& payload_index() const { return payload_index_; }
  const PayloadStore& payloads() const { return payloads_; }

  // Whether the segment was built for these settings.
  bool BuiltFor(const CollectionConfig& config) const {
    return config == config_;
  }

  // Whether a reader at `sequence` sees the row.
  bool LiveAt(uint32_t row, uint64_t sequence) const {
    const uint64_t at = deleted_at_[row].load(std::memory_order_relaxed);
    return at == 0 || at > sequence;
  }
  // Per row the sequence of its deletion, 0 for live rows; null while no row
  // is deleted, so that searches need not look.
  const std::atomic<uint64_t>* deleted_at() const {
    return tombstones() == 0 ? nullptr : deleted_at_.get();
  }
  uint64_t deleted_at(uint32_t row) const {
    return deleted_at_[row].load(std::memory_order_relaxed);
  }
  // For the collection's writer. Requires that the row is live.
  void MarkDeleted(uint32_t row, uint64_t sequence) {
    deleted_at_[row].store(sequence, std::memory_order_relaxed);
    tombstones_.fetch_add(1, std::memory_order_release);
  }
  size_t tombstones() const {
    return tombstones_.load(std::memory_order_acquire);
  }

  // Ids, versions and tombstones.
  size_t id_bytes() const;

 private:
  Segment(const CollectionConfig& config, const SegmentRows& rows,
          std::unique_ptr<VectorIndex> index);
  Segment(CollectionConfig config, IdTable ids, std::vector<uint64_t> versions,
          PayloadStore payloads, std::unique_ptr<VectorIndex> index);

  absl::Status BuildPayloadIndex(const std::stop_token& stop);

  const CollectionConfig config_;
  const std::unique_ptr<VectorIndex> index_;
  const IdTable ids_;
  const std::vector<uint64_t> versions_;
  PayloadStore payloads_;
  filter::PayloadIndex payload_index_;
  std::unique_ptr<std::atomic<uint64_t>[]> deleted_at_;
  std::atomic<size_t> tombstones_{0};
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_SEGMENT_H_
