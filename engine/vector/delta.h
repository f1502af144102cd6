// The rows that were written last: they take writes, and are scanned exactly.
// Rows that came together are coded together, so that a scan reads a quarter of
// the bytes of all but the last few.

#ifndef MI_ENGINE_VECTOR_DELTA_H_
#define MI_ENGINE_VECTOR_DELTA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vector/index/coded_rows.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// An append-only store of a fixed capacity, for one writer and any number of
// readers that take no lock.
//
// Rows become visible through the view that is published after they were
// appended: a reader passes its view's `rows` and looks no further. A row is
// never changed; replacing or deleting a point stamps the row with the journal
// sequence of that write, and readers whose view is older still see it.
class Delta {
 public:
  // dimension >= 1, capacity >= 1. Memory is taken as rows come.
  Delta(Metric metric, size_t dimension, size_t capacity);

  Delta(const Delta&) = delete;
  Delta& operator=(const Delta&) = delete;

  size_t dimension() const { return dimension_; }
  size_t capacity() const { return capacity_; }

  // --- For the writer.

  size_t size() const { return size_; }
  bool full() const { return size_ == capacity_; }

  // Appends a point. Requires !full() and vector.size() == dimension(). An
  // older row of the same id must have been stamped with MarkDeleted.
  void Append(std::string_view id, std::span<const float> vector,
              std::string_view payload, uint64_t sequence);

  // Requires that the row is live.
  void MarkDeleted(uint32_t row, uint64_t sequence);

  // --- For readers, with row < `rows` of their view.

  // The newest row of this id that is below `rows`, live or not.
  std::optional<uint32_t> Find(std::string_view id, size_t rows) const;

  std::string_view id(uint32_t row) const { return RowAt(row).id; }
  std::string_view payload(uint32_t row) const { return RowAt(row).payload; }
  // The journal sequence of the write.
  uint64_t version(uint32_t row) const { return RowAt(row).version; }
  // Whether a reader at `sequence` sees the row.
  bool LiveAt(uint32_t row, uint64_t sequence) const {
    const uint64_t at = deleted_at(row);
    return at == 0 || at > sequence;
  }
  // The sequence of the row's deletion; 0 while it is live.
  uint64_t deleted_at(uint32_t row) const {
    return RowAt(row).deleted_at.load(std::memory_order_relaxed);
  }
  // [dimension] components, as sent.
  const float* vector(uint32_t row) const {
    return &ChunkOf(row).vectors[(row % kChunkRows) * dimension_];
  }

  // 1 / the vector's Euclidean norm; 0 for a zero vector.
  float inverse_norm(uint32_t row) const {
    return ChunkOf(row).inverse_norms[row % kChunkRows];
  }

  // Rows of one chunk lie side by side: [min(kChunkRows, ...), dimension].
  static constexpr size_t kChunkRows = 256;

  // The codes of the rows from `first` on, a multiple of kChunkRows. Requires
  // that the reader's view covers the whole chunk.
  const CodedRows& codes(size_t first) const {
    return *chunks_[first / kChunkRows]->codes;
  }

  // Rows stamped with MarkDeleted.
  size_t tombstones() const {
    return tombstones_.load(std::memory_order_relaxed);
  }
  size_t vector_bytes(size_t rows) const;
  size_t code_bytes(size_t rows) const;
  size_t id_bytes() const { return id_bytes_.load(std::memory_order_relaxed); }
  size_t payload_bytes() const {
    return payload_bytes_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Row {
    std::string id;
    std::string payload;
    uint64_t version = 0;
    std::atomic<uint64_t> deleted_at{0};  // 0: live
    uint32_t previous = kNone;            // the row of the same id before
  };
  struct Chunk {
    std::unique_ptr<float[]> vectors;
    float inverse_norms[kChunkRows];
    Row rows[kChunkRows];
    std::unique_ptr<const CodedRows> codes;  // made with the last row
  };

  const Chunk& ChunkOf(uint32_t row) const {
    return *chunks_[row / kChunkRows];
  }
  const Row& RowAt(uint32_t row) const {
    return ChunkOf(row).rows[row % kChunkRows];
  }
  // The slot that holds the newest row of an id, or the empty one for it.
  std::atomic<uint32_t>& SlotFor(std::string_view wanted) const;

  const Metric metric_;
  const size_t dimension_;
  const size_t capacity_;
  size_t size_ = 0;  // the writer's
  std::vector<std::unique_ptr<Chunk>> chunks_;
  // Open addressing with linear probing; 0 is empty, else row + 1.
  const size_t slot_mask_;
  std::unique_ptr<std::atomic<uint32_t>[]> slots_;
  std::atomic<size_t> tombstones_{0};
  std::atomic<size_t> id_bytes_{0};
  std::atomic<size_t> payload_bytes_{0};
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_DELTA_H_
