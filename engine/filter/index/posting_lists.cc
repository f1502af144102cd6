#include "engine/filter/index/posting_lists.h"

#include <algorithm>

namespace mi::filter {
namespace {

constexpr uint32_t kNoRow = ~uint32_t{0};

// Drops postings that repeat a key within a row, and counts the others.
std::vector<uint32_t> Deduplicate(uint32_t num_keys,
                                  std::vector<Posting>* postings) {
  std::vector<uint32_t> counts(num_keys, 0);
  std::vector<uint32_t> last_row(num_keys, kNoRow);
  std::erase_if(*postings, [&](const Posting& posting) {
    if (last_row[posting.key] == posting.row) return true;
    last_row[posting.key] = posting.row;
    ++counts[posting.key];
    return false;
  });
  return counts;
}

}  // namespace

PostingLists::PostingLists(uint32_t num_keys, uint32_t num_rows,
                           std::vector<Posting> postings)
    : num_rows_(num_rows), places_(num_keys + size_t{1}) {
  const std::vector<uint32_t> counts = Deduplicate(num_keys, &postings);
  num_postings_ = postings.size();
  const size_t words_a_list = Bitset::WordsFor(num_rows);
  size_t num_numbers = 0;
  size_t num_words = 0;
  for (uint32_t key = 0; key < num_keys; ++key) {
    Place& place = places_[key];
    places_[key + 1].postings_before = place.postings_before + counts[key];
    if (BitsAreSmaller(counts[key], num_rows)) {
      place.start = static_cast<uint32_t>(num_words);
      num_words += words_a_list;
      bit_keys_.push_back(key);
    } else {
      place.start = static_cast<uint32_t>(num_numbers);
      num_numbers += counts[key];
    }
  }
  rows_.resize(num_numbers);
  words_.resize(num_words);
  std::vector<uint32_t> filled(num_keys, 0);
  for (const auto [key, row] : postings) {
    const uint32_t start = places_[key].start;
    if (BitsAreSmaller(counts[key], num_rows)) {
      words_[start + row / Bitset::kBitsPerWord] |=
          uint64_t{1} << (row % Bitset::kBitsPerWord);
    } else {
      rows_[start + filled[key]++] = row;
    }
  }
}

RowSetView PostingLists::List(uint32_t key) const {
  const uint32_t start = places_[key].start;
  const uint32_t count = Count(key);
  if (BitsAreSmaller(count, num_rows_)) {
    return RowSetView::Bits(
        {words_.data() + start, Bitset::WordsFor(num_rows_)}, count);
  }
  return RowSetView::Rows({rows_.data() + start, count});
}

void PostingLists::AddRange(uint32_t begin, uint32_t end,
                            RowCollector* collector) const {
  // Between two lists of bits, the lists of numbers lie side by side.
  auto bit_key = std::lower_bound(bit_keys_.begin(), bit_keys_.end(), begin);
  while (begin < end) {
    const uint32_t stop =
        bit_key == bit_keys_.end() ? end : std::min(*bit_key, end);
    if (begin < stop) {
      collector->AddUnordered(
          {rows_.data() + places_[begin].start, CountRange(begin, stop)});
    }
    if (stop < end) {
      collector->Add(List(stop));
      ++bit_key;
    }
    begin = stop + 1;
  }
}

size_t PostingLists::MemoryBytes() const {
  return places_.capacity() * sizeof(Place) +
         (bit_keys_.capacity() + rows_.capacity()) * sizeof(uint32_t) +
         words_.capacity() * sizeof(uint64_t);
}

}  // namespace mi::filter
