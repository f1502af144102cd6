#include "engine/graph/read/edge_walk.h"

namespace mi::graph {
namespace {

using Edges = OrderedSet<AdjacencyEntry>;

uint64_t CountOfType(const Edges& edges, NameId type) {
  return edges.CountBelow([type](const AdjacencyEntry& entry) {
    return entry.type <= type;
  }) - edges.CountBelow([type](const AdjacencyEntry& entry) {
    return entry.type < type;
  });
}

uint64_t CountIn(const Edges& edges, absl::Span<const NameId> types) {
  if (types.empty()) return edges.size();
  uint64_t count = 0;
  for (const NameId type : types) count += CountOfType(edges, type);
  return count;
}

uint64_t CountLoopsOfType(const Edges& out, NodeRow node, NameId type) {
  const auto key = [](const AdjacencyEntry& entry) {
    return std::pair(entry.type, entry.neighbor);
  };
  const std::pair loop(type, node);
  return out.CountBelow([&](const AdjacencyEntry& entry) {
    return key(entry) <= loop;
  }) - out.CountBelow([&](const AdjacencyEntry& entry) {
    return key(entry) < loop;
  });
}

uint64_t CountLoops(const Edges& out, NodeRow node,
                    absl::Span<const NameId> types) {
  uint64_t count = 0;
  if (types.empty()) {
    ForEachType(
        out, [&](NameId type) { count += CountLoopsOfType(out, node, type); });
  }
  for (const NameId type : types) count += CountLoopsOfType(out, node, type);
  return count;
}

}  // namespace

uint64_t CountEdges(const GraphView& view, NodeRow node, Direction direction,
                    absl::Span<const NameId> types) {
  const Adjacency& adjacency = view.adjacency[node];
  switch (direction) {
    case Direction::kOut:
      return CountIn(adjacency.out, types);
    case Direction::kIn:
      return CountIn(adjacency.in, types);
    case Direction::kBoth:
      break;
  }
  if (adjacency.out.empty() || adjacency.in.empty()) {
    return CountIn(adjacency.out, types) + CountIn(adjacency.in, types);
  }
  return CountIn(adjacency.out, types) + CountIn(adjacency.in, types) -
         CountLoops(adjacency.out, node, types);
}

}  // namespace mi::graph
