// Selectors, with names resolved for one version of a graph.

#ifndef MI_ENGINE_GRAPH_READ_MATCHER_H_
#define MI_ENGINE_GRAPH_READ_MATCHER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/property_condition.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

// Says which nodes are meant. Refers to the view, which must outlive it. For
// one thread: it remembers what it found out about sets of labels.
class NodeMatcher {
 public:
  NodeMatcher(const GraphView& view, const NodeSelector& selector);

  // Whether every node is meant.
  bool always() const { return !never_ && !tests_labels_ && rest_.always(); }
  // Whether none is known to be meant.
  bool never() const { return never_; }

  bool Matches(NodeRow node) {
    if (never_) return false;
    if (tests_labels_ && !HasLabels(node)) return false;
    return rest_.always() || rest_.Holds(node);
  }

  // The labels of the selector that the graph knows, each once. `all_labels`
  // are then all of the selector's, unless never().
  absl::Span<const NameId> any_label() const { return any_label_; }
  absl::Span<const NameId> all_labels() const { return all_labels_; }

 private:
  struct Known {
    uint32_t set = 0;
    bool known = false;
    bool matches = false;
  };
  static constexpr size_t kKnown = 64;

  bool HasLabels(NodeRow node) {
    const uint32_t set = view_.nodes[node].labels;
    Known& known = known_[set % kKnown];
    if (!known.known || known.set != set) {
      known = {.set = set, .known = true, .matches = SetMatches(set)};
    }
    return known.matches;
  }
  bool SetMatches(uint32_t label_set) const;

  const GraphView& view_;
  bool never_ = false;
  bool tests_labels_ = false;
  std::vector<NameId> any_label_;
  std::vector<NameId> all_labels_;
  ConditionSet rest_;
  // By the number of the label set.
  std::array<Known, kKnown> known_;
};

// Says which edges, or which hyperedges, are meant. Refers to the view, which
// must outlive it. Thread-safe.
class EdgeMatcher {
 public:
  static EdgeMatcher ForEdges(const GraphView& view,
                              const EdgeSelector& selector) {
    return EdgeMatcher(view, view.edge_properties, view.edge_spans, selector);
  }
  static EdgeMatcher ForHyperedges(const GraphView& view,
                                   const HyperedgeSelector& selector) {
    return EdgeMatcher(view, view.hyperedge_properties, view.hyperedge_spans,
                       selector);
  }

  // Whether all edges of the types are meant.
  bool always() const {
    return !never_ && !as_of_.has_value() && conditions_.always();
  }
  // Whether none is known to be meant.
  bool never() const { return never_; }

  // The types that are meant, ascending; empty: all.
  absl::Span<const NameId> types() const { return types_; }
  bool HasType(NameId type) const;

  // Whether conditions and time hold. The type is for whoever asks to look at.
  bool Matches(uint32_t row) const {
    return always() || MatchesConditions(row);
  }

 private:
  EdgeMatcher(const GraphView& view, const Columns& columns,
              const OrderedSet<SpanCell>& spans, const EdgeSelector& selector);

  bool MatchesConditions(uint32_t row) const;

  bool never_ = false;
  std::vector<NameId> types_;
  ConditionSet conditions_;
  const OrderedSet<SpanCell>* spans_;
  // Unset, too, when no edge has a span.
  std::optional<TimeMicros> as_of_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_MATCHER_H_
