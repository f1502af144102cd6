// From a hash to the rows that may be meant, in versions that share what they
// have in common.

#ifndef MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_
#define MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/graph/persistent/ordered_set.h"

namespace mi::graph {

// Eight bytes a row and about half as much again of room to grow. Whoever asks
// compares the keys, which stand in the rows. Thread-compatible, as OrderedSet.
class HashIndex {
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

  void Insert(size_t hash, uint32_t row, Edit edit) {
    entries_.Insert({Shorten(hash), row}, edit);
  }
  void Erase(size_t hash, uint32_t row, Edit edit) {
    entries_.Erase({Shorten(hash), row}, edit);
  }

  size_t MemoryBytes() const { return entries_.MemoryBytes(); }

 private:
  struct Entry {
    uint32_t hash = 0;
    uint32_t row = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  static uint32_t Shorten(size_t hash) {
    return static_cast<uint32_t>(hash ^ (hash >> 32));
  }

  OrderedSet<Entry> entries_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_PERSISTENT_HASH_INDEX_H_
