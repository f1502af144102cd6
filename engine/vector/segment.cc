#include "engine/vector/segment.h"

#include <utility>

#include "engine/base/status_macros.h"

namespace mi::vector {
namespace {

IndexConfig IndexConfigFor(const CollectionConfig& config,
                           const SegmentBuildOptions& options) {
  return {.dimension = config.dimension,
          .metric = config.metric,
          .kind = config.index.kind,
          .m = config.index.m,
          .ef_construction = config.index.ef_construction,
          .n_lists = config.index.n_lists,
          .min_graph_rows = options.min_graph_rows,
          .seed = options.seed};
}

// `values` in the order of the index's rows.
template <typename T>
std::vector<T> InIndexOrder(const VectorIndex& index,
                            const std::vector<T>& values) {
  std::vector<T> ordered;
  ordered.reserve(values.size());
  for (uint32_t row = 0; row < values.size(); ++row) {
    ordered.push_back(values[index.original_row(row)]);
  }
  return ordered;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Segment>> Segment::Build(
    const CollectionConfig& config, SegmentRows rows,
    const SegmentBuildOptions& options, std::stop_token stop) {
  ASSIGN_OR_RETURN(auto index,
                   VectorIndex::Build(IndexConfigFor(config, options),
                                      std::move(rows.vectors), stop));
  std::shared_ptr<Segment> segment(new Segment(config, rows, std::move(index)));
  ASSIGN_OR_RETURN(
      segment->payload_index_,
      filter::PayloadIndex::Build(
          config.payload_fields, static_cast<uint32_t>(segment->size()),
          [&](uint32_t row) { return segment->payload(row); }, stop));
  return segment;
}

Segment::Segment(const CollectionConfig& config, const SegmentRows& rows,
                 std::unique_ptr<VectorIndex> index)
    : config_(config),
      index_(std::move(index)),
      ids_(InIndexOrder(*index_, rows.ids)),
      versions_(InIndexOrder(*index_, rows.versions)),
      deleted_at_(new std::atomic<uint64_t>[ids_.size()] {}) {
  size_t payload_bytes = 0;
  for (const std::string_view payload : rows.payloads) {
    payload_bytes += payload.size();
  }
  payloads_.Reserve(rows.size(), payload_bytes);
  for (const std::string_view payload : InIndexOrder(*index_, rows.payloads)) {
    payloads_.Append(payload);
  }
}

size_t Segment::id_bytes() const {
  return ids_.memory_bytes() + versions_.capacity() * sizeof(uint64_t) +
         size() * sizeof(std::atomic<uint64_t>);
}

}  // namespace mi::vector
