#include "engine/graph/algorithms/louvain.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/status_macros.h"

namespace mi::graph {
namespace {

// A move has to gain this much of the graph's weight, so that rounding cannot
// go round in circles.
constexpr double kLeastGain = 1e-12;
constexpr uint32_t kPerCheck = 4'096;

// The weighted, symmetric graph of one level. An edge of a vertex to itself
// stands once, with twice its weight.
struct Level {
  CompressedRows rows;
  std::vector<double> degrees;  // weighted
  double total = 0;             // 2m

  explicit Level(CompressedRows made) : rows(std::move(made)) {
    degrees.assign(rows.size(), 0.0);
    for (uint32_t vertex = 0; vertex < rows.size(); ++vertex) {
      for (size_t at = rows.offsets[vertex]; at < rows.offsets[vertex + 1];
           ++at) {
        degrees[vertex] += rows.weight(at);
      }
      total += degrees[vertex];
    }
  }
  size_t size() const { return rows.size(); }
};

// Moves vertices of one level between communities.
class Mover {
 public:
  Mover(const Level& level, double resolution)
      : level_(level),
        resolution_(resolution),
        community_(level.size()),
        total_of_(level.degrees),
        weight_to_(level.size(), 0.0) {
    std::iota(community_.begin(), community_.end(), 0u);
  }

  // Until no vertex gains by a move. False when none ever did.
  absl::StatusOr<bool> Run(Progress& progress) {
    bool any = false;
    for (bool moved = true; moved;) {
      moved = false;
      for (uint32_t vertex = 0; vertex < level_.size(); ++vertex) {
        if (vertex % kPerCheck == 0) RETURN_IF_ERROR(progress.At(0));
        moved = Move(vertex) || moved;
      }
      any = any || moved;
    }
    return any;
  }

  const std::vector<uint32_t>& communities() const { return community_; }

 private:
  bool Move(uint32_t vertex) {
    CollectNeighbors(vertex);
    const uint32_t from = community_[vertex];
    const double degree = level_.degrees[vertex];
    total_of_[from] -= degree;
    const auto gain = [&](uint32_t community) {
      return weight_to_[community] -
             resolution_ * degree * total_of_[community] / level_.total;
    };
    uint32_t best = from;
    double best_gain = gain(from);
    const double least = kLeastGain * level_.total;
    // Ascending, so that of equal ones the lowest is taken.
    std::sort(touched_.begin(), touched_.end());
    for (const uint32_t community : touched_) {
      if (const double other = gain(community); other > best_gain + least) {
        best = community;
        best_gain = other;
      }
    }
    total_of_[best] += degree;
    community_[vertex] = best;
    for (const uint32_t community : touched_) weight_to_[community] = 0;
    return best != from;
  }

  // The weight of a vertex's edges by the community at their other end.
  void CollectNeighbors(uint32_t vertex) {
    touched_.clear();
    const CompressedRows& rows = level_.rows;
    for (size_t at = rows.offsets[vertex]; at < rows.offsets[vertex + 1];
         ++at) {
      if (rows.targets[at] == vertex) continue;
      const uint32_t community = community_[rows.targets[at]];
      if (rows.weight(at) <= 0) continue;
      if (weight_to_[community] == 0) touched_.push_back(community);
      weight_to_[community] += rows.weight(at);
    }
  }

  const Level& level_;
  const double resolution_;
  std::vector<uint32_t> community_;
  std::vector<double> total_of_;   // weighted degrees in a community
  std::vector<double> weight_to_;  // 0 between calls
  std::vector<uint32_t> touched_;
};

// One vertex for each community.
Level Aggregate(const Level& level, const Grouping& groups) {
  const size_t count = groups.sizes.size();
  std::vector<std::vector<uint32_t>> members(count);
  for (uint32_t vertex = 0; vertex < level.size(); ++vertex) {
    members[groups.group_of[vertex]].push_back(vertex);
  }
  CompressedRows rows;
  rows.offsets.push_back(0);
  std::vector<double> weight_to(count, 0.0);
  std::vector<bool> seen(count, false);
  std::vector<uint32_t> touched;
  for (const auto& group : members) {
    touched.clear();
    for (const uint32_t vertex : group) {
      for (size_t at = level.rows.offsets[vertex];
           at < level.rows.offsets[vertex + 1]; ++at) {
        const uint32_t other = groups.group_of[level.rows.targets[at]];
        if (!seen[other]) {
          seen[other] = true;
          touched.push_back(other);
        }
        weight_to[other] += level.rows.weight(at);
      }
    }
    std::sort(touched.begin(), touched.end());
    for (const uint32_t other : touched) {
      rows.targets.push_back(other);
      rows.weights.push_back(weight_to[other]);
      weight_to[other] = 0;
      seen[other] = false;
    }
    rows.offsets.push_back(static_cast<uint32_t>(rows.targets.size()));
  }
  return Level(std::move(rows));
}

}  // namespace

double Modularity(const CompressedGraph& graph,
                  const std::vector<uint32_t>& group_of, double resolution) {
  std::vector<double> inside(graph.size(), 0.0);
  std::vector<double> total(graph.size(), 0.0);
  double twice_m = 0;
  const CompressedRows& out = graph.out();
  for (uint32_t vertex = 0; vertex < graph.size(); ++vertex) {
    for (size_t at = out.offsets[vertex]; at < out.offsets[vertex + 1]; ++at) {
      const uint32_t from = group_of[vertex];
      const uint32_t to = group_of[out.targets[at]];
      const double weight = out.weight(at);
      twice_m += 2 * weight;
      total[from] += weight;
      total[to] += weight;
      if (from == to) inside[from] += 2 * weight;
    }
  }
  if (twice_m == 0) return 0;
  double modularity = 0;
  for (size_t group = 0; group < graph.size(); ++group) {
    const double share = total[group] / twice_m;
    modularity += inside[group] / twice_m - resolution * share * share;
  }
  return modularity;
}

absl::StatusOr<LouvainResult> Louvain(const CompressedGraph& graph,
                                      const LouvainOptions& options,
                                      Progress& progress) {
  LouvainResult result;
  std::vector<uint32_t> group_of(graph.size());
  std::iota(group_of.begin(), group_of.end(), 0u);
  Level level(graph.Both());
  while (result.levels < options.max_levels && level.total > 0) {
    progress.Begin("moving", static_cast<double>(result.levels + 1) /
                                 static_cast<double>(options.max_levels));
    Mover mover(level, options.resolution);
    ASSIGN_OR_RETURN(const bool moved, mover.Run(progress));
    if (!moved) break;
    const Grouping groups = Grouping::FromLabels(mover.communities());
    for (uint32_t& group : group_of) group = groups.group_of[group];
    level = Aggregate(level, groups);
    ++result.levels;
  }
  result.communities = Grouping::FromLabels(group_of);
  result.modularity =
      Modularity(graph, result.communities.group_of, options.resolution);
  return result;
}

}  // namespace mi::graph
