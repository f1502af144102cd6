// Walks against a breadth-first search over a list of all edges.

#include "engine/graph/read/expand.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "engine/graph/graph_edit.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAreArray;

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

// By the letter of expand.h, but for max_edges_scanned.
class NaiveWalk {
 public:
  NaiveWalk(const NaiveGraph& graph, const ExpandQuery& query)
      : graph_(graph), query_(query) {}

  Expansion Run() {
    for (const NodeRow start : query_.starts) {
      if (hops_.emplace(start, 0).second) {
        queue_.push_back({.node = start});
      }
    }
    starts_ = queue_.size();
    for (size_t next = 0; next < queue_.size(); ++next) {
      if (queue_[next].hops == query_.max_hops) break;
      if (!Leave(queue_[next])) break;
    }
    for (const ExpandedNode& node : queue_) {
      if (node.hops >= query_.min_hops) walk_.nodes.push_back(node);
    }
    walk_.nodes_met = queue_.size() - starts_;
    return walk_;
  }

 private:
  bool Leave(const ExpandedNode from) {
    uint64_t followed = 0;
    for (const NaiveStep& step :
         graph_.Steps(from.node, query_.direction, query_.edges)) {
      const NodeRow to = step.entry.neighbor;
      const bool is_new = !hops_.contains(to);
      if (is_new && !graph_.Matches(to, query_.nodes)) continue;
      if (query_.max_edges_per_node > 0 &&
          followed == query_.max_edges_per_node) {
        walk_.edges_per_node_limited = true;
        return true;
      }
      ++followed;
      if (is_new) {
        if (queue_.size() - starts_ == query_.max_nodes) {
          walk_.nodes_limited = true;
          return false;
        }
        hops_[to] = from.hops + 1;
        queue_.push_back({.node = to,
                          .hops = from.hops + 1,
                          .edge = step.entry.edge,
                          .from = from.node});
      }
      if (query_.with_edges && edges_.insert(step.entry.edge).second) {
        walk_.edges.push_back(step.entry.edge);
      }
    }
    return true;
  }

  const NaiveGraph& graph_;
  const ExpandQuery& query_;
  std::vector<ExpandedNode> queue_;
  size_t starts_ = 0;
  std::map<NodeRow, uint32_t> hops_;
  std::set<EdgeRow> edges_;
  Expansion walk_;
};

ExpandQuery AnyQuery(RandomWorld& random, const World& world) {
  ExpandQuery query;
  query.starts = random.AnyNodes(world, 3);
  query.max_hops = static_cast<uint32_t>(random.Below(5));
  query.min_hops = static_cast<uint32_t>(random.Below(query.max_hops + 1));
  query.direction = random.AnyDirection();
  query.edges = random.Edges();
  query.nodes = random.Nodes();
  if (random.OneIn(3)) query.max_edges_per_node = 1 + random.Below(3);
  query.max_nodes = random.OneIn(3) ? random.Below(8) : kNoLimit;
  query.max_edges_scanned = kNoLimit;
  query.with_edges = random.OneIn(2);
  return query;
}

TEST(ExpandTest, WalksAsABreadthFirstSearchDoes) {
  size_t met = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    const ExpandQuery query = AnyQuery(random, world);
    const Expansion expected = NaiveWalk(world.naive, query).Run();
    ASSERT_OK_AND_ASSIGN(const Expansion walk, Expand(*world.view, query, {}));
    EXPECT_EQ(walk.nodes, expected.nodes);
    EXPECT_EQ(walk.edges, expected.edges);
    EXPECT_EQ(walk.nodes_met, expected.nodes_met);
    EXPECT_EQ(walk.edges_per_node_limited, expected.edges_per_node_limited);
    EXPECT_EQ(walk.nodes_limited, expected.nodes_limited);
    EXPECT_FALSE(walk.edges_scanned_limited);
    met += walk.nodes_met;
  }
  EXPECT_GT(met, 2'000);
}

TEST(ExpandTest, AWalkThatMayLookAtFewerEdgesIsABeginningOfIt) {
  size_t limited = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    ExpandQuery query = AnyQuery(random, world);
    query.min_hops = 0;
    ASSERT_OK_AND_ASSIGN(const Expansion whole, Expand(*world.view, query, {}));
    query.max_edges_scanned = random.Below(20);
    ASSERT_OK_AND_ASSIGN(const Expansion part, Expand(*world.view, query, {}));
    EXPECT_EQ(part.edges_scanned,
              std::min(whole.edges_scanned, query.max_edges_scanned));
    EXPECT_EQ(part.edges_scanned_limited,
              whole.edges_scanned > query.max_edges_scanned);
    ASSERT_LE(part.nodes.size(), whole.nodes.size());
    EXPECT_TRUE(
        std::equal(part.nodes.begin(), part.nodes.end(), whole.nodes.begin()));
    ASSERT_LE(part.edges.size(), whole.edges.size());
    EXPECT_TRUE(
        std::equal(part.edges.begin(), part.edges.end(), whole.edges.begin()));
    limited += part.edges_scanned_limited;
  }
  EXPECT_GT(limited, 50);
}

TEST(ExpandTest, RefusesARangeOfHopsThatIsNone) {
  EXPECT_THAT(Expand(*EmptyGraph(1), {.min_hops = 2, .max_hops = 1}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
}

}  // namespace
}  // namespace mi::graph
