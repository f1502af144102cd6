// For each key, the rows that hold it.

#ifndef MI_ENGINE_FILTER_INDEX_POSTING_LISTS_H_
#define MI_ENGINE_FILTER_INDEX_POSTING_LISTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/filter/index/row_set.h"

namespace mi::filter {

// One key of one row.
struct Posting {
  uint32_t key = 0;
  uint32_t row = 0;
};

// Immutable lists of ascending rows: numbers for rare keys, bits for common
// ones. Memory: at most 4 bytes a posting and 8 a key, and never more than a
// bit a row for one key.
class PostingLists {
 public:
  PostingLists() = default;
  // Keys are in [0, num_keys). `postings` ascend by row; the same key may be
  // repeated within a row, and counts once.
  PostingLists(uint32_t num_keys, uint32_t num_rows,
               std::vector<Posting> postings);

  uint32_t num_keys() const {
    return static_cast<uint32_t>(places_.size()) - 1;
  }
  // Distinct pairs of key and row.
  size_t num_postings() const { return num_postings_; }

  RowSetView List(uint32_t key) const;
  uint32_t Count(uint32_t key) const {
    return static_cast<uint32_t>(CountRange(key, key + 1));
  }

  // Of the keys in [begin, end) together. Cost: O(1).
  uint64_t CountRange(uint32_t begin, uint32_t end) const {
    return places_[end].postings_before - places_[begin].postings_before;
  }
  // Adds the rows of those keys. Cost: O(lists that are bits) beside the rows.
  void AddRange(uint32_t begin, uint32_t end, RowCollector* collector) const;

  size_t MemoryBytes() const;

 private:
  struct Place {
    uint32_t start = 0;  // in rows_, or in words_ where the list is bits
    uint32_t postings_before = 0;  // of smaller keys
  };

  uint32_t num_rows_ = 0;
  size_t num_postings_ = 0;
  std::vector<Place> places_ = {Place{}};  // of each key, and of the end
  std::vector<uint32_t> bit_keys_;         // whose lists are bits; ascending
  std::vector<uint32_t> rows_;
  std::vector<uint64_t> words_;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_POSTING_LISTS_H_
