#include "engine/filter/index/field_index.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace mi::filter {
namespace {

bool TakesNull(const ValueTest& test) {
  const auto* members = std::get_if<Membership>(&test);
  return members != nullptr && members->has_null;
}

std::unique_ptr<ValueIndexBuilder> MakeValueIndexBuilder(FieldType type) {
  switch (type) {
    case FieldType::kKeyword:
      return MakeKeywordIndexBuilder();
    case FieldType::kInteger:
      return MakeIntegerIndexBuilder();
    case FieldType::kFloat:
      return MakeFloatIndexBuilder();
    case FieldType::kBool:
      return MakeBoolIndexBuilder();
    case FieldType::kDateTime:
      return MakeDateTimeIndexBuilder();
    case FieldType::kGeo:
      return MakeGeoIndexBuilder();
    case FieldType::kText:
      return MakeTextIndexBuilder();
  }
  return MakeKeywordIndexBuilder();
}

}  // namespace

bool FieldIndex::Serves(const Predicate& predicate) const {
  return values_->Serves(predicate.test);
}

RowSetView FieldIndex::NeedTest(const Predicate& predicate) const {
  if (std::holds_alternative<AnyValue>(predicate.test)) {
    return RowSetView::Rows({});
  }
  // What is known is that one value passes, or, of several words, that each is
  // in some value. With one value in the row that is all there is to know.
  const auto* words = std::get_if<Words>(&predicate.test);
  const bool words_in_one_value =
      words != nullptr && !words->any_word && words->words.size() > 1;
  if (predicate.quantifier == Quantifier::kAll || words_in_one_value) {
    return multiple_.View();
  }
  return RowSetView::Rows({});
}

FieldEstimate FieldIndex::Estimate(const Predicate& predicate) const {
  if (std::holds_alternative<AnyValue>(predicate.test)) {
    return {.rows = {.min = present_.count(),
                     .max = present_.count(),
                     .expected = static_cast<double>(present_.count())}};
  }
  const EntryCount entries = values_->Count(predicate.test);
  // Entries beyond the first of their row: all of them may be among those that
  // pass.
  const uint64_t repeated = values_->num_entries() > indexed_rows_
                                ? values_->num_entries() - indexed_rows_
                                : 0;
  MatchEstimate rows;
  rows.min = std::max(entries.longest_list,
                      entries.min - std::min(entries.min, repeated));
  rows.max = std::min<uint64_t>(entries.max, indexed_rows_);
  const bool is_one_list = entries.longest_list == entries.max;
  uint64_t gathered = is_one_list ? 0 : entries.max;
  if (TakesNull(predicate.test) && nulls_.count() > 0) {
    rows.min = std::max<uint64_t>(rows.min, nulls_.count());
    rows.max += nulls_.count();
    gathered = entries.max + nulls_.count();
  }
  rows.min -= std::min<uint64_t>(rows.min, NeedTest(predicate).count());
  rows.max =
      std::min<uint64_t>(rows.max + irregular_.count(), present_.count());
  rows.expected =
      (static_cast<double>(rows.min) + static_cast<double>(rows.max)) / 2;
  return {.rows = rows, .gathered_entries = gathered};
}

FoundRows FieldIndex::Find(const Predicate& predicate) const {
  if (std::holds_alternative<AnyValue>(predicate.test)) {
    return FoundRows(present_.View());
  }
  FoundRows found = values_->Find(predicate.test);
  if (!TakesNull(predicate.test) || nulls_.count() == 0) return found;
  RowSelection both = RowSelection::CopyOf(found.View(), num_rows_);
  both.Unite(nulls_.View());
  return FoundRows(std::move(both));
}

size_t FieldIndex::MemoryBytes() const {
  return sizeof(*this) + schema_.path.capacity() + values_->MemoryBytes() +
         present_.MemoryBytes() + nulls_.MemoryBytes() +
         multiple_.MemoryBytes() + irregular_.MemoryBytes();
}

FieldIndexStats FieldIndex::Stats() const {
  return {.field = schema_,
          .bytes = MemoryBytes(),
          .indexed_rows = indexed_rows_,
          .irregular_rows = irregular_.count()};
}

FieldIndexBuilder::FieldIndexBuilder(FieldSchema schema, payload::Path path)
    : schema_(std::move(schema)),
      path_(std::move(path)),
      values_(MakeValueIndexBuilder(schema_.type)) {}

void FieldIndexBuilder::Add(uint32_t row, payload::PayloadView payload) {
  size_t reached = 0;
  bool has_null = false;
  bool has_indexed = false;
  bool has_irregular = false;
  payload.VisitPath(path_, [&](const payload::ValueView& value) {
    ++reached;
    if (value.type() == payload::ValueType::kNull) {
      has_null = true;
    } else if (values_->Add(row, value)) {
      has_indexed = true;
    } else {
      has_irregular = true;
    }
    return true;
  });
  if (reached > 0) present_.push_back(row);
  if (reached > 1) multiple_.push_back(row);
  if (has_null) nulls_.push_back(row);
  if (has_irregular) irregular_.push_back(row);
  indexed_rows_ += has_indexed;
}

std::unique_ptr<const FieldIndex> FieldIndexBuilder::Finish(
    uint32_t num_rows) && {
  std::unique_ptr<FieldIndex> index(
      new FieldIndex(std::move(schema_), std::move(path_), num_rows));
  index->values_ = values_->Finish(num_rows);
  index->indexed_rows_ = indexed_rows_;
  index->present_ = StoredRowSet(std::move(present_), num_rows);
  index->nulls_ = StoredRowSet(std::move(nulls_), num_rows);
  index->multiple_ = StoredRowSet(std::move(multiple_), num_rows);
  index->irregular_ = StoredRowSet(std::move(irregular_), num_rows);
  return index;
}

}  // namespace mi::filter
