#include "engine/filter/index/row_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mi::filter {
namespace {

// How many times longer the other list must be for skipping ahead in it to
// beat walking through both.
constexpr size_t kGallopRatio = 16;

bool TestBit(absl::Span<const uint64_t> words, uint32_t row) {
  return (words[row / Bitset::kBitsPerWord] >> (row % Bitset::kBitsPerWord)) &
         1;
}

// The first place at or after `from` whose row is not below `row`: doubles the
// step until it has gone too far, then searches back.
const uint32_t* Advance(const uint32_t* from, const uint32_t* end,
                        uint32_t row) {
  size_t step = 1;
  const uint32_t* low = from;
  while (static_cast<size_t>(end - low) > step && low[step] < row) {
    low += step;
    step *= 2;
  }
  const uint32_t* high =
      static_cast<size_t>(end - low) > step ? low + step + 1 : end;
  return std::lower_bound(low, high, row);
}

std::vector<uint32_t> Common(absl::Span<const uint32_t> a,
                             absl::Span<const uint32_t> b) {
  if (a.size() > b.size()) std::swap(a, b);
  std::vector<uint32_t> common;
  common.reserve(a.size());
  if (b.size() < a.size() * kGallopRatio) {
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                          std::back_inserter(common));
    return common;
  }
  const uint32_t* place = b.data();
  const uint32_t* const end = place + b.size();
  for (const uint32_t row : a) {
    place = Advance(place, end, row);
    if (place == end) break;
    if (*place == row) common.push_back(row);
  }
  return common;
}

}  // namespace

bool RowSetView::Contains(uint32_t row) const {
  switch (form_) {
    case RowSetForm::kAll:
      return true;
    case RowSetForm::kRows:
      return std::binary_search(rows_.begin(), rows_.end(), row);
    case RowSetForm::kBits:
      return TestBit(words_, row);
  }
  return false;
}

RowSelection RowSelection::All(uint32_t num_rows) {
  RowSelection selection(num_rows);
  selection.form_ = RowSetForm::kAll;
  selection.count_ = num_rows;
  return selection;
}

RowSelection RowSelection::OfRows(uint32_t num_rows,
                                  std::vector<uint32_t> rows) {
  RowSelection selection(num_rows);
  selection.rows_ = std::move(rows);
  selection.count_ = selection.rows_.size();
  return selection;
}

RowSelection RowSelection::OfBits(Bitset bits) {
  RowSelection selection(static_cast<uint32_t>(bits.size()));
  selection.form_ = RowSetForm::kBits;
  selection.bits_ = std::move(bits);
  selection.Settle();
  return selection;
}

RowSelection RowSelection::CopyOf(RowSetView view, uint32_t num_rows) {
  RowSelection selection(num_rows);
  selection.form_ = view.form();
  selection.count_ = view.count();
  if (view.form() == RowSetForm::kRows) {
    selection.rows_.assign(view.rows().begin(), view.rows().end());
  } else if (view.form() == RowSetForm::kBits) {
    selection.bits_ = Bitset(num_rows, view.words());
  }
  return selection;
}

RowSetView RowSelection::View() const {
  switch (form_) {
    case RowSetForm::kAll:
      return RowSetView::All(num_rows_);
    case RowSetForm::kRows:
      return RowSetView::Rows(rows_);
    case RowSetForm::kBits:
      return RowSetView::Bits(bits_.words(), count_);
  }
  return RowSetView::Rows({});
}

void RowSelection::Become(RowSetForm form) {
  if (form == form_) return;
  if (form == RowSetForm::kBits) {
    bits_.Assign(num_rows_, form_ == RowSetForm::kAll);
    for (const uint32_t row : rows_) bits_.Set(row);
    rows_ = {};
  } else {
    std::vector<uint32_t> rows;
    rows.reserve(count_);
    ForEach([&](uint32_t row) {
      rows.push_back(row);
      return true;
    });
    rows_ = std::move(rows);
    bits_ = {};
  }
  form_ = form;
}

void RowSelection::Settle() {
  if (form_ == RowSetForm::kBits) {
    count_ = bits_.Count();
    if (!BitsAreSmaller(count_, num_rows_)) Become(RowSetForm::kRows);
  } else if (form_ == RowSetForm::kRows) {
    count_ = rows_.size();
    if (BitsAreSmaller(count_, num_rows_)) Become(RowSetForm::kBits);
  }
}

void RowSelection::Intersect(RowSetView other) {
  if (other.form() == RowSetForm::kAll) return;
  if (form_ == RowSetForm::kAll) {
    *this = CopyOf(other, num_rows_);
  } else if (form_ == RowSetForm::kBits) {
    if (other.form() == RowSetForm::kBits) {
      bits_.And(other.words());
      Settle();
      return;
    }
    std::vector<uint32_t> rows;
    for (const uint32_t row : other.rows()) {
      if (bits_.Test(row)) rows.push_back(row);
    }
    *this = OfRows(num_rows_, std::move(rows));
  } else if (other.form() == RowSetForm::kBits) {
    std::erase_if(rows_,
                  [&](uint32_t row) { return !TestBit(other.words(), row); });
    count_ = rows_.size();
  } else {
    rows_ = Common(rows_, other.rows());
    count_ = rows_.size();
  }
}

void RowSelection::Unite(RowSetView other) {
  if (form_ == RowSetForm::kAll || other.count() == 0) return;
  if (count_ == 0 || other.form() == RowSetForm::kAll) {
    *this = CopyOf(other, num_rows_);
  } else if (form_ == RowSetForm::kRows && other.form() == RowSetForm::kRows) {
    std::vector<uint32_t> rows;
    rows.reserve(rows_.size() + other.count());
    std::set_union(rows_.begin(), rows_.end(), other.rows().begin(),
                   other.rows().end(), std::back_inserter(rows));
    rows_ = std::move(rows);
    Settle();
  } else {
    Become(RowSetForm::kBits);
    if (other.form() == RowSetForm::kBits) {
      bits_.Or(other.words());
    } else {
      for (const uint32_t row : other.rows()) bits_.Set(row);
    }
    Settle();
  }
}

void RowSelection::Subtract(RowSetView other) {
  if (count_ == 0 || other.count() == 0) return;
  if (other.form() == RowSetForm::kAll) {
    *this = RowSelection(num_rows_);
  } else if (form_ == RowSetForm::kRows) {
    if (other.form() == RowSetForm::kBits) {
      std::erase_if(rows_,
                    [&](uint32_t row) { return TestBit(other.words(), row); });
    } else {
      const uint32_t* place = other.rows().data();
      const uint32_t* const end = place + other.count();
      std::erase_if(rows_, [&](uint32_t row) {
        place = Advance(place, end, row);
        return place != end && *place == row;
      });
    }
    count_ = rows_.size();
  } else {
    Become(RowSetForm::kBits);
    if (other.form() == RowSetForm::kBits) {
      bits_.AndNot(other.words());
    } else {
      for (const uint32_t row : other.rows()) bits_.Reset(row);
    }
    Settle();
  }
}

Bitset RowSelection::ToBits() && {
  Become(RowSetForm::kBits);
  return std::move(bits_);
}

std::vector<uint32_t> RowSelection::ToRows() && {
  Become(RowSetForm::kRows);
  return std::move(rows_);
}

StoredRowSet::StoredRowSet(std::vector<uint32_t> rows, uint32_t num_rows)
    : count_(rows.size()) {
  if (rows.empty()) return;
  if (count_ == num_rows) {
    form_ = RowSetForm::kAll;
  } else if (BitsAreSmaller(count_, num_rows)) {
    form_ = RowSetForm::kBits;
    bits_.Assign(num_rows, false);
    for (const uint32_t row : rows) bits_.Set(row);
  } else {
    rows_ = std::move(rows);
    rows_.shrink_to_fit();
  }
}

RowSetView StoredRowSet::View() const {
  switch (form_) {
    case RowSetForm::kAll:
      return RowSetView::All(static_cast<uint32_t>(count_));
    case RowSetForm::kRows:
      return RowSetView::Rows(rows_);
    case RowSetForm::kBits:
      return RowSetView::Bits(bits_.words(), count_);
  }
  return RowSetView::Rows({});
}

size_t StoredRowSet::MemoryBytes() const {
  return rows_.capacity() * sizeof(uint32_t) + bits_.MemoryBytes();
}

void RowCollector::Add(RowSetView view) {
  if (view.count() == 0) return;
  total_ += view.count();
  views_.push_back(view);
}

void RowCollector::AddUnordered(absl::Span<const uint32_t> rows) {
  if (rows.empty()) return;
  total_ += rows.size();
  unordered_.push_back(rows);
}

FoundRows RowCollector::Finish() && {
  if (unordered_.empty() && loose_.empty()) {
    if (views_.empty()) return FoundRows(RowSetView::Rows({}));
    if (views_.size() == 1) return FoundRows(views_[0]);
  }
  for (const RowSetView& view : views_) {
    if (view.form() == RowSetForm::kAll) return FoundRows(view);
  }
  if (!BitsAreSmaller(total_ + loose_.size(), num_rows_)) {
    std::vector<uint32_t> rows = std::move(loose_);
    rows.reserve(rows.size() + total_);
    // Too few in all for any of them to be bits.
    for (const RowSetView& view : views_) {
      rows.insert(rows.end(), view.rows().begin(), view.rows().end());
    }
    for (const auto& list : unordered_) {
      rows.insert(rows.end(), list.begin(), list.end());
    }
    SortRows(num_rows_, &rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return FoundRows(RowSelection::OfRows(num_rows_, std::move(rows)));
  }
  Bitset bits(num_rows_);
  for (const RowSetView& view : views_) {
    if (view.form() == RowSetForm::kBits) {
      bits.Or(view.words());
    } else {
      for (const uint32_t row : view.rows()) bits.Set(row);
    }
  }
  for (const auto& list : unordered_) {
    for (const uint32_t row : list) bits.Set(row);
  }
  for (const uint32_t row : loose_) bits.Set(row);
  return FoundRows(RowSelection::OfBits(std::move(bits)));
}

void SortRows(uint32_t num_rows, std::vector<uint32_t>* rows) {
  constexpr size_t kFewRows = 128;
  if (rows->size() < kFewRows) {
    std::sort(rows->begin(), rows->end());
    return;
  }
  // Least significant digit first, in as few digits of at most 11 bits as the
  // numbers need.
  constexpr int kMaxDigitBits = 11;
  const int bits = std::max(1, static_cast<int>(std::bit_width(num_rows)));
  const int passes = (bits + kMaxDigitBits - 1) / kMaxDigitBits;
  const int digit_bits = (bits + passes - 1) / passes;
  const uint32_t mask = (uint32_t{1} << digit_bits) - 1;
  std::vector<uint32_t> scratch(rows->size());
  std::vector<uint32_t> starts;
  for (int pass = 0; pass < passes; ++pass) {
    const int shift = pass * digit_bits;
    starts.assign(size_t{1} << digit_bits, 0);
    for (const uint32_t row : *rows) ++starts[(row >> shift) & mask];
    uint32_t sum = 0;
    for (uint32_t& start : starts) sum += std::exchange(start, sum);
    for (const uint32_t row : *rows) {
      scratch[starts[(row >> shift) & mask]++] = row;
    }
    rows->swap(scratch);
  }
}

}  // namespace mi::filter
