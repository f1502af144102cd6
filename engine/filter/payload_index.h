// Answers filters over the rows of an immutable segment from indexes of chosen
// payload fields, exactly as testing every row would.

#ifndef MI_ENGINE_FILTER_PAYLOAD_INDEX_H_
#define MI_ENGINE_FILTER_PAYLOAD_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/bitset.h"
#include "engine/filter/compiled_filter.h"
#include "engine/filter/schema.h"

namespace mi::filter {

class FieldIndex;

// Returns the encoded payload of a row. Must give the same bytes whenever it
// is asked, and be callable from the thread that makes the call.
using RowPayloads = absl::FunctionRef<std::string_view(uint32_t row)>;

// How many rows match a filter: min <= true number <= max always holds.
// `expected` is the best guess between them; `exact` means min == max.
struct MatchEstimate {
  uint64_t min = 0;
  uint64_t max = 0;
  double expected = 0;

  bool exact() const { return min == max; }
};

// What a selection cost.
struct SelectStats {
  uint64_t payloads_read = 0;  // rows whose payload was tested
  uint64_t entries_read = 0;   // index entries touched, about
};

struct FieldIndexStats {
  FieldSchema field;
  uint64_t bytes = 0;         // resident
  uint64_t indexed_rows = 0;  // rows with at least one value in the index
  uint64_t irregular_rows =
      0;  // rows with values of a type that is not indexed
};

// Thread-safe: immutable once built.
class PayloadIndex {
 public:
  // Indexes rows [0, num_rows). `schema` must pass ValidateSchema. Memory: 4
  // to 16 bytes a value, less for strings and booleans with few distinct
  // values (a bit a row each). Cost: O(num_rows log num_rows) a field. Errors:
  // INVALID_ARGUMENT for the schema; CANCELLED when `stop` was requested.
  static absl::StatusOr<PayloadIndex> Build(
      absl::Span<const FieldSchema> schema, uint32_t num_rows,
      RowPayloads payloads, std::stop_token stop = {});

  // Without fields, over `num_rows` rows.
  explicit PayloadIndex(uint32_t num_rows = 0);
  ~PayloadIndex();
  PayloadIndex(PayloadIndex&&) noexcept;
  PayloadIndex& operator=(PayloadIndex&&) noexcept;

  uint32_t num_rows() const { return num_rows_; }

  // Bounds the number of matching rows from the index alone; reads no payload.
  // Cost: a binary search a condition, microseconds.
  MatchEstimate Estimate(const CompiledFilter& filter) const;

  // The same, and where conditions are not indexed also tests at most
  // `kSampleRows` rows spread over the segment, so that `expected` is measured
  // and not guessed. Cost: up to about 20 µs.
  MatchEstimate Estimate(const CompiledFilter& filter,
                         RowPayloads payloads) const;
  static constexpr uint32_t kSampleRows = 128;

  // Sets *out, of num_rows() bits, to exactly the rows for which
  // filter.Matches(payloads(row)). `stats` may be null. Errors: CANCELLED when
  // `stop`, looked at every thousand rows or so, was requested.
  absl::Status Select(const CompiledFilter& filter, RowPayloads payloads,
                      Bitset* out, std::stop_token stop = {},
                      SelectStats* stats = nullptr) const;

  // The same as ascending row numbers. Cost: proportional to the rows that the
  // most selective indexed condition lets through, not to num_rows().
  absl::Status SelectRows(const CompiledFilter& filter, RowPayloads payloads,
                          std::vector<uint32_t>* out, std::stop_token stop = {},
                          SelectStats* stats = nullptr) const;

  // In the order of the schema.
  std::vector<FieldIndexStats> FieldStats() const;
  uint64_t MemoryBytes() const;

 private:
  uint32_t num_rows_ = 0;
  std::vector<std::unique_ptr<const FieldIndex>> fields_;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_PAYLOAD_INDEX_H_
