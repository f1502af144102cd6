// FindLightestPath of shortest_path.h.

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "engine/graph/read/path_search.h"
#include "engine/graph/read/row_set.h"
#include "engine/graph/read/shortest_path.h"

namespace mi::graph {
namespace {

bool IsWeight(double weight) { return std::isfinite(weight) && weight >= 0; }

// How far a node is from the source: by weight, and then by hops.
struct Distance {
  double weight = 0;
  uint32_t hops = 0;

  friend bool operator==(const Distance&, const Distance&) = default;
  friend bool operator<(const Distance& a, const Distance& b) {
    return std::tie(a.weight, a.hops) < std::tie(b.weight, b.hops);
  }
};

// Weights of edges, each looked up where it is stored.
class Weights {
 public:
  Weights(const GraphView& view, const LightestPathQuery& query)
      : view_(view), query_(query) {
    const auto key = view.keys.Find(query.weight_property);
    if (key.has_value() && *key < view.edge_properties.by_key.size()) {
      column_ = &view.edge_properties.by_key[*key];
    }
  }

  absl::StatusOr<double> Of(EdgeRow edge) const {
    const Cell* const cell = column_ == nullptr
                                 ? nullptr
                                 : column_->Find({.row = edge, .value = {}});
    if (cell == nullptr) return query_.default_weight;
    if (cell->value.is_number() && IsWeight(cell->value.number())) {
      return cell->value.number();
    }
    return ResourceError(
        absl::StatusCode::kFailedPrecondition, Reason::kElementDiffers, "edge",
        DebugString(view_.edges[edge].id),
        fmt::format("edge {} has {} as '{}': a weight is a number, finite and "
                    "at least 0",
                    DebugString(view_.edges[edge].id), DebugString(cell->value),
                    query_.weight_property));
  }

 private:
  const GraphView& view_;
  const LightestPathQuery& query_;
  const Column* column_ = nullptr;
};

class DijkstraSearch {
 public:
  DijkstraSearch(const GraphView& view, const LightestPathQuery& query,
                 std::stop_token stop)
      : query_(query),
        search_(view, query, std::move(stop)),
        weights_(view, query),
        label_of_(view.nodes.size()) {}

  absl::StatusOr<LightestPath> Run() {
    Relax(query_.source, {});
    if (query_.source == query_.target) {
      result_.path = search_.ToPath({});
    } else if (!search_.never() && Settle()) {
      MarkTightEdges();
      result_.path = FollowTightEdges();
    }
    if (search_.failed()) return search_.status();
    result_.visited = search_.visited();
    result_.edges_scanned = search_.edges_scanned();
    return std::move(result_);
  }

 private:
  struct Label {
    NodeRow node = 0;
    Distance distance;
    bool settled = false;
    bool on_path = false;
  };
  // A distance that a label had when it was queued.
  struct Queued {
    Distance distance;
    uint32_t label = 0;

    // The nearest is the greatest of a heap.
    friend bool operator<(const Queued& a, const Queued& b) {
      if (a.distance == b.distance) return b.label < a.label;
      return b.distance < a.distance;
    }
  };

  Label* FindLabel(NodeRow node) {
    const uint32_t label = label_of_.Find(node);
    return label == kNoRow ? nullptr : &labels_[label];
  }

  // Takes a distance for a node if it is less than what is known.
  void Relax(NodeRow node, Distance distance) {
    const auto fresh = static_cast<uint32_t>(labels_.size());
    const uint32_t label = label_of_.FindOrInsert(node, fresh);
    if (label == fresh) {
      labels_.push_back({.node = node, .distance = distance});
      search_.Visit();
    } else if (distance < labels_[label].distance) {
      labels_[label].distance = distance;
    } else {
      return;
    }
    queue_.push_back({.distance = distance, .label = label});
    std::push_heap(queue_.begin(), queue_.end());
  }

  // Settles nodes, the nearest first, until the target is; false when it cannot
  // be reached.
  bool Settle() {
    while (!queue_.empty() && !search_.failed()) {
      std::pop_heap(queue_.begin(), queue_.end());
      const uint32_t label = queue_.back().label;
      queue_.pop_back();
      if (labels_[label].settled) continue;
      labels_[label].settled = true;
      if (labels_[label].node == query_.target) return true;
      WalkFrom(labels_[label]);
    }
    return false;
  }

  void WalkFrom(Label from) {
    search_.Walk(from.node, query_.direction, nullptr,
                 [&](const AdjacencyEntry& entry) {
                   const Label* const known = FindLabel(entry.neighbor);
                   if (known == nullptr ? !search_.MayPass(entry.neighbor)
                                        : known->settled) {
                     return true;
                   }
                   const std::optional<double> weight = WeightOf(entry.edge);
                   if (!weight.has_value()) return false;
                   const Distance distance = {from.distance.weight + *weight,
                                              from.distance.hops + 1};
                   const Label* const target = FindLabel(query_.target);
                   if (target == nullptr || distance < target->distance) {
                     Relax(entry.neighbor, distance);
                   }
                   return true;
                 });
  }

  std::optional<double> WeightOf(EdgeRow edge) {
    absl::StatusOr<double> weight = weights_.Of(edge);
    if (weight.ok()) return *weight;
    search_.Fail(weight.status());
    return std::nullopt;
  }

  // Whether an edge is a step of a best path to its end.
  bool IsTight(const Label& from, EdgeRow edge, const Label& to) {
    if (!from.settled || from.distance.hops + 1 != to.distance.hops) {
      return false;
    }
    const std::optional<double> weight = WeightOf(edge);
    return weight.has_value() &&
           from.distance.weight + *weight == to.distance.weight;
  }

  // Marks the nodes from which steps of best paths lead to the target.
  void MarkTightEdges() {
    std::vector<uint32_t> marked = {label_of_.Find(query_.target)};
    labels_[marked[0]].on_path = true;
    while (!marked.empty() && !search_.failed()) {
      const Label to = labels_[marked.back()];
      marked.pop_back();
      search_.Walk(to.node, Reversed(query_.direction), nullptr,
                   [&](const AdjacencyEntry& entry) {
                     Label* const from = FindLabel(entry.neighbor);
                     if (from == nullptr || from->on_path ||
                         !IsTight(*from, entry.edge, to)) {
                       return true;
                     }
                     from->on_path = true;
                     marked.push_back(label_of_.Find(entry.neighbor));
                     return true;
                   });
    }
  }

  std::optional<Path> FollowTightEdges() {
    std::vector<AdjacencyEntry> taken;
    NodeRow node = query_.source;
    while (node != query_.target) {
      const Label from = *FindLabel(node);
      const auto next =
          search_.FindNext(node, nullptr, [&](const AdjacencyEntry& entry) {
            const Label* const to = FindLabel(entry.neighbor);
            return to != nullptr && to->on_path &&
                   IsTight(from, entry.edge, *to);
          });
      if (!next.has_value()) return std::nullopt;  // stopped
      taken.push_back(*next);
      node = next->neighbor;
    }
    Path path = search_.ToPath(taken);
    path.length = FindLabel(query_.target)->distance.weight;
    return path;
  }

  const LightestPathQuery& query_;
  PathSearch search_;
  const Weights weights_;
  RowMap label_of_;
  std::vector<Label> labels_;
  std::vector<Queued> queue_;
  LightestPath result_;
};

}  // namespace

absl::StatusOr<LightestPath> FindLightestPath(const GraphView& view,
                                              const LightestPathQuery& query,
                                              std::stop_token stop) {
  if (!IsWeight(query.default_weight)) {
    return InvalidField("default_weight", "must be finite and at least 0");
  }
  return DijkstraSearch(view, query, std::move(stop)).Run();
}

}  // namespace mi::graph
