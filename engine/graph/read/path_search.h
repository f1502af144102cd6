// What the two searches for paths have in common. Not for other files.

#ifndef MI_ENGINE_GRAPH_READ_PATH_SEARCH_H_
#define MI_ENGINE_GRAPH_READ_PATH_SEARCH_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/error.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/edge_walk.h"
#include "engine/graph/read/matcher.h"
#include "engine/graph/read/shortest_path.h"
#include "engine/graph/read/stop_check.h"
#include "fmt/format.h"

namespace mi::graph {

// Walks the edges that a query means, and counts. Thread-compatible.
class PathSearch {
 public:
  PathSearch(const GraphView& view, const PathQuery& query,
             std::stop_token stop)
      : view_(view),
        query_(query),
        edges_(EdgeMatcher::ForEdges(view, query.edges)),
        nodes_(view, query.nodes),
        check_(std::move(stop)) {}

  bool never() const { return edges_.never(); }
  uint64_t visited() const { return visited_; }
  uint64_t edges_scanned() const { return edges_scanned_; }
  bool failed() const { return !status_.ok(); }
  const absl::Status& status() const { return status_; }

  // Whether a path may lead through a node.
  bool MayPass(NodeRow node) {
    return node == query_.source || node == query_.target ||
           nodes_.Matches(node);
  }

  // Counts a node that is visited for the first time.
  void Visit() {
    if (visited_++ < query_.max_visited) return;
    ErrorDetails details;
    details.reason = Reason::kTooMuchToSearch;
    details.metadata = {{"limit", fmt::to_string(query_.max_visited)}};
    Fail(MakeError(
        absl::StatusCode::kResourceExhausted,
        fmt::format("more than {} nodes would have to be visited: the search "
                    "was given up",
                    query_.max_visited),
        details));
  }

  void Fail(absl::Status status) { status_ = std::move(status); }

  // Calls visit(entry) for the edges of a node that are meant, behind `after`
  // if given, until it returns false or something has failed.
  template <typename Visit>
  void Walk(NodeRow node, Direction direction, const AdjacencyEntry* after,
            Visit&& visit) {
    WalkEdges(view_.adjacency[node], direction, edges_.types(), after,
              [&](const AdjacencyEntry& entry, Direction) {
                ++edges_scanned_;
                if (check_.Tick()) {
                  Fail(StopCheck::Error());
                  return false;
                }
                if (!edges_.Matches(entry.edge)) return true;
                return visit(entry) && !failed();
              });
  }

  // Asks for the memory of nodes that will be walked from soon after nodes[at].
  void PrefetchBehind(const std::vector<NodeRow>& nodes, size_t at,
                      Direction direction) const {
    constexpr size_t kFar = 8;
    constexpr size_t kNear = 4;
    if (at + kFar < nodes.size()) PrefetchAdjacency(view_, nodes[at + kFar]);
    if (at + kNear < nodes.size()) {
      PrefetchEdges(view_, nodes[at + kNear], direction);
    }
  }

  // The first edge of a node, behind `after` if given, for which
  // leads_on(entry) holds.
  template <typename LeadsOn>
  std::optional<AdjacencyEntry> FindNext(NodeRow node,
                                         const AdjacencyEntry* after,
                                         LeadsOn&& leads_on) {
    std::optional<AdjacencyEntry> found;
    Walk(node, query_.direction, after, [&](const AdjacencyEntry& entry) {
      if (leads_on(entry)) found = entry;
      return !found.has_value();
    });
    return found;
  }

  // The path that these edges make.
  Path ToPath(const std::vector<AdjacencyEntry>& entries) const {
    Path path;
    path.nodes.reserve(entries.size() + 1);
    path.edges.reserve(entries.size());
    path.nodes.push_back(query_.source);
    for (const AdjacencyEntry& entry : entries) {
      path.nodes.push_back(entry.neighbor);
      path.edges.push_back(entry.edge);
    }
    path.length = static_cast<double>(entries.size());
    return path;
  }

 private:
  const GraphView& view_;
  const PathQuery& query_;
  const EdgeMatcher edges_;
  NodeMatcher nodes_;
  StopCheck check_;
  absl::Status status_;
  uint64_t visited_ = 0;
  uint64_t edges_scanned_ = 0;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_PATH_SEARCH_H_
