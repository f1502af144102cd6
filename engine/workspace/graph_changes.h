// What changes of graphs do.

#ifndef MI_ENGINE_WORKSPACE_GRAPH_CHANGES_H_
#define MI_ENGINE_WORKSPACE_GRAPH_CHANGES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/graph/graph_edit.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/change.h"

namespace mi::workspace {

// The entry of a graph that is created. Errors: those of graph::AddIndex.
absl::StatusOr<std::shared_ptr<GraphEntry>> MakeGraph(const CreateGraph& change,
                                                      uint64_t sequence);

// The version that a change makes of a graph. Errors: those of graph_edit.h.
absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const WriteGraph& change,
                                        uint64_t sequence, graph::Edit edit);
absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const CreateGraphIndex& change,
                                        uint64_t sequence, graph::Edit edit);
absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const DeleteGraphIndex& change,
                                        uint64_t sequence, graph::Edit edit);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_GRAPH_CHANGES_H_
