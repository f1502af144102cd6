// ExpectHolds of graph_oracle.h.

#include <algorithm>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/graph_oracle.h"

namespace mi::graph {
namespace {

Value IdOf(const IdKey& key) { return Value::FromBytes(key); }

PropertyMap AsMap(const Value::Map& properties) {
  return {properties.begin(), properties.end()};
}

template <typename T>
std::vector<T> Elements(const OrderedSet<T>& set) {
  std::vector<T> elements;
  for (auto at = set.Begin(); !at.done(); at.Next()) elements.push_back(*at);
  EXPECT_EQ(elements.size(), set.size());
  EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end()));
  return elements;
}

class Comparison {
 public:
  Comparison(const GraphView& view, const GraphOracle& oracle)
      : view_(view), oracle_(oracle) {}

  void Nodes() {
    EXPECT_EQ(view_.node_count(), oracle_.nodes.size());
    EXPECT_EQ(view_.next_node_id, oracle_.next_node_id);
    for (const auto& [key, expected] : oracle_.nodes) {
      const auto row = view_.FindNode(IdOf(key));
      ASSERT_TRUE(row.has_value()) << DebugString(IdOf(key));
      const NodeRecord& record = view_.nodes[*row];
      EXPECT_EQ(record.id, IdOf(key));
      EXPECT_EQ(record.version, expected.version);
      std::set<std::string> labels;
      for (const NameId label : view_.NamesIn(record.labels)) {
        labels.emplace(view_.labels.name(label));
        EXPECT_TRUE(view_.HasLabel(*row, label));
        EXPECT_TRUE(view_.NodesWithLabel(label).Contains(*row));
      }
      EXPECT_EQ(labels, expected.labels);
      EXPECT_EQ(
          AsMap(PropertiesOf(view_, view_.node_properties, record.keys, *row)),
          expected.properties);
      EXPECT_EQ(view_.LinkOf(*row), expected.link);
      if (expected.link) {
        const auto linked = view_.NodesLinkedTo(expected.link->collection,
                                                expected.link->point_id);
        EXPECT_NE(std::find(linked.begin(), linked.end(), *row), linked.end());
      }
    }
  }

  void Edges() {
    EXPECT_EQ(view_.edge_count(), oracle_.edges.size());
    EXPECT_EQ(view_.next_edge_id, oracle_.next_edge_id);
    std::map<IdKey, size_t> out;
    std::map<IdKey, size_t> in;
    for (const auto& [key, expected] : oracle_.edges) {
      const auto row = view_.FindEdge(IdOf(key));
      ASSERT_TRUE(row.has_value()) << DebugString(IdOf(key));
      const EdgeRecord& record = view_.edges[*row];
      EXPECT_EQ(record.version, expected.version);
      EXPECT_EQ(view_.types.name(record.type), expected.type);
      EXPECT_EQ(KeyOf(view_.nodes[record.source].id), expected.source);
      EXPECT_EQ(KeyOf(view_.nodes[record.target].id), expected.target);
      EXPECT_EQ(
          AsMap(PropertiesOf(view_, view_.edge_properties, record.keys, *row)),
          expected.properties);
      EXPECT_EQ(view_.EdgeSpan(*row), expected.span);
      EXPECT_TRUE(view_.adjacency[record.source].out.Contains(
          {record.type, record.target, *row}));
      EXPECT_TRUE(view_.adjacency[record.target].in.Contains(
          {record.type, record.source, *row}));
      EXPECT_TRUE(view_.EdgesOfType(record.type).Contains(*row));
      ++out[expected.source];
      ++in[expected.target];
    }
    for (const auto& [key, unused] : oracle_.nodes) {
      const Adjacency& touches = view_.adjacency[*view_.FindNode(IdOf(key))];
      EXPECT_EQ(Elements(touches.out).size(), out[key]);
      EXPECT_EQ(Elements(touches.in).size(), in[key]);
    }
  }

  void Hyperedges() {
    EXPECT_EQ(view_.hyperedge_count(), oracle_.hyperedges.size());
    EXPECT_EQ(view_.next_hyperedge_id, oracle_.next_hyperedge_id);
    std::map<IdKey, size_t> memberships;
    for (const auto& [key, expected] : oracle_.hyperedges) {
      const auto row = view_.FindHyperedge(IdOf(key));
      ASSERT_TRUE(row.has_value()) << DebugString(IdOf(key));
      const HyperedgeRecord& record = view_.hyperedges[*row];
      EXPECT_EQ(record.version, expected.version);
      EXPECT_EQ(view_.types.name(record.type), expected.type);
      EXPECT_EQ(record.weight, expected.weight);
      EXPECT_EQ(record.confidence, expected.confidence);
      EXPECT_EQ(AsMap(PropertiesOf(view_, view_.hyperedge_properties,
                                   record.keys, *row)),
                expected.properties);
      EXPECT_EQ(view_.HyperedgeSpan(*row), expected.span);
      EXPECT_TRUE(view_.HyperedgesOfType(record.type).Contains(*row));
      std::set<std::pair<std::string, IdKey>> members;
      std::set<IdKey> nodes;
      for (const Member& member : Elements(record.members)) {
        const IdKey node = KeyOf(view_.nodes[member.node].id);
        members.emplace(view_.roles.name(member.role), node);
        nodes.insert(node);
        EXPECT_TRUE(view_.adjacency[member.node].hyperedges.Contains(
            {record.type, *row}));
      }
      EXPECT_EQ(members, expected.members);
      for (const IdKey& node : nodes) ++memberships[node];
    }
    for (const auto& [key, unused] : oracle_.nodes) {
      const Adjacency& touches = view_.adjacency[*view_.FindNode(IdOf(key))];
      EXPECT_EQ(Elements(touches.hyperedges).size(), memberships[key]);
    }
  }

  // What the sums over all names are: there is nothing in them beside what the
  // elements asked for.
  void Totals() {
    size_t labels = 0;
    size_t properties = 0;
    size_t links = 0;
    for (const auto& [key, node] : oracle_.nodes) {
      labels += node.labels.size();
      properties += node.properties.size();
      links += node.link.has_value() ? 1 : 0;
    }
    size_t rows = 0;
    for (NameId label = 0; label < view_.labels.size(); ++label) {
      rows += Elements(view_.NodesWithLabel(label)).size();
    }
    EXPECT_EQ(rows, labels);
    EXPECT_EQ(CellsOf(view_.node_properties), properties);
    EXPECT_EQ(view_.links.size(), links);
    rows = 0;
    size_t hyperedges = 0;
    for (NameId type = 0; type < view_.types.size(); ++type) {
      rows += Elements(view_.EdgesOfType(type)).size();
      hyperedges += Elements(view_.HyperedgesOfType(type)).size();
    }
    EXPECT_EQ(rows, oracle_.edges.size());
    EXPECT_EQ(hyperedges, oracle_.hyperedges.size());
    EXPECT_EQ(CellsOf(view_.edge_properties), PropertiesIn(oracle_.edges));
    EXPECT_EQ(CellsOf(view_.hyperedge_properties),
              PropertiesIn(oracle_.hyperedges));
  }

  void Indexes() {
    ASSERT_EQ(view_.indexes.size(), oracle_.indexes.size());
    for (const IndexDefinition& definition : oracle_.indexes) {
      const PropertyIndex* index =
          view_.FindIndex(definition.label, definition.property);
      ASSERT_NE(index, nullptr);
      EXPECT_EQ(*index->definition, definition);
      std::set<std::pair<IdKey, std::string>> expected;
      for (const auto& [key, node] : oracle_.nodes) {
        const auto value = node.properties.find(definition.property);
        if (node.labels.contains(definition.label) &&
            value != node.properties.end()) {
          expected.emplace(key, value->second.bytes());
        }
      }
      std::set<std::pair<IdKey, std::string>> found;
      for (auto at = index->entries.Begin(); !at.done(); at.Next()) {
        found.emplace(KeyOf(view_.nodes[at->node].id), at->value.bytes());
      }
      EXPECT_EQ(found, expected);
      EXPECT_EQ(index->entries.size(), expected.size());
    }
  }

 private:
  static size_t CellsOf(const Columns& columns) {
    size_t cells = 0;
    for (size_t key = 0; key < columns.by_key.size(); ++key) {
      cells += columns.by_key[key].size();
    }
    return cells;
  }
  template <typename Map>
  static size_t PropertiesIn(const Map& elements) {
    size_t properties = 0;
    for (const auto& [key, element] : elements) {
      properties += element.properties.size();
    }
    return properties;
  }

  const GraphView& view_;
  const GraphOracle& oracle_;
};

}  // namespace

void ExpectHolds(const GraphView& view, const GraphOracle& oracle) {
  Comparison comparison(view, oracle);
  comparison.Nodes();
  if (::testing::Test::HasFatalFailure()) return;
  comparison.Edges();
  if (::testing::Test::HasFatalFailure()) return;
  comparison.Hyperedges();
  comparison.Totals();
  comparison.Indexes();
}

}  // namespace mi::graph
