// Sets and maps of rows for one read: small while little is visited, and a
// table of all rows once that is the smaller one. Nothing of the size of the
// graph is cleared for a read that touches a few nodes.

#ifndef MI_ENGINE_GRAPH_READ_ROW_SET_H_
#define MI_ENGINE_GRAPH_READ_ROW_SET_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace mi::graph {

// Stands for no row, and for no value of a RowMap.
inline constexpr uint32_t kNoRow = std::numeric_limits<uint32_t>::max();

// Thread-compatible.
class RowSet {
 public:
  // For rows below `rows`.
  explicit RowSet(size_t rows) : rows_(rows) {
    if (rows <= kDenseFrom) {
      MakeDense();
    } else {
      small_.fill(kNoRow);
      slots_ = absl::MakeSpan(small_);
    }
  }
  RowSet(const RowSet&) = delete;
  RowSet& operator=(const RowSet&) = delete;

  size_t size() const { return size_; }

  bool Contains(uint32_t row) const {
    if (!bits_.empty()) return (bits_[row / 64] >> (row % 64)) & 1;
    return slots_[SlotOf(row)] == row;
  }

  // False when it was there.
  bool Insert(uint32_t row) {
    if (!bits_.empty()) {
      uint64_t& word = bits_[row / 64];
      const uint64_t bit = uint64_t{1} << (row % 64);
      if ((word & bit) != 0) return false;
      word |= bit;
      ++size_;
      return true;
    }
    uint32_t& slot = slots_[SlotOf(row)];
    if (slot == row) return false;
    slot = row;
    if (++size_ * 2 > slots_.size()) Grow();
    return true;
  }

 private:
  // 2 KiB of bits cost less to clear than a hash table to fill.
  static constexpr size_t kDenseFrom = 16'384;
  static constexpr size_t kSmall = 256;

  // Where the row is, or is to be.
  size_t SlotOf(uint32_t row) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = (row * 0x9e3779b1u >> 7) & mask;
    while (slots_[slot] != row && slots_[slot] != kNoRow) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  void MakeDense() { bits_.assign(rows_ / 64 + 1, 0); }

  void Grow() {
    const std::vector<uint32_t> old(slots_.begin(), slots_.end());
    // At a quarter of the load the bits take no more memory.
    const bool dense = slots_.size() * 4 * 32 >= rows_;
    if (dense) {
      MakeDense();
    } else {
      large_.assign(slots_.size() * 4, kNoRow);
      slots_ = absl::MakeSpan(large_);
    }
    size_ = 0;
    for (const uint32_t row : old) {
      if (row != kNoRow) Insert(row);
    }
  }

  size_t rows_;
  size_t size_ = 0;
  std::vector<uint64_t> bits_;  // empty until dense
  absl::Span<uint32_t> slots_;
  std::array<uint32_t, kSmall> small_;
  std::vector<uint32_t> large_;
};

// From rows to numbers other than kNoRow. Thread-compatible.
class RowMap {
 public:
  // For rows below `rows`.
  explicit RowMap(size_t rows) : rows_(rows) {
    if (rows <= kDenseFrom) {
      MakeDense();
    } else {
      slots_.resize(kFirst);
    }
  }

  size_t size() const { return size_; }

  // kNoRow when there is none.
  uint32_t Find(uint32_t row) const {
    if (!values_.empty()) return values_[row];
    return slots_[SlotOf(row)].value;
  }

  // The row's number, to read or change; `value` when it had none. Valid until
  // the next one.
  uint32_t& FindOrInsert(uint32_t row, uint32_t value) {
    if (values_.empty() && (size_ + 1) * 2 > slots_.size()) Grow();
    uint32_t& found = Place(row);
    if (found == kNoRow) {
      found = value;
      ++size_;
    }
    return found;
  }

 private:
  struct Slot {
    uint32_t row = kNoRow;
    uint32_t value = kNoRow;
  };
  static constexpr size_t kDenseFrom = 2'048;
  static constexpr size_t kFirst = 256;

  size_t SlotOf(uint32_t row) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = (row * 0x9e3779b1u >> 7) & mask;
    while (slots_[slot].row != row && slots_[slot].row != kNoRow) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
  uint32_t& Place(uint32_t row) {
    if (!values_.empty()) return values_[row];
    Slot& slot = slots_[SlotOf(row)];
    slot.row = row;
    return slot.value;
  }

  void MakeDense() { values_.assign(rows_ + 1, kNoRow); }

  void Grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.clear();
    if (old.size() * 4 * sizeof(Slot) >= rows_ * sizeof(uint32_t)) {
      MakeDense();
    } else {
      slots_.resize(old.size() * 4);
    }
    for (const Slot& slot : old) {
      if (slot.row != kNoRow) Place(slot.row) = slot.value;
    }
  }

  size_t rows_;
  size_t size_ = 0;
  std::vector<uint32_t> values_;  // empty until dense
  std::vector<Slot> slots_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_ROW_SET_H_
