#include "engine/graph/read/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

// How many nodes have each degree.
class DegreeHistogram {
 public:
  void Add(uint64_t degree) {
    if (degree < kSmall) {
      if (small_.empty()) small_.resize(kSmall);
      ++small_[degree];
    } else {
      ++large_[degree];
    }
  }

  DegreeStatistics Summarize() const {
    DegreeStatistics statistics;
    uint64_t edges = 0;
    ForEach([&](uint64_t degree, uint64_t nodes) {
      statistics.nodes += nodes;
      statistics.max = degree;
      edges += degree * nodes;
      return true;
    });
    if (statistics.nodes == 0) return statistics;
    statistics.mean =
        static_cast<double>(edges) / static_cast<double>(statistics.nodes);
    statistics.p50 = Percentile(statistics.nodes, 50);
    statistics.p90 = Percentile(statistics.nodes, 90);
    statistics.p99 = Percentile(statistics.nodes, 99);
    return statistics;
  }

 private:
  static constexpr uint64_t kSmall = 256;

  uint64_t Percentile(uint64_t nodes, uint64_t percent) const {
    const uint64_t wanted = (nodes * percent + 99) / 100;
    uint64_t below = 0;
    uint64_t found = 0;
    ForEach([&](uint64_t degree, uint64_t count) {
      below += count;
      found = degree;
      return below < wanted;
    });
    return found;
  }

  // Degrees that some node has, ascending, until `visit` returns false.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (uint64_t degree = 0; degree < small_.size(); ++degree) {
      if (small_[degree] > 0 && !visit(degree, small_[degree])) return;
    }
    for (const auto& [degree, count] : large_) {
      if (!visit(degree, count)) return;
    }
  }

  std::vector<uint64_t> small_;  // by degree
  std::map<uint64_t, uint64_t> large_;
};

// Edges from nodes with one set of labels to nodes with another.
struct SetConnection {
  uint32_t source_set = 0;
  NameId type = 0;
  uint32_t target_set = 0;

  friend bool operator==(const SetConnection&, const SetConnection&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const SetConnection& connection) {
    return H::combine(std::move(state), connection.source_set, connection.type,
                      connection.target_set);
  }
};

// The same for single labels; kNoLabel for none.
using LabelConnection = std::tuple<NameId, NameId, NameId>;
constexpr NameId kNoLabel = ~NameId{0};

void SortByCount(std::vector<NameCount>* counts) {
  std::sort(counts->begin(), counts->end(),
            [](const NameCount& a, const NameCount& b) {
              return std::tie(b.count, a.name) < std::tie(a.count, b.name);
            });
}

// The sizes of sets by the number of a name.
template <typename Set>
std::vector<NameCount> CountSets(const PersistentArray<Set>& sets,
                                 const Dictionary& names) {
  std::vector<NameCount> counts;
  for (NameId name = 0; name < sets.size(); ++name) {
    if (sets[name].empty()) continue;
    counts.push_back(
        {.name = std::string(names.name(name)), .count = sets[name].size()});
  }
  SortByCount(&counts);
  return counts;
}

class Counter {
 public:
  Counter(const GraphView& view, std::stop_token stop)
      : view_(view),
        out_(view.types.size()),
        in_(view.types.size()),
        check_(std::move(stop)) {}

  absl::StatusOr<GraphStatistics> Run(size_t max_connections) {
    result_.nodes = view_.node_count();
    result_.edges = view_.edge_count();
    result_.hyperedges = view_.hyperedge_count();
    result_.labels = CountSets(view_.nodes_by_label, view_.labels);
    result_.hyperedge_types = CountSets(view_.hyperedges_by_type, view_.types);
    result_.node_properties =
        CountSets(view_.node_properties.by_key, view_.keys);
    result_.edge_properties =
        CountSets(view_.edge_properties.by_key, view_.keys);
    result_.hyperedge_properties =
        CountSets(view_.hyperedge_properties.by_key, view_.keys);
    ReadLabelSets();
    CountEdges();
    SummarizeTypes();
    SummarizeConnections(max_connections);
    SummarizeIndexes();
    if (check_.stopped()) return StopCheck::Error();
    return std::move(result_);
  }

 private:
  // Side by side, so that looking them up by the million stays in the caches.
  void ReadLabelSets() {
    label_sets_.reserve(view_.nodes.size());
    for (size_t first = 0; first < view_.nodes.size();
         first += PersistentArray<NodeRecord>::kLeafSize) {
      for (const NodeRecord& node : view_.nodes.Leaf(first)) {
        if (check_.Tick()) return;
        label_sets_.push_back(node.labels);
      }
    }
  }

  void CountEdges() {
    if (check_.stopped()) return;
    for (size_t first = 0; first < view_.adjacency.size();
         first += PersistentArray<Adjacency>::kLeafSize) {
      auto node = static_cast<NodeRow>(first);
      for (const Adjacency& adjacency : view_.adjacency.Leaf(first)) {
        CountDegrees(adjacency.out, &out_);
        CountDegrees(adjacency.in, &in_);
        CountConnections(label_sets_[node], adjacency.out);
        if (check_.Tick()) return;
        ++node;
      }
    }
  }

  // Edges of a type stand together.
  void CountDegrees(const OrderedSet<AdjacencyEntry>& edges,
                    std::vector<DegreeHistogram>* histograms) {
    NameId type = 0;
    uint64_t degree = 0;
    for (auto at = edges.Begin(); !at.done(); at.NextBlock()) {
      if (check_.Now()) return;
      for (const AdjacencyEntry& entry : at.Block()) {
        if (entry.type != type) {
          if (degree > 0) (*histograms)[type].Add(degree);
          type = entry.type;
          degree = 0;
        }
        ++degree;
      }
    }
    if (degree > 0) (*histograms)[type].Add(degree);
  }

  void CountConnections(uint32_t source_set,
                        const OrderedSet<AdjacencyEntry>& out) {
    for (auto at = out.Begin(); !at.done(); at.NextBlock()) {
      if (check_.Now()) return;
      for (const AdjacencyEntry& entry : at.Block()) {
        const SetConnection connection = {
            .source_set = source_set,
            .type = entry.type,
            .target_set = label_sets_[entry.neighbor]};
        // Mostly it is one of few.
        if (last_ == nullptr || !(connection == last_connection_)) {
          last_ = &connections_[connection];
          last_connection_ = connection;
        }
        ++*last_;
      }
    }
  }

  void SummarizeTypes() {
    for (NameId type = 0; type < view_.edges_by_type.size(); ++type) {
      const uint64_t count = view_.edges_by_type[type].size();
      if (count == 0) continue;
      result_.edge_types.push_back({.type = std::string(view_.types.name(type)),
                                    .count = count,
                                    .out = out_[type].Summarize(),
                                    .in = in_[type].Summarize()});
    }
    std::sort(result_.edge_types.begin(), result_.edge_types.end(),
              [](const EdgeTypeStatistics& a, const EdgeTypeStatistics& b) {
                return std::tie(b.count, a.type) < std::tie(a.count, b.type);
              });
  }

  std::vector<NameId> LabelsOf(uint32_t set) const {
    std::vector<NameId> labels = view_.NamesIn(set);
    if (labels.empty()) labels.push_back(kNoLabel);
    return labels;
  }
  std::string LabelName(NameId label) const {
    return label == kNoLabel ? std::string()
                             : std::string(view_.labels.name(label));
  }

  void SummarizeConnections(size_t max_connections) {
    absl::flat_hash_map<LabelConnection, uint64_t> counts;
    for (const auto& [connection, count] : connections_) {
      const std::vector<NameId> targets = LabelsOf(connection.target_set);
      for (const NameId source : LabelsOf(connection.source_set)) {
        for (const NameId target : targets) {
          if (check_.Tick()) return;
          counts[{source, connection.type, target}] += count;
        }
      }
    }
    std::vector<ConnectionCount>& sorted = result_.connections;
    for (const auto& [connection, count] : counts) {
      const auto& [source, type, target] = connection;
      sorted.push_back({.source_label = LabelName(source),
                        .type = std::string(view_.types.name(type)),
                        .target_label = LabelName(target),
                        .count = count});
      if (check_.Tick()) return;
    }
    const size_t kept = std::min(max_connections, sorted.size());
    std::partial_sort(
        sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(kept),
        sorted.end(), [](const ConnectionCount& a, const ConnectionCount& b) {
          return std::tie(b.count, a.source_label, a.type, a.target_label) <
                 std::tie(a.count, b.source_label, b.type, b.target_label);
        });
    result_.connections_left_out = sorted.size() - kept;
    sorted.resize(kept);
  }

  void SummarizeIndexes() {
    for (size_t i = 0; i < view_.indexes.size(); ++i) {
      const PropertyIndex& index = view_.indexes[i];
      IndexStatistics& statistics = result_.indexes.emplace_back();
      statistics.definition = index.definition;
      statistics.entries = index.entries.size();
      const Value* last = nullptr;
      for (auto at = index.entries.Begin(); !at.done(); at.Next()) {
        if (check_.Tick()) return;
        if (last == nullptr) statistics.min = at->value;
        if (last == nullptr || !(*last == at->value)) ++statistics.distinct;
        last = &at->value;
      }
      if (last != nullptr) statistics.max = *last;
    }
  }

  const GraphView& view_;
  std::vector<uint32_t> label_sets_;  // by node
  std::vector<DegreeHistogram> out_;  // by type
  std::vector<DegreeHistogram> in_;
  absl::flat_hash_map<SetConnection, uint64_t> connections_;
  SetConnection last_connection_;
  uint64_t* last_ = nullptr;
  StopCheck check_;
  GraphStatistics result_;
};

}  // namespace

absl::StatusOr<GraphStatistics> ComputeStatistics(const GraphView& view,
                                                  size_t max_connections,
                                                  std::stop_token stop) {
  ASSIGN_OR_RETURN(GraphStatistics statistics,
                   Counter(view, stop).Run(max_connections));
  ASSIGN_OR_RETURN(statistics.memory, ComputeMemory(view, std::move(stop)));
  return statistics;
}

}  // namespace mi::graph
