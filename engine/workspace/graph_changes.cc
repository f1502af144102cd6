#include "engine/workspace/graph_changes.h"

#include "engine/base/status_macros.h"

namespace mi::workspace {

absl::StatusOr<std::shared_ptr<GraphEntry>> MakeGraph(const CreateGraph& change,
                                                      uint64_t sequence) {
  auto view = graph::EmptyGraph(sequence);
  graph::Edit edit = 0;
  for (const graph::IndexDefinition& index : change.indexes) {
    ASSIGN_OR_RETURN(view, graph::AddIndex(*view, index, sequence, ++edit));
  }
  auto entry = std::make_shared<GraphEntry>();
  entry->id = sequence;
  entry->name = change.name;
  entry->create_time = change.time;
  entry->graph = std::make_shared<graph::Graph>(std::move(view), edit);
  return entry;
}

absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const WriteGraph& change,
                                        uint64_t sequence, graph::Edit edit) {
  return graph::EditGraph(base, change.mutations, sequence, edit);
}

absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const CreateGraphIndex& change,
                                        uint64_t sequence, graph::Edit edit) {
  graph::EditedGraph edited;
  ASSIGN_OR_RETURN(edited.view,
                   graph::AddIndex(base, change.index, sequence, edit));
  return edited;
}

absl::StatusOr<graph::EditedGraph> Edit(const graph::GraphView& base,
                                        const DeleteGraphIndex& change,
                                        uint64_t sequence, graph::Edit edit) {
  graph::EditedGraph edited;
  ASSIGN_OR_RETURN(
      edited.view,
      graph::RemoveIndex(base, change.label, change.property, sequence, edit));
  return edited;
}

}  // namespace mi::workspace
