#include "engine/graph/read/hyperedges.h"

#include <algorithm>
#include <utility>

#include "engine/graph/read/matcher.h"
#include "engine/graph/read/membership_merge.h"
#include "engine/graph/read/row_set.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

std::vector<NodeRow> Distinct(std::vector<NodeRow> nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

// Says whether nodes are members in the way that a query wants.
class MembershipTest {
 public:
  MembershipTest(const GraphView& view, const HyperedgeQuery& query)
      : view_(view),
        nodes_(Distinct(query.nodes)),
        all_(query.all_nodes),
        any_role_(query.roles.empty()) {
    for (const std::string& role : query.roles) {
      if (const auto id = view.roles.Find(role)) roles_.push_back(*id);
    }
  }

  const std::vector<NodeRow>& nodes() const { return nodes_; }
  bool never() const {
    return nodes_.empty() || (!any_role_ && roles_.empty());
  }

  // Requires that one of the nodes is a member, in whatever role.
  bool Holds(HyperedgeRow hyperedge) const {
    if (any_role_ && (!all_ || nodes_.size() == 1)) return true;
    const HyperedgeRecord& record = view_.hyperedges[hyperedge];
    const auto is_member = [&](NodeRow node) {
      return any_role_ ? IsIn(node, hyperedge, record.type)
                       : HasRole(node, record.members);
    };
    return all_ ? std::all_of(nodes_.begin(), nodes_.end(), is_member)
                : std::any_of(nodes_.begin(), nodes_.end(), is_member);
  }

 private:
  bool IsIn(NodeRow node, HyperedgeRow hyperedge, NameId type) const {
    return view_.adjacency[node].hyperedges.Contains(
        {.type = type, .hyperedge = hyperedge});
  }
  bool HasRole(NodeRow node, const OrderedSet<Member>& members) const {
    return std::any_of(roles_.begin(), roles_.end(), [&](NameId role) {
      return members.Contains({.role = role, .node = node});
    });
  }

  const GraphView& view_;
  std::vector<NodeRow> nodes_;
  bool all_;
  bool any_role_;
  std::vector<NameId> roles_;
};

// The hyperedges that can hold what a query wants.
MembershipMerge Candidates(const GraphView& view, const HyperedgeQuery& query,
                           const std::vector<NodeRow>& nodes,
                           absl::Span<const NameId> types) {
  const HyperedgeRow first = query.after.has_value() ? *query.after + 1 : 0;
  MembershipMerge candidates;
  if (query.all_nodes) {
    const NodeRow rarest = *std::min_element(
        nodes.begin(), nodes.end(), [&](NodeRow a, NodeRow b) {
          return view.adjacency[a].hyperedges.size() <
                 view.adjacency[b].hyperedges.size();
        });
    AddMemberships(view, rarest, types, first, &candidates);
  } else {
    for (const NodeRow node : nodes) {
      AddMemberships(view, node, types, first, &candidates);
    }
  }
  candidates.Start();
  return candidates;
}

// Adds up what nodes share with those that a query asks about.
class CoMemberSearch {
 public:
  CoMemberSearch(const GraphView& view, const CoMemberQuery& query,
                 std::stop_token stop)
      : view_(view),
        query_(query),
        asked_(Distinct(query.nodes)),
        hyperedges_(EdgeMatcher::ForHyperedges(view, query.hyperedges)),
        nodes_(view, query.co_members),
        found_of_(view.nodes.size()),
        check_(std::move(stop)) {}

  absl::StatusOr<CoMembers> Run() {
    if (hyperedges_.never() || nodes_.never()) return std::move(result_);
    AddUp();
    if (check_.stopped()) return StopCheck::Error();
    std::erase_if(found_, [](const Found& found) { return !found.matches; });
    result_.total_count = found_.size();
    const auto kept =
        static_cast<ptrdiff_t>(std::min(query_.limit, found_.size()));
    std::partial_sort(found_.begin(), found_.begin() + kept, found_.end(),
                      IsBetter);
    for (auto found = found_.begin(); found != found_.begin() + kept; ++found) {
      result_.members.push_back({.node = found->node,
                                 .shared_count = found->shared_count,
                                 .strength = found->strength,
                                 .shared = SharedBy(*found)});
    }
    if (check_.stopped()) return StopCheck::Error();
    return std::move(result_);
  }

 private:
  struct Found {
    NodeRow node = 0;
    bool matches = false;
    // The last of the shared hyperedges, by its place in shared_.
    size_t last = 0;
    uint64_t shared_count = 0;
    double strength = 0;
  };

  static bool IsBetter(const Found& a, const Found& b) {
    if (a.strength != b.strength) return a.strength > b.strength;
    if (a.shared_count != b.shared_count) {
      return a.shared_count > b.shared_count;
    }
    return a.node < b.node;
  }

  void AddUp() {
    MembershipMerge merge;
    for (const NodeRow node : asked_) {
      AddMemberships(view_, node, hyperedges_.types(), 0, &merge);
    }
    for (merge.Start(); !merge.done(); merge.Next()) {
      if (check_.Tick()) return;
      ++result_.hyperedges_scanned;
      if (!hyperedges_.Matches(merge.row())) continue;
      const HyperedgeRecord& hyperedge = view_.hyperedges[merge.row()];
      const uint64_t members = hyperedge.members.size();
      if (members > query_.max_members_scanned - result_.members_scanned) {
        result_.limited = true;
        return;
      }
      result_.members_scanned += members;
      shared_.push_back(merge.row());
      if (!AddMembersOf(hyperedge)) return;
    }
  }

  // False when the search has to end.
  bool AddMembersOf(const HyperedgeRecord& hyperedge) {
    const double strength = hyperedge.weight * hyperedge.confidence;
    for (auto at = hyperedge.members.Begin(); !at.done(); at.Next()) {
      if (check_.Tick()) return false;
      Found& found = FoundFor(at->node);
      // A node comes once for each of its roles.
      if (!found.matches || found.last == shared_.size()) continue;
      found.last = shared_.size();
      ++found.shared_count;
      found.strength += strength;
    }
    return true;
  }

  Found& FoundFor(NodeRow node) {
    const auto fresh = static_cast<uint32_t>(found_.size());
    const uint32_t place = found_of_.FindOrInsert(node, fresh);
    if (place == fresh) {
      found_.push_back(
          {.node = node,
           .matches = !std::binary_search(asked_.begin(), asked_.end(), node) &&
                      nodes_.Matches(node)});
    }
    return found_[place];
  }

  // The first of the shared hyperedges that a node is in: looked for among its
  // own or among all that are shared, whichever are fewer.
  std::vector<HyperedgeRow> SharedBy(const Found& found) {
    const size_t wanted =
        std::min<uint64_t>(query_.max_shared, found.shared_count);
    std::vector<HyperedgeRow> shared;
    if (wanted == 0) return shared;
    const auto& memberships = view_.adjacency[found.node].hyperedges;
    if (memberships.size() < shared_.size()) {
      MembershipMerge own;
      AddMemberships(view_, found.node, hyperedges_.types(), 0, &own);
      for (own.Start(); shared.size() < wanted; own.Next()) {
        if (check_.Tick()) return shared;
        if (std::binary_search(shared_.begin(), shared_.end(), own.row())) {
          shared.push_back(own.row());
        }
      }
      return shared;
    }
    for (auto row = shared_.begin(); shared.size() < wanted; ++row) {
      if (check_.Tick()) return shared;
      const NameId type = view_.hyperedges[*row].type;
      if (memberships.Contains({.type = type, .hyperedge = *row})) {
        shared.push_back(*row);
      }
    }
    return shared;
  }

  const GraphView& view_;
  const CoMemberQuery& query_;
  const std::vector<NodeRow> asked_;
  const EdgeMatcher hyperedges_;
  NodeMatcher nodes_;
  RowMap found_of_;
  std::vector<Found> found_;
  std::vector<HyperedgeRow> shared_;  // ascending
  StopCheck check_;
  CoMembers result_;
};

}  // namespace

absl::StatusOr<HyperedgePage> FindHyperedges(const GraphView& view,
                                             const HyperedgeQuery& query,
                                             std::stop_token stop) {
  HyperedgePage page;
  const EdgeMatcher matcher =
      EdgeMatcher::ForHyperedges(view, query.hyperedges);
  const MembershipTest test(view, query);
  if (matcher.never() || test.never()) return page;
  StopCheck check(std::move(stop));
  MembershipMerge candidates =
      Candidates(view, query, test.nodes(), matcher.types());
  for (; !candidates.done(); candidates.Next()) {
    if (check.Tick()) return StopCheck::Error();
    ++page.scanned;
    const HyperedgeRow row = candidates.row();
    if (!test.Holds(row) || !matcher.Matches(row)) continue;
    page.more = page.rows.size() == query.limit;
    if (page.more) break;
    page.rows.push_back(row);
  }
  return page;
}

absl::StatusOr<CoMembers> FindCoMembers(const GraphView& view,
                                        const CoMemberQuery& query,
                                        std::stop_token stop) {
  return CoMemberSearch(view, query, std::move(stop)).Run();
}

}  // namespace mi::graph
