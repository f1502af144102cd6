// From a hash to the rows that may be meant, in versions that share what they
// have in common.

#ifndef MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_
#define MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/persistent/ordered_set.h"

namespace mi::graph {

// Eight bytes a row and about half as much again of room to grow. Whoever asks
// compares the keys, which stand in the rows. Thread-compatible, as OrderedSet.
class HashIndex {
  struct Entry {
    uint32_t hash = 0;
    uint32_t row = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

 public:
  // The first row with this hash that `matches`.
  template <typename Matches>
  std::optional<uint32_t> Find(size_t hash, Matches&& matches) const {
    std::optional<uint32_t> found;
    ForEach(hash, [&](uint32_t row) {
      if (!matches(row)) return true;
      found = row;
      return false;
    });
    return found;
  }

  // Any row with this hash: a guess at what Find would return.
  std::optional<uint32_t> Guess(size_t hash) const {
    return Find(hash, [](uint32_t) { return true; });
  }
  // By what the index is sorted: guesses in this order are fast.
  static uint32_t OrderOf(size_t hash) { return Shorten(hash); }

  // Visits every row with this hash until `visit` returns false.
  template <typename Visit>
  void ForEach(size_t hash, Visit&& visit) const {
    const uint32_t wanted = Shorten(hash);
    auto entry = entries_.Seek(
        [wanted](const Entry& other) { return other.hash < wanted; });
    for (; !entry.done() && entry->hash == wanted; entry.Next()) {
      if (!visit(entry->row)) return;
    }
  }

  // Requires that the row is not there.
  void Insert(size_t hash, uint32_t row, Edit edit) {
    entries_.InsertNew({Shorten(hash), row}, edit);
  }

  // Rows with their hashes, to insert many at once.
  class Batch {
   public:
    void Add(size_t hash, uint32_t row) {
      entries_.push_back({Shorten(hash), row});
    }
    bool empty() const { return entries_.empty(); }

   private:
    friend class HashIndex;
    std::vector<Entry> entries_;
  };
  // Inserts and empties a batch: in order of hash, so that each part of the
  // index is fetched and copied once.
  void Insert(Batch* batch, Edit edit) {
    std::sort(batch->entries_.begin(), batch->entries_.end());
    if (entries_.empty()) {
      entries_ = OrderedSet<Entry>::FromSorted(batch->entries_, edit);
    } else {
      for (const Entry& entry : batch->entries_)
        entries_.InsertNew(entry, edit);
    }
    batch->entries_.clear();
  }
  void Erase(size_t hash, uint32_t row, Edit edit) {
    entries_.Erase({Shorten(hash), row}, edit);
  }

  // Whether two rows of the same hash are the same to `same`. O(n).
  template <typename Same>
  bool HasTwins(Same&& same) const {
    std::vector<uint32_t> rows;  // of one hash
    uint32_t hash = 0;
    for (auto at = entries_.Begin(); !at.done(); at.Next()) {
      if (at->hash != hash) rows.clear();
      hash = at->hash;
      for (const uint32_t other : rows) {
        if (same(at->row, other)) return true;
      }
      rows.push_back(at->row);
    }
    return false;
  }

  size_t MemoryBytes() const { return entries_.MemoryBytes(); }

 private:
  static uint32_t Shorten(size_t hash) {
    return static_cast<uint32_t>(hash ^ (hash >> 32));
  }

  OrderedSet<Entry> entries_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_
