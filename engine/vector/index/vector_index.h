// An immutable index over float32 vectors: exact and approximate top-k.
//
// Rows are held twice: as given, and as 8-bit codes. Searches read the codes, a
// quarter of the bytes, and rank the best few rows again on the full vectors,
// so every rank returned is exact. Exact scans read the codes as well, with
// bounds on their error, and miss nothing (exact_scan.h).
//
// Approximate searches start at the inverted lists nearest to the query
// (coarse_lists.h) and, where there is a graph, walk on from what they found
// (graph.h).

#ifndef MI_ENGINE_VECTOR_INDEX_VECTOR_INDEX_H_
#define MI_ENGINE_VECTOR_INDEX_VECTOR_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/codec.h"
#include "engine/vector/index/index_config.h"
#include "engine/vector/index/row_filter.h"
#include "engine/vector/kernels/kernels.h"
#include "engine/vector/kernels/top_k.h"

namespace mi::vector {

struct SearchOptions {
  size_t k = 10;  // >= 1
  // Graph: candidates kept during the walk; more find more and cost more. A
  // filter widens the walk beyond it (index_cost.h): pass the value for no
  // filter. Raised to k.
  uint32_t ef_search = 64;
  // Lists scanned where there is no graph; 0: as many as the default recall
  // needs.
  uint32_t n_probe = 0;
  // The lowest rank to return.
  std::optional<float> threshold;
  // Rows that do not reach this rank may be left out: the rank of the k-th best
  // row that other indexes gave. Spares most of the work on full vectors. Not
  // for SearchRange.
  float floor = -std::numeric_limits<float>::infinity();
};

// What a search did. Searches add to what is there.
struct SearchStats {
  uint64_t distances_coded = 0;  // rows ranked by their codes
  uint64_t distances_exact = 0;  // rows ranked by their full vectors
  uint64_t graph_hops = 0;       // rows whose links were followed
  uint64_t lists_probed = 0;
  // All allowed rows were scanned: there is no structure to search, a scan was
  // the cheaper, or the approximate search could not fill k.
  bool fell_back_to_exact = false;
};

// Resident bytes by kind.
struct IndexMemory {
  uint64_t vectors = 0;  // float32, as given
  uint64_t codes = 0;    // codes, their errors and norms, centroids
  uint64_t graph = 0;    // links
  uint64_t lists = 0;    // list bounds, order of rows
};

struct IndexParts;
class ScratchPool;

// Thread-safe: searches keep what they need in scratch space of their own.
class VectorIndex {
 public:
  // Builds on the calling thread. `rows` is [n, dimension], row-major, finite;
  // n may be 0 and is below 2^31.
  //
  // Errors: INVALID_ARGUMENT for a config out of range or `rows` of the wrong
  // size; CANCELLED when `stop` is requested; RESOURCE_EXHAUSTED without
  // memory.
  static absl::StatusOr<std::unique_ptr<VectorIndex>> Build(
      const IndexConfig& config, std::vector<float> rows,
      std::stop_token stop = {}, const Kernels& kernels = BestKernels());

  // Writes the index down, all but its configuration and number of rows, and
  // reads one of these. The reader fails when the bytes cannot be of one; the
  // result is null then.
  void Write(Writer* writer) const;
  static std::unique_ptr<VectorIndex> Read(
      const IndexConfig& config, size_t rows, Reader* reader,
      const Kernels& kernels = BestKernels());

  ~VectorIndex();

  const IndexConfig& config() const;
  size_t size() const;
  bool has_graph() const;
  size_t n_lists() const;  // 0: there are none
  IndexMemory memory() const;

  // [dimension] components, the bits that were given.
  const float* vector(uint32_t row) const;
  // The row of the input that became `row`: rows that are near each other are
  // put side by side.
  uint32_t original_row(uint32_t row) const;

  // All searches: `query` is [dimension], finite, not zero under cosine. `out`
  // is replaced by at most k allowed rows that reach the threshold, best first,
  // equal ranks by row. Errors: CANCELLED, seen within about a millisecond.

  // Approximate. Whenever k rows are allowed, k are found (before the
  // threshold).
  absl::Status Search(std::span<const float> query,
                      const SearchOptions& options, const RowFilter& filter,
                      std::vector<Neighbor>* out, SearchStats* stats,
                      std::stop_token stop = {}) const;

  // The best k: equal to ranking every allowed row.
  absl::Status SearchExact(std::span<const float> query,
                           const SearchOptions& options,
                           const RowFilter& filter, std::vector<Neighbor>* out,
                           SearchStats* stats, std::stop_token stop = {}) const;

  // The best k of the allowed rows among `rows`, which ascend.
  absl::Status SearchRows(std::span<const float> query,
                          std::span<const uint32_t> rows,
                          const SearchOptions& options, const RowFilter& filter,
                          std::vector<Neighbor>* out, SearchStats* stats,
                          std::stop_token stop = {}) const;

  // The best k of the rows that reach options.threshold, which must be set, and
  // in `count` how many reach it. Exact. `rows`, where not null, names the rows
  // to look at, ascending.
  absl::Status SearchRange(std::span<const float> query,
                           const SearchOptions& options,
                           const RowFilter& filter,
                           const std::vector<uint32_t>* rows,
                           std::vector<Neighbor>* out, uint64_t* count,
                           SearchStats* stats, std::stop_token stop = {}) const;

 private:
  explicit VectorIndex(std::unique_ptr<const IndexParts> parts);

  const std::unique_ptr<const IndexParts> parts_;
  const std::unique_ptr<ScratchPool> scratch_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_VECTOR_INDEX_H_
