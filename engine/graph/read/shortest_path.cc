#include "engine/graph/read/shortest_path.h"

#include <utility>

#include "engine/graph/read/path_search.h"
#include "engine/graph/read/row_set.h"

namespace mi::graph {
namespace {

// Breadth-first search from one end.
struct Side {
  Side(size_t rows, NodeRow end, Direction direction)
      : hops(rows), frontier{end}, direction(direction) {
    hops.FindOrInsert(end, 0);
  }

  RowMap hops;                    // of nodes visited, from this end
  std::vector<NodeRow> frontier;  // those that are `depth` hops away
  uint32_t depth = 0;
  Direction direction;
};

class BreadthFirstSearch {
 public:
  BreadthFirstSearch(const GraphView& view, const ShortestPathQuery& query,
                     std::stop_token stop)
      : query_(query),
        search_(view, query, std::move(stop)),
        forward_(view.nodes.size(), query.source, query.direction),
        backward_(view.nodes.size(), query.target, Reversed(query.direction)),
        on_path_(view.nodes.size()) {}

  absl::StatusOr<ShortestPaths> Run() {
    if (query_.max_paths > 0) FindPaths();
    if (search_.failed()) return search_.status();
    result_.visited = search_.visited();
    result_.edges_scanned = search_.edges_scanned();
    return std::move(result_);
  }

 private:
  void FindPaths() {
    search_.Visit();
    if (query_.source == query_.target) {
      result_.paths.push_back(search_.ToPath({}));
      return;
    }
    search_.Visit();
    if (search_.never() || !Meet()) return;
    MarkForwardHalf();
    Enumerate();
  }

  // Grows both sides until they meet; false when they don't.
  bool Meet() {
    while (!search_.failed() && !forward_.frontier.empty() &&
           !backward_.frontier.empty()) {
      if (forward_.depth + backward_.depth == query_.max_hops) return false;
      if (forward_.frontier.size() <= backward_.frontier.size()) {
        Grow(forward_, backward_);
      } else {
        Grow(backward_, forward_);
      }
      if (!middle_.empty()) return !search_.failed();
    }
    return false;
  }

  // Goes one hop further from a side. The sides had no node in common, so those
  // that they have now lie in the middle of all shortest paths.
  void Grow(Side& side, const Side& other) {
    ++side.depth;
    std::vector<NodeRow> next;
    for (size_t i = 0; i < side.frontier.size(); ++i) {
      search_.PrefetchBehind(side.frontier, i, side.direction);
      search_.Walk(side.frontier[i], side.direction, nullptr,
                   [&](const AdjacencyEntry& entry) {
                     GrowTo(entry.neighbor, side, other, &next);
                     return true;
                   });
      if (search_.failed()) return;
    }
    side.frontier = std::move(next);
  }

  void GrowTo(NodeRow node, Side& side, const Side& other,
              std::vector<NodeRow>* next) {
    if (other.hops.Find(node) != kNoRow) {
      const size_t before = side.hops.size();
      side.hops.FindOrInsert(node, side.depth);
      if (side.hops.size() > before) middle_.push_back(node);
      return;
    }
    if (!middle_.empty() || side.hops.Find(node) != kNoRow ||
        !search_.MayPass(node)) {
      return;
    }
    side.hops.FindOrInsert(node, side.depth);
    next->push_back(node);
    search_.Visit();
  }

  // Finds out which nodes before the middle lie on a shortest path. Those
  // behind it do if their hops from the target say so.
  void MarkForwardHalf() {
    std::vector<NodeRow> level = middle_;
    for (const NodeRow node : level) on_path_.Insert(node);
    for (uint32_t hops = forward_.depth; hops > 1; --hops) {
      std::vector<NodeRow> before;
      for (const NodeRow node : level) {
        search_.Walk(node, Reversed(query_.direction), nullptr,
                     [&](const AdjacencyEntry& entry) {
                       if (forward_.hops.Find(entry.neighbor) == hops - 1 &&
                           on_path_.Insert(entry.neighbor)) {
                         before.push_back(entry.neighbor);
                       }
                       return true;
                     });
      }
      level = std::move(before);
    }
  }

  // Whether a shortest path may have this node at this place.
  bool IsOnPath(NodeRow node, uint32_t hops) const {
    if (hops <= forward_.depth) {
      return forward_.hops.Find(node) == hops && on_path_.Contains(node);
    }
    return backward_.hops.Find(node) == forward_.depth + backward_.depth - hops;
  }

  // Goes depth first along nodes on shortest paths: each way leads to the
  // target, so that no step is in vain.
  void Enumerate() {
    const size_t length = size_t{forward_.depth} + backward_.depth;
    std::vector<AdjacencyEntry> taken;
    std::optional<AdjacencyEntry> after;
    while (!search_.failed()) {
      const auto hops = static_cast<uint32_t>(taken.size() + 1);
      const auto next = search_.FindNext(
          taken.empty() ? query_.source : taken.back().neighbor,
          after.has_value() ? &*after : nullptr,
          [&](const AdjacencyEntry& entry) {
            return IsOnPath(entry.neighbor, hops);
          });
      if (!next.has_value()) {
        if (taken.empty()) return;
        after = taken.back();
        taken.pop_back();
        continue;
      }
      if (result_.paths.size() == query_.max_paths) {
        result_.more = true;
        return;
      }
      after.reset();
      taken.push_back(*next);
      if (taken.size() < length) continue;
      result_.paths.push_back(search_.ToPath(taken));
      after = taken.back();
      taken.pop_back();
    }
  }

  const ShortestPathQuery& query_;
  PathSearch search_;
  Side forward_;
  Side backward_;
  std::vector<NodeRow> middle_;  // nodes that both sides have met
  RowSet on_path_;               // of the nodes up to the middle
  ShortestPaths result_;
};

}  // namespace

absl::StatusOr<ShortestPaths> FindShortestPaths(const GraphView& view,
                                                const ShortestPathQuery& query,
                                                std::stop_token stop) {
  return BreadthFirstSearch(view, query, std::move(stop)).Run();
}

}  // namespace mi::graph
