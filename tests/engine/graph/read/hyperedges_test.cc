// Hyperedges and those who share them, against a list of all hyperedges.

#include "engine/graph/read/hyperedges.h"

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

using ::testing::IsEmpty;

bool IsMember(const NaiveHyperedge& hyperedge, NodeRow node,
              const std::vector<std::string>& roles) {
  return std::any_of(
      hyperedge.members.begin(), hyperedge.members.end(),
      [&](const auto& member) {
        return member.second == node &&
               (roles.empty() || std::find(roles.begin(), roles.end(),
                                           member.first) != roles.end());
      });
}

std::vector<HyperedgeRow> NaiveFind(const NaiveGraph& graph,
                                    const HyperedgeQuery& query) {
  std::vector<HyperedgeRow> rows;
  if (query.nodes.empty()) return rows;
  for (const auto& [row, hyperedge] : graph.hyperedges) {
    if (!graph.MatchesHyperedge(row, query.hyperedges)) continue;
    const auto is_member = [&, &hyperedge = hyperedge](NodeRow node) {
      return IsMember(hyperedge, node, query.roles);
    };
    if (query.all_nodes
            ? std::all_of(query.nodes.begin(), query.nodes.end(), is_member)
            : std::any_of(query.nodes.begin(), query.nodes.end(), is_member)) {
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(HyperedgesTest, AreFoundByTheirMembersPageByPage) {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    HyperedgeQuery query;
    query.nodes = random.AnyNodes(world, 3);
    query.all_nodes = random.OneIn(2);
    if (random.OneIn(3)) query.roles = {"R0"};
    if (random.OneIn(3)) query.roles = {"R1", "R2", "no role"};
    query.hyperedges = random.Edges();
    query.limit = 1 + random.Below(3);
    const std::vector<HyperedgeRow> expected = NaiveFind(world.naive, query);
    std::vector<HyperedgeRow> rows;
    for (bool more = true; more;) {
      ASSERT_OK_AND_ASSIGN(const HyperedgePage page,
                           FindHyperedges(*world.view, query, {}));
      ASSERT_LE(page.rows.size(), query.limit);
      rows.insert(rows.end(), page.rows.begin(), page.rows.end());
      EXPECT_EQ(page.more, rows.size() < expected.size());
      more = page.more && !page.rows.empty();
      if (more) query.after = page.rows.back();
    }
    EXPECT_EQ(rows, expected);
    found += rows.size();
  }
  EXPECT_GT(found, 500);
}

TEST(HyperedgesTest, OfNoNodesAreNone) {
  RandomWorld random(1);
  const World world = random.Draw();
  for (const bool all : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const HyperedgePage page,
                         FindHyperedges(*world.view, {.all_nodes = all}, {}));
    EXPECT_THAT(page.rows, IsEmpty());
  }
}

std::vector<CoMember> NaiveCoMembers(const NaiveGraph& graph,
                                     const CoMemberQuery& query) {
  const std::set<NodeRow> asked(query.nodes.begin(), query.nodes.end());
  std::map<NodeRow, CoMember> by_node;
  for (const auto& [row, hyperedge] : graph.hyperedges) {
    if (!graph.MatchesHyperedge(row, query.hyperedges)) continue;
    std::set<NodeRow> members;
    for (const auto& [role, node] : hyperedge.members) members.insert(node);
    const bool shared =
        std::any_of(asked.begin(), asked.end(),
                    [&](NodeRow node) { return members.contains(node); });
    if (!shared) continue;
    for (const NodeRow node : members) {
      if (asked.contains(node) || !graph.Matches(node, query.co_members)) {
        continue;
      }
      CoMember& member = by_node[node];
      member.node = node;
      ++member.shared_count;
      member.strength += hyperedge.weight * hyperedge.confidence;
      if (member.shared.size() < query.max_shared) {
        member.shared.push_back(row);
      }
    }
  }
  std::vector<CoMember> members;
  for (auto& [node, member] : by_node) members.push_back(std::move(member));
  std::sort(members.begin(), members.end(),
            [](const CoMember& a, const CoMember& b) {
              return std::tuple(-a.strength, b.shared_count, a.node) <
                     std::tuple(-b.strength, a.shared_count, b.node);
            });
  return members;
}

CoMemberQuery AnyCoMemberQuery(RandomWorld& random, const World& world) {
  CoMemberQuery query;
  query.nodes = random.AnyNodes(world, 3);
  query.hyperedges = random.Edges();
  query.co_members = random.Nodes();
  query.limit = random.Below(6);
  query.max_shared = random.Below(4);
  return query;
}

TEST(CoMembersTest, ShareHyperedgesStrongestFirst) {
  size_t found = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    const CoMemberQuery query = AnyCoMemberQuery(random, world);
    std::vector<CoMember> expected = NaiveCoMembers(world.naive, query);
    ASSERT_OK_AND_ASSIGN(const CoMembers actual,
                         FindCoMembers(*world.view, query, {}));
    EXPECT_EQ(actual.total_count, expected.size());
    EXPECT_FALSE(actual.limited);
    expected.resize(std::min(expected.size(), query.limit));
    EXPECT_EQ(actual.members, expected);
    found += expected.size();
  }
  EXPECT_GT(found, 500);
}

TEST(CoMembersTest, ALimitOfMembersTakesTheFirstHyperedgesWhole) {
  size_t limited = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw();
    if (world.naive.nodes.empty()) continue;
    CoMemberQuery query = AnyCoMemberQuery(random, world);
    query.co_members = {};  // one that no node can match is answered at once
    query.limit = 100;
    query.max_members_scanned = random.Below(10);
    ASSERT_OK_AND_ASSIGN(const CoMembers actual,
                         FindCoMembers(*world.view, query, {}));
    // The same as if the hyperedges behind the first were not there.
    NaiveGraph part = world.naive;
    HyperedgeQuery asked = {.nodes = query.nodes,
                            .hyperedges = query.hyperedges};
    const std::vector<HyperedgeRow> rows = NaiveFind(world.naive, asked);
    uint64_t members = 0;
    size_t taken = 0;
    for (; taken < rows.size(); ++taken) {
      const size_t size = world.naive.hyperedges.at(rows[taken]).members.size();
      if (members + size > query.max_members_scanned) break;
      members += size;
    }
    EXPECT_EQ(actual.limited, taken < rows.size());
    EXPECT_EQ(actual.members_scanned, members);
    for (size_t i = taken; i < rows.size(); ++i) part.hyperedges.erase(rows[i]);
    EXPECT_EQ(actual.members, NaiveCoMembers(part, query));
    limited += actual.limited;
  }
  EXPECT_GT(limited, 50);
}

}  // namespace
}  // namespace mi::graph
