// A large array of plain values, laid out for random access.

#ifndef MI_ENGINE_VECTOR_INDEX_HUGE_ARRAY_H_
#define MI_ENGINE_VECTOR_INDEX_HUGE_ARRAY_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace mi::vector {

// Fixed in size, zero-filled, aligned to cache lines. From 2 MiB on it asks for
// huge pages, which save a random access 60 ns and more of address translation.
// Throws std::bad_alloc. Thread-compatible.
template <typename T>
class HugeArray {
  static_assert(std::is_trivial_v<T>);

 public:
  HugeArray() = default;
  explicit HugeArray(size_t size) : size_(size) {
    if (size == 0) return;
    const size_t alignment = bytes() >= kHugePage ? kHugePage : kCacheLine;
    const size_t padded = (bytes() + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, padded);
    if (memory == nullptr) throw std::bad_alloc();
    // Only advice: without huge pages everything works, a little slower.
    if (alignment == kHugePage) madvise(memory, padded, MADV_HUGEPAGE);
    std::memset(memory, 0, padded);
    data_.reset(static_cast<T*>(memory));
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t bytes() const { return size_ * sizeof(T); }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }

 private:
  static constexpr size_t kCacheLine = 64;
  static constexpr size_t kHugePage = size_t{2} << 20;

  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };

  size_t size_ = 0;
  std::unique_ptr<T, Free> data_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_HUGE_ARRAY_H_
