// Names as small numbers, in the order in which they were first met.

#ifndef MI_ENGINE_GRAPH_DICTIONARY_H_
#define MI_ENGINE_GRAPH_DICTIONARY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/hash/hash.h"
#include "engine/graph/persistent/hash_index.h"
#include "engine/graph/persistent/persistent_array.h"
#include "engine/graph/value.h"

namespace mi::graph {

using NameId = uint32_t;

// A copy is a version, as of PersistentArray. Names are never forgotten.
// Thread-compatible.
class Dictionary {
 public:
  size_t size() const { return names_.size(); }

  std::optional<NameId> Find(std::string_view name) const {
    return index_.Find(absl::HashOf(name), [&](uint32_t id) {
      return names_[id].string() == name;
    });
  }

  // Requires id < size(). Valid as long as a version that has the name.
  std::string_view name(NameId id) const { return names_[id].string(); }

  // The number of a name, a new one if need be.
  NameId Intern(std::string_view name, Edit edit) {
    if (const auto id = Find(name)) return *id;
    const auto id = static_cast<NameId>(names_.size());
    names_.PushBack(Value::String(name), edit);
    index_.Insert(absl::HashOf(name), id, edit);
    return id;
  }

  // Bytes of memory that this version refers to, shared or not. O(n).
  size_t MemoryBytes() const {
    size_t bytes = names_.MemoryBytes() + index_.MemoryBytes();
    for (NameId id = 0; id < names_.size(); ++id) {
      bytes += names_[id].shared_bytes();
    }
    return bytes;
  }

 private:
  PersistentArray<Value> names_;
  HashIndex index_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_DICTIONARY_H_
