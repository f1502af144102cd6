#include "engine/graph/algorithms/betweenness.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/base/status_macros.h"

namespace mi::graph {
namespace {

constexpr double kUnreached = std::numeric_limits<double>::infinity();

// Without self-loops, and with the shortest of parallel edges.
CompressedRows Simplify(const CompressedRows& rows) {
  CompressedRows simple;
  simple.offsets.push_back(0);
  std::vector<std::pair<uint32_t, double>> edges;
  for (uint32_t vertex = 0; vertex < rows.size(); ++vertex) {
    edges.clear();
    for (size_t at = rows.offsets[vertex]; at < rows.offsets[vertex + 1];
         ++at) {
      if (rows.targets[at] != vertex) {
        edges.emplace_back(rows.targets[at], rows.weight(at));
      }
    }
    std::sort(edges.begin(), edges.end());
    for (size_t i = 0; i < edges.size(); ++i) {
      if (i > 0 && edges[i].first == edges[i - 1].first) continue;
      simple.targets.push_back(edges[i].first);
      if (!rows.weights.empty()) simple.weights.push_back(edges[i].second);
    }
    simple.offsets.push_back(static_cast<uint32_t>(simple.targets.size()));
  }
  return simple;
}

// The paths from one source after the other, and what they add.
class Accumulator {
 public:
  explicit Accumulator(const CompressedRows& rows)
      : rows_(rows),
        scores_(rows.size(), 0.0),
        distance_(rows.size(), kUnreached),
        paths_(rows.size(), 0.0),
        dependency_(rows.size(), 0.0) {}

  void From(uint32_t source) {
    if (rows_.weights.empty()) {
      SearchByEdges(source);
    } else {
      SearchByWeight(source);
    }
    CollectDependencies(source);
    for (const uint32_t vertex : order_) {
      distance_[vertex] = kUnreached;
      paths_[vertex] = 0;
      dependency_[vertex] = 0;
    }
    order_.clear();
  }

  std::vector<double> TakeScores() && { return std::move(scores_); }

 private:
  // Both leave the vertices that were reached in `order_`, nearest first.
  void SearchByEdges(uint32_t source) {
    distance_[source] = 0;
    paths_[source] = 1;
    order_.push_back(source);
    for (size_t next = 0; next < order_.size(); ++next) {
      const uint32_t vertex = order_[next];
      for (const uint32_t target : rows_.neighbors(vertex)) {
        if (distance_[target] == kUnreached) {
          distance_[target] = distance_[vertex] + 1;
          order_.push_back(target);
        }
        if (distance_[target] == distance_[vertex] + 1) {
          paths_[target] += paths_[vertex];
        }
      }
    }
  }

  void SearchByWeight(uint32_t source) {
    using Entry = std::pair<double, uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    distance_[source] = 0;
    paths_[source] = 1;
    queue.emplace(0, source);
    while (!queue.empty()) {
      const auto [distance, vertex] = queue.top();
      queue.pop();
      if (distance > distance_[vertex]) continue;  // a shorter one came later
      order_.push_back(vertex);
      for (size_t at = rows_.offsets[vertex]; at < rows_.offsets[vertex + 1];
           ++at) {
        const uint32_t target = rows_.targets[at];
        const double length = distance + rows_.weights[at];
        if (length < distance_[target]) {
          distance_[target] = length;
          paths_[target] = paths_[vertex];
          queue.emplace(length, target);
        } else if (length == distance_[target]) {
          paths_[target] += paths_[vertex];
        }
      }
    }
  }

  // Equation 4 of the paper, farthest vertices first: an edge (v, w) on a
  // shortest path passes on paths(v) / paths(w) * (1 + dependency(w)).
  void CollectDependencies(uint32_t source) {
    for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
      const uint32_t vertex = *at;
      double sum = 0;
      for (size_t place = rows_.offsets[vertex];
           place < rows_.offsets[vertex + 1]; ++place) {
        const uint32_t target = rows_.targets[place];
        if (distance_[target] != distance_[vertex] + rows_.weight(place)) {
          continue;
        }
        sum += paths_[vertex] / paths_[target] * (1 + dependency_[target]);
      }
      dependency_[vertex] = sum;
      if (vertex != source) scores_[vertex] += sum;
    }
  }

  const CompressedRows& rows_;
  std::vector<double> scores_;
  std::vector<double> distance_;
  std::vector<double> paths_;  // how many; a double, for there may be very many
  std::vector<double> dependency_;
  std::vector<uint32_t> order_;
};

// Some of 0 to n - 1, all different.
std::vector<uint32_t> Sample(size_t vertices, size_t count, uint64_t seed) {
  std::vector<uint32_t> all(vertices);
  std::iota(all.begin(), all.end(), 0u);
  if (count >= vertices) return all;
  Random random(seed);
  for (size_t i = 0; i < count; ++i) {
    std::swap(all[i], all[i + random.Below(vertices - i)]);
  }
  all.resize(count);
  return all;
}

}  // namespace

absl::StatusOr<std::vector<double>> Betweenness(
    const CompressedGraph& graph, const BetweennessOptions& options,
    Progress& progress) {
  const CompressedRows rows =
      Simplify(options.directed ? graph.out() : graph.Both());
  if (std::find(rows.weights.begin(), rows.weights.end(), 0.0) !=
      rows.weights.end()) {
    return InvalidField("projection.weight_property",
                        "an edge weighs 0; between such nodes paths cannot be "
                        "counted");
  }
  const size_t vertices = graph.size();
  const std::vector<uint32_t> sources = Sample(
      vertices, options.sample_size == 0 ? vertices : options.sample_size,
      options.seed);
  Accumulator accumulator(rows);
  progress.Begin("searching", 1);
  for (size_t i = 0; i < sources.size(); ++i) {
    RETURN_IF_ERROR(progress.At(static_cast<double>(i) /
                                static_cast<double>(sources.size())));
    accumulator.From(sources[i]);
  }
  std::vector<double> scores = std::move(accumulator).TakeScores();
  if (sources.empty()) return scores;
  const auto n = static_cast<double>(vertices);
  double scale = n / static_cast<double>(sources.size());
  if (options.normalized) {
    scale = vertices > 2 ? scale / ((n - 1) * (n - 2)) : 0;
  } else if (!options.directed) {
    // Each pair was met from both ends.
    scale /= 2;
  }
  for (double& score : scores) score *= scale;
  return scores;
}

}  // namespace mi::graph
