#include "engine/graph/algorithms/page_rank.h"

#include <cmath>
#include <utility>

#include "engine/base/status_macros.h"

namespace mi::graph {
namespace {

// Where the walker starts anew: sums to 1.
std::vector<double> Restart(size_t vertices, std::span<const uint32_t> starts) {
  if (starts.empty()) {
    return std::vector<double>(vertices, 1.0 / static_cast<double>(vertices));
  }
  std::vector<double> restart(vertices, 0.0);
  for (const uint32_t start : starts) {
    restart[start] += 1.0 / static_cast<double>(starts.size());
  }
  return restart;
}

// 1 / the outgoing weight of each vertex; 0 where there is none.
std::vector<double> InverseOutWeights(const CompressedRows& out) {
  std::vector<double> inverse(out.size(), 0.0);
  for (uint32_t vertex = 0; vertex < out.size(); ++vertex) {
    double sum = 0;
    if (out.weights.empty()) {
      sum = static_cast<double>(out.degree(vertex));
    } else {
      for (size_t at = out.offsets[vertex]; at < out.offsets[vertex + 1];
           ++at) {
        sum += out.weights[at];
      }
    }
    if (sum > 0) inverse[vertex] = 1 / sum;
  }
  return inverse;
}

// What reaches a vertex over its incoming edges.
double Pull(const CompressedRows& in, const std::vector<double>& sent,
            uint32_t vertex) {
  double sum = 0;
  const size_t end = in.offsets[vertex + 1];
  if (in.weights.empty()) {
    for (size_t at = in.offsets[vertex]; at < end; ++at) {
      sum += sent[in.targets[at]];
    }
  } else {
    for (size_t at = in.offsets[vertex]; at < end; ++at) {
      sum += in.weights[at] * sent[in.targets[at]];
    }
  }
  return sum;
}

}  // namespace

absl::StatusOr<PageRankResult> PageRank(const CompressedGraph& graph,
                                        const PageRankOptions& options,
                                        Progress& progress) {
  PageRankResult result;
  const size_t vertices = graph.size();
  if (vertices == 0) {
    result.converged = true;
    return result;
  }
  const CompressedRows in = graph.In();
  const std::vector<double> restart = Restart(vertices, options.starts);
  const std::vector<double> inverse = InverseOutWeights(graph.out());
  std::vector<double> sent(vertices);
  result.scores = restart;
  progress.Begin("iterating", 1);
  while (result.iterations < options.max_iterations && !result.converged) {
    RETURN_IF_ERROR(progress.At(static_cast<double>(result.iterations) /
                                static_cast<double>(options.max_iterations)));
    double lost = 0;
    for (uint32_t i = 0; i < vertices; ++i) {
      sent[i] = result.scores[i] * inverse[i];
      if (inverse[i] == 0) lost += result.scores[i];
    }
    const double anew = 1 - options.damping + options.damping * lost;
    result.residual = 0;
    for (uint32_t i = 0; i < vertices; ++i) {
      const double score =
          anew * restart[i] + options.damping * Pull(in, sent, i);
      result.residual += std::abs(score - result.scores[i]);
      result.scores[i] = score;
    }
    ++result.iterations;
    result.converged = result.residual < options.tolerance;
  }
  return result;
}

}  // namespace mi::graph
