#include "engine/vector/segment_builder.h"

#include <utility>

namespace mi::vector {

SegmentBuilder::SegmentBuilder(const CollectionConfig& config,
                               const SegmentBuildOptions& options)
    : config_(config), options_(options) {}

void SegmentBuilder::Add(std::shared_ptr<const Delta> delta) {
  sources_.emplace_back(std::move(delta));
}

void SegmentBuilder::Add(std::shared_ptr<const Segment> segment) {
  sources_.emplace_back(std::move(segment));
}

absl::StatusOr<std::shared_ptr<Segment>> SegmentBuilder::Build(
    std::stop_token stop) {
  origins_.clear();
  for (uint32_t s = 0; s < sources_.size(); ++s) {
    std::visit(
        [&](const auto& source) {
          for (uint32_t row = 0; row < source->size(); ++row) {
            if (source->deleted_at(row) == 0) origins_.push_back({s, row});
          }
        },
        sources_[s]);
  }
  SegmentRows rows;
  rows.vectors.reserve(origins_.size() * config_.dimension);
  rows.ids.reserve(origins_.size());
  rows.payloads.reserve(origins_.size());
  rows.versions.reserve(origins_.size());
  for (const auto [s, row_in_source] : origins_) {
    std::visit(
        [&, row = row_in_source](const auto& source) {
          const float* vector = source->vector(row);
          rows.vectors.insert(rows.vectors.end(), vector,
                              vector + config_.dimension);
          rows.ids.push_back(source->id(row));
          rows.payloads.push_back(source->payload(row));
          rows.versions.push_back(source->version(row));
        },
        sources_[s]);
  }
  return Segment::Build(config_, std::move(rows), options_, std::move(stop));
}

void SegmentBuilder::TransferDeletions(Segment& built) const {
  for (uint32_t row = 0; row < built.size(); ++row) {
    const Origin origin = origins_[built.original_row(row)];
    const uint64_t deleted_at = std::visit(
        [&](const auto& source) { return source->deleted_at(origin.row); },
        sources_[origin.source]);
    if (deleted_at != 0) built.MarkDeleted(row, deleted_at);
  }
}

}  // namespace mi::vector
