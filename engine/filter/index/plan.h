// A filter seen beside an index: which conditions it can answer, how many rows
// match at least and at most, and what finding them costs.

#ifndef MI_ENGINE_FILTER_INDEX_PLAN_H_
#define MI_ENGINE_FILTER_INDEX_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "engine/filter/compiled_filter.h"
#include "engine/filter/index/field_index.h"
#include "engine/filter/payload_index.h"

namespace mi::filter {

// Costs in nanoseconds, as bench/filter measures them on one core. Only their
// proportions matter: they choose the way to an answer, never the answer.
inline constexpr double kPayloadNs = 60;    // fetch one row's payload
inline constexpr double kConditionNs = 40;  // test one condition on it
inline constexpr double kEntryNs = 1.5;     // gather one index entry
inline constexpr double kLookupNs = 100;    // find a condition's entries

// One node, with its members in the order in which they are best applied.
struct PlanNode {
  const FilterNode* node = nullptr;
  // For a condition, its field's index, if there is one.
  const FieldIndex* field = nullptr;
  // Every condition below is answered by an index, or at least one is.
  bool served = false;
  bool partly_served = false;
  MatchEstimate estimate;
  size_t num_conditions = 0;
  double index_ns = 0;  // of the conditions that an index answers
  size_t num_unserved = 0;
  std::vector<PlanNode> members;

  // Testing `rows` payloads, whole.
  double PayloadNs(size_t rows) const {
    return static_cast<double>(rows) *
           (kPayloadNs + kConditionNs * static_cast<double>(num_conditions));
  }
  // Asking the index where it can, and the payloads of `rows` for the rest.
  double IndexNs(size_t rows) const {
    return index_ns + static_cast<double>(rows * num_unserved) *
                          (kPayloadNs + kConditionNs);
  }
};

PlanNode MakePlan(const FilterNode& node,
                  absl::Span<const std::unique_ptr<const FieldIndex>> fields,
                  uint32_t num_rows);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_PLAN_H_
