// The graph that every benchmark of graphs measures: nodes 0 to N - 1, and
// edges between nodes chosen at random, the same in every run and for every
// peer.

#ifndef MI_BENCH_GRAPH_RANDOM_GRAPH_H_
#define MI_BENCH_GRAPH_RANDOM_GRAPH_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/random.h"
#include "engine/graph/graph_edit.h"

namespace mi::graph {

inline constexpr size_t kBatch = 10'000;

// All nodes, in batches.
inline std::vector<std::vector<Mutation>> NodeBatches(size_t nodes) {
  std::vector<std::vector<Mutation>> batches;
  for (size_t first = 0; first < nodes; first += kBatch) {
    std::vector<Mutation>& batch = batches.emplace_back();
    for (size_t i = first; i < std::min(nodes, first + kBatch); ++i) {
      PutNode put;
      put.id = Value::Integer(static_cast<int64_t>(i));
      put.labels = {"Campaign"};
      batch.push_back(std::move(put));
    }
  }
  return batches;
}

inline PutEdge RandomEdge(size_t nodes, Random& random) {
  PutEdge put;
  put.type = "SHOWN_TO";
  put.source = Value::Integer(static_cast<int64_t>(random.Below(nodes)));
  put.target = Value::Integer(static_cast<int64_t>(random.Below(nodes)));
  return put;
}

// All edges, in batches.
inline std::vector<std::vector<Mutation>> EdgeBatches(size_t nodes,
                                                      size_t edges) {
  Random random(7);
  std::vector<std::vector<Mutation>> batches;
  for (size_t first = 0; first < edges; first += kBatch) {
    std::vector<Mutation>& batch = batches.emplace_back();
    for (size_t i = first; i < std::min(edges, first + kBatch); ++i) {
      batch.push_back(RandomEdge(nodes, random));
    }
  }
  return batches;
}

}  // namespace mi::graph

#endif  // MI_BENCH_GRAPH_RANDOM_GRAPH_H_
