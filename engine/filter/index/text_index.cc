// Index of the words of strings: a list of rows for each word.

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "engine/filter/index/posting_lists.h"
#include "engine/filter/index/string_dictionary.h"
#include "engine/filter/index/value_index.h"
#include "engine/filter/tokenizer.h"

namespace mi::filter {
namespace {

class TextIndex final : public ValueIndex {
 public:
  TextIndex(uint32_t num_rows, StringPostingsBuilder builder)
      : num_rows_(num_rows) {
    std::move(builder).Finish(num_rows, &dictionary_, &lists_);
  }

  // Whole strings are for a keyword index.
  bool Serves(const ValueTest& test) const override {
    if (const auto* members = std::get_if<Membership>(&test)) {
      return members->strings.empty();
    }
    return !std::holds_alternative<StringBounds>(test);
  }

  EntryCount Count(const ValueTest& test) const override {
    EntryCount count;
    const auto* words = std::get_if<Words>(&test);
    if (words == nullptr) return count;
    const std::vector<RowSetView> lists = ListsOf(*words);
    if (words->any_word) {
      for (const RowSetView& list : lists) {
        count.max += list.count();
        count.longest_list =
            std::max<uint64_t>(count.longest_list, list.count());
      }
      count.min = count.longest_list;
      return count;
    }
    if (lists.size() < words->words.size()) return count;  // a word is nowhere
    // Rows in every list: at most the shortest, and what the lists must have
    // in common when together they are longer than there are rows.
    uint64_t absent = 0;
    count.max = num_rows_;
    for (const RowSetView& list : lists) {
      count.max = std::min<uint64_t>(count.max, list.count());
      absent += num_rows_ - list.count();
    }
    count.min = absent < num_rows_ ? num_rows_ - absent : 0;
    count.longest_list = count.min;
    return count;
  }

  FoundRows Find(const ValueTest& test) const override {
    const auto* words = std::get_if<Words>(&test);
    if (words == nullptr) return FoundRows(RowSetView::Rows({}));
    std::vector<RowSetView> lists = ListsOf(*words);
    if (words->any_word) {
      RowCollector collector(num_rows_);
      for (const RowSetView& list : lists) collector.Add(list);
      return std::move(collector).Finish();
    }
    if (lists.size() < words->words.size()) {
      return FoundRows(RowSetView::Rows({}));
    }
    if (lists.size() == 1) return FoundRows(lists[0]);
    std::sort(lists.begin(), lists.end(), [](const auto& a, const auto& b) {
      return a.count() < b.count();
    });
    RowSelection common = RowSelection::CopyOf(lists[0], num_rows_);
    for (size_t i = 1; i < lists.size(); ++i) common.Intersect(lists[i]);
    return FoundRows(std::move(common));
  }

  uint64_t num_entries() const override { return lists_.num_postings(); }
  size_t MemoryBytes() const override {
    return dictionary_.MemoryBytes() + lists_.MemoryBytes();
  }

 private:
  // Of the words that occur.
  std::vector<RowSetView> ListsOf(const Words& words) const {
    std::vector<RowSetView> lists;
    for (const std::string& word : words.words) {
      if (const auto key = dictionary_.Find(word)) {
        lists.push_back(lists_.List(*key));
      }
    }
    return lists;
  }

  uint32_t num_rows_;
  StringDictionary dictionary_;
  PostingLists lists_;
};

class TextIndexBuilder final : public ValueIndexBuilder {
 public:
  bool Add(uint32_t row, const payload::ValueView& value) override {
    if (value.type() != payload::ValueType::kString) return false;
    ForEachWord(value.string(), [&](std::string_view word) {
      postings_.Add(word, row);
      return true;
    });
    return true;
  }

  std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) override {
    return std::make_unique<TextIndex>(num_rows, std::move(postings_));
  }

 private:
  StringPostingsBuilder postings_;
};

}  // namespace

std::unique_ptr<ValueIndexBuilder> MakeTextIndexBuilder() {
  return std::make_unique<TextIndexBuilder>();
}

}  // namespace mi::filter
