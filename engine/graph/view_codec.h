// A version of a graph as bytes of a snapshot.

#ifndef MI_ENGINE_GRAPH_VIEW_CODEC_H_
#define MI_ENGINE_GRAPH_VIEW_CODEC_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/codec.h"
#include "engine/graph/graph_view.h"

namespace mi::graph {

// Writes the tables with their rows as they are, so that what is read back is
// the same version in everything that can be told from outside; indexes and
// adjacency are left out. `out` may stream.
void WriteView(const GraphView& view, Writer& out);

// The version, with indexes and adjacency made anew: about 0.6 s for a million
// edges. Made with edit 1. Errors: DATA_LOSS for bytes that WriteView cannot
// have written.
absl::StatusOr<std::shared_ptr<const GraphView>> ReadView(
    std::string_view bytes);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_VIEW_CODEC_H_
