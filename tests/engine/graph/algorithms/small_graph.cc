#include "tests/engine/graph/algorithms/small_graph.h"

#include <algorithm>
#include <numeric>

#include "fmt/format.h"

namespace mi::graph {

SmallGraph SmallGraph::Reversed() const {
  SmallGraph reversed = *this;
  for (auto& [source, target] : reversed.edges) std::swap(source, target);
  return reversed;
}

SmallGraph SmallGraph::BothWays() const {
  SmallGraph both = *this;
  const SmallGraph reversed = Reversed();
  both.edges.insert(both.edges.end(), reversed.edges.begin(),
                    reversed.edges.end());
  both.weights.insert(both.weights.end(), weights.begin(), weights.end());
  return both;
}

std::string SmallGraph::DebugString() const {
  std::string text = fmt::format("{} vertices:", vertices);
  for (size_t i = 0; i < edges.size(); ++i) {
    text += fmt::format(" {}->{}", edges[i].first, edges[i].second);
    if (!weights.empty()) text += fmt::format("({})", weights[i]);
  }
  return text;
}

Matrix SquareMatrix(size_t size, double value) {
  return Matrix(size, std::vector<double>(size, value));
}

Matrix WeightMatrix(const SmallGraph& graph) {
  Matrix sums = SquareMatrix(graph.vertices, 0);
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    sums[graph.edges[i].first][graph.edges[i].second] += graph.weight(i);
  }
  return sums;
}

SmallGraph RandomSmallGraph(Random& random, const SmallGraphOptions& options) {
  SmallGraph graph;
  graph.vertices = random.Below(options.max_vertices + 1);
  std::vector<uint32_t> connected;
  for (uint32_t vertex = 0; vertex < graph.vertices; ++vertex) {
    if (random.Below(6) != 0) connected.push_back(vertex);
  }
  if (connected.empty()) return graph;
  const auto any = [&] { return connected[random.Below(connected.size())]; };
  for (uint64_t i = random.Below(options.max_edges + 1); i > 0; --i) {
    if (!graph.edges.empty() && random.Below(6) == 0) {
      graph.edges.push_back(graph.edges[random.Below(graph.edges.size())]);
      continue;
    }
    const uint32_t source = any();
    graph.edges.emplace_back(source, random.Below(8) == 0 ? source : any());
  }
  if (random.Below(2) == 0) return graph;
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const uint64_t quarters =
        options.zero_weights ? random.Below(17) : 1 + random.Below(16);
    graph.weights.push_back(static_cast<double>(quarters) / 4);
  }
  return graph;
}

SmallGraph PathGraph(size_t vertices) {
  SmallGraph graph{.vertices = vertices};
  for (uint32_t i = 1; i < vertices; ++i) graph.edges.emplace_back(i - 1, i);
  return graph;
}

SmallGraph CycleGraph(size_t vertices) {
  SmallGraph graph = PathGraph(vertices);
  graph.edges.emplace_back(static_cast<uint32_t>(vertices - 1), 0);
  return graph;
}

SmallGraph StarGraph(size_t vertices) {
  SmallGraph graph{.vertices = vertices};
  for (uint32_t i = 1; i < vertices; ++i) graph.edges.emplace_back(i, 0);
  return graph;
}

SmallGraph CompleteGraph(size_t vertices) {
  SmallGraph graph{.vertices = vertices};
  for (uint32_t i = 0; i < vertices; ++i) {
    for (uint32_t j = i + 1; j < vertices; ++j) graph.edges.emplace_back(i, j);
  }
  return graph;
}

SmallGraph TwoCliques(size_t size) {
  SmallGraph graph = CompleteGraph(size);
  graph.vertices = 2 * size;
  const auto first = static_cast<uint32_t>(size);
  for (const auto& [source, target] : CompleteGraph(size).edges) {
    graph.edges.emplace_back(first + source, first + target);
  }
  graph.edges.emplace_back(first - 1, first);
  return graph;
}

Grouping ClassesOf(const std::vector<std::vector<bool>>& same) {
  std::vector<std::vector<uint32_t>> classes;
  for (uint32_t vertex = 0; vertex < same.size(); ++vertex) {
    const auto found =
        std::find_if(classes.begin(), classes.end(),
                     [&](const auto& one) { return same[one[0]][vertex]; });
    if (found == classes.end()) {
      classes.push_back({vertex});
    } else {
      found->push_back(vertex);
    }
  }
  std::sort(classes.begin(), classes.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a[0] < b[0];
  });
  Grouping grouping;
  grouping.group_of.resize(same.size());
  for (uint32_t number = 0; number < classes.size(); ++number) {
    grouping.sizes.push_back(classes[number].size());
    for (const uint32_t vertex : classes[number]) {
      grouping.group_of[vertex] = number;
    }
  }
  return grouping;
}

}  // namespace mi::graph
