#include "engine/vector/index/vector_index.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "engine/base/exceptions.h"
#include "engine/base/status_macros.h"
#include "engine/vector/index/approximate_search.h"
#include "engine/vector/index/exact_scan.h"
#include "engine/vector/index/index_builder.h"
#include "engine/vector/index/index_codec.h"
#include "engine/vector/index/index_cost.h"
#include "engine/vector/index/index_parts.h"
#include "engine/vector/index/search_scratch.h"

namespace mi::vector {
namespace {

// Rows that `filter` allows, at most.
uint64_t AllowedRows(const RowFilter& filter, uint64_t rows) {
  return filter.allows_all() ? rows : std::min(filter.allowed_count, rows);
}

// Whether looking at everything is cheaper than looking around.
bool ScanIsCheaper(const IndexParts& parts, const SearchOptions& options,
                   uint64_t allowed) {
  if (parts.lists.size() == 0) return true;
  const size_t ef = std::max<size_t>(options.ef_search, options.k);
  if (ef >= parts.rows) return true;
  if (parts.graph.rows == 0) {
    return options.n_probe == 0 &&
           2 * ListPatience(options.ef_search, allowed, parts.rows) >=
               parts.lists.size();
  }
  const size_t dimension = parts.config.dimension;
  return EstimateWalkMicros(static_cast<uint32_t>(ef), allowed, parts.rows,
                            dimension) >
         std::min(EstimateScanMicros(parts.rows, dimension),
                  EstimateListedMicros(allowed, dimension));
}

void DropBelow(const std::optional<float>& threshold,
               std::vector<Neighbor>* neighbors) {
  if (!threshold.has_value()) return;
  std::erase_if(*neighbors,
                [&](const Neighbor& n) { return n.rank < *threshold; });
}

// The lowest rank that the answer needs.
std::optional<float> LowestUseful(const SearchOptions& options) {
  if (std::isinf(options.floor)) return options.threshold;
  return std::max(options.floor, options.threshold.value_or(options.floor));
}

}  // namespace

VectorIndex::VectorIndex(std::unique_ptr<const IndexParts> parts)
    : parts_(std::move(parts)), scratch_(std::make_unique<ScratchPool>()) {}

VectorIndex::~VectorIndex() = default;

absl::StatusOr<std::unique_ptr<VectorIndex>> VectorIndex::Build(
    const IndexConfig& config, std::vector<float> rows, std::stop_token stop,
    const Kernels& kernels) {
  return CatchExceptions([&]() -> absl::StatusOr<std::unique_ptr<VectorIndex>> {
    ASSIGN_OR_RETURN(std::unique_ptr<const IndexParts> parts,
                     BuildIndexParts(config, std::move(rows), stop, kernels));
    return std::unique_ptr<VectorIndex>(new VectorIndex(std::move(parts)));
  });
}

void VectorIndex::Write(Writer* writer) const {
  WriteIndexParts(*parts_, writer);
}

std::unique_ptr<VectorIndex> VectorIndex::Read(const IndexConfig& config,
                                               size_t rows, Reader* reader,
                                               const Kernels& kernels) {
  auto parts = ReadIndexParts(config, rows, kernels, reader);
  if (parts == nullptr) return nullptr;
  return std::unique_ptr<VectorIndex>(new VectorIndex(std::move(parts)));
}

const IndexConfig& VectorIndex::config() const { return parts_->config; }
size_t VectorIndex::size() const { return parts_->rows; }
bool VectorIndex::has_graph() const { return parts_->graph.rows > 0; }
size_t VectorIndex::n_lists() const { return parts_->lists.size(); }

IndexMemory VectorIndex::memory() const {
  const IndexParts& parts = *parts_;
  IndexMemory memory;
  memory.vectors = parts.vectors.bytes();
  memory.codes = parts.codes.bytes() + parts.lists.bytes() +
                 parts.code_errors.size() * sizeof(float) +
                 parts.inverse_norms.size() * sizeof(float);
  memory.graph = parts.graph.links.bytes();
  memory.lists =
      (parts.lists.size() + parts.originals.size()) * sizeof(uint32_t);
  return memory;
}

const float* VectorIndex::vector(uint32_t row) const {
  return parts_->vector(row);
}

uint32_t VectorIndex::original_row(uint32_t row) const {
  return parts_->originals.empty() ? row : parts_->originals[row];
}

absl::Status VectorIndex::Search(std::span<const float> query,
                                 const SearchOptions& options,
                                 const RowFilter& filter,
                                 std::vector<Neighbor>* out, SearchStats* stats,
                                 std::stop_token stop) const {
  const uint64_t allowed = AllowedRows(filter, parts_->rows);
  if (!ScanIsCheaper(*parts_, options, allowed)) {
    const ScratchPool::Lease scratch = scratch_->Borrow();
    ApproximateSearch search(*parts_, query, options, filter, allowed,
                             &*scratch, stats, stop);
    RETURN_IF_ERROR(search.Run(out));
    if (search.met() >= std::min<uint64_t>(options.k, allowed)) {
      DropBelow(options.threshold, out);
      return absl::OkStatus();
    }
  }
  stats->fell_back_to_exact = true;
  return SearchExact(query, options, filter, out, stats, std::move(stop));
}

absl::Status VectorIndex::SearchExact(std::span<const float> query,
                                      const SearchOptions& options,
                                      const RowFilter& filter,
                                      std::vector<Neighbor>* out,
                                      SearchStats* stats,
                                      std::stop_token stop) const {
  const ScratchPool::Lease scratch = scratch_->Borrow();
  ExactScan scan(*parts_, query, filter, &*scratch, stats, stop);
  return scan.Run(options.k, LowestUseful(options), nullptr, out);
}

absl::Status VectorIndex::SearchRows(std::span<const float> query,
                                     std::span<const uint32_t> rows,
                                     const SearchOptions& options,
                                     const RowFilter& filter,
                                     std::vector<Neighbor>* out,
                                     SearchStats* stats,
                                     std::stop_token stop) const {
  const ScratchPool::Lease scratch = scratch_->Borrow();
  ExactScan scan(*parts_, query, filter, &*scratch, stats, stop);
  return scan.Run(options.k, LowestUseful(options), &rows, out);
}

absl::Status VectorIndex::SearchRange(std::span<const float> query,
                                      const SearchOptions& options,
                                      const RowFilter& filter,
                                      const std::vector<uint32_t>* rows,
                                      std::vector<Neighbor>* out,
                                      uint64_t* count, SearchStats* stats,
                                      std::stop_token stop) const {
  const ScratchPool::Lease scratch = scratch_->Borrow();
  ExactScan scan(*parts_, query, filter, &*scratch, stats, stop);
  std::span<const uint32_t> listed;
  if (rows != nullptr) listed = *rows;
  return scan.RunRange(options.k, *options.threshold,
                       rows != nullptr ? &listed : nullptr, out, count);
}

}  // namespace mi::vector
