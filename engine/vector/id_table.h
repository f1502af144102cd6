// The ids of a sealed segment's rows: by row, by id, and in order.

#ifndef MI_ENGINE_VECTOR_ID_TABLE_H_
#define MI_ENGINE_VECTOR_ID_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codec.h"
#include "engine/vector/payload_store.h"

namespace mi::vector {

// Immutable once built; every row has an id and no id stands twice.
// Thread-safe.
//
// Memory: the ids' bytes, 12 bytes a row, and 4 bytes for each of between 1.5
// and 3 hash slots a row.
class IdTable {
 public:
  // `ids[row]` is the id of the row. At most 2^32 - 2 rows.
  explicit IdTable(const std::vector<std::string_view>& ids);

  // In the form of engine/base/codec.h; a table that is read has `rows` rows.
  // The reader fails where ids are not in the order that the bytes say, or not
  // distinct. Costs a comparison a row, where the constructor sorts.
  void Write(Writer& out) const;
  static IdTable Read(size_t rows, Reader& in);

  size_t size() const { return texts_.size(); }

  std::string_view id(uint32_t row) const { return texts_[row]; }

  // The row with this id. O(1) expected.
  std::optional<uint32_t> Find(std::string_view wanted) const;

  // Rows in ascending order of id, by bytes.
  const std::vector<uint32_t>& in_order() const { return in_order_; }

  // Position in in_order() of the first id greater than the one wanted. O(log
  // n).
  size_t FirstAfter(std::string_view wanted) const;

  size_t memory_bytes() const;

 private:
  IdTable() = default;
  void FillSlots();

  PayloadStore texts_;
  std::vector<uint32_t> in_order_;  // [rows]
  // Open addressing with linear probing; 0 is empty, else row + 1.
  std::vector<uint32_t> slots_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_ID_TABLE_H_
