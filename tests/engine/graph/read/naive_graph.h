// Small random graphs, and reads of them by brute force.

#ifndef MI_TESTS_ENGINE_GRAPH_READ_NAIVE_GRAPH_H_
#define MI_TESTS_ENGINE_GRAPH_READ_NAIVE_GRAPH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/base/random.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"
#include "tests/engine/graph/graph_oracle.h"

namespace mi::graph {

struct NaiveNode {
  std::set<std::string> labels;
  PropertyMap properties;
};

struct NaiveEdge {
  std::string type;
  NameId type_number = 0;
  NodeRow source = 0;
  NodeRow target = 0;
  PropertyMap properties;
  TimeSpan span;
};

struct NaiveHyperedge {
  std::string type;
  std::set<std::pair<std::string, NodeRow>> members;
  double weight = 1;
  double confidence = 1;
  PropertyMap properties;
  TimeSpan span;
};

// An edge as a walk from one of its ends meets it.
struct NaiveStep {
  AdjacencyEntry entry;
  Direction direction = Direction::kOut;
};

// A graph by rows. Only rows and numbers of names are taken from the view;
// everything else from the oracle that was told the same mutations.
struct NaiveGraph {
  std::map<NodeRow, NaiveNode> nodes;
  std::map<EdgeRow, NaiveEdge> edges;
  std::map<HyperedgeRow, NaiveHyperedge> hyperedges;

  static NaiveGraph From(const GraphOracle& oracle, const GraphView& view);

  bool Matches(NodeRow node, const NodeSelector& selector) const;
  bool MatchesEdge(EdgeRow edge, const EdgeSelector& selector) const;
  bool MatchesHyperedge(HyperedgeRow row,
                        const HyperedgeSelector& selector) const;

  // The edges of a node that are meant, in the order that reads promise.
  std::vector<NaiveStep> Steps(NodeRow node, Direction direction,
                               const EdgeSelector& selector) const;
};

// Cypher's logic by the letter: true only for true.
bool NaivePasses(const PropertyCondition& condition,
                 const PropertyMap& properties);

struct World {
  std::shared_ptr<const GraphView> view;
  GraphOracle oracle;
  NaiveGraph naive;
};

struct WorldOptions {
  size_t max_nodes = 14;
  size_t max_edges = 40;
  size_t max_hyperedges = 12;
  size_t max_indexes = 0;
};

// Draws graphs, and what is asked of them.
class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : random_(seed) {}

  // Some elements of it are deleted and others stand in their rows.
  World Draw(const WorldOptions& options = {});

  NodeRow AnyNode(const World& world);
  std::vector<NodeRow> AnyNodes(const World& world, size_t max);
  Direction AnyDirection();
  PropertyCondition Condition();
  NodeSelector Nodes();
  // Of edges or hyperedges.
  EdgeSelector Edges();
  Value AnyValue();

  Random& random() { return random_; }
  uint64_t Below(uint64_t bound) { return random_.Below(bound); }
  bool OneIn(uint64_t n) { return random_.Below(n) == 0; }

 private:
  std::string Name(const char* prefix, uint64_t count);
  std::vector<std::string> Names(const char* prefix, uint64_t count,
                                 uint64_t max);
  Properties SomeProperties();
  std::optional<TimeSpan> Span();
  void AddNodes(const WorldOptions& options, std::vector<Mutation>* batch);
  void AddEdges(const World& world, const WorldOptions& options,
                std::vector<Mutation>* batch);
  void AddHyperedges(const World& world, const WorldOptions& options,
                     std::vector<Mutation>* batch);
  void DeleteSome(const World& world, std::vector<Mutation>* batch);
  void Write(const std::vector<Mutation>& batch, World* world);
  void AddIndex(World* world);

  Random random_;
  uint64_t sequence_ = 1;
  uint64_t edit_ = 1;
};

}  // namespace mi::graph

#endif  // MI_TESTS_ENGINE_GRAPH_READ_NAIVE_GRAPH_H_
