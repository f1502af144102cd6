#include "engine/filter/index/string_dictionary.h"

#include <algorithm>
#include <utility>

namespace mi::filter {
namespace {

// The first number in [0, size) for which `before` is false; `before` is true
// for a beginning of the range.
template <typename Before>
uint32_t Partition(uint32_t size, Before&& before) {
  uint32_t low = 0;
  uint32_t high = size;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

StringDictionary::StringDictionary(
    const std::vector<std::string_view>& sorted) {
  size_t size = 0;
  for (const std::string_view text : sorted) size += text.size();
  bytes_.reserve(size);
  ends_.reserve(sorted.size());
  for (const std::string_view text : sorted) {
    bytes_.append(text);
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
}

std::string_view StringDictionary::String(uint32_t number) const {
  const uint32_t start = number == 0 ? 0 : ends_[number - 1];
  return std::string_view(bytes_).substr(start, ends_[number] - start);
}

std::optional<uint32_t> StringDictionary::Find(std::string_view text) const {
  const uint32_t number = CountBefore(text);
  if (number == size() || String(number) != text) return std::nullopt;
  return number;
}

uint32_t StringDictionary::CountBefore(std::string_view text) const {
  return Partition(size(), [&](uint32_t i) { return String(i) < text; });
}

uint32_t StringDictionary::CountUpTo(std::string_view text) const {
  return Partition(size(), [&](uint32_t i) { return String(i) <= text; });
}

size_t StringDictionary::MemoryBytes() const {
  return bytes_.capacity() + ends_.capacity() * sizeof(uint32_t);
}

void StringPostingsBuilder::Add(std::string_view text, uint32_t row) {
  auto place = numbers_.find(text);
  if (place == numbers_.end()) {
    place =
        numbers_
            .emplace(std::string(text), static_cast<uint32_t>(numbers_.size()))
            .first;
  }
  postings_.push_back({place->second, row});
}

void StringPostingsBuilder::Finish(uint32_t num_rows,
                                   StringDictionary* dictionary,
                                   PostingLists* lists) && {
  std::vector<std::pair<std::string_view, uint32_t>> order(numbers_.begin(),
                                                           numbers_.end());
  std::sort(order.begin(), order.end());
  std::vector<std::string_view> sorted(order.size());
  std::vector<uint32_t> final_number(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    sorted[i] = order[i].first;
    final_number[order[i].second] = i;
  }
  *dictionary = StringDictionary(sorted);
  for (Posting& posting : postings_) {
    posting.key = final_number[posting.key];
  }
  *lists = PostingLists(dictionary->size(), num_rows, std::move(postings_));
}

}  // namespace mi::filter
