// Indexes of whole strings and of booleans: a list of rows for each value.

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "engine/filter/index/posting_lists.h"
#include "engine/filter/index/string_dictionary.h"
#include "engine/filter/index/value_index.h"

namespace mi::filter {
namespace {

// Keys begin to end - 1.
struct KeyRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Adds a range to what CountRange knows; ranges must not overlap.
void CountRange(const PostingLists& lists, KeyRange keys, EntryCount* count) {
  if (keys.begin >= keys.end) return;
  const uint64_t length = lists.CountRange(keys.begin, keys.end);
  count->min += length;
  count->max += length;
  if (keys.end - keys.begin == 1) {
    count->longest_list = std::max(count->longest_list, length);
  }
}

void CollectRange(const PostingLists& lists, KeyRange keys,
                  RowCollector* collector) {
  if (keys.begin >= keys.end) return;
  if (keys.end - keys.begin == 1) {
    collector->Add(lists.List(keys.begin));
  } else {
    lists.AddRange(keys.begin, keys.end, collector);
  }
}

class KeywordIndex final : public ValueIndex {
 public:
  KeywordIndex(uint32_t num_rows, StringPostingsBuilder builder)
      : num_rows_(num_rows) {
    std::move(builder).Finish(num_rows, &dictionary_, &lists_);
  }

  // Words inside strings are for a text index.
  bool Serves(const ValueTest& test) const override {
    return !std::holds_alternative<Words>(test);
  }

  EntryCount Count(const ValueTest& test) const override {
    EntryCount count;
    ForEachRange(test,
                 [&](KeyRange keys) { CountRange(lists_, keys, &count); });
    return count;
  }

  FoundRows Find(const ValueTest& test) const override {
    RowCollector collector(num_rows_);
    ForEachRange(
        test, [&](KeyRange keys) { CollectRange(lists_, keys, &collector); });
    return std::move(collector).Finish();
  }

  uint64_t num_entries() const override { return lists_.num_postings(); }
  size_t MemoryBytes() const override {
    return dictionary_.MemoryBytes() + lists_.MemoryBytes();
  }

 private:
  template <typename Visitor>
  void ForEachRange(const ValueTest& test, Visitor&& visit) const {
    if (const auto* members = std::get_if<Membership>(&test)) {
      for (const std::string& text : members->strings) {
        if (const auto key = dictionary_.Find(text)) {
          visit(KeyRange{*key, *key + 1});
        }
      }
    } else if (const auto* bounds = std::get_if<StringBounds>(&test)) {
      KeyRange keys{0, dictionary_.size()};
      const auto& d = dictionary_;
      const auto raise = [&](uint32_t key) {
        keys.begin = std::max(keys.begin, key);
      };
      const auto lower = [&](uint32_t key) {
        keys.end = std::min(keys.end, key);
      };
      if (bounds->greater_than) raise(d.CountUpTo(*bounds->greater_than));
      if (bounds->greater_than_or_equal) {
        raise(d.CountBefore(*bounds->greater_than_or_equal));
      }
      if (bounds->less_than) lower(d.CountBefore(*bounds->less_than));
      if (bounds->less_than_or_equal) {
        lower(d.CountUpTo(*bounds->less_than_or_equal));
      }
      visit(keys);
    }
  }

  uint32_t num_rows_;
  StringDictionary dictionary_;
  PostingLists lists_;
};

class KeywordIndexBuilder final : public ValueIndexBuilder {
 public:
  bool Add(uint32_t row, const payload::ValueView& value) override {
    if (value.type() != payload::ValueType::kString) return false;
    postings_.Add(value.string(), row);
    return true;
  }

  std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) override {
    return std::make_unique<KeywordIndex>(num_rows, std::move(postings_));
  }

 private:
  StringPostingsBuilder postings_;
};

class BoolIndex final : public ValueIndex {
 public:
  BoolIndex(uint32_t num_rows, std::vector<Posting> postings)
      : num_rows_(num_rows),
        lists_(/*num_keys=*/2, num_rows, std::move(postings)) {}

  bool Serves(const ValueTest&) const override { return true; }

  EntryCount Count(const ValueTest& test) const override {
    EntryCount count;
    ForEachRange(test,
                 [&](KeyRange keys) { CountRange(lists_, keys, &count); });
    return count;
  }

  FoundRows Find(const ValueTest& test) const override {
    RowCollector collector(num_rows_);
    ForEachRange(
        test, [&](KeyRange keys) { CollectRange(lists_, keys, &collector); });
    return std::move(collector).Finish();
  }

  uint64_t num_entries() const override { return lists_.num_postings(); }
  size_t MemoryBytes() const override { return lists_.MemoryBytes(); }

 private:
  template <typename Visitor>
  static void ForEachRange(const ValueTest& test, Visitor&& visit) {
    const auto* members = std::get_if<Membership>(&test);
    if (members == nullptr) return;
    if (members->has_false) visit(KeyRange{0, 1});
    if (members->has_true) visit(KeyRange{1, 2});
  }

  uint32_t num_rows_;
  PostingLists lists_;
};

class BoolIndexBuilder final : public ValueIndexBuilder {
 public:
  bool Add(uint32_t row, const payload::ValueView& value) override {
    if (value.type() != payload::ValueType::kBool) return false;
    postings_.push_back({value.boolean() ? 1u : 0u, row});
    return true;
  }

  std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) override {
    return std::make_unique<BoolIndex>(num_rows, std::move(postings_));
  }

 private:
  std::vector<Posting> postings_;
};

}  // namespace

std::unique_ptr<ValueIndexBuilder> MakeKeywordIndexBuilder() {
  return std::make_unique<KeywordIndexBuilder>();
}

std::unique_ptr<ValueIndexBuilder> MakeBoolIndexBuilder() {
  return std::make_unique<BoolIndexBuilder>();
}

}  // namespace mi::filter
