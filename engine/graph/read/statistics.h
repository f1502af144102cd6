// What is in a graph, in numbers: for planners of queries and for people.

#ifndef MI_ENGINE_GRAPH_READ_STATISTICS_H_
#define MI_ENGINE_GRAPH_READ_STATISTICS_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"

namespace mi::graph {

// How many elements have a name.
struct NameCount {
  std::string name;
  uint64_t count = 0;

  friend bool operator==(const NameCount&, const NameCount&) = default;
};

// How many edges of a type nodes have in one direction, over the nodes that
// have any. A percentile is the least degree that at least so many nodes do not
// exceed.
struct DegreeStatistics {
  uint64_t nodes = 0;
  double mean = 0;
  uint64_t p50 = 0;
  uint64_t p90 = 0;
  uint64_t p99 = 0;
  uint64_t max = 0;

  friend bool operator==(const DegreeStatistics&,
                         const DegreeStatistics&) = default;
};

struct EdgeTypeStatistics {
  std::string type;
  uint64_t count = 0;
  DegreeStatistics out;  // over its distinct sources
  DegreeStatistics in;   // over its distinct targets

  friend bool operator==(const EdgeTypeStatistics&,
                         const EdgeTypeStatistics&) = default;
};

// Edges of a type from nodes with one label to nodes with another. A node with
// several labels counts for each of them, one without any for "".
struct ConnectionCount {
  std::string source_label;
  std::string type;
  std::string target_label;
  uint64_t count = 0;

  friend bool operator==(const ConnectionCount&,
                         const ConnectionCount&) = default;
};

struct IndexStatistics {
  std::shared_ptr<const IndexDefinition> definition;
  uint64_t entries = 0;
  uint64_t distinct = 0;  // values, 1 and 1.0 being two
  // In the order of Compare; null while there are none.
  Value min;
  Value max;
};

// Bytes of one version, shared with others or not, without what the allocator
// adds. A value that several elements share counts once for each.
struct MemoryStatistics {
  uint64_t tables = 0;     // of nodes, edges and hyperedges, with members
  uint64_t ids = 0;        // to find them by
  uint64_t adjacency = 0;  // with memberships
  uint64_t properties = 0;
  uint64_t indexes = 0;  // of properties, labels and types
  uint64_t other = 0;    // names, spans and links

  uint64_t total() const {
    return tables + ids + adjacency + properties + indexes + other;
  }
};

struct GraphStatistics {
  uint64_t nodes = 0;
  uint64_t edges = 0;
  uint64_t hyperedges = 0;
  // Those in use, the most frequent first, then by name.
  std::vector<NameCount> labels;
  std::vector<EdgeTypeStatistics> edge_types;
  std::vector<NameCount> hyperedge_types;
  std::vector<NameCount> node_properties;
  std::vector<NameCount> edge_properties;
  std::vector<NameCount> hyperedge_properties;
  // The most frequent, then by names.
  std::vector<ConnectionCount> connections;
  uint64_t connections_left_out = 0;
  std::vector<IndexStatistics> indexes;  // in the order of their creation
  MemoryStatistics memory;
};

// Counts everything. Cost: about 0.1 s for a million edges. Errors: CANCELLED.
absl::StatusOr<GraphStatistics> ComputeStatistics(const GraphView& view,
                                                  size_t max_connections,
                                                  std::stop_token stop);

// What memory a version takes. Cost: about 20 ms for a million edges. Errors:
// CANCELLED.
absl::StatusOr<MemoryStatistics> ComputeMemory(const GraphView& view,
                                               std::stop_token stop);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_STATISTICS_H_
