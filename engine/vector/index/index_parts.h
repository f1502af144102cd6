// What a vector index consists of: plain arrays, all in the same order of rows.

#ifndef MI_ENGINE_VECTOR_INDEX_INDEX_PARTS_H_
#define MI_ENGINE_VECTOR_INDEX_INDEX_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/vector/index/coarse_lists.h"
#include "engine/vector/index/code_table.h"
#include "engine/vector/index/graph.h"
#include "engine/vector/index/huge_array.h"
#include "engine/vector/index/index_config.h"
#include "engine/vector/index/scalar_quantizer.h"
#include "engine/vector/kernels/kernels.h"

namespace mi::vector {

struct IndexParts {
  IndexConfig config;
  const Kernels* kernels = nullptr;
  size_t rows = 0;
  HugeArray<float> vectors;          // [rows, dimension], as given
  std::vector<float> inverse_norms;  // [rows]; empty but for cosine
  ScalarQuantizer quantizer;
  CodeTable codes;                 // [rows, stride]
  std::vector<float> code_errors;  // [rows], of Encode
  CoarseLists lists;               // none for flat indexes
  Graph graph;                     // rows == 0: there is none
  std::vector<uint32_t>
      originals;  // [rows], rows of the input; empty: in order

  const float* vector(uint32_t row) const {
    return &vectors[row * config.dimension];
  }
  float inverse_norm(uint32_t row) const {
    return inverse_norms.empty() ? 0 : inverse_norms[row];
  }
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_INDEX_PARTS_H_
