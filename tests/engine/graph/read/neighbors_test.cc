// Edges of a node, page by page, against a list of all edges.

#include "engine/graph/read/neighbors.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

std::vector<NeighborHit> NaiveNeighbors(const NaiveGraph& graph,
                                        const NeighborQuery& query) {
  std::vector<NeighborHit> hits;
  for (const NaiveStep& step :
       graph.Steps(query.node, query.direction, query.edges)) {
    if (graph.Matches(step.entry.neighbor, query.nodes)) {
      hits.push_back({step.entry, step.direction});
    }
  }
  return hits;
}

TEST(NeighborsTest, ComeInTheirOrderPageByPage) {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    NeighborQuery query;
    query.node = random.AnyNode(world);
    query.direction = random.AnyDirection();
    query.edges = random.Edges();
    query.nodes = random.Nodes();
    query.limit = 1 + random.Below(4);
    const std::vector<NeighborHit> expected =
        NaiveNeighbors(world.naive, query);
    ASSERT_OK_AND_ASSIGN(const uint64_t count,
                         CountNeighbors(*world.view, query, {}));
    EXPECT_EQ(count, expected.size());
    std::vector<NeighborHit> hits;
    for (bool more = true; more;) {
      ASSERT_OK_AND_ASSIGN(const NeighborPage page,
                           ListNeighbors(*world.view, query, {}));
      ASSERT_LE(page.hits.size(), query.limit);
      hits.insert(hits.end(), page.hits.begin(), page.hits.end());
      EXPECT_EQ(page.more, hits.size() < expected.size());
      EXPECT_GE(page.scanned, page.hits.size());
      more = page.more && !page.hits.empty();
      if (more) query.after = page.hits.back().entry;
    }
    EXPECT_EQ(hits, expected);
    found += hits.size();
  }
  EXPECT_GT(found, 1'000);
}

}  // namespace
}  // namespace mi::graph
