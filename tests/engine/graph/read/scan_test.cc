// Scans by labels, types, properties and indexes against a look at each
// element.

#include <algorithm>
#include <map>
#include <set>

#include "engine/graph/read/index_scan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

template <typename Query, typename Scan>
std::vector<uint32_t> Pages(const World& world, Query query, Scan&& scan,
                            size_t expected) {
  std::vector<uint32_t> rows;
  for (bool more = true; more;) {
    const absl::StatusOr<ScanPage> page = scan(*world.view, query, {});
    EXPECT_OK(page);
    if (!page.ok()) break;
    EXPECT_LE(page->rows.size(), query.limit);
    rows.insert(rows.end(), page->rows.begin(), page->rows.end());
    EXPECT_EQ(page->more, rows.size() < expected);
    more = page->more && !page->rows.empty();
    if (more) query.after = page->rows.back();
  }
  return rows;
}

PropertyCondition OnAnIndexedProperty(RandomWorld& random) {
  PropertyCondition condition = random.Condition();
  condition.property = "p" + std::to_string(random.Below(3));
  return condition;
}

NodeSelector AnyNodeSelector(RandomWorld& random) {
  NodeSelector selector = random.Nodes();
  // What an index needs.
  if (random.OneIn(2)) {
    selector.any_label = {"L" + std::to_string(random.Below(4))};
  }
  for (uint64_t i = random.Below(4); i > 0; --i) {
    selector.conditions.push_back(OnAnIndexedProperty(random));
  }
  return selector;
}

TEST(ScanTest, OfNodesFindsAllThatMatchWhateverThePlan) {
  std::map<ScanPlan::Kind, size_t> plans;
  size_t found_by_index = 0;
  for (uint64_t seed = 0; seed < 4'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw({.max_nodes = 30, .max_indexes = 6});
    NodeScanQuery query;
    query.selector = AnyNodeSelector(random);
    query.limit = 1 + random.Below(10);
    std::vector<uint32_t> expected;
    for (const auto& [row, unused] : world.naive.nodes) {
      if (world.naive.Matches(row, query.selector)) expected.push_back(row);
    }
    EXPECT_EQ(Pages(world, query, ScanNodes, expected.size()), expected);
    const ScanPlan plan = PlanNodeScan(*world.view, query);
    ++plans[plan.kind];
    EXPECT_GE(plan.candidates, expected.size());
    if (plan.kind == ScanPlan::Kind::kIndex) found_by_index += expected.size();
  }
  // All ways are taken, and indexes find something.
  EXPECT_EQ(plans.size(), 4u);
  EXPECT_GT(plans[ScanPlan::Kind::kIndex], 300);
  EXPECT_GT(found_by_index, 100);
}

TEST(ScanTest, OfEdgesAndHyperedgesFindsAllThatMatch) {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    EdgeScanQuery query;
    query.selector = random.Edges();
    query.limit = 1 + random.Below(6);
    std::vector<uint32_t> edges;
    for (const auto& [row, unused] : world.naive.edges) {
      if (world.naive.MatchesEdge(row, query.selector)) edges.push_back(row);
    }
    EXPECT_EQ(Pages(world, query, ScanEdges, edges.size()), edges);
    std::vector<uint32_t> hyperedges;
    for (const auto& [row, unused] : world.naive.hyperedges) {
      if (world.naive.MatchesHyperedge(row, query.selector)) {
        hyperedges.push_back(row);
      }
    }
    EXPECT_EQ(Pages(world, query, ScanHyperedges, hyperedges.size()),
              hyperedges);
    found += edges.size() + hyperedges.size();
  }
  EXPECT_GT(found, 3'000);
}

}  // namespace
}  // namespace mi::graph
