// What a graph should hold, in plain maps, and random changes to it.

#ifndef MI_TESTS_ENGINE_GRAPH_GRAPH_ORACLE_H_
#define MI_TESTS_ENGINE_GRAPH_GRAPH_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/random.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/mutation.h"

namespace mi::graph {

// Ids as the bytes of their values, so that they can be keys of maps.
using IdKey = std::string;
IdKey KeyOf(const Value& id);

using PropertyMap = std::map<std::string, Value>;

struct OracleNode {
  uint64_t version = 0;
  std::set<std::string> labels;
  PropertyMap properties;
  std::optional<PointLink> link;
};

struct OracleEdge {
  uint64_t version = 0;
  std::string type;
  IdKey source;
  IdKey target;
  PropertyMap properties;
  TimeSpan span;
};

struct OracleHyperedge {
  uint64_t version = 0;
  std::string type;
  std::set<std::pair<std::string, IdKey>> members;  // role, node
  double weight = 1;
  double confidence = 1;
  PropertyMap properties;
  TimeSpan span;
};

// The semantics of mutation.h by the letter, slowly. A copy is a snapshot.
struct GraphOracle {
  std::map<IdKey, OracleNode> nodes;
  std::map<IdKey, OracleEdge> edges;
  std::map<IdKey, OracleHyperedge> hyperedges;
  std::vector<IndexDefinition> indexes;
  int64_t next_node_id = 1;
  int64_t next_edge_id = 1;
  int64_t next_hyperedge_id = 1;

  // Carries out a batch, or returns the code with which it has to fail and
  // changes nothing. `result` is what the batch should answer. Which of several
  // edges a `merge` finds is not defined: `actual` says which one it was, and
  // it is checked that it could be.
  absl::StatusCode Apply(const std::vector<Mutation>& mutations,
                         uint64_t sequence, const MutationResult* actual,
                         MutationResult* result);

  // Whether the nodes could have this index.
  absl::StatusCode CheckIndex(const IndexDefinition& index) const;
};

// Reports every difference between the two as a test failure: look-ups, tables,
// adjacency, columns and indexes.
void ExpectHolds(const GraphView& view, const GraphOracle& oracle);

// Mutations of a small world: some forty ids a kind, a few names, values of all
// types; now and then one that has to be refused.
class RandomMutations {
 public:
  explicit RandomMutations(Random& random) : random_(random) {}

  std::vector<Mutation> Batch(const GraphOracle& oracle);
  IndexDefinition Index();

 private:
  Mutation One(const GraphOracle& oracle);
  Value NewId();
  template <typename Elements>
  Value ExistingId(const Elements& elements);
  template <typename Elements>
  ExpectedVersion Version(const Elements& elements, const Value& id);
  std::string Name(const char* prefix, uint64_t count);
  std::vector<std::string> Labels();
  Properties SomeProperties();
  Value SomeValue(int depth);
  std::optional<TimeSpan> Span();
  std::optional<PointLink> Link();
  bool OneIn(uint64_t n) { return random_.Below(n) == 0; }

  Random& random_;
};

}  // namespace mi::graph

#endif  // MI_TESTS_ENGINE_GRAPH_GRAPH_ORACLE_H_
