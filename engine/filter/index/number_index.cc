// Indexes of integers, floats and datetimes: values in order, each with its
// row, so that every test is a few slices.

#include <algorithm>
#include <compare>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/types/span.h"
#include "engine/base/number.h"
#include "engine/filter/index/value_index.h"

namespace mi::filter {
namespace {

// Rows ordered by value, then by row. Where values repeat often, each is kept
// once with the place at which its rows start: 4 bytes a row and 12 a distinct
// value instead of 12 a row.
template <typename T>
class SortedValues {
 public:
  struct Slice {
    size_t begin = 0;
    size_t end = 0;

    size_t size() const { return end > begin ? end - begin : 0; }
  };

  explicit SortedValues(std::vector<std::pair<T, uint32_t>> entries) {
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    size_t distinct = 0;
    for (size_t i = 0; i < entries.size(); ++i) {
      distinct += i == 0 || entries[i].first != entries[i - 1].first;
    }
    const bool once_each = distinct * 3 < entries.size() * 2;
    values_.reserve(once_each ? distinct : entries.size());
    if (once_each) starts_.reserve(distinct);
    rows_.reserve(entries.size());
    for (const auto& [value, row] : entries) {
      if (!once_each || values_.empty() || values_.back() != value) {
        values_.push_back(value);
        if (once_each) starts_.push_back(static_cast<uint32_t>(rows_.size()));
      }
      rows_.push_back(row);
    }
  }

  Slice All() const { return {0, rows_.size()}; }

  // The places before those whose value is >= key, or > key.
  template <typename U>
  size_t CountBelow(U key) const {
    return PlaceOf(std::partition_point(
        values_.begin(), values_.end(),
        [key](T value) { return CompareNumbers(value, key) < 0; }));
  }
  template <typename U>
  size_t CountUpTo(U key) const {
    return PlaceOf(std::partition_point(
        values_.begin(), values_.end(),
        [key](T value) { return CompareNumbers(value, key) <= 0; }));
  }

  absl::Span<const uint32_t> Rows(Slice slice) const {
    return {rows_.data() + slice.begin, slice.size()};
  }
  // Whether the slice is of one value only; its rows ascend.
  bool IsOneValue(Slice slice) const {
    if (slice.size() <= 1) return true;
    if (starts_.empty()) return values_[slice.begin] == values_[slice.end - 1];
    const auto next =
        std::upper_bound(starts_.begin(), starts_.end(), slice.begin);
    return next == starts_.end() || *next >= slice.end;
  }

  size_t size() const { return rows_.size(); }
  size_t MemoryBytes() const {
    return values_.capacity() * sizeof(T) +
           starts_.capacity() * sizeof(uint32_t) +
           rows_.capacity() * sizeof(uint32_t);
  }

 private:
  size_t PlaceOf(typename std::vector<T>::const_iterator value) const {
    const auto i = static_cast<size_t>(value - values_.begin());
    if (starts_.empty()) return i;
    return i < starts_.size() ? starts_[i] : rows_.size();
  }

  std::vector<T> values_;
  std::vector<uint32_t> starts_;  // of each value in rows_; else i starts at i
  std::vector<uint32_t> rows_;
};

// The places of `values` that keep all bounds.
template <typename T, typename U, typename Visit>
typename SortedValues<T>::Slice SliceWithin(const SortedValues<T>& values,
                                            const Bounds<U>& bounds,
                                            Visit&& visit) {
  auto slice = values.All();
  const auto raise = [&](size_t place) {
    slice.begin = std::max(slice.begin, place);
  };
  const auto lower = [&](size_t place) {
    slice.end = std::min(slice.end, place);
  };
  const auto below = [&](auto key) { return values.CountBelow(key); };
  const auto up_to = [&](auto key) { return values.CountUpTo(key); };
  if (bounds.greater_than) raise(visit(up_to, *bounds.greater_than));
  if (bounds.greater_than_or_equal) {
    raise(visit(below, *bounds.greater_than_or_equal));
  }
  if (bounds.less_than) lower(visit(below, *bounds.less_than));
  if (bounds.less_than_or_equal) {
    lower(visit(up_to, *bounds.less_than_or_equal));
  }
  return slice;
}

// T is how values are kept. Datetimes are integers that no number equals.
template <typename T, bool kIsDateTime>
class OrderedIndex final : public ValueIndex {
 public:
  OrderedIndex(std::vector<std::pair<T, uint32_t>> entries, uint32_t num_rows)
      : num_rows_(num_rows), values_(std::move(entries)) {}

  bool Serves(const ValueTest&) const override { return true; }

  EntryCount Count(const ValueTest& test) const override {
    EntryCount count;
    ForEachSlice(test, [&](Slice slice) {
      count.max += slice.size();
      if (values_.IsOneValue(slice)) {
        count.longest_list =
            std::max<uint64_t>(count.longest_list, slice.size());
      }
    });
    count.min = count.max;
    return count;
  }

  FoundRows Find(const ValueTest& test) const override {
    RowCollector collector(num_rows_);
    ForEachSlice(test, [&](Slice slice) {
      if (values_.IsOneValue(slice)) {
        collector.Add(RowSetView::Rows(values_.Rows(slice)));
      } else {
        collector.AddUnordered(values_.Rows(slice));
      }
    });
    return std::move(collector).Finish();
  }

  uint64_t num_entries() const override { return values_.size(); }
  size_t MemoryBytes() const override { return values_.MemoryBytes(); }

 private:
  using Slice = typename SortedValues<T>::Slice;

  // The slices whose values pass; they do not overlap.
  template <typename Visitor>
  void ForEachSlice(const ValueTest& test, Visitor&& visit) const {
    if (const auto* members = std::get_if<Membership>(&test)) {
      const auto visit_equal = [&](auto key) {
        visit(Slice{values_.CountBelow(key), values_.CountUpTo(key)});
      };
      if constexpr (kIsDateTime) {
        for (const int64_t micros : members->datetimes) visit_equal(micros);
      } else {
        for (const int64_t key : members->integers) visit_equal(key);
        for (const double key : members->floats) visit_equal(key);
      }
    } else if (const auto* numbers = std::get_if<NumberBounds>(&test)) {
      if constexpr (!kIsDateTime) {
        visit(SliceWithin(values_, *numbers, [](auto&& place, Number bound) {
          return std::visit(place, bound);
        }));
      }
    } else if (const auto* times = std::get_if<DateTimeBounds>(&test)) {
      if constexpr (kIsDateTime) {
        visit(SliceWithin(values_, *times, [](auto&& place, int64_t bound) {
          return place(bound);
        }));
      }
    }
  }

  uint32_t num_rows_;
  SortedValues<T> values_;
};

// What a value becomes in an index; nothing when it has no place there.
struct IntegerKey {
  using Key = int64_t;
  static constexpr bool kIsDateTime = false;
  static std::optional<Key> Of(const payload::ValueView& value) {
    if (value.type() == payload::ValueType::kInteger) return value.integer();
    if (value.type() == payload::ValueType::kFloat) {
      return AsInteger(value.number());
    }
    return std::nullopt;
  }
};

struct FloatKey {
  using Key = double;
  static constexpr bool kIsDateTime = false;
  static std::optional<Key> Of(const payload::ValueView& value) {
    // Adding zero turns -0.0 into 0.0.
    if (value.type() == payload::ValueType::kFloat) return value.number() + 0.0;
    if (value.type() == payload::ValueType::kInteger) {
      return AsFloat(value.integer());
    }
    return std::nullopt;
  }
};

struct DateTimeKey {
  using Key = int64_t;
  static constexpr bool kIsDateTime = true;
  static std::optional<Key> Of(const payload::ValueView& value) {
    if (value.type() != payload::ValueType::kDateTime) return std::nullopt;
    return value.datetime().micros;
  }
};

template <typename Kind>
class OrderedIndexBuilder final : public ValueIndexBuilder {
 public:
  bool Add(uint32_t row, const payload::ValueView& value) override {
    const auto key = Kind::Of(value);
    if (key) entries_.emplace_back(*key, row);
    return key.has_value();
  }

  std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) override {
    return std::make_unique<
        OrderedIndex<typename Kind::Key, Kind::kIsDateTime>>(
        std::move(entries_), num_rows);
  }

 private:
  std::vector<std::pair<typename Kind::Key, uint32_t>> entries_;
};

}  // namespace

std::unique_ptr<ValueIndexBuilder> MakeIntegerIndexBuilder() {
  return std::make_unique<OrderedIndexBuilder<IntegerKey>>();
}

std::unique_ptr<ValueIndexBuilder> MakeFloatIndexBuilder() {
  return std::make_unique<OrderedIndexBuilder<FloatKey>>();
}

std::unique_ptr<ValueIndexBuilder> MakeDateTimeIndexBuilder() {
  return std::make_unique<OrderedIndexBuilder<DateTimeKey>>();
}

}  // namespace mi::filter
