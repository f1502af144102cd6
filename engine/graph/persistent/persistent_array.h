// An array whose versions share what they have in common.

#ifndef MI_ENGINE_GRAPH_PERSISTENT_PERSISTENT_ARRAY_H_
#define MI_ENGINE_GRAPH_PERSISTENT_PERSISTENT_ARRAY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "engine/graph/persistent/ref_counted.h"

namespace mi::graph {

// A trie over the index, 64 wide. A copy is a version: it costs one pointer,
// and whoever holds it reads the same values for ever, on any thread. A writer
// copies an array and changes its copy; each first change of a leaf by an edit
// copies that leaf and the nodes above it, about 64 values and 64 pointers a
// level. Reading costs a pointer a level: three for up to 262,144 values.
//
// T is default-constructible and copyable. Thread-compatible: distinct versions
// may be used by distinct threads.
template <typename T>
class PersistentArray {
 public:
  static constexpr size_t kLeafSize = 64;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Requires index < size().
  const T& operator[](size_t index) const {
    return LeafOf(index)->values[index % kLeafSize];
  }

  // Asks for the memory of a value, which is about to be read.
  void Prefetch(size_t index) const {
    __builtin_prefetch(&LeafOf(index)->values[index % kLeafSize]);
  }

  // Bytes of memory that this version refers to, shared or not, without what
  // the values refer to. O(n / 64).
  size_t MemoryBytes() const { return root_ ? BytesOf(*root_) : 0; }

  // The value, to change it in place. Valid until the next change of the array.
  T& Mutable(size_t index, Edit edit) {
    return MutableLeaf(index, edit)->values[index % kLeafSize];
  }

  void PushBack(T value, Edit edit) {
    if (size_ == Capacity()) Grow(edit);
    ++size_;
    Mutable(size_ - 1, edit) = std::move(value);
  }

  // Requires !empty().
  void PopBack(Edit edit) {
    Mutable(size_ - 1, edit) = T();
    --size_;
  }

  // Appends values that are default-constructed until there are `size`.
  void GrowTo(size_t size, Edit edit) {
    while (size_ < size) PushBack(T(), edit);
  }

  // The values from `first`, a multiple of kLeafSize, to the end of their leaf:
  // they lie side by side.
  std::span<const T> Leaf(size_t first) const {
    return {LeafOf(first)->values.data(), std::min(kLeafSize, size_ - first)};
  }

 private:
  static constexpr unsigned kBits = 6;

  // A leaf or an inner node; which one follows from the level.
  struct Part : RefCounted {
    explicit Part(Edit edit, bool leaf) : edit(edit), leaf(leaf) {}
    static void Destroy(const Part* part) {
      if (part->leaf) {
        delete static_cast<const LeafPart*>(part);
      } else {
        delete static_cast<const InnerPart*>(part);
      }
    }
    Edit edit;
    bool leaf;
  };
  struct LeafPart : Part {
    explicit LeafPart(Edit edit) : Part(edit, true) {}
    LeafPart(const LeafPart& other, Edit edit)
        : Part(edit, true), values(other.values) {}
    std::array<T, kLeafSize> values{};
  };
  struct InnerPart : Part {
    explicit InnerPart(Edit edit) : Part(edit, false) {}
    InnerPart(const InnerPart& other, Edit edit)
        : Part(edit, false), children(other.children) {}
    std::array<Ref<Part>, kLeafSize> children;
  };

  size_t Capacity() const { return root_ ? size_t{1} << (shift_ + kBits) : 0; }

  const LeafPart* LeafOf(size_t index) const {
    const Part* part = root_.get();
    for (unsigned shift = shift_; shift > 0; shift -= kBits) {
      part = static_cast<const InnerPart*>(part)
                 ->children[(index >> shift) % kLeafSize]
                 .get();
    }
    return static_cast<const LeafPart*>(part);
  }

  static size_t BytesOf(const Part& part) {
    if (part.leaf) return sizeof(LeafPart);
    size_t bytes = sizeof(InnerPart);
    for (const Ref<Part>& child :
         static_cast<const InnerPart&>(part).children) {
      if (child) bytes += BytesOf(*child);
    }
    return bytes;
  }

  // Makes `part` this edit's own: a new one, or a copy, unless it is already.
  template <typename Kind>
  static Kind* Own(Ref<Part>& part, Edit edit) {
    if (!part) {
      part = Ref<Part>::Adopt(new Kind(edit));
    } else if (part->edit != edit) {
      part = Ref<Part>::Adopt(new Kind(static_cast<const Kind&>(*part), edit));
    }
    return static_cast<Kind*>(part.get());
  }

  LeafPart* MutableLeaf(size_t index, Edit edit) {
    Ref<Part>* part = &root_;
    for (unsigned shift = shift_; shift > 0; shift -= kBits) {
      part =
          &Own<InnerPart>(*part, edit)->children[(index >> shift) % kLeafSize];
    }
    return Own<LeafPart>(*part, edit);
  }

  // Makes room for 64 times as many.
  void Grow(Edit edit) {
    if (!root_) {
      Own<LeafPart>(root_, edit);
      return;
    }
    Ref<Part> above = Ref<Part>::Adopt(new InnerPart(edit));
    static_cast<InnerPart*>(above.get())->children[0] = std::move(root_);
    root_ = std::move(above);
    shift_ += kBits;
  }

  Ref<Part> root_;
  unsigned shift_ = 0;  // of the root: 0 for a leaf
  size_t size_ = 0;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_PERSISTENT_PERSISTENT_ARRAY_H_
