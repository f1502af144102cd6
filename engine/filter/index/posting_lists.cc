#include "engine/filter/index/posting_lists.h"

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
    : num_rows_(num_rows), lists_(num_keys) {
  const std::vector<uint32_t> counts = Deduplicate(num_keys, &postings);
  num_postings_ = postings.size();
  const size_t words_a_list = Bitset::WordsFor(num_rows);
  size_t num_numbers = 0;
  size_t num_words = 0;
  for (uint32_t key = 0; key < num_keys; ++key) {
    ListPlace& list = lists_[key];
    list.count = counts[key];
    if (BitsAreSmaller(list.count, num_rows)) {
      list.start = static_cast<uint32_t>(num_words);
      num_words += words_a_list;
    } else {
      list.start = static_cast<uint32_t>(num_numbers);
      num_numbers += list.count;
    }
  }
  rows_.resize(num_numbers);
  words_.resize(num_words);
  std::vector<uint32_t> filled(num_keys, 0);
  for (const Posting& posting : postings) {
    const ListPlace& list = lists_[posting.key];
    if (BitsAreSmaller(list.count, num_rows)) {
      words_[list.start + posting.row / Bitset::kBitsPerWord] |=
          uint64_t{1} << (posting.row % Bitset::kBitsPerWord);
    } else {
      rows_[list.start + filled[posting.key]++] = posting.row;
    }
  }
}

RowSetView PostingLists::List(uint32_t key) const {
  const ListPlace& list = lists_[key];
  if (BitsAreSmaller(list.count, num_rows_)) {
    return RowSetView::Bits(
        {words_.data() + list.start, Bitset::WordsFor(num_rows_)}, list.count);
  }
  return RowSetView::Rows({rows_.data() + list.start, list.count});
}

size_t PostingLists::MemoryBytes() const {
  return lists_.capacity() * sizeof(ListPlace) +
         rows_.capacity() * sizeof(uint32_t) +
         words_.capacity() * sizeof(uint64_t);
}

}  // namespace mi::filter
