// The rows of a collection that no segment holds, in the form of
// engine/base/codec.h. Segments write themselves (segment.h).

#ifndef MI_ENGINE_VECTOR_VIEW_CODEC_H_
#define MI_ENGINE_VECTOR_VIEW_CODEC_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/codec.h"
#include "engine/vector/collection_view.h"

namespace mi::vector {

// Writes the deltas of a view as a reader at `sequence` sees them. Deletions
// after `sequence` are left out: whoever reads them applies those again.
void WriteDeltas(const CollectionView& view, uint64_t sequence, Writer& out);

// Reads what WriteDeltas wrote: oldest first, none empty, each with room for
// `capacity` rows, or its own rows if those are more. Errors: DATA_LOSS for
// bytes that WriteDeltas cannot have written.
absl::StatusOr<std::vector<std::shared_ptr<Delta>>> ReadDeltas(
    const CollectionConfig& config, size_t capacity, std::string_view bytes);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_VIEW_CODEC_H_
