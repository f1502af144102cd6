#include "engine/graph/read/neighbors.h"

#include <algorithm>
#include <utility>

#include "engine/graph/read/edge_walk.h"
#include "engine/graph/read/matcher.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

// Calls visit(entry, direction) for the edges that are meant until it returns
// false. Returns how many were looked at.
template <typename Visit>
absl::StatusOr<uint64_t> VisitMatching(const GraphView& view,
                                       const NeighborQuery& query,
                                       const AdjacencyEntry* after,
                                       std::stop_token stop, Visit&& visit) {
  const EdgeMatcher edges = EdgeMatcher::ForEdges(view, query.edges);
  NodeMatcher nodes(view, query.nodes);
  uint64_t scanned = 0;
  if (edges.never() || nodes.never()) return scanned;
  const bool any_node = nodes.always();
  StopCheck check(std::move(stop));
  WalkEdges(view.adjacency[query.node], query.direction, edges.types(), after,
            [&](const AdjacencyEntry& entry, Direction direction) {
              if (check.Tick()) return false;
              ++scanned;
              if (!edges.Matches(entry.edge)) return true;
              if (!any_node && !nodes.Matches(entry.neighbor)) return true;
              return visit(entry, direction);
            });
  if (check.stopped()) return StopCheck::Error();
  return scanned;
}

}  // namespace

absl::StatusOr<NeighborPage> ListNeighbors(const GraphView& view,
                                           const NeighborQuery& query,
                                           std::stop_token stop) {
  NeighborPage page;
  const Adjacency& adjacency = view.adjacency[query.node];
  constexpr size_t kFewHits = 64;
  page.hits.reserve(std::min(
      {query.limit, kFewHits, adjacency.out.size() + adjacency.in.size()}));
  auto scanned = VisitMatching(
      view, query, query.after.has_value() ? &*query.after : nullptr,
      std::move(stop), [&](const AdjacencyEntry& entry, Direction direction) {
        page.more = page.hits.size() == query.limit;
        if (!page.more) page.hits.push_back({entry, direction});
        return !page.more;
      });
  if (!scanned.ok()) return scanned.status();
  page.scanned = *scanned;
  return page;
}

absl::StatusOr<uint64_t> CountNeighbors(const GraphView& view,
                                        const NeighborQuery& query,
                                        std::stop_token stop) {
  const EdgeMatcher edges = EdgeMatcher::ForEdges(view, query.edges);
  const NodeMatcher nodes(view, query.nodes);
  if (edges.never() || nodes.never()) return uint64_t{0};
  if (edges.always() && nodes.always()) {
    return CountEdges(view, query.node, query.direction, edges.types());
  }
  uint64_t count = 0;
  const auto scanned = VisitMatching(view, query, nullptr, std::move(stop),
                                     [&](const AdjacencyEntry&, Direction) {
                                       ++count;
                                       return true;
                                     });
  if (!scanned.ok()) return scanned.status();
  return count;
}

}  // namespace mi::graph
