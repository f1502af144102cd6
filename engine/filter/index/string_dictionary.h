// Distinct strings in byte order, numbered from 0.

#ifndef MI_ENGINE_FILTER_INDEX_STRING_DICTIONARY_H_
#define MI_ENGINE_FILTER_INDEX_STRING_DICTIONARY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/filter/index/posting_lists.h"
#include "engine/filter/predicate.h"

namespace mi::filter {

// Immutable. Memory: the strings' bytes and 4 bytes a string.
class StringDictionary {
 public:
  StringDictionary() = default;
  // `sorted` is strictly ascending; together less than 4 GiB.
  explicit StringDictionary(const std::vector<std::string_view>& sorted);

  uint32_t size() const {
    return ends_.empty() ? 0 : static_cast<uint32_t>(ends_.size());
  }
  std::string_view String(uint32_t number) const;

  std::optional<uint32_t> Find(std::string_view text) const;
  // The number of strings that are before `text`, or before or equal to it.
  uint32_t CountBefore(std::string_view text) const;
  uint32_t CountUpTo(std::string_view text) const;

  size_t MemoryBytes() const;

 private:
  std::string bytes_;
  std::vector<uint32_t> ends_;  // of each string in bytes_
};

// Numbers strings as they come, and puts them in order at the end.
class StringPostingsBuilder {
 public:
  // Rows must not descend.
  void Add(std::string_view text, uint32_t row);

  void Finish(uint32_t num_rows, StringDictionary* dictionary,
              PostingLists* lists) &&;

 private:
  std::unordered_map<std::string, uint32_t, StringHash, std::equal_to<>>
      numbers_;
  std::vector<Posting> postings_;  // by the numbers given here
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_STRING_DICTIONARY_H_
