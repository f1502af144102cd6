#include "engine/graph/read/subgraph.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/graph/read/edge_walk.h"
#include "engine/graph/read/expand.h"
#include "engine/graph/read/matcher.h"
#include "engine/graph/read/row_set.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

// Keeps the `limit` least of the values that it is shown, and counts all.
template <typename T>
class Least {
 public:
  explicit Least(size_t limit) : limit_(limit) {}

  void Add(const T& value) {
    ++count_;
    if (limit_ == 0) return;
    kept_.push_back(value);
    if (kept_.size() >= 2 * limit_ + kRoom) Cut();
  }

  uint64_t count() const { return count_; }
  // Ascending.
  std::vector<T> Take() {
    if (kept_.size() > limit_) Cut();
    std::sort(kept_.begin(), kept_.end());
    return std::move(kept_);
  }

 private:
  static constexpr size_t kRoom = 64;

  void Cut() {
    const auto end = kept_.begin() + static_cast<ptrdiff_t>(limit_);
    std::nth_element(kept_.begin(), end, kept_.end());
    kept_.erase(end, kept_.end());
  }

  size_t limit_;
  uint64_t count_ = 0;
  std::vector<T> kept_;
};

class SubgraphReader {
 public:
  SubgraphReader(const GraphView& view, const SubgraphQuery& query,
                 std::stop_token stop)
      : view_(view),
        query_(query),
        edges_(EdgeMatcher::ForEdges(view, query.edges)),
        place_of_(view.nodes.size()),
        stop_(std::move(stop)),
        check_(stop_) {}

  absl::StatusOr<Subgraph> Run() {
    RETURN_IF_ERROR(ChooseNodes());
    if (!edges_.never()) ChooseEdges();
    if (query_.with_hyperedges) ChooseHyperedges();
    if (check_.stopped()) return StopCheck::Error();
    return std::move(result_);
  }

 private:
  // An edge, by the places of its ends.
  struct PlacedEdge {
    uint32_t later = 0;
    uint32_t earlier = 0;
    EdgeRow edge = 0;

    friend auto operator<=>(const PlacedEdge&, const PlacedEdge&) = default;
  };

  absl::Status ChooseNodes() {
    ASSIGN_OR_RETURN(const Expansion found,
                     Expand(view_,
                            {.starts = query_.centers,
                             .max_hops = query_.max_hops,
                             .direction = query_.direction,
                             .edges = query_.edges,
                             .nodes = query_.nodes,
                             .max_nodes = query_.max_nodes_searched,
                             .max_edges_scanned = query_.max_edges_searched},
                            stop_));
    result_.search_limited = found.nodes_limited || found.edges_scanned_limited;
    // The order of hops is there already: degrees matter only for those nodes
    // that are chosen, and for those as far away as the last of them.
    const size_t chosen = std::min(query_.max_nodes, found.nodes.size());
    const size_t compared =
        chosen == 0 ? 0 : EndOfHops(found.nodes, chosen - 1);
    std::vector<SubgraphNode>& nodes = result_.nodes;
    nodes.reserve(compared);
    for (size_t i = 0; i < compared; ++i) {
      if (check_.Tick()) return StopCheck::Error();
      const NodeRow node = found.nodes[i].node;
      nodes.push_back(
          {.node = node,
           .hops = found.nodes[i].hops,
           .degree = CountEdges(view_, node, Direction::kBoth, {})});
    }
    std::partial_sort(nodes.begin(),
                      nodes.begin() + static_cast<ptrdiff_t>(chosen),
                      nodes.end(), ComesFirst);
    nodes.resize(chosen);
    result_.nodes_left_out = found.nodes.size() - chosen;
    for (uint32_t place = 0; place < nodes.size(); ++place) {
      place_of_.FindOrInsert(nodes[place].node, place);
    }
    return absl::OkStatus();
  }

  // The first place behind all nodes as far away as that at `place`.
  static size_t EndOfHops(const std::vector<ExpandedNode>& nodes,
                          size_t place) {
    const auto end =
        std::upper_bound(nodes.begin(), nodes.end(), nodes[place].hops,
                         [](uint32_t hops, const ExpandedNode& node) {
                           return hops < node.hops;
                         });
    return static_cast<size_t>(end - nodes.begin());
  }

  static bool ComesFirst(const SubgraphNode& a, const SubgraphNode& b) {
    return std::make_tuple(a.hops, b.degree, a.node) <
           std::make_tuple(b.hops, a.degree, b.node);
  }

  // Each edge is met from its source.
  void ChooseEdges() {
    Least<PlacedEdge> least(query_.max_edges);
    for (uint32_t place = 0; place < result_.nodes.size(); ++place) {
      const auto& out = view_.adjacency[result_.nodes[place].node].out;
      // A search costs as much as a look at some twenty edges.
      constexpr size_t kEdgesPerSearch = 20;
      if (out.size() / kEdgesPerSearch < result_.nodes.size()) {
        WalkFrom(place, &least);
      } else {
        SearchFrom(place, &least);
      }
      if (check_.stopped()) return;
    }
    result_.edges_left_out = least.count();
    for (const PlacedEdge& placed : least.Take()) {
      result_.edges.push_back(placed.edge);
    }
    result_.edges_left_out -= result_.edges.size();
  }

  void WalkFrom(uint32_t place, Least<PlacedEdge>* least) {
    WalkEdges(view_.adjacency[result_.nodes[place].node], Direction::kOut,
              edges_.types(), nullptr,
              [&](const AdjacencyEntry& entry, Direction) {
                if (check_.Tick()) return false;
                const uint32_t other = place_of_.Find(entry.neighbor);
                if (other != kNoRow) Offer(entry.edge, place, other, least);
                return true;
              });
  }

  // Looks for edges to each of the nodes among very many.
  void SearchFrom(uint32_t place, Least<PlacedEdge>* least) {
    const auto& out = view_.adjacency[result_.nodes[place].node].out;
    ForEachType(out, [&](NameId type) {
      if (!edges_.HasType(type)) return;
      for (uint32_t other = 0; other < result_.nodes.size(); ++other) {
        const NodeRow target = result_.nodes[other].node;
        const AdjacencyEntry first = {.type = type, .neighbor = target};
        auto at = out.Seek(
            [&](const AdjacencyEntry& entry) { return entry < first; });
        for (; !at.done() && at->type == type && at->neighbor == target;
             at.Next()) {
          Offer(at->edge, place, other, least);
          if (check_.Tick()) return;
        }
        if (check_.Tick()) return;
      }
    });
  }

  void Offer(EdgeRow edge, uint32_t source, uint32_t target,
             Least<PlacedEdge>* least) const {
    if (!edges_.Matches(edge)) return;
    least->Add({.later = std::max(source, target),
                .earlier = std::min(source, target),
                .edge = edge});
  }

  void ChooseHyperedges() {
    const EdgeMatcher matcher =
        EdgeMatcher::ForHyperedges(view_, query_.hyperedges);
    if (matcher.never()) return;
    RowMap members(view_.hyperedges.size());  // how many are among the nodes
    std::vector<HyperedgeRow> second;  // those that have just got their second
    uint64_t count = 0;
    for (const SubgraphNode& node : result_.nodes) {
      second.clear();
      const auto& memberships = view_.adjacency[node.node].hyperedges;
      for (auto at = memberships.Begin(); !at.done(); at.Next()) {
        if (check_.Tick()) return;
        if (!matcher.HasType(at->type)) continue;
        const uint32_t known = members.FindOrInsert(at->hyperedge, 0)++;
        if (known == 1 && matcher.Matches(at->hyperedge)) {
          second.push_back(at->hyperedge);
        }
      }
      std::sort(second.begin(), second.end());
      count += second.size();
      for (const HyperedgeRow row : second) {
        if (result_.hyperedges.size() == query_.max_hyperedges) break;
        result_.hyperedges.push_back(row);
      }
    }
    result_.hyperedges_left_out = count - result_.hyperedges.size();
  }

  const GraphView& view_;
  const SubgraphQuery& query_;
  const EdgeMatcher edges_;
  RowMap place_of_;  // of the nodes in the answer
  const std::stop_token stop_;
  StopCheck check_;
  Subgraph result_;
};

}  // namespace

absl::StatusOr<Subgraph> GetSubgraph(const GraphView& view,
                                     const SubgraphQuery& query,
                                     std::stop_token stop) {
  return SubgraphReader(view, query, std::move(stop)).Run();
}

}  // namespace mi::graph
