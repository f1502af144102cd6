// Inverted lists: rows grouped by the centroid that they are nearest to.
//
// Centroids live in code space, so finding the lists nearest to a query takes
// the same kernels as everything else, and extreme magnitudes cannot upset the
// training. They are grouped in turn: a query looks at all groups and then only
// at the members of the nearest ones, some 2 * sqrt(lists) centroids each.

#ifndef MI_ENGINE_VECTOR_INDEX_COARSE_LISTS_H_
#define MI_ENGINE_VECTOR_INDEX_COARSE_LISTS_H_

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/codec.h"
#include "engine/vector/index/code_table.h"
#include "engine/vector/index/scalar_quantizer.h"
#include "engine/vector/index/search_scratch.h"
#include "engine/vector/kernels/kernels.h"

namespace mi::vector {

// About 4 * sqrt(rows), at least 1.
size_t DefaultListCount(size_t rows);

// Thread-safe once built.
class CoarseLists {
 public:
  CoarseLists() = default;

  // Trains about `count` >= 1 lists on a sample of `rows`, two levels of
  // k-means by FAISS, and gives every row to its nearest list. Lists may be
  // empty. Errors: CANCELLED.
  static absl::StatusOr<CoarseLists> Train(const CodeTable& rows, size_t count,
                                           uint64_t seed,
                                           const Kernels& kernels,
                                           const std::stop_token& stop);

  // In the form of engine/base/codec.h. Lists that are read are of `rows` rows.
  void Write(Writer* writer) const;
  static CoarseLists Read(size_t rows, size_t stride, Reader* reader);

  size_t size() const { return centroids_.rows; }
  size_t bytes() const { return centroids_.bytes() + groups_.bytes(); }

  // Rows of a list, once they stand in the order of `order()`.
  uint32_t begin(uint32_t list) const { return begins_[list]; }
  uint32_t end(uint32_t list) const { return begins_[list + 1]; }

  // Which row of the input comes at each place: list by list.
  std::vector<uint32_t> TakeOrder() { return std::move(order_); }

  // The `count` nearest lists, or all there are, best first, into
  // scratch->lists. `looked_at` is increased by the centroids scored.
  void Nearest(const Kernels& kernels, KeyForm form, const uint8_t* query,
               int32_t zero_sum, float alpha, size_t count,
               SearchScratch* scratch, uint64_t* looked_at) const;

  // For whoever builds the index: queries under cosine need another bias than
  // training does, see ScalarQuantizer::MeanProduct.
  CodeTable& mutable_centroids() { return centroids_; }
  CodeTable& mutable_groups() { return groups_; }

 private:
  CodeTable centroids_;  // [lists], biased for Euclidean distance
  CodeTable groups_;     // [groups], likewise
  std::vector<uint32_t> group_begins_;  // [groups + 1], into centroids_
  std::vector<uint32_t> begins_;        // [lists + 1], into rows
  std::vector<uint32_t> order_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_COARSE_LISTS_H_
