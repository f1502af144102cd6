// The edges of one node.

#ifndef MI_ENGINE_GRAPH_READ_NEIGHBORS_H_
#define MI_ENGINE_GRAPH_READ_NEIGHBORS_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

struct NeighborQuery {
  NodeRow node = 0;  // of a node that is there
  Direction direction = Direction::kBoth;
  EdgeSelector edges;
  NodeSelector nodes;  // at the other ends
  // The last hit of the page before.
  std::optional<AdjacencyEntry> after;
  size_t limit = 100;
};

struct NeighborHit {
  AdjacencyEntry entry;
  Direction direction = Direction::kOut;  // kOut or kIn

  friend bool operator==(const NeighborHit&, const NeighborHit&) = default;
};

struct NeighborPage {
  // In the order of their entries: by type, neighbour and edge.
  std::vector<NeighborHit> hits;
  // Whether there are more behind the last.
  bool more = false;
  // Edges looked at.
  uint64_t scanned = 0;
};

// Lists edges of a node with the nodes at their other ends. Cost: 0.3 us, and
// 5 ns an edge without conditions. Errors: CANCELLED.
absl::StatusOr<NeighborPage> ListNeighbors(const GraphView& view,
                                           const NeighborQuery& query,
                                           std::stop_token stop);

// How many there are, whatever `after` and `limit`. Cost: O(log n) a type when
// nothing but types has to be looked at. Errors: CANCELLED.
absl::StatusOr<uint64_t> CountNeighbors(const GraphView& view,
                                        const NeighborQuery& query,
                                        std::stop_token stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_NEIGHBORS_H_
