// The best k of a stream of ranked rows.

#ifndef MI_ENGINE_VECTOR_KERNELS_TOP_K_H_
#define MI_ENGINE_VECTOR_KERNELS_TOP_K_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace mi::vector {

// A row found: higher ranks are better under every metric.
struct Neighbor {
  float rank = 0;
  uint32_t row = 0;

  friend bool operator==(const Neighbor&, const Neighbor&) = default;
};

// Best first; rows of equal rank in ascending order. A total order, so that
// answers do not depend on the order in which rows were looked at.
inline bool IsBetter(const Neighbor& a, const Neighbor& b) {
  return a.rank > b.rank || (a.rank == b.rank && a.row < b.row);
}

// Keeps the best k neighbours offered. Memory grows with what was offered, not
// with k. Thread-compatible.
class TopK {
 public:
  explicit TopK(size_t k) : k_(k) {}

  // Neighbours of a lower rank need not be offered: k better ones are here.
  float lowest_useful_rank() const { return lowest_useful_rank_; }
  size_t size() const { return heap_.size(); }

  void Offer(float rank, uint32_t row) {
    if (!(rank >= lowest_useful_rank_)) return;
    if (heap_.size() < k_) {
      heap_.push_back({rank, row});
      std::push_heap(heap_.begin(), heap_.end(), IsBetter);
      if (heap_.size() == k_) lowest_useful_rank_ = heap_.front().rank;
    } else if (k_ > 0 && IsBetter({rank, row}, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), IsBetter);
      heap_.back() = {rank, row};
      std::push_heap(heap_.begin(), heap_.end(), IsBetter);
      lowest_useful_rank_ = heap_.front().rank;
    }
  }

  // What was kept, best first. Leaves the collector empty.
  std::vector<Neighbor> Take() {
    std::sort_heap(heap_.begin(), heap_.end(), IsBetter);
    lowest_useful_rank_ = -std::numeric_limits<float>::infinity();
    return std::exchange(heap_, {});
  }

 private:
  size_t k_;
  float lowest_useful_rank_ = -std::numeric_limits<float>::infinity();
  std::vector<Neighbor> heap_;  // the worst of those kept is in front
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_KERNELS_TOP_K_H_
