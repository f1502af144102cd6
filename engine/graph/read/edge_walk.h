// Walks the edges of one node, in the order that every read gives them in.

#ifndef MI_ENGINE_GRAPH_READ_EDGE_WALK_H_
#define MI_ENGINE_GRAPH_READ_EDGE_WALK_H_

#include <cstdint>

#include "absl/types/span.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

namespace edge_walk_internal {

using Edges = OrderedSet<AdjacencyEntry>;

// Edges of one direction that stand side by side.
class Range {
 public:
  // Those behind `after`, if given.
  Range(const Edges& edges, const AdjacencyEntry* after)
      : at_(after == nullptr ? edges.Begin()
                             : edges.Seek([after](const AdjacencyEntry& entry) {
                                 return entry <= *after;
                               })) {}
  // Those of a type behind `after`, if given.
  Range(const Edges& edges, NameId type, const AdjacencyEntry* after)
      : at_(edges.Seek([type, after](const AdjacencyEntry& entry) {
          return entry.type < type || (after != nullptr && entry <= *after);
        })),
        typed_(true),
        type_(type) {}

  bool done() const { return at_.done() || (typed_ && at_->type != type_); }
  const AdjacencyEntry& operator*() const { return *at_; }
  void Next() { at_.Next(); }

  template <typename Visit>
  bool VisitRest(Direction direction, Visit& visit) {
    for (; !at_.done(); at_.NextBlock()) {
      for (const AdjacencyEntry& entry : at_.Block()) {
        if (typed_ && entry.type != type_) return true;
        if (!visit(entry, direction)) return false;
      }
    }
    return true;
  }

 private:
  Edges::Cursor at_;
  bool typed_ = false;
  NameId type_ = 0;
};

template <typename Visit>
bool VisitBoth(Range out, Range in, Visit& visit) {
  while (!out.done() && !in.done()) {
    const auto order = *out <=> *in;
    if (order > 0) {
      if (!visit(*in, Direction::kIn)) return false;
      in.Next();
      continue;
    }
    if (!visit(*out, Direction::kOut)) return false;
    out.Next();
    if (order == 0) in.Next();  // from the node to itself
  }
  if (!out.done()) return out.VisitRest(Direction::kOut, visit);
  return in.done() || in.VisitRest(Direction::kIn, visit);
}

}  // namespace edge_walk_internal

// Calls visit(entry, direction) for the edges of a node in the order of their
// entries: by type, neighbour and edge. In both directions, too, and an edge
// from the node to itself comes once then, as kOut. `types` are ascending;
// empty: all. `after` is null or the last entry of an earlier walk. Ends when
// `visit` returns false, and returns false then.
template <typename Visit>
bool WalkEdges(const Adjacency& adjacency, Direction direction,
               absl::Span<const NameId> types, const AdjacencyEntry* after,
               Visit&& visit) {
  using edge_walk_internal::Range;
  if (types.empty()) {
    switch (direction) {
      case Direction::kOut:
        return Range(adjacency.out, after).VisitRest(direction, visit);
      case Direction::kIn:
        return Range(adjacency.in, after).VisitRest(direction, visit);
      case Direction::kBoth:
        return edge_walk_internal::VisitBoth(Range(adjacency.out, after),
                                             Range(adjacency.in, after), visit);
    }
  }
  for (const NameId type : types) {
    bool more = true;
    switch (direction) {
      case Direction::kOut:
        more = Range(adjacency.out, type, after).VisitRest(direction, visit);
        break;
      case Direction::kIn:
        more = Range(adjacency.in, type, after).VisitRest(direction, visit);
        break;
      case Direction::kBoth:
        more = edge_walk_internal::VisitBoth(Range(adjacency.out, type, after),
                                             Range(adjacency.in, type, after),
                                             visit);
        break;
    }
    if (!more) return false;
  }
  return true;
}

// Calls visit(type) for each type that edges in a set have, ascending. Cost:
// O(log n) a type.
template <typename Visit>
void ForEachType(const OrderedSet<AdjacencyEntry>& edges, Visit&& visit) {
  for (auto at = edges.Begin(); !at.done();) {
    const NameId type = at->type;
    visit(type);
    at = edges.Seek(
        [type](const AdjacencyEntry& entry) { return entry.type <= type; });
  }
}

// How many edges of the types a node has; all types when empty. Cost: O(log n)
// a type.
uint64_t CountEdges(const GraphView& view, NodeRow node, Direction direction,
                    absl::Span<const NameId> types);

// Asks for the memory in which a node's edges stand, in two steps that should
// lie some work apart: the first finds out where they are.
inline void PrefetchAdjacency(const GraphView& view, NodeRow node) {
  view.adjacency.Prefetch(node);
}
inline void PrefetchEdges(const GraphView& view, NodeRow node,
                          Direction direction) {
  const Adjacency& adjacency = view.adjacency[node];
  if (direction != Direction::kIn) adjacency.out.Prefetch();
  if (direction != Direction::kOut) adjacency.in.Prefetch();
}

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_EDGE_WALK_H_
