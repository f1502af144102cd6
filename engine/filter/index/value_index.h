// The part of a field's index that depends on the type of the values.

#ifndef MI_ENGINE_FILTER_INDEX_VALUE_INDEX_H_
#define MI_ENGINE_FILTER_INDEX_VALUE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/filter/index/row_set.h"
#include "engine/filter/predicate.h"
#include "engine/filter/schema.h"
#include "engine/payload/payload_view.h"

namespace mi::filter {

// How many index entries pass a test. An entry is one value of one row; a row
// has each of its values once.
struct EntryCount {
  uint64_t min = 0;
  uint64_t max = 0;
  // Some one list of distinct rows passes as a whole and is this long.
  uint64_t longest_list = 0;
};

// Finds the rows that have an indexed value which passes a test. Immutable.
class ValueIndex {
 public:
  virtual ~ValueIndex() = default;

  // Whether Count and Find can answer this test. A test that no indexed value
  // can pass is answered, with nothing.
  virtual bool Serves(const ValueTest& test) const = 0;

  // For tests that are served, except AnyValue. Cost: as Estimate.
  virtual EntryCount Count(const ValueTest& test) const = 0;

  // The rows of which at least one indexed value passes. For a text match of
  // several words, which must be in one and the same value, rows with several
  // values may be among them wrongly; nothing is ever missing.
  virtual FoundRows Find(const ValueTest& test) const = 0;

  // Entries in all.
  virtual uint64_t num_entries() const = 0;
  virtual size_t MemoryBytes() const = 0;
};

// Collects values row by row.
class ValueIndexBuilder {
 public:
  virtual ~ValueIndexBuilder() = default;

  // Rows must not descend. False when the value is not of a type that is
  // indexed, and then it is not.
  virtual bool Add(uint32_t row, const payload::ValueView& value) = 0;

  // Call once.
  virtual std::unique_ptr<const ValueIndex> Finish(uint32_t num_rows) = 0;
};

// One for each field type.
std::unique_ptr<ValueIndexBuilder> MakeIntegerIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeFloatIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeDateTimeIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeBoolIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeKeywordIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeTextIndexBuilder();
std::unique_ptr<ValueIndexBuilder> MakeGeoIndexBuilder();

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_VALUE_INDEX_H_
