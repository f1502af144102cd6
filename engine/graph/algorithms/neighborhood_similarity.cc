#include "engine/graph/algorithms/neighborhood_similarity.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"

namespace mi::graph {
namespace {

struct Shared {
  uint64_t count = 0;
  double weight = 0;  // Adamic-Adar
};

double ScoreOf(Similarity similarity, const Shared& shared, size_t size_of_a,
               size_t size_of_b) {
  const auto common = static_cast<double>(shared.count);
  const auto a = static_cast<double>(size_of_a);
  const auto b = static_cast<double>(size_of_b);
  switch (similarity) {
    case Similarity::kJaccard:
      return common / (a + b - common);
    case Similarity::kAdamicAdar:
      return shared.weight;
    case Similarity::kCommonNeighbors:
      return common;
    case Similarity::kOverlap:
      return common / std::min(a, b);
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::vector<SimilarNode>> FindSimilarNodes(
    NodeRow node, Similarity similarity, size_t limit, NeighborsOf neighbors,
    NeighborsOf reverse, absl::FunctionRef<bool(NodeRow)> wanted,
    const std::stop_token& stop) {
  const std::vector<NodeRow> own = neighbors(node);
  absl::flat_hash_map<NodeRow, Shared> shared_with;
  for (const NodeRow neighbor : own) {
    if (stop.stop_requested()) return absl::CancelledError("cancelled");
    const std::vector<NodeRow> others = reverse(neighbor);
    const double weight = others.size() > 1
                              ? 1 / std::log(static_cast<double>(others.size()))
                              : 0;
    for (const NodeRow other : others) {
      if (other == node) continue;
      Shared& shared = shared_with[other];
      ++shared.count;
      shared.weight += weight;
    }
  }
  std::vector<SimilarNode> similar;
  for (const auto& [other, shared] : shared_with) {
    if (stop.stop_requested()) return absl::CancelledError("cancelled");
    if (!wanted(other)) continue;
    const size_t size =
        similarity == Similarity::kJaccard || similarity == Similarity::kOverlap
            ? neighbors(other).size()
            : 0;
    similar.push_back({.node = other,
                       .score = ScoreOf(similarity, shared, own.size(), size),
                       .common = shared.count});
  }
  const auto better = [](const SimilarNode& a, const SimilarNode& b) {
    return a.score != b.score ? a.score > b.score : a.node < b.node;
  };
  const size_t kept = std::min(limit, similar.size());
  std::partial_sort(similar.begin(),
                    similar.begin() + static_cast<ptrdiff_t>(kept),
                    similar.end(), better);
  similar.resize(kept);
  return similar;
}

}  // namespace mi::graph
