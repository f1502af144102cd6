// Hyperedges by their members, and nodes by the hyperedges that they share.

#ifndef MI_ENGINE_GRAPH_READ_HYPEREDGES_H_
#define MI_ENGINE_GRAPH_READ_HYPEREDGES_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

struct HyperedgeQuery {
  // Of nodes that are there; one that comes twice counts once. None: no
  // hyperedge.
  std::vector<NodeRow> nodes;
  // True: all of the nodes have to be members. False: one is enough.
  bool all_nodes = false;
  // A node counts as a member when it has one of these roles; any when empty.
  std::vector<std::string> roles;
  HyperedgeSelector hyperedges;
  // The last row of the page before.
  std::optional<HyperedgeRow> after;
  size_t limit = 100;
};

struct HyperedgePage {
  std::vector<HyperedgeRow> rows;  // ascending
  // Whether there are more behind the last.
  bool more = false;
  // Hyperedges looked at.
  uint64_t scanned = 0;
};

// Lists hyperedges that contain some nodes. Cost: 0.2 us for each one that the
// nodes are in, from `after` on until the page is full; with `all_nodes`, of
// the node that is in the fewest. Errors: CANCELLED.
absl::StatusOr<HyperedgePage> FindHyperedges(const GraphView& view,
                                             const HyperedgeQuery& query,
                                             std::stop_token stop);

struct CoMemberQuery {
  // Of nodes that are there; one that comes twice counts once.
  std::vector<NodeRow> nodes;
  HyperedgeSelector hyperedges;
  NodeSelector co_members;
  size_t limit = 100;
  // Of each node that is found, at most this many of the shared hyperedges.
  size_t max_shared = 10;
  // Hyperedges are taken in ascending order of rows, and whole, until the next
  // would bring the number of their members beyond this.
  uint64_t max_members_scanned = 10'000'000;
};

struct CoMember {
  NodeRow node = 0;
  // Hyperedges that have this node and at least one of those asked about.
  uint64_t shared_count = 0;
  // Sum of weight times confidence over those, added in the order of rows.
  double strength = 0;
  // The first of them, ascending.
  std::vector<HyperedgeRow> shared;

  friend bool operator==(const CoMember&, const CoMember&) = default;
};

struct CoMembers {
  // Strongest first; then those that share more, then in the order of rows. The
  // nodes asked about are left out.
  std::vector<CoMember> members;
  // All that there are, those beyond the limit included.
  uint64_t total_count = 0;
  uint64_t hyperedges_scanned = 0;
  uint64_t members_scanned = 0;
  // Whether max_members_scanned ended the search.
  bool limited = false;
};

// Finds the nodes that share hyperedges with some nodes. Cost: 20 ns a member
// of those hyperedges. Errors: CANCELLED.
absl::StatusOr<CoMembers> FindCoMembers(const GraphView& view,
                                        const CoMemberQuery& query,
                                        std::stop_token stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_HYPEREDGES_H_
