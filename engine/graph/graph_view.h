// A property graph at one moment: nodes, edges and hyperedges with properties,
// adjacency both ways, and indexes.

#ifndef MI_ENGINE_GRAPH_GRAPH_VIEW_H_
#define MI_ENGINE_GRAPH_GRAPH_VIEW_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/graph/dictionary.h"
#include "engine/graph/persistent/hash_index.h"
#include "engine/graph/persistent/ordered_set.h"
#include "engine/graph/persistent/persistent_array.h"
#include "engine/graph/value.h"

namespace mi::graph {

// Rows of the tables below. A row is used again after its element was deleted,
// and is never changed by anything else: it stays the same across restarts.
using NodeRow = uint32_t;
using EdgeRow = uint32_t;
using HyperedgeRow = uint32_t;

// From `from` on and before `to`, in microseconds since the epoch, UTC.
struct TimeSpan {
  TimeMicros from = std::numeric_limits<TimeMicros>::min();
  TimeMicros to = std::numeric_limits<TimeMicros>::max();

  bool Contains(TimeMicros time) const { return from <= time && time < to; }
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// What stands in a row: `version` is the journal sequence of the element's last
// write, 0 where the row is free. Label sets and key sets are numbers in
// GraphView::name_sets.
struct NodeRecord {
  Value id;
  uint64_t version = 0;
  uint32_t labels = 0;
  uint32_t keys = 0;
};

struct EdgeRecord {
  Value id;
  uint64_t version = 0;
  NodeRow source = 0;
  NodeRow target = 0;
  NameId type = 0;
  uint32_t keys = 0;
};

// A node's part in a hyperedge.
struct Member {
  NameId role = 0;
  NodeRow node = 0;

  friend auto operator<=>(const Member&, const Member&) = default;
};

struct HyperedgeRecord {
  Value id;
  uint64_t version = 0;
  NameId type = 0;
  uint32_t keys = 0;
  double weight = 1;
  double confidence = 1;
  OrderedSet<Member> members;
};

// An edge as one of its ends sees it, sorted so that all edges of a type, and
// among them all to one neighbour, stand together.
struct AdjacencyEntry {
  NameId type = 0;
  NodeRow neighbor = 0;
  EdgeRow edge = 0;

  friend auto operator<=>(const AdjacencyEntry&,
                          const AdjacencyEntry&) = default;
};

// A hyperedge as its members see it.
struct MembershipEntry {
  NameId type = 0;
  HyperedgeRow hyperedge = 0;

  friend auto operator<=>(const MembershipEntry&,
                          const MembershipEntry&) = default;
};

// All that a node touches. A self-loop stands in `out` and in `in`.
struct Adjacency {
  OrderedSet<AdjacencyEntry> out;
  OrderedSet<AdjacencyEntry> in;
  OrderedSet<MembershipEntry> hyperedges;
};

// The value of one property of a row.
struct Cell {
  uint32_t row = 0;
  Value value;

  friend bool operator<(const Cell& a, const Cell& b) { return a.row < b.row; }
};

struct SpanCell {
  uint32_t row = 0;
  TimeSpan span;

  friend bool operator<(const SpanCell& a, const SpanCell& b) {
    return a.row < b.row;
  }
};

// The values of one property, by row.
using Column = OrderedSet<Cell>;

// Property columns of one kind of element, by key.
struct Columns {
  PersistentArray<Column> by_key;

  // Null when the row does not have the property.
  const Value* Find(NameId key, uint32_t row) const {
    if (key >= by_key.size()) return nullptr;
    const Cell* cell = by_key[key].Find({.row = row, .value = {}});
    return cell == nullptr ? nullptr : &cell->value;
  }
};

// An index over a property of the nodes with a label.
struct IndexDefinition {
  std::string label;
  std::string property;
  // No two of the nodes have equal values; nodes without the property do not
  // count.
  bool unique = false;
  // Writes that give the property another type are refused. kNull: any type.
  ValueType required_type = ValueType::kNull;

  friend bool operator==(const IndexDefinition&,
                         const IndexDefinition&) = default;
};

// In the order of Compare, then of rows.
struct IndexEntry {
  Value value;
  NodeRow node = 0;

  friend bool operator<(const IndexEntry& a, const IndexEntry& b) {
    const auto order = Compare(a.value, b.value);
    return order != 0 ? order < 0 : a.node < b.node;
  }
};

struct PropertyIndex {
  std::shared_ptr<const IndexDefinition> definition;
  NameId label = 0;
  NameId key = 0;
  OrderedSet<IndexEntry> entries;
};

// The point of a collection that a node stands for.
struct PointLink {
  std::string collection;
  std::string point_id;

  friend bool operator==(const PointLink&, const PointLink&) = default;
};

// One state of a graph. Immutable once published: a reader holds a pointer and
// sees this state for as long as it wants, while writers make the next version
// out of what both have in common. So there is nothing to lock, to merge at a
// read or to clean up behind a reader. Thread-safe.
//
// Cost: a look-up by row follows three or four pointers; by id or key, twice as
// many. About 90 bytes an edge without properties.
struct GraphView {
  // Journal sequence of the last change.
  uint64_t sequence = 0;

  Dictionary labels;
  Dictionary types;  // of edges and of hyperedges
  Dictionary keys;   // of properties
  Dictionary roles;
  // Sets of labels and of keys, each as its numbers of four bytes in ascending
  // order. Number 0 is the empty set.
  Dictionary name_sets;

  PersistentArray<NodeRecord> nodes;
  PersistentArray<EdgeRecord> edges;
  PersistentArray<HyperedgeRecord> hyperedges;
  PersistentArray<uint32_t> free_nodes;
  PersistentArray<uint32_t> free_edges;
  PersistentArray<uint32_t> free_hyperedges;

  // Of the ids, by hash.
  HashIndex node_ids;
  HashIndex edge_ids;
  HashIndex hyperedge_ids;
  // The next integer that serves as the id of an element without one, by kind.
  int64_t next_node_id = 1;
  int64_t next_edge_id = 1;
  int64_t next_hyperedge_id = 1;

  // By row of the node.
  PersistentArray<Adjacency> adjacency;

  Columns node_properties;
  Columns edge_properties;
  Columns hyperedge_properties;
  // Rows that have one; all others are always valid.
  OrderedSet<SpanCell> edge_spans;
  OrderedSet<SpanCell> hyperedge_spans;

  // Rows by label or type.
  PersistentArray<OrderedSet<NodeRow>> nodes_by_label;
  PersistentArray<OrderedSet<EdgeRow>> edges_by_type;
  PersistentArray<OrderedSet<HyperedgeRow>> hyperedges_by_type;

  PersistentArray<PropertyIndex> indexes;

  // Links by row of the node, as LinkValue makes them; and rows by hash of the
  // link.
  OrderedSet<Cell> links;
  HashIndex linked_nodes;

  // --- Counts.

  size_t node_count() const { return nodes.size() - free_nodes.size(); }
  size_t edge_count() const { return edges.size() - free_edges.size(); }
  size_t hyperedge_count() const {
    return hyperedges.size() - free_hyperedges.size();
  }

  // --- Look-ups.

  std::optional<NodeRow> FindNode(const Value& id) const;
  std::optional<EdgeRow> FindEdge(const Value& id) const;
  std::optional<HyperedgeRow> FindHyperedge(const Value& id) const;

  // The numbers in a set of labels or keys, ascending.
  std::vector<NameId> NamesIn(uint32_t name_set) const;
  bool HasLabel(NodeRow node, NameId label) const;

  // Always valid unless a span says otherwise.
  TimeSpan EdgeSpan(EdgeRow edge) const;
  TimeSpan HyperedgeSpan(HyperedgeRow hyperedge) const;

  // Rows with a label or type; empty for one that no element ever had.
  const OrderedSet<NodeRow>& NodesWithLabel(NameId label) const;
  const OrderedSet<EdgeRow>& EdgesOfType(NameId type) const;
  const OrderedSet<HyperedgeRow>& HyperedgesOfType(NameId type) const;

  // Null when there is none.
  const PropertyIndex* FindIndex(std::string_view label,
                                 std::string_view property) const;

  std::optional<PointLink> LinkOf(NodeRow node) const;
  // Nodes that are linked to a point, ascending.
  std::vector<NodeRow> NodesLinkedTo(std::string_view collection,
                                     std::string_view point_id) const;
};

// How links stand in the columns: a list of two strings.
Value LinkValue(std::string_view collection, std::string_view point_id);

// All properties of a row, sorted by name.
Value::Map PropertiesOf(const GraphView& view, const Columns& columns,
                        uint32_t key_set, uint32_t row);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_GRAPH_VIEW_H_
