#include "engine/vector/segment.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/payload/codec.h"
#include "engine/vector/config_codec.h"

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
  RETURN_IF_ERROR(segment->BuildPayloadIndex(stop));
  return segment;
}

absl::Status Segment::BuildPayloadIndex(const std::stop_token& stop) {
  ASSIGN_OR_RETURN(payload_index_,
                   filter::PayloadIndex::Build(
                       config_.payload_fields, static_cast<uint32_t>(size()),
                       [this](uint32_t row) { return payload(row); }, stop));
  return absl::OkStatus();
}

void Segment::Write(uint64_t sequence, Writer& out) const {
  WriteConfig(config_, out);
  out.Varint(size());
  ids_.Write(out);
  out.Array(absl::MakeConstSpan(versions_));
  payloads_.Write(out);
  std::vector<uint64_t> deleted;
  if (tombstones() > 0) {
    deleted.reserve(size());
    for (uint32_t row = 0; row < size(); ++row) {
      deleted.push_back(LiveAt(row, sequence) ? 0 : deleted_at(row));
    }
  }
  out.Array(absl::MakeConstSpan(deleted));
  index_->Write(&out);
}

absl::StatusOr<std::shared_ptr<Segment>> Segment::Read(std::string_view bytes,
                                                       std::stop_token stop) {
  Reader in(bytes);
  CollectionConfig config = ReadConfig(in);
  const size_t rows = in.Count(/*min_bytes=*/1);
  IdTable ids = IdTable::Read(rows, in);
  std::vector<uint64_t> versions;
  in.Array<uint64_t>(rows, &versions);
  PayloadStore payloads = PayloadStore::Read(rows, in);
  std::vector<uint64_t> deleted;
  in.ArrayOrNone<uint64_t>(rows, &deleted);
  if (!in.ok()) return in.Finish();
  auto index = VectorIndex::Read(IndexConfigFor(config, {}), rows, &in);
  RETURN_IF_ERROR(in.Finish());
  for (uint32_t row = 0; row < rows; ++row) {
    RETURN_IF_ERROR(payload::ValidateEncodedPayload(payloads[row]));
  }
  std::shared_ptr<Segment> segment(
      new Segment(std::move(config), std::move(ids), std::move(versions),
                  std::move(payloads), std::move(index)));
  for (uint32_t row = 0; row < deleted.size(); ++row) {
    if (deleted[row] != 0) segment->MarkDeleted(row, deleted[row]);
  }
  RETURN_IF_ERROR(segment->BuildPayloadIndex(stop));
  return segment;
}

Segment::Segment(CollectionConfig config, IdTable ids,
                 std::vector<uint64_t> versions, PayloadStore payloads,
                 std::unique_ptr<VectorIndex> index)
    : config_(std::move(config)),
      index_(std::move(index)),
      ids_(std::move(ids)),
      versions_(std::move(versions)),
      payloads_(std::move(payloads)),
      deleted_at_(new std::atomic<uint64_t>[ids_.size()] {}) {}

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
