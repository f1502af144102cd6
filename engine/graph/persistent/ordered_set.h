// A sorted set whose versions share what they have in common.

#ifndef MI_ENGINE_GRAPH_PERSISTENT_ORDERED_SET_H_
#define MI_ENGINE_GRAPH_PERSISTENT_ORDERED_SET_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "engine/graph/persistent/ref_counted.h"

namespace mi::graph {

// A B+ tree of counted nodes, of the size of one pointer. A copy is a version,
// as of PersistentArray: constant for whoever holds it, while a writer changes
// its own copy. Up to 64 values stand in one block that is no larger than they
// need, so that a small set is a sorted array.
//
// T is copyable and has operator<. Thread-compatible: distinct versions may be
// used by distinct threads.
template <typename T>
class OrderedSet {
 public:
  class Cursor;

  bool empty() const { return !root_; }
  // O(1).
  size_t size() const { return root_ ? SizeOf(*root_) : 0; }

  // O(log n), as everything below.
  bool Contains(const T& value) const { return Find(value) != nullptr; }

  // The value that is equal, which may hold more than what is compared; null
  // when there is none.
  const T* Find(const T& value) const;

  // A cursor at the first value for which `below` is false. `below` must hold
  // for a prefix of the sorted values, and for none behind it.
  template <typename Below>
  Cursor Seek(Below&& below) const;
  Cursor Begin() const {
    return Seek([](const T&) { return false; });
  }

  // How many values `below` holds for.
  template <typename Below>
  size_t CountBelow(Below&& below) const;

  // The set of these values, which are in ascending order, no two alike. O(n).
  static OrderedSet FromSorted(std::span<const T> values, Edit edit);

  // False when the value was there.
  bool Insert(const T& value, Edit edit) {
    if (Contains(value)) return false;
    InsertNew(value, edit);
    return true;
  }

  // The same for a value that is known not to be there.
  void InsertNew(const T& value, Edit edit) {
    if (!root_) {
      root_ = AsPart(Leaf::Make(1, edit));
      LeafOf(root_)->Insert(0, value);
      return;
    }
    Ref<Part> right = InsertInto(root_, value, edit);
    if (right) GrowRoot(std::move(right), edit);
  }

  // Inserts the value, or puts it in the place of the equal one. False when
  // there was one.
  bool InsertOrAssign(const T& value, Edit edit) {
    if (Insert(value, edit)) return true;
    AssignIn(root_, value, edit);
    return false;
  }

  // False when the value was not there.
  bool Erase(const T& value, Edit edit) {
    if (!Contains(value)) return false;
    EraseFrom(root_, value, edit);
    while (root_ && !root_->leaf && InnerOf(root_)->size == 1) {
      Ref<Part> only = InnerOf(root_)->children[0];
      root_ = std::move(only);
    }
    if (root_ && root_->size == 0) root_ = {};
    return true;
  }

  // Asks for the memory of the first values, which are about to be read.
  void Prefetch() const {
    const char* const memory = reinterpret_cast<const char*>(root_.get());
    if (memory == nullptr) return;
    constexpr int kLines = 3;
    constexpr int kLineBytes = 64;
    for (int line = 0; line < kLines; ++line) {
      __builtin_prefetch(memory + line * kLineBytes);
    }
  }

  // Bytes of memory that this version refers to, shared or not. O(n / 64).
  size_t MemoryBytes() const { return root_ ? BytesOf(*root_) : 0; }

 private:
  static constexpr size_t kLeafSize = 64;
  static constexpr size_t kInnerSize = 32;
  // 64 * 16^6 values at the very least.
  static constexpr size_t kMaxDepth = 8;

  struct Part : RefCounted {
    Part(Edit edit, bool leaf) : leaf(leaf), edit(edit) {}
    static void Destroy(const Part* part) {
      if (part->leaf) {
        Leaf::Free(static_cast<const Leaf*>(part));
      } else {
        delete static_cast<const Inner*>(part);
      }
    }
    bool leaf;
    uint8_t size = 0;      // values of a leaf, children of an inner node
    uint8_t capacity = 0;  // of a leaf
    Edit edit;
  };

  // The values follow the header.
  struct alignas(alignof(T) > alignof(Edit) ? alignof(T) : alignof(Edit)) Leaf
      : Part {
    explicit Leaf(Edit edit) : Part(edit, true) {}
    static Leaf* Make(size_t values, Edit edit) {
      // In steps of four: rooms for the next few, little waste.
      const size_t capacity = std::min(kLeafSize, (values + 3) / 4 * 4);
      void* memory = ::operator new(sizeof(Leaf) + capacity * sizeof(T));
      Leaf* leaf = new (memory) Leaf(edit);
      leaf->capacity = static_cast<uint8_t>(capacity);
      return leaf;
    }
    static void Free(const Leaf* leaf) {
      std::destroy_n(leaf->values(), leaf->size);
      leaf->~Leaf();
      ::operator delete(const_cast<Leaf*>(leaf));
    }
    T* values() { return reinterpret_cast<T*>(this + 1); }
    const T* values() const { return reinterpret_cast<const T*>(this + 1); }
    const T* end() const { return values() + this->size; }

    // Requires size < capacity.
    void Insert(size_t position, const T& value) {
      T* const all = values();
      if (position == this->size) {
        new (all + position) T(value);
      } else {
        new (all + this->size) T(std::move(all[this->size - 1]));
        std::move_backward(all + position, all + this->size - 1,
                           all + this->size);
        all[position] = value;
      }
      ++this->size;
    }
    void Erase(size_t position) {
      T* const all = values();
      std::move(all + position + 1, all + this->size, all + position);
      std::destroy_at(all + this->size - 1);
      --this->size;
    }
    // Moves the values from `first` on behind those of `to`.
    void MoveTo(size_t first, Leaf* to) {
      for (size_t i = first; i < this->size; ++i) {
        new (to->values() + to->size++) T(std::move(values()[i]));
      }
      std::destroy(values() + first, values() + this->size);
      this->size = static_cast<uint8_t>(first);
    }
  };

  struct Inner : Part {
    explicit Inner(Edit edit) : Part(edit, false) {}
    Inner(const Inner& other, Edit edit)
        : Part(edit, false),
          firsts(other.firsts),
          counts(other.counts),
          children(other.children) {
      this->size = other.size;
    }
    void Insert(size_t position, Ref<Part> child) {
      for (size_t i = this->size; i > position; --i) MoveChild(i - 1, i);
      ++this->size;
      children[position] = std::move(child);
      Refresh(position);
    }
    void Erase(size_t position) {
      for (size_t i = position; i + 1 < this->size; ++i) MoveChild(i + 1, i);
      --this->size;
      children[this->size] = {};
      firsts[this->size] = T();
    }
    // Takes over the first value and the count of a child that changed.
    void Refresh(size_t position) {
      firsts[position] = FirstOf(*children[position]);
      counts[position] = SizeOf(*children[position]);
    }
    void MoveChild(size_t from, size_t to) {
      firsts[to] = std::move(firsts[from]);
      counts[to] = counts[from];
      children[to] = std::move(children[from]);
    }
    // The child that holds the value if any does.
    size_t ChildFor(const T& value) const {
      const T* const begin = firsts.data();
      const T* const behind =
          std::upper_bound(begin, begin + this->size, value);
      return behind == begin ? 0 : static_cast<size_t>(behind - begin) - 1;
    }

    std::array<T, kInnerSize> firsts{};
    std::array<uint32_t, kInnerSize> counts{};
    std::array<Ref<Part>, kInnerSize> children;
  };

  static Leaf* LeafOf(const Ref<Part>& part) {
    return static_cast<Leaf*>(part.get());
  }
  static Inner* InnerOf(const Ref<Part>& part) {
    return static_cast<Inner*>(part.get());
  }
  static Ref<Part> AsPart(Part* part) { return Ref<Part>::Adopt(part); }

  static uint32_t SizeOf(const Part& part) {
    if (part.leaf) return part.size;
    const auto& inner = static_cast<const Inner&>(part);
    uint32_t size = 0;
    for (size_t i = 0; i < inner.size; ++i) size += inner.counts[i];
    return size;
  }
  static const T& FirstOf(const Part& part) {
    return part.leaf ? static_cast<const Leaf&>(part).values()[0]
                     : static_cast<const Inner&>(part).firsts[0];
  }
  static size_t BytesOf(const Part& part) {
    if (part.leaf) return sizeof(Leaf) + part.capacity * sizeof(T);
    const auto& inner = static_cast<const Inner&>(part);
    size_t bytes = sizeof(Inner);
    for (size_t i = 0; i < inner.size; ++i) {
      bytes += BytesOf(*inner.children[i]);
    }
    return bytes;
  }

  // Makes a leaf this edit's own, with room for `values`.
  static Leaf* OwnLeaf(Ref<Part>& part, size_t values, Edit edit) {
    Leaf* const old = LeafOf(part);
    if (old->edit == edit && old->capacity >= values) return old;
    Leaf* const copy = Leaf::Make(values, edit);
    std::uninitialized_copy_n(old->values(), old->size, copy->values());
    copy->size = old->size;
    part = AsPart(copy);
    return copy;
  }
  static Inner* OwnInner(Ref<Part>& part, Edit edit) {
    if (part->edit != edit) {
      part = AsPart(new Inner(*InnerOf(part), edit));
    }
    return InnerOf(part);
  }

  // Inserts a value that is not there. Returns what split off to the right.
  static Ref<Part> InsertInto(Ref<Part>& part, const T& value, Edit edit) {
    return part->leaf ? InsertIntoLeaf(part, value, edit)
                      : InsertIntoInner(part, value, edit);
  }

  static Ref<Part> InsertIntoLeaf(Ref<Part>& part, const T& value, Edit edit) {
    const Leaf* const before = LeafOf(part);
    const auto position = static_cast<size_t>(
        std::lower_bound(before->values(), before->end(), value) -
        before->values());
    if (before->size < kLeafSize) {
      OwnLeaf(part, before->size + 1u, edit)->Insert(position, value);
      return {};
    }
    // What grows at its end stays full.
    const size_t keep = position == kLeafSize ? kLeafSize : kLeafSize / 2;
    Leaf* const left = OwnLeaf(part, kLeafSize, edit);
    Ref<Part> right = AsPart(Leaf::Make(kLeafSize - keep + 1, edit));
    left->MoveTo(keep, LeafOf(right));
    if (position < keep || (position == keep && keep < kLeafSize)) {
      left->Insert(position, value);
    } else {
      LeafOf(right)->Insert(position - keep, value);
    }
    return right;
  }

  static Ref<Part> InsertIntoInner(Ref<Part>& part, const T& value, Edit edit) {
    Inner* const inner = OwnInner(part, edit);
    const size_t child = inner->ChildFor(value);
    Ref<Part> split = InsertInto(inner->children[child], value, edit);
    inner->Refresh(child);
    if (!split) return {};
    if (inner->size < kInnerSize) {
      inner->Insert(child + 1, std::move(split));
      return {};
    }
    Ref<Part> right = AsPart(new Inner(edit));
    constexpr size_t kKeep = kInnerSize / 2;
    for (size_t i = kKeep; i < kInnerSize; ++i) {
      InnerOf(right)->Insert(i - kKeep, std::move(inner->children[i]));
      inner->firsts[i] = T();
    }
    inner->size = kKeep;
    if (child < kKeep) {
      inner->Insert(child + 1, std::move(split));
    } else {
      InnerOf(right)->Insert(child + 1 - kKeep, std::move(split));
    }
    return right;
  }

  void GrowRoot(Ref<Part> right, Edit edit) {
    Ref<Part> above = AsPart(new Inner(edit));
    InnerOf(above)->Insert(0, std::move(root_));
    InnerOf(above)->Insert(1, std::move(right));
    root_ = std::move(above);
  }

  // Assigns to the equal value, which is there.
  static void AssignIn(Ref<Part>& part, const T& value, Edit edit) {
    if (part->leaf) {
      Leaf* const leaf = OwnLeaf(part, part->size, edit);
      T* const end = leaf->values() + leaf->size;
      *std::lower_bound(leaf->values(), end, value) = value;
      return;
    }
    Inner* const inner = OwnInner(part, edit);
    const size_t child = inner->ChildFor(value);
    AssignIn(inner->children[child], value, edit);
    inner->Refresh(child);
  }

  // Erases a value that is there. The part may be empty afterwards.
  static void EraseFrom(Ref<Part>& part, const T& value, Edit edit) {
    if (part->leaf) {
      Leaf* const leaf = OwnLeaf(part, part->size, edit);
      leaf->Erase(static_cast<size_t>(
          std::lower_bound(leaf->values(), leaf->values() + leaf->size, value) -
          leaf->values()));
      return;
    }
    Inner* const inner = OwnInner(part, edit);
    const size_t child = inner->ChildFor(value);
    EraseFrom(inner->children[child], value, edit);
    if (inner->children[child]->size == 0) return inner->Erase(child);
    inner->Refresh(child);
    if (child + 1 < inner->size) Join(inner, child, edit);
    if (child > 0) Join(inner, child - 1, edit);
  }

  // Puts a child and the next into one where that leaves room to grow.
  static void Join(Inner* inner, size_t child, Edit edit) {
    if (child + 1 >= inner->size) return;
    Ref<Part>& left = inner->children[child];
    Ref<Part>& right = inner->children[child + 1];
    const size_t together = size_t{left->size} + right->size;
    if (together > (left->leaf ? kLeafSize : kInnerSize) / 2) return;
    if (left->leaf) {
      Leaf* const to = OwnLeaf(left, together, edit);
      std::uninitialized_copy_n(LeafOf(right)->values(), right->size,
                                to->values() + to->size);
      to->size = static_cast<uint8_t>(together);
    } else {
      Inner* const to = OwnInner(left, edit);
      for (size_t i = 0; i < right->size; ++i) {
        to->Insert(to->size, InnerOf(right)->children[i]);
      }
    }
    inner->Erase(child + 1);
    inner->Refresh(child);
  }

  Ref<Part> root_;
};

// A place in one version of a set, which must outlive it.
template <typename T>
class OrderedSet<T>::Cursor {
 public:
  bool done() const { return next_ == end_; }
  const T& operator*() const { return *next_; }
  const T* operator->() const { return next_; }

  void Next() {
    ++next_;
    if (next_ == end_) NextLeaf();
  }

  // The values from here to the end of their block, side by side; and a step to
  // behind them.
  std::span<const T> Block() const { return {next_, end_}; }
  void NextBlock() { NextLeaf(); }

 private:
  friend class OrderedSet;
  struct Step {
    const Inner* inner;
    size_t child;
  };

  void EnterLeaf(const Leaf* leaf, size_t position) {
    next_ = leaf->values() + position;
    end_ = leaf->end();
    if (next_ == end_) NextLeaf();
  }
  void NextLeaf() {
    while (depth_ > 0) {
      Step& step = steps_[depth_ - 1];
      if (++step.child == step.inner->size) {
        --depth_;
        continue;
      }
      const Part* part = step.inner->children[step.child].get();
      while (!part->leaf) {
        const auto* inner = static_cast<const Inner*>(part);
        steps_[depth_++] = {inner, 0};
        part = inner->children[0].get();
      }
      return EnterLeaf(static_cast<const Leaf*>(part), 0);
    }
    next_ = end_ = nullptr;
  }

  const T* next_ = nullptr;
  const T* end_ = nullptr;
  size_t depth_ = 0;
  std::array<Step, kMaxDepth> steps_;
};

template <typename T>
OrderedSet<T> OrderedSet<T>::FromSorted(std::span<const T> values, Edit edit) {
  std::vector<Ref<Part>> level;
  for (size_t first = 0; first < values.size(); first += kLeafSize) {
    const size_t count = std::min(kLeafSize, values.size() - first);
    Leaf* const leaf = Leaf::Make(count, edit);
    std::uninitialized_copy_n(values.data() + first, count, leaf->values());
    leaf->size = static_cast<uint8_t>(count);
    level.push_back(AsPart(leaf));
  }
  while (level.size() > 1) {
    std::vector<Ref<Part>> above;
    for (size_t i = 0; i < level.size(); ++i) {
      if (i % kInnerSize == 0) above.push_back(AsPart(new Inner(edit)));
      InnerOf(above.back())->Insert(i % kInnerSize, std::move(level[i]));
    }
    level = std::move(above);
  }
  OrderedSet set;
  if (!level.empty()) set.root_ = std::move(level.front());
  return set;
}

template <typename T>
const T* OrderedSet<T>::Find(const T& value) const {
  const Part* part = root_.get();
  if (part == nullptr) return nullptr;
  while (!part->leaf) {
    const auto* inner = static_cast<const Inner*>(part);
    part = inner->children[inner->ChildFor(value)].get();
  }
  const auto* leaf = static_cast<const Leaf*>(part);
  const T* const found = std::lower_bound(leaf->values(), leaf->end(), value);
  return found == leaf->end() || value < *found ? nullptr : found;
}

template <typename T>
template <typename Below>
typename OrderedSet<T>::Cursor OrderedSet<T>::Seek(Below&& below) const {
  Cursor cursor;
  const Part* part = root_.get();
  if (part == nullptr) return cursor;
  while (!part->leaf) {
    const auto* inner = static_cast<const Inner*>(part);
    const T* const begin = inner->firsts.data();
    const T* const behind =
        std::partition_point(begin, begin + inner->size, below);
    const size_t child =
        behind == begin ? 0 : static_cast<size_t>(behind - begin) - 1;
    cursor.steps_[cursor.depth_++] = {inner, child};
    part = inner->children[child].get();
  }
  const auto* leaf = static_cast<const Leaf*>(part);
  const T* const found =
      std::partition_point(leaf->values(), leaf->end(), below);
  cursor.EnterLeaf(leaf, static_cast<size_t>(found - leaf->values()));
  return cursor;
}

template <typename T>
template <typename Below>
size_t OrderedSet<T>::CountBelow(Below&& below) const {
  size_t count = 0;
  const Part* part = root_.get();
  if (part == nullptr) return 0;
  while (!part->leaf) {
    const auto* inner = static_cast<const Inner*>(part);
    const T* const begin = inner->firsts.data();
    const T* const behind =
        std::partition_point(begin, begin + inner->size, below);
    const size_t child =
        behind == begin ? 0 : static_cast<size_t>(behind - begin) - 1;
    for (size_t i = 0; i < child; ++i) count += inner->counts[i];
    part = inner->children[child].get();
  }
  const auto* leaf = static_cast<const Leaf*>(part);
  return count + static_cast<size_t>(
                     std::partition_point(leaf->values(), leaf->end(), below) -
                     leaf->values());
}

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_PERSISTENT_ORDERED_SET_H_
