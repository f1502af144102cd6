// Which rows of an index a search may return.

#ifndef MI_ENGINE_VECTOR_INDEX_ROW_FILTER_H_
#define MI_ENGINE_VECTOR_INDEX_ROW_FILTER_H_

#include <atomic>
#include <cstdint>

namespace mi::vector {

// Borrows what it points to. By default every row is allowed.
struct RowFilter {
  // Bit i of word i / 64 is set for allowed rows; null: all.
  const uint64_t* allowed = nullptr;
  // Per row the sequence of its deletion, 0 for live rows; null: none is
  // deleted. Rows deleted at or before `sequence` are not returned.
  const std::atomic<uint64_t>* deleted_at = nullptr;
  uint64_t sequence = 0;
  // How many rows are allowed, or an upper estimate; read only when one of the
  // pointers is set. Decides how widely a graph is walked.
  uint64_t allowed_count = 0;

  bool allows_all() const {
    return allowed == nullptr && deleted_at == nullptr;
  }

  bool Allows(uint32_t row) const {
    if (allowed != nullptr && ((allowed[row / 64] >> (row % 64)) & 1) == 0) {
      return false;
    }
    if (deleted_at == nullptr) return true;
    const uint64_t at = deleted_at[row].load(std::memory_order_relaxed);
    return at == 0 || at > sequence;
  }
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_ROW_FILTER_H_
