// Vectors that look like embeddings, for tests and benchmarks.

#ifndef MI_TESTS_SUPPORT_SYNTHETIC_VECTORS_H_
#define MI_TESTS_SUPPORT_SYNTHETIC_VECTORS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mi::testing {

// Base vectors, and queries of the same model that are not among them.
struct VectorSet {
  size_t dimension = 0;
  std::vector<float> base;     // [rows, dimension]
  std::vector<float> queries;  // [queries, dimension]

  size_t rows() const { return base.size() / dimension; }
  size_t query_count() const { return queries.size() / dimension; }
  const float* query(size_t i) const { return &queries[i * dimension]; }
};

struct VectorSetSize {
  size_t rows = 0;
  size_t queries = 0;
  size_t dimension = 384;
};

// Unit vectors around 1,000 centres of very different weight (fewer for small
// sets). Axes have the decaying spectrum of text embeddings; every cluster has
// a shape of its own; some points lie between two centres; all share one common
// direction; the whole is rotated, so that no component stands out.
VectorSet ClusteredUnitVectors(const VectorSetSize& size, uint64_t seed);

// Unit vectors without clusters: a smooth cloud of 64 dimensions (fewer in low
// dimensions), rotated, with a little noise in all others.
VectorSet SmoothUnitVectors(const VectorSetSize& size, uint64_t seed);

// Independent standard normal components.
VectorSet GaussianVectors(const VectorSetSize& size, uint64_t seed);

}  // namespace mi::testing

#endif  // MI_TESTS_SUPPORT_SYNTHETIC_VECTORS_H_
