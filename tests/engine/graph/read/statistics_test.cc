// Statistics against counts over lists of all elements.

#include "engine/graph/read/statistics.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

// The most frequent first, then by name.
std::vector<NameCount> Sorted(const std::map<std::string, uint64_t>& counts) {
  std::vector<NameCount> sorted;
  for (const auto& [name, count] : counts) sorted.push_back({name, count});
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const NameCount& a, const NameCount& b) { return a.count > b.count; });
  return sorted;
}

template <typename Elements>
std::vector<NameCount> PropertyCounts(const Elements& elements) {
  std::map<std::string, uint64_t> counts;
  for (const auto& [row, element] : elements) {
    for (const auto& [name, value] : element.properties) ++counts[name];
  }
  return Sorted(counts);
}

DegreeStatistics NaiveDegrees(const std::map<NodeRow, uint64_t>& degree_of) {
  std::vector<uint64_t> degrees;
  uint64_t sum = 0;
  for (const auto& [node, degree] : degree_of) {
    degrees.push_back(degree);
    sum += degree;
  }
  std::sort(degrees.begin(), degrees.end());
  // The least degree that at least this share of the nodes does not exceed.
  const auto percentile = [&](uint64_t percent) {
    for (size_t i = 0; i < degrees.size(); ++i) {
      if ((i + 1) * 100 >= percent * degrees.size()) return degrees[i];
    }
    return uint64_t{0};
  };
  return {
      .nodes = degrees.size(),
      .mean = static_cast<double>(sum) / static_cast<double>(degrees.size()),
      .p50 = percentile(50),
      .p90 = percentile(90),
      .p99 = percentile(99),
      .max = degrees.back()};
}

std::vector<EdgeTypeStatistics> NaiveTypes(const NaiveGraph& graph) {
  std::map<std::string, std::map<NodeRow, uint64_t>> out;
  std::map<std::string, std::map<NodeRow, uint64_t>> in;
  std::map<std::string, uint64_t> counts;
  for (const auto& [row, edge] : graph.edges) {
    ++counts[edge.type];
    ++out[edge.type][edge.source];
    ++in[edge.type][edge.target];
  }
  std::vector<EdgeTypeStatistics> types;
  for (const NameCount& type : Sorted(counts)) {
    types.push_back({.type = type.name,
                     .count = type.count,
                     .out = NaiveDegrees(out[type.name]),
                     .in = NaiveDegrees(in[type.name])});
  }
  return types;
}

std::vector<ConnectionCount> NaiveConnections(const NaiveGraph& graph) {
  const auto labels_of = [&](NodeRow node) {
    const std::set<std::string>& labels = graph.nodes.at(node).labels;
    return labels.empty() ? std::set<std::string>{""} : labels;
  };
  std::map<std::tuple<std::string, std::string, std::string>, uint64_t> counts;
  for (const auto& [row, edge] : graph.edges) {
    for (const std::string& source : labels_of(edge.source)) {
      for (const std::string& target : labels_of(edge.target)) {
        ++counts[{source, edge.type, target}];
      }
    }
  }
  std::vector<ConnectionCount> connections;
  for (const auto& [key, count] : counts) {
    connections.push_back(
        {std::get<0>(key), std::get<1>(key), std::get<2>(key), count});
  }
  std::stable_sort(connections.begin(), connections.end(),
                   [](const ConnectionCount& a, const ConnectionCount& b) {
                     return a.count > b.count;
                   });
  return connections;
}

void ExpectIndexes(const World& world, const GraphStatistics& statistics) {
  for (const IndexStatistics& index : statistics.indexes) {
    std::set<std::string> distinct;
    uint64_t entries = 0;
    for (const auto& [row, node] : world.naive.nodes) {
      const auto found = node.properties.find(index.definition->property);
      if (!node.labels.contains(index.definition->label) ||
          found == node.properties.end() || found->second.is_null()) {
        continue;
      }
      ++entries;
      distinct.insert(std::string(found->second.bytes()));
      EXPECT_TRUE(Compare(index.min, found->second) <= 0);
      EXPECT_TRUE(Compare(index.max, found->second) >= 0);
    }
    EXPECT_EQ(index.entries, entries);
    EXPECT_EQ(index.distinct, distinct.size());
  }
}

TEST(StatisticsTest, CountEverything) {
  size_t indexes = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw({.max_indexes = 3});
    const size_t max_connections = random.Below(20);
    ASSERT_OK_AND_ASSIGN(const GraphStatistics statistics,
                         ComputeStatistics(*world.view, max_connections, {}));
    const NaiveGraph& graph = world.naive;
    EXPECT_EQ(statistics.nodes, graph.nodes.size());
    EXPECT_EQ(statistics.edges, graph.edges.size());
    EXPECT_EQ(statistics.hyperedges, graph.hyperedges.size());
    std::map<std::string, uint64_t> labels;
    for (const auto& [row, node] : graph.nodes) {
      for (const std::string& label : node.labels) ++labels[label];
    }
    EXPECT_EQ(statistics.labels, Sorted(labels));
    EXPECT_EQ(statistics.edge_types, NaiveTypes(graph));
    std::map<std::string, uint64_t> types;
    for (const auto& [row, one] : graph.hyperedges) ++types[one.type];
    EXPECT_EQ(statistics.hyperedge_types, Sorted(types));
    EXPECT_EQ(statistics.node_properties, PropertyCounts(graph.nodes));
    EXPECT_EQ(statistics.edge_properties, PropertyCounts(graph.edges));
    EXPECT_EQ(statistics.hyperedge_properties,
              PropertyCounts(graph.hyperedges));
    std::vector<ConnectionCount> connections = NaiveConnections(graph);
    const size_t shown = std::min(connections.size(), max_connections);
    EXPECT_EQ(statistics.connections_left_out, connections.size() - shown);
    connections.resize(shown);
    EXPECT_EQ(statistics.connections, connections);
    ExpectIndexes(world, statistics);
    indexes += statistics.indexes.size();
  }
  EXPECT_GT(indexes, 200);
}

TEST(StatisticsTest, MemoryGrowsWithWhatIsThere) {
  RandomWorld random(3);
  const World small = random.Draw({.max_nodes = 5, .max_edges = 5});
  const World large = random.Draw({.max_nodes = 3'000, .max_edges = 9'000});
  ASSERT_GT(large.naive.edges.size(), 100);
  ASSERT_OK_AND_ASSIGN(const MemoryStatistics few,
                       ComputeMemory(*small.view, {}));
  ASSERT_OK_AND_ASSIGN(const MemoryStatistics many,
                       ComputeMemory(*large.view, {}));
  EXPECT_GT(many.tables, few.tables);
  EXPECT_GT(many.ids, few.ids);
  EXPECT_GT(many.adjacency, few.adjacency);
  EXPECT_GT(many.properties, few.properties);
  // A record, an id and both directions of an edge take at least 50 bytes.
  EXPECT_GT(many.total(), 50 * large.naive.edges.size());
  EXPECT_LT(many.total(), 2'000 * large.naive.edges.size());
}

}  // namespace
}  // namespace mi::graph
