#include "engine/graph/read/expand.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/error.h"
#include "engine/graph/read/edge_walk.h"
#include "engine/graph/read/matcher.h"
#include "engine/graph/read/stop_check.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

class Expander {
 public:
  Expander(const GraphView& view, const ExpandQuery& query,
           std::stop_token stop)
      : view_(view),
        query_(query),
        edges_(EdgeMatcher::ForEdges(view, query.edges)),
        nodes_(view, query.nodes),
        any_node_(nodes_.always()),
        max_edges_per_node_(query.max_edges_per_node == 0
                                ? std::numeric_limits<uint64_t>::max()
                                : query.max_edges_per_node),
        collects_edges_once_(query.with_edges &&
                             query.direction == Direction::kBoth),
        seen_(view.nodes.size()),
        edges_seen_(collects_edges_once_ ? view.edges.size() : 0),
        check_(std::move(stop)) {}

  absl::StatusOr<Expansion> Run() {
    constexpr size_t kFewNodes = 64;
    result_.nodes.reserve(std::max<size_t>(
        query_.starts.size(), std::min<uint64_t>(query_.max_nodes, kFewNodes)));
    for (const NodeRow start : query_.starts) {
      if (seen_.Insert(start)) result_.nodes.push_back({.node = start});
    }
    starts_ = result_.nodes.size();
    if (!edges_.never()) Walk();
    if (check_.stopped()) return StopCheck::Error();
    result_.nodes_met = result_.nodes.size() - starts_;
    if (query_.min_hops > 0) {
      std::erase_if(result_.nodes, [&](const ExpandedNode& node) {
        return node.hops < query_.min_hops;
      });
    }
    return std::move(result_);
  }

 private:
  // How many nodes ahead memory is asked for.
  static constexpr size_t kFar = 8;
  static constexpr size_t kNear = 4;

  // The nodes met are the queue, too: they stand in it in the order of hops.
  void Walk() {
    for (size_t next = 0; next < result_.nodes.size(); ++next) {
      if (result_.nodes[next].hops == query_.max_hops) return;
      PrefetchBehind(next);
      if (!WalkFrom(result_.nodes[next])) return;
    }
  }

  void PrefetchBehind(size_t next) const {
    const auto& nodes = result_.nodes;
    const auto is_next = [&](size_t i) {
      return i < nodes.size() && nodes[i].hops < query_.max_hops;
    };
    if (is_next(next + kFar)) PrefetchAdjacency(view_, nodes[next + kFar].node);
    if (is_next(next + kNear)) {
      PrefetchEdges(view_, nodes[next + kNear].node, query_.direction);
    }
  }

  // False when the walk is over.
  bool WalkFrom(ExpandedNode from) {
    uint64_t followed = 0;
    bool goes_on = true;
    WalkEdges(view_.adjacency[from.node], query_.direction, edges_.types(),
              nullptr, [&](const AdjacencyEntry& entry, Direction) {
                goes_on = Look();
                if (!goes_on) return false;
                if (!edges_.Matches(entry.edge)) return true;
                const bool seen = seen_.Contains(entry.neighbor);
                if (!seen && !any_node_ && !nodes_.Matches(entry.neighbor)) {
                  return true;
                }
                if (followed++ == max_edges_per_node_) {
                  result_.edges_per_node_limited = true;
                  return false;
                }
                goes_on = seen || Meet(entry, from);
                if (goes_on && query_.with_edges) Collect(entry.edge);
                return goes_on;
              });
    return goes_on;
  }

  // Counts an edge; false when it may not be looked at any more.
  bool Look() {
    if (result_.edges_scanned == query_.max_edges_scanned) {
      result_.edges_scanned_limited = true;
      return false;
    }
    ++result_.edges_scanned;
    return !check_.Tick();
  }

  // False when no more nodes may be met.
  bool Meet(const AdjacencyEntry& entry, const ExpandedNode& from) {
    if (result_.nodes.size() - starts_ == query_.max_nodes) {
      result_.nodes_limited = true;
      return false;
    }
    seen_.Insert(entry.neighbor);
    result_.nodes.push_back({.node = entry.neighbor,
                             .hops = from.hops + 1,
                             .edge = entry.edge,
                             .from = from.node});
    return true;
  }

  void Collect(EdgeRow edge) {
    if (collects_edges_once_ && !edges_seen_.Insert(edge)) return;
    result_.edges.push_back(edge);
  }

  const GraphView& view_;
  const ExpandQuery& query_;
  const EdgeMatcher edges_;
  NodeMatcher nodes_;
  const bool any_node_;
  const uint64_t max_edges_per_node_;
  // In one direction every edge is met from one of its ends only.
  const bool collects_edges_once_;
  RowSet seen_;
  RowSet edges_seen_;
  StopCheck check_;
  size_t starts_ = 0;
  Expansion result_;
};

}  // namespace

absl::StatusOr<Expansion> Expand(const GraphView& view,
                                 const ExpandQuery& query,
                                 std::stop_token stop) {
  if (query.min_hops > query.max_hops) {
    return InvalidField("min_hops",
                        fmt::format("{} is greater than max_hops, which is {}",
                                    query.min_hops, query.max_hops));
  }
  return Expander(view, query, std::move(stop)).Run();
}

}  // namespace mi::graph
