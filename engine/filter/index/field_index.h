// The index of one payload field: its values by type, and which rows it does
// not tell the whole truth about.

#ifndef MI_ENGINE_FILTER_INDEX_FIELD_INDEX_H_
#define MI_ENGINE_FILTER_INDEX_FIELD_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/filter/index/row_set.h"
#include "engine/filter/index/value_index.h"
#include "engine/filter/payload_index.h"
#include "engine/filter/predicate.h"
#include "engine/filter/schema.h"
#include "engine/payload/path.h"
#include "engine/payload/payload_view.h"

namespace mi::filter {

// What is known about a predicate before it is answered.
struct FieldEstimate {
  // Bounds on the number of rows that match, irregular rows included.
  MatchEstimate rows;
  // Index entries that Find() copies; 0 when it lends a list as it is.
  uint64_t gathered_entries = 0;
};

// Immutable. For a predicate that it serves, the matching rows are
//   Find(), less those of them in NeedTest() that fail the predicate,
//   plus the rows of irregular() that pass it.
class FieldIndex {
 public:
  const FieldSchema& schema() const { return schema_; }
  const payload::Path& path() const { return path_; }

  bool Serves(const Predicate& predicate) const;

  FieldEstimate Estimate(const Predicate& predicate) const;

  // See above.
  FoundRows Find(const Predicate& predicate) const;
  RowSetView NeedTest(const Predicate& predicate) const;

  // Rows with a value that is neither null nor of an indexed type.
  RowSetView irregular() const { return irregular_.View(); }
  // Rows for which the path reaches anything.
  RowSetView present() const { return present_.View(); }

  size_t MemoryBytes() const;
  FieldIndexStats Stats() const;

 private:
  friend class FieldIndexBuilder;

  FieldIndex(FieldSchema schema, payload::Path path, uint32_t num_rows)
      : schema_(std::move(schema)),
        path_(std::move(path)),
        num_rows_(num_rows) {}

  FieldSchema schema_;
  payload::Path path_;
  uint32_t num_rows_;
  std::unique_ptr<const ValueIndex> values_;
  size_t indexed_rows_ = 0;  // with at least one value in values_
  StoredRowSet present_;
  StoredRowSet nulls_;     // with at least one null
  StoredRowSet multiple_;  // with more than one value, nulls included
  StoredRowSet irregular_;
};

// Collects one field row by row.
class FieldIndexBuilder {
 public:
  FieldIndexBuilder(FieldSchema schema, payload::Path path);

  // Rows ascend.
  void Add(uint32_t row, payload::PayloadView payload);

  std::unique_ptr<const FieldIndex> Finish(uint32_t num_rows) &&;

 private:
  FieldSchema schema_;
  payload::Path path_;
  std::unique_ptr<ValueIndexBuilder> values_;
  size_t indexed_rows_ = 0;
  std::vector<uint32_t> present_;
  std::vector<uint32_t> nulls_;
  std::vector<uint32_t> multiple_;
  std::vector<uint32_t> irregular_;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_FIELD_INDEX_H_
