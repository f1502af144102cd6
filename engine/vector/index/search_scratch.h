// Memory that a search works in, kept between searches.

#ifndef MI_ENGINE_VECTOR_INDEX_SEARCH_SCRATCH_H_
#define MI_ENGINE_VECTOR_INDEX_SEARCH_SCRATCH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/vector/index/candidate_pool.h"
#include "engine/vector/index/scalar_quantizer.h"

namespace mi::vector {

// A set of rows that is cleared for every search. Thread-compatible.
class VisitedRows {
 public:
  void Clear(size_t rows) {
    const size_t words = (rows + 63) / 64;
    if (words_.size() < words) words_.resize(words);
    std::memset(words_.data(), 0, words * sizeof(uint64_t));
  }

  // Adds the row; whether it was new.
  bool Add(uint32_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    const bool added = (word & bit) == 0;
    word |= bit;
    return added;
  }

 private:
  std::vector<uint64_t> words_;
};

struct ScoredList {
  float key;
  uint32_t list;
};

struct SearchScratch {
  CodedQuery query;
  CandidatePool pool;
  VisitedRows visited;
  std::vector<uint32_t> rows;  // gathered for scoring
  std::vector<float> keys;
  std::vector<ScoredList> groups;
  std::vector<ScoredList> lists;
};

// Lends scratch space to searches. Holds as many as there ever were searches at
// the same time. Thread-safe.
class ScratchPool {
 public:
  // Returns its scratch when it goes.
  class Lease {
   public:
    Lease(ScratchPool* pool, std::unique_ptr<SearchScratch> scratch)
        : pool_(pool), scratch_(std::move(scratch)) {}
    ~Lease() { pool_->Return(std::move(scratch_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    SearchScratch& operator*() const { return *scratch_; }
    SearchScratch* operator->() const { return scratch_.get(); }

   private:
    ScratchPool* pool_;
    std::unique_ptr<SearchScratch> scratch_;
  };

  Lease Borrow() {
    absl::MutexLock lock(&idle_mutex_);
    if (idle_.empty()) return Lease(this, std::make_unique<SearchScratch>());
    std::unique_ptr<SearchScratch> scratch = std::move(idle_.back());
    idle_.pop_back();
    return Lease(this, std::move(scratch));
  }

 private:
  void Return(std::unique_ptr<SearchScratch> scratch) {
    absl::MutexLock lock(&idle_mutex_);
    idle_.push_back(std::move(scratch));
  }

  absl::Mutex idle_mutex_;
  std::vector<std::unique_ptr<SearchScratch>> idle_
      ABSL_GUARDED_BY(idle_mutex_);
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_SEARCH_SCRATCH_H_
