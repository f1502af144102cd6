// The candidates of a best-first walk, best first.

#ifndef MI_ENGINE_VECTOR_INDEX_CANDIDATE_POOL_H_
#define MI_ENGINE_VECTOR_INDEX_CANDIDATE_POOL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace mi::vector {

struct Candidate {
  float key;
  uint32_t row_and_mark;

  static constexpr uint32_t kExpanded = 1u << 31;
  uint32_t row() const { return row_and_mark & ~kExpanded; }
  bool expanded() const { return (row_and_mark & kExpanded) != 0; }
};

// A sorted array of bounded size that serves as the queue of rows to expand and
// as the list of the best rows found. At these sizes moving a few hundred bytes
// costs less than two heaps do. Thread-compatible.
class CandidatePool {
 public:
  // Forgets everything; keeps at most `capacity` >= 1 candidates from now on.
  void Reset(size_t capacity) {
    if (entries_.size() < capacity) entries_.resize(capacity);
    capacity_ = capacity;
    size_ = 0;
    next_ = 0;
  }

  size_t size() const { return size_; }
  const Candidate& operator[](size_t i) const { return entries_[i]; }

  // A key has to be greater than this to be kept.
  float bar() const {
    return size_ < capacity_ ? -std::numeric_limits<float>::infinity()
                             : entries_[capacity_ - 1].key;
  }

  // Each row must be inserted once only.
  void Insert(float key, uint32_t row) {
    Candidate* const begin = entries_.data();
    if (size_ == capacity_) {
      if (!(key > begin[size_ - 1].key)) return;
      --size_;
    }
    size_t low = 0, length = size_;
    while (length > 0) {  // the first entry with a smaller key
      const size_t half = length / 2;
      const bool right = begin[low + half].key >= key;
      low = right ? low + half + 1 : low;
      length = right ? length - half - 1 : half;
    }
    std::move_backward(begin + low, begin + size_, begin + size_ + 1);
    begin[low] = {key, row};
    ++size_;
    next_ = std::min(next_, low);
  }

  // Index of the best candidate that is not expanded; size() when none is left.
  // All candidates before it are expanded.
  size_t next() const { return next_; }
  bool exhausted() const { return next_ >= size_; }

  // The best candidate that is not expanded, which is so from now on. Requires
  // !exhausted().
  uint32_t TakeNext() {
    Candidate& candidate = entries_[next_];
    const uint32_t row = candidate.row_and_mark;
    candidate.row_and_mark |= Candidate::kExpanded;
    while (next_ < size_ && entries_[next_].expanded()) ++next_;
    return row;
  }

 private:
  std::vector<Candidate> entries_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  size_t next_ = 0;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_CANDIDATE_POOL_H_
