// Memory that several versions of a structure share: counted, and freed by the
// last holder.

#ifndef MI_ENGINE_GRAPH_PERSISTENT_REF_COUNTED_H_
#define MI_ENGINE_GRAPH_PERSISTENT_REF_COUNTED_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace mi::graph {

// Names a change while it is being made. Parts of a structure that carry the
// number of the present change are its own, and are changed in place; all
// others belong to versions that somebody may read, and are copied first. Never
// used twice for one structure.
using Edit = uint64_t;

// To derive from. The count starts with the one reference that `Ref::Adopt`
// takes.
class RefCounted {
 public:
  void AddReference() const {
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  // Whether that was the last one.
  bool DropReference() const {
    return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

 private:
  mutable std::atomic<uint32_t> references_{1};
};

// A counted pointer, of the size of a plain one; may be null. T has
// `static void Destroy(const T*)`, which the last holder calls.
template <typename T>
class Ref {
 public:
  Ref() = default;
  static Ref Adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  Ref(const Ref& other) : object_(other.object_) {
    if (object_ != nullptr) object_->AddReference();
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr && object_->DropReference()) T::Destroy(object_);
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_PERSISTENT_REF_COUNTED_H_
