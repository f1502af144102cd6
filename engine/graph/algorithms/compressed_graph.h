// A part of a graph as compressed sparse rows: what algorithms run over.

#ifndef MI_ENGINE_GRAPH_ALGORITHMS_COMPRESSED_GRAPH_H_
#define MI_ENGINE_GRAPH_ALGORITHMS_COMPRESSED_GRAPH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"

namespace mi::graph {

// Which part of a graph is meant.
struct Projection {
  std::vector<std::string> edge_types;   // all, when empty
  std::vector<std::string> node_labels;  // one of them; all nodes, when empty
  // Only edges that are valid then. Unset: whenever they are valid.
  std::optional<TimeMicros> as_of;
  // The property that is an edge's weight: finite, at least 0; edges without it
  // weigh 1. Empty: all weigh 1.
  std::string weight_property;
};

// For each vertex the vertices that its edges lead to. Vertices are 0 to n - 1,
// in the order of the rows of their nodes; parallel edges stand side by side.
struct CompressedRows {
  std::vector<uint32_t> offsets;  // [n + 1]
  std::vector<uint32_t> targets;  // [edges]
  std::vector<double> weights;    // [edges], or empty: all 1

  size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  size_t edge_count() const { return targets.size(); }
  size_t degree(uint32_t vertex) const {
    return offsets[vertex + 1] - offsets[vertex];
  }
  std::span<const uint32_t> neighbors(uint32_t vertex) const {
    return std::span(targets).subspan(offsets[vertex], degree(vertex));
  }
  // Of the edge at this place of `targets`.
  double weight(size_t place) const {
    return weights.empty() ? 1 : weights[place];
  }
};

// Immutable. Memory: 4 bytes a vertex and 4 an edge (12 with weights) in each
// direction, and 8 bytes a vertex for the mapping.
class CompressedGraph {
 public:
  // About 20 ms for a million edges. Errors: INVALID_ARGUMENT for a weight that
  // is negative, not finite or not a number, naming the edge; CANCELLED.
  static absl::StatusOr<CompressedGraph> Make(const GraphView& view,
                                              const Projection& projection,
                                              std::stop_token stop = {});

  // From edges as pairs of vertices, for tests and other callers: endpoints
  // must be below `vertices`; `weights` is empty or has one for each.
  static CompressedGraph FromEdges(
      size_t vertices, std::span<const std::pair<uint32_t, uint32_t>> edges,
      std::span<const double> weights = {});

  size_t size() const { return out_.size(); }
  size_t edge_count() const { return out_.edge_count(); }
  bool weighted() const { return !out_.weights.empty(); }

  const CompressedRows& out() const { return out_; }
  // The reverse edges; and both, in which a self-loop stands twice. Computed
  // when called, in time O(n + edges).
  CompressedRows In() const;
  CompressedRows Both() const;

  // Nodes by vertex; empty for FromEdges.
  std::span<const NodeRow> nodes() const { return nodes_; }
  // Nothing for a node that is not part of this.
  std::optional<uint32_t> VertexOf(NodeRow node) const;

 private:
  CompressedRows out_;
  std::vector<NodeRow> nodes_;
  std::vector<uint32_t> vertex_of_;  // by row; kNoVertex
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_ALGORITHMS_COMPRESSED_GRAPH_H_
