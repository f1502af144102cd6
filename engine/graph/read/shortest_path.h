// Shortest paths between two nodes: by number of edges, or by their weight.

#ifndef MI_ENGINE_GRAPH_READ_SHORTEST_PATH_H_
#define MI_ENGINE_GRAPH_READ_SHORTEST_PATH_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

struct Path {
  std::vector<NodeRow> nodes;  // from the source to the target
  std::vector<EdgeRow> edges;  // one less than nodes
  // The number of edges, or the sum of their weights, added from the source on.
  double length = 0;

  friend bool operator==(const Path&, const Path&) = default;
};

// What both searches are told. From a node to itself, the path is that node.
struct PathQuery {
  NodeRow source = 0;  // of nodes that are there
  NodeRow target = 0;
  Direction direction = Direction::kBoth;  // seen from the source
  EdgeSelector edges;
  NodeSelector nodes;  // between the two ends
  // At most this many nodes are visited, both ends included.
  uint64_t max_visited = 1'000'000;
};

struct ShortestPathQuery : PathQuery {
  // Longer paths are not looked for.
  uint32_t max_hops = 100;
  // At most this many of the shortest paths; parallel edges make different
  // ones.
  size_t max_paths = 1;
};

struct ShortestPaths {
  // All of the same length. Compared by their edges in the order of
  // ListNeighbors, from the source on: the first first. Empty: there is none.
  std::vector<Path> paths;
  // Whether there are more than max_paths.
  bool more = false;
  uint64_t visited = 0;
  uint64_t edges_scanned = 0;
};

// Finds paths with the fewest edges, by breadth-first search from both ends,
// level by level at the side that has fewer nodes to go on from.
//
// Errors: RESOURCE_EXHAUSTED with TOO_MUCH_TO_SEARCH when more than max_visited
// nodes would have to be visited; CANCELLED.
absl::StatusOr<ShortestPaths> FindShortestPaths(const GraphView& view,
                                                const ShortestPathQuery& query,
                                                std::stop_token stop);

// There is no limit of hops: the lightest path with at most so many edges is
// another problem, for which Dijkstra's algorithm is not exact.
struct LightestPathQuery : PathQuery {
  // The property of an edge that is its weight.
  std::string weight_property;
  double default_weight = 1;  // of edges without it; finite, at least 0
};

struct LightestPath {
  // Unset: there is none.
  std::optional<Path> path;
  uint64_t visited = 0;
  uint64_t edges_scanned = 0;
};

// Finds the path with the least weight, by Dijkstra's algorithm (Numerische
// Mathematik 1, 1959). Of several, the one with the fewest edges, and of those
// the first in the order of FindShortestPaths. Where sums of weights are
// rounded, this holds of the paths each of whose beginnings is itself a best
// path to where it ends.
//
// Errors: FAILED_PRECONDITION with ELEMENT_DIFFERS, naming the edge, when an
// edge that is looked at has a weight that is no number, not finite, or below
// 0; INVALID_ARGUMENT for a default weight out of range; RESOURCE_EXHAUSTED and
// CANCELLED as FindShortestPaths.
absl::StatusOr<LightestPath> FindLightestPath(const GraphView& view,
                                              const LightestPathQuery& query,
                                              std::stop_token stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_SHORTEST_PATH_H_
