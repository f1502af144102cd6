#include "engine/filter/payload_index.h"

#include <algorithm>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/filter/index/field_index.h"
#include "engine/filter/index/plan.h"
#include "engine/filter/index/selector.h"

namespace mi::filter {
namespace {

constexpr uint32_t kStopInterval = 1024;

// Tests rows at even distances; all of them when they are few.
MatchEstimate Refine(const CompiledFilter& filter, uint32_t num_rows,
                     RowPayloads payloads, MatchEstimate estimate) {
  const uint32_t sampled = std::min(num_rows, PayloadIndex::kSampleRows);
  uint64_t hits = 0;
  for (uint32_t i = 0; i < sampled; ++i) {
    const auto row = static_cast<uint32_t>(uint64_t{i} * num_rows / sampled);
    hits += filter.Matches(payload::PayloadView(payloads(row)));
  }
  if (sampled == num_rows) {
    estimate.min = estimate.max = hits;
  }
  // Half a row more on either side: no hit in a sample is not no match.
  const double share =
      (static_cast<double>(hits) + 0.5) / (static_cast<double>(sampled) + 1);
  estimate.expected =
      std::clamp(share * num_rows, static_cast<double>(estimate.min),
                 static_cast<double>(estimate.max));
  return estimate;
}

}  // namespace

absl::StatusOr<PayloadIndex> PayloadIndex::Build(
    absl::Span<const FieldSchema> schema, uint32_t num_rows,
    RowPayloads payloads, std::stop_token stop) {
  Violations violations;
  ValidateSchema(schema, "payload_fields", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  std::vector<FieldIndexBuilder> builders;
  builders.reserve(schema.size());
  for (const FieldSchema& field : schema) {
    ASSIGN_OR_RETURN(payload::Path path, payload::Path::Parse(field.path));
    builders.emplace_back(field, std::move(path));
  }
  if (!builders.empty()) {
    for (uint32_t row = 0; row < num_rows; ++row) {
      if (row % kStopInterval == 0 && stop.stop_requested()) {
        return absl::CancelledError("stopped while indexing payloads");
      }
      const payload::PayloadView payload(payloads(row));
      for (FieldIndexBuilder& builder : builders) builder.Add(row, payload);
    }
  }
  PayloadIndex index(num_rows);
  for (FieldIndexBuilder& builder : builders) {
    if (stop.stop_requested())
      return absl::CancelledError("stopped while indexing payloads");
    index.fields_.push_back(std::move(builder).Finish(num_rows));
  }
  return index;
}

PayloadIndex::PayloadIndex(uint32_t num_rows) : num_rows_(num_rows) {}
PayloadIndex::~PayloadIndex() = default;
PayloadIndex::PayloadIndex(PayloadIndex&&) noexcept = default;
PayloadIndex& PayloadIndex::operator=(PayloadIndex&&) noexcept = default;

MatchEstimate PayloadIndex::Estimate(const CompiledFilter& filter) const {
  return MakePlan(filter.root(), fields_, num_rows_).estimate;
}

MatchEstimate PayloadIndex::Estimate(const CompiledFilter& filter,
                                     RowPayloads payloads) const {
  const PlanNode plan = MakePlan(filter.root(), fields_, num_rows_);
  if (plan.served || plan.estimate.exact()) return plan.estimate;
  return Refine(filter, num_rows_, payloads, plan.estimate);
}

absl::Status PayloadIndex::Select(const CompiledFilter& filter,
                                  RowPayloads payloads, Bitset* out,
                                  std::stop_token stop,
                                  SelectStats* stats) const {
  SelectStats unwanted;
  Selector selector(num_rows_, payloads, std::move(stop),
                    stats != nullptr ? stats : &unwanted);
  ASSIGN_OR_RETURN(RowSelection rows, selector.Select(MakePlan(
                                          filter.root(), fields_, num_rows_)));
  *out = std::move(rows).ToBits();
  return absl::OkStatus();
}

absl::Status PayloadIndex::SelectRows(const CompiledFilter& filter,
                                      RowPayloads payloads,
                                      std::vector<uint32_t>* out,
                                      std::stop_token stop,
                                      SelectStats* stats) const {
  SelectStats unwanted;
  Selector selector(num_rows_, payloads, std::move(stop),
                    stats != nullptr ? stats : &unwanted);
  ASSIGN_OR_RETURN(RowSelection rows, selector.Select(MakePlan(
                                          filter.root(), fields_, num_rows_)));
  *out = std::move(rows).ToRows();
  return absl::OkStatus();
}

std::vector<FieldIndexStats> PayloadIndex::FieldStats() const {
  std::vector<FieldIndexStats> stats;
  stats.reserve(fields_.size());
  for (const auto& field : fields_) stats.push_back(field->Stats());
  return stats;
}

uint64_t PayloadIndex::MemoryBytes() const {
  uint64_t bytes = sizeof(*this);
  for (const auto& field : fields_) bytes += field->MemoryBytes();
  return bytes;
}

}  // namespace mi::filter
