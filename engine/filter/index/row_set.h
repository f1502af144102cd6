// Sets of row numbers in the form that suits their size: all rows, ascending
// numbers while they are few, and a bit for each row beyond that.

#ifndef MI_ENGINE_FILTER_INDEX_ROW_SET_H_
#define MI_ENGINE_FILTER_INDEX_ROW_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "engine/base/bitset.h"

namespace mi::filter {

enum class RowSetForm : uint8_t { kAll, kRows, kBits };

// From this share of all rows on, bits take less memory than numbers.
inline bool BitsAreSmaller(size_t count, uint32_t num_rows) {
  return count > num_rows / 32;
}

// A set that is kept elsewhere. Valid as long as what it looks at.
class RowSetView {
 public:
  static RowSetView All(uint32_t num_rows) {
    return RowSetView(RowSetForm::kAll, num_rows, {}, {});
  }
  // `rows` ascend strictly.
  static RowSetView Rows(absl::Span<const uint32_t> rows) {
    return RowSetView(RowSetForm::kRows, rows.size(), rows, {});
  }
  // Laid out as in Bitset, with `count` bits set.
  static RowSetView Bits(absl::Span<const uint64_t> words, size_t count) {
    return RowSetView(RowSetForm::kBits, count, {}, words);
  }

  RowSetForm form() const { return form_; }
  size_t count() const { return count_; }
  absl::Span<const uint32_t> rows() const { return rows_; }
  absl::Span<const uint64_t> words() const { return words_; }

  // Cost: O(log count) for numbers, else O(1).
  bool Contains(uint32_t row) const;

 private:
  RowSetView(RowSetForm form, size_t count, absl::Span<const uint32_t> rows,
             absl::Span<const uint64_t> words)
      : form_(form), count_(count), rows_(rows), words_(words) {}

  RowSetForm form_;
  size_t count_;
  absl::Span<const uint32_t> rows_;
  absl::Span<const uint64_t> words_;
};

// A set of rows in [0, num_rows) that grows and shrinks. Thread-compatible.
class RowSelection {
 public:
  // The empty set.
  explicit RowSelection(uint32_t num_rows) : num_rows_(num_rows) {}
  static RowSelection All(uint32_t num_rows);
  // `rows` ascend strictly.
  static RowSelection OfRows(uint32_t num_rows, std::vector<uint32_t> rows);
  static RowSelection OfBits(Bitset bits);
  static RowSelection CopyOf(RowSetView view, uint32_t num_rows);

  uint32_t num_rows() const { return num_rows_; }
  RowSetForm form() const { return form_; }
  size_t count() const { return count_; }
  RowSetView View() const;

  void Intersect(RowSetView other);
  void Unite(RowSetView other);
  void Subtract(RowSetView other);

  // Calls visit(uint32_t row) for each row, ascending, until it returns false.
  // False when a visit did.
  template <typename Visitor>
  bool ForEach(Visitor &&visit) const {
    if (form_ == RowSetForm::kRows) {
      for (const uint32_t row : rows_) {
        if (!visit(row)) return false;
      }
      return true;
    }
    if (form_ == RowSetForm::kAll) {
      for (uint32_t row = 0; row < num_rows_; ++row) {
        if (!visit(row)) return false;
      }
      return true;
    }
    const auto words = bits_.words();
    for (size_t w = 0; w < words.size(); ++w) {
      for (uint64_t word = words[w]; word != 0; word &= word - 1) {
        const size_t row = w * Bitset::kBitsPerWord +
                           static_cast<size_t>(std::countr_zero(word));
        if (!visit(static_cast<uint32_t>(row))) return false;
      }
    }
    return true;
  }

  // The set in the form that the caller wants.
  Bitset ToBits() &&;
  std::vector<uint32_t> ToRows() &&;

 private:
  void Become(RowSetForm form);
  // Recounts bits, and turns them into numbers when they have become few.
  void Settle();

  uint32_t num_rows_;
  RowSetForm form_ = RowSetForm::kRows;
  size_t count_ = 0;
  std::vector<uint32_t> rows_;  // for kRows
  Bitset bits_;                 // for kBits
};

// An immutable set in its smallest form.
class StoredRowSet {
 public:
  StoredRowSet() = default;
  // `rows` ascend strictly.
  StoredRowSet(std::vector<uint32_t> rows, uint32_t num_rows);

  RowSetView View() const;
  size_t count() const { return count_; }
  size_t MemoryBytes() const;

 private:
  RowSetForm form_ = RowSetForm::kRows;
  size_t count_ = 0;
  std::vector<uint32_t> rows_;
  Bitset bits_;
};

// Rows found in an index: lent by it, or gathered from several lists.
class FoundRows {
 public:
  explicit FoundRows(RowSetView lent) : lent_(lent), gathered_(0) {}
  explicit FoundRows(RowSelection gathered)
      : lent_(RowSetView::Rows({})),
        is_gathered_(true),
        gathered_(std::move(gathered)) {}

  RowSetView View() const { return is_gathered_ ? gathered_.View() : lent_; }

 private:
  RowSetView lent_;
  bool is_gathered_ = false;
  RowSelection gathered_;
};

// Unites lists of rows that may overlap. What is added must outlive Finish().
class RowCollector {
 public:
  explicit RowCollector(uint32_t num_rows) : num_rows_(num_rows) {}

  void Add(RowSetView view);
  // In any order, with duplicates.
  void AddUnordered(absl::Span<const uint32_t> rows);
  void AddRow(uint32_t row) { loose_.push_back(row); }

  FoundRows Finish() &&;

 private:
  uint32_t num_rows_;
  size_t total_ = 0;  // over views_ and unordered_
  std::vector<RowSetView> views_;
  std::vector<absl::Span<const uint32_t>> unordered_;
  std::vector<uint32_t> loose_;
};

// Sorts row numbers below `num_rows`. Cost: O(rows), about 5 ns a row.
void SortRows(uint32_t num_rows, std::vector<uint32_t> *rows);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_ROW_SET_H_
