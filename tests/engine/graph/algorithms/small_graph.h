// Small graphs as lists of edges and as matrices, for algorithms to be compared
// with what their formulas say of them.

#ifndef MI_TESTS_ENGINE_GRAPH_ALGORITHMS_SMALL_GRAPH_H_
#define MI_TESTS_ENGINE_GRAPH_ALGORITHMS_SMALL_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/graph/algorithms/components.h"
#include "engine/graph/algorithms/compressed_graph.h"

namespace mi::graph {

struct SmallGraph {
  size_t vertices = 0;
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  std::vector<double> weights;  // by edge, or empty: all 1

  double weight(size_t edge) const {
    return weights.empty() ? 1 : weights[edge];
  }
  CompressedGraph Compress() const {
    return CompressedGraph::FromEdges(vertices, edges, weights);
  }
  // The same edges, seen from their other ends.
  SmallGraph Reversed() const;
  // Every edge in both directions; a self-loop stands twice.
  SmallGraph BothWays() const;

  std::string DebugString() const;
};

using Matrix = std::vector<std::vector<double>>;

Matrix SquareMatrix(size_t size, double value);

// The sum of the weights of all edges from a vertex (row) to another (column).
Matrix WeightMatrix(const SmallGraph& graph);

struct SmallGraphOptions {
  size_t max_vertices = 12;
  size_t max_edges = 30;
  bool zero_weights = true;
};

// 0 to max_vertices vertices, some without edges; self-loops and parallel
// edges; half of the graphs with weights, which are quarters from 0 or 1/4 to
// 4, so that their sums are exact.
SmallGraph RandomSmallGraph(Random& random,
                            const SmallGraphOptions& options = {});

// 0 -> 1 -> ... -> vertices - 1.
SmallGraph PathGraph(size_t vertices);
// A path whose last vertex leads to the first.
SmallGraph CycleGraph(size_t vertices);
// From vertices 1 to vertices - 1 to vertex 0.
SmallGraph StarGraph(size_t vertices);
// Each pair once, from the lower to the higher.
SmallGraph CompleteGraph(size_t vertices);
// Two complete graphs of `size`, joined by the edge size - 1 -> size.
SmallGraph TwoCliques(size_t size);

// The classes of an equivalence that is given as a matrix, numbered as Grouping
// says.
Grouping ClassesOf(const std::vector<std::vector<bool>>& same);

}  // namespace mi::graph

#endif  // MI_TESTS_ENGINE_GRAPH_ALGORITHMS_SMALL_GRAPH_H_
