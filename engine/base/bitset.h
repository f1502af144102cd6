// A fixed number of bits, for sets of row numbers.

#ifndef MI_ENGINE_BASE_BITSET_H_
#define MI_ENGINE_BASE_BITSET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace mi {

namespace bitset_internal {

inline size_t CountPortably(absl::Span<const uint64_t> words) {
  size_t count = 0;
  for (const uint64_t word : words) {
    count += static_cast<size_t>(std::popcount(word));
  }
  return count;
}

#ifdef __x86_64__
// The baseline instruction set has no population count, and doing without
// takes five times as long.
__attribute__((target("popcnt"))) inline size_t CountWithPopcnt(
    absl::Span<const uint64_t> words) {
  size_t count = 0;
  for (const uint64_t word : words) {
    count += static_cast<size_t>(__builtin_popcountll(word));
  }
  return count;
}
#endif

}  // namespace bitset_internal

// The number of bits set in `words`.
inline size_t CountBits(absl::Span<const uint64_t> words) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("popcnt")) {
    return bitset_internal::CountWithPopcnt(words);
  }
#endif
  return bitset_internal::CountPortably(words);
}

// A set of integers in [0, size). The bits beyond `size` in the last word are
// always clear. Binary operations need operands of equal size.
// Thread-compatible.
class Bitset {
 public:
  static constexpr size_t kBitsPerWord = 64;

  Bitset() = default;
  explicit Bitset(size_t size, bool value = false)
      : size_(size), words_(WordsFor(size), value ? ~uint64_t{0} : 0) {
    ClearTail();
  }

  // A copy of words laid out as by words().
  Bitset(size_t size, absl::Span<const uint64_t> words)
      : size_(size), words_(words.begin(), words.end()) {}

  // The words that `size` bits need.
  static constexpr size_t WordsFor(size_t size) {
    return (size + kBitsPerWord - 1) / kBitsPerWord;
  }

  size_t size() const { return size_; }
  absl::Span<const uint64_t> words() const { return words_; }
  absl::Span<uint64_t> mutable_words() { return absl::MakeSpan(words_); }
  size_t MemoryBytes() const { return words_.capacity() * sizeof(uint64_t); }

  bool Test(size_t i) const {
    return (words_[i / kBitsPerWord] >> (i % kBitsPerWord)) & 1;
  }
  void Set(size_t i) {
    words_[i / kBitsPerWord] |= uint64_t{1} << (i % kBitsPerWord);
  }
  void Reset(size_t i) {
    words_[i / kBitsPerWord] &= ~(uint64_t{1} << (i % kBitsPerWord));
  }

  // Resizes to `size` bits, all equal to `value`.
  void Assign(size_t size, bool value) {
    size_ = size;
    words_.assign(WordsFor(size), value ? ~uint64_t{0} : 0);
    ClearTail();
  }

  // The number of bits set.
  size_t Count() const { return CountBits(words_); }
  bool None() const {
    for (const uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }

  void And(const Bitset& other) { And(other.words()); }
  void Or(const Bitset& other) { Or(other.words()); }
  // Removes the members of `other`.
  void AndNot(const Bitset& other) { AndNot(other.words()); }
  // The same on words laid out as by words().
  void And(absl::Span<const uint64_t> other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] &= other[w];
  }
  void Or(absl::Span<const uint64_t> other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] |= other[w];
  }
  void AndNot(absl::Span<const uint64_t> other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] &= ~other[w];
  }
  // Complements the set.
  void Flip() {
    for (uint64_t& word : words_) word = ~word;
    ClearTail();
  }

  // Calls visit(size_t i) for every member, ascending.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (size_t w = 0; w < words_.size(); ++w) {
      for (uint64_t word = words_[w]; word != 0; word &= word - 1) {
        visit(w * kBitsPerWord + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

  friend bool operator==(const Bitset&, const Bitset&) = default;

 private:
  void ClearTail() {
    const size_t used = size_ % kBitsPerWord;
    if (used != 0) words_.back() &= (uint64_t{1} << used) - 1;
  }

  size_t size_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_BITSET_H_
