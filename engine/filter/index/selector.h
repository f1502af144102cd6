// Carries out a plan: narrows a set of rows to those that match.

#ifndef MI_ENGINE_FILTER_INDEX_SELECTOR_H_
#define MI_ENGINE_FILTER_INDEX_SELECTOR_H_

#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/filter/index/plan.h"
#include "engine/filter/index/row_set.h"
#include "engine/filter/payload_index.h"

namespace mi::filter {

// For one call. Depth of recursion is that of the filter.
class Selector {
 public:
  Selector(uint32_t num_rows, RowPayloads payloads, std::stop_token stop,
           SelectStats* stats)
      : num_rows_(num_rows),
        payloads_(payloads),
        stop_(std::move(stop)),
        stats_(stats) {}

  // The rows that match. Errors: CANCELLED.
  absl::StatusOr<RowSelection> Select(const PlanNode& plan);

 private:
  // Each removes from *rows those that do not match.
  absl::Status Narrow(const PlanNode& plan, RowSelection* rows);
  absl::Status NarrowByAnd(const PlanNode& plan, RowSelection* rows);
  absl::Status NarrowByOr(const PlanNode& plan, RowSelection* rows);
  absl::Status NarrowByNot(const PlanNode& plan, RowSelection* rows);
  absl::Status NarrowByCondition(const PlanNode& plan, RowSelection* rows);
  absl::Status NarrowByPayload(const PlanNode& plan, RowSelection* rows);

  // Keeps the rows whose payload passes `test`.
  absl::Status Retain(absl::FunctionRef<bool(payload::PayloadView)> test,
                      RowSelection* rows);

  uint32_t num_rows_;
  RowPayloads payloads_;
  std::stop_token stop_;
  SelectStats* stats_;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_INDEX_SELECTOR_H_
