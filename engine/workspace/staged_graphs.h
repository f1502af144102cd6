// Versions of graphs that are made, but not yet durable.

#ifndef MI_ENGINE_WORKSPACE_STAGED_GRAPHS_H_
#define MI_ENGINE_WORKSPACE_STAGED_GRAPHS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "engine/graph/graph_edit.h"
#include "engine/workspace/catalog.h"

namespace mi::workspace {

// Whether a batch of mutations can be carried out is found out by doing so: on
// a version that nobody else sees until its record is in the journal. The
// writes of a group build upon each other here. Thread-compatible.
class StagedGraphs {
 public:
  // What a further write to this graph starts from.
  std::shared_ptr<const graph::GraphView> Latest(const GraphEntry& entry) const;

  // Keeps what the write with this sequence makes of a graph. Sequences come in
  // ascending order.
  void Push(uint64_t sequence, GraphId graph, graph::EditedGraph edited);

  // Null when the write with this sequence made none.
  const graph::EditedGraph* Find(uint64_t sequence) const;

  // What the write with this sequence made; it is forgotten, with all before.
  std::optional<graph::EditedGraph> Take(uint64_t sequence);

  // Forgets what writes from this sequence on made.
  void DropFrom(uint64_t sequence);

 private:
  struct Staged {
    uint64_t sequence = 0;
    GraphId graph = 0;
    graph::EditedGraph edited;
  };
  std::deque<Staged> staged_;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_STAGED_GRAPHS_H_
