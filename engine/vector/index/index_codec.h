// The bytes of an index: what is expensive to compute again is kept as it is.

#ifndef MI_ENGINE_VECTOR_INDEX_INDEX_CODEC_H_
#define MI_ENGINE_VECTOR_INDEX_INDEX_CODEC_H_

#include <memory>

#include "engine/base/codec.h"
#include "engine/vector/index/index_parts.h"

namespace mi::vector {

// Writes everything but what comes from the machine (kernels). Streams: the
// arrays are not copied.
void WriteIndexParts(const IndexParts& parts, Writer* writer);

// Reads an index of this configuration and number of rows. The reader fails
// when the bytes cannot be of one; the result is null then. Checks everything
// that memory safety depends on: sizes, bounds of lists, rows of links.
std::unique_ptr<IndexParts> ReadIndexParts(const IndexConfig& config,
                                           size_t rows, const Kernels& kernels,
                                           Reader* reader);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_INDEX_CODEC_H_
