#include "engine/graph/algorithms/page_rank.h"

#include <algorithm>
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

// The weights of a vertex's edges as shares of their sum. By the largest of
// them first: the sum of very large ones is infinite.
CompressedRows SharesOf(CompressedRows out) {
  if (out.weights.empty()) return out;
  for (uint32_t vertex = 0; vertex < out.size(); ++vertex) {
    const auto weights =
        std::span(out.weights).subspan(out.offsets[vertex], out.degree(vertex));
    const double largest =
        weights.empty() ? 0 : *std::max_element(weights.begin(), weights.end());
    if (largest == 0) continue;
    double sum = 0;
    for (double& weight : weights) sum += weight /= largest;
    for (double& weight : weights) weight /= sum;
  }
  return out;
}

// What an edge of a vertex takes along, times its share where edges have
// weights; 0 at dead ends.
std::vector<double> SentByEdge(const CompressedRows& shares) {
  std::vector<double> sent(shares.size(), 0.0);
  for (uint32_t vertex = 0; vertex < shares.size(); ++vertex) {
    const size_t degree = shares.degree(vertex);
    if (shares.weights.empty()) {
      sent[vertex] = degree == 0 ? 0 : 1.0 / static_cast<double>(degree);
    } else {
      const auto first = shares.weights.begin() + shares.offsets[vertex];
      sent[vertex] = std::any_of(first, first + static_cast<ptrdiff_t>(degree),
                                 [](double share) { return share > 0; });
    }
  }
  return sent;
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
  const CompressedRows shares = SharesOf(graph.out());
  const CompressedRows in = shares.Reversed();
  const std::vector<double> restart = Restart(vertices, options.starts);
  const std::vector<double> sent_by_edge = SentByEdge(shares);
  std::vector<double> sent(vertices);
  result.scores = restart;
  progress.Begin("iterating", 1);
  while (result.iterations < options.max_iterations && !result.converged) {
    RETURN_IF_ERROR(progress.At(static_cast<double>(result.iterations) /
                                static_cast<double>(options.max_iterations)));
    double lost = 0;
    for (uint32_t i = 0; i < vertices; ++i) {
      sent[i] = result.scores[i] * sent_by_edge[i];
      if (sent_by_edge[i] == 0) lost += result.scores[i];
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
