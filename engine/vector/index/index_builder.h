// Builds what a vector index consists of.

#ifndef MI_ENGINE_VECTOR_INDEX_INDEX_BUILDER_H_
#define MI_ENGINE_VECTOR_INDEX_INDEX_BUILDER_H_

#include <memory>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/vector/index/index_config.h"
#include "engine/vector/index/index_parts.h"
#include "engine/vector/kernels/kernels.h"

namespace mi::vector {

// Codes, lists and graph of `rows`, [n, dimension]. Errors: INVALID_ARGUMENT,
// CANCELLED. Throws what the libraries below throw.
absl::StatusOr<std::unique_ptr<IndexParts>> BuildIndexParts(
    const IndexConfig& config, std::vector<float> rows,
    const std::stop_token& stop, const Kernels& kernels);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_INDEX_BUILDER_H_
