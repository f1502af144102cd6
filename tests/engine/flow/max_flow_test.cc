// Flows against all cuts of small networks, against Edmonds and Karp's
// algorithm on larger ones, and against Bellman and Ford's for costs.

#include "engine/flow/max_flow.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/flow/random_network.h"
#include "tests/support/status_matchers.h"

namespace mi::flow {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using testing::CutValue;
using ::testing::ElementsAre;
using testing::RandomNetwork;
using testing::SidesOf;

constexpr int64_t kMuch = int64_t{1} << 60;

// What leaves a node less what enters it.
std::vector<int64_t> Balances(const Network& network,
                              const std::vector<int64_t>& flow) {
  std::vector<int64_t> balance(network.nodes, 0);
  for (size_t a = 0; a < network.arcs.size(); ++a) {
    balance[network.arcs[a].source] += flow[a];
    balance[network.arcs[a].target] -= flow[a];
  }
  return balance;
}

void ExpectFlow(const Network& network, const std::vector<int64_t>& flow,
                uint32_t source, uint32_t target, int64_t value) {
  ASSERT_EQ(flow.size(), network.arcs.size());
  for (size_t a = 0; a < flow.size(); ++a) {
    EXPECT_GE(flow[a], 0);
    if (!network.arcs[a].unlimited) {
      EXPECT_LE(flow[a], network.arcs[a].capacity);
    }
  }
  const std::vector<int64_t> balance = Balances(network, flow);
  for (uint32_t node = 0; node < network.nodes; ++node) {
    EXPECT_EQ(balance[node], node == source   ? value
                             : node == target ? -value
                                              : 0);
  }
}

void ExpectCut(const Network& network, const MaxFlow& result, uint32_t source,
               uint32_t target) {
  EXPECT_TRUE(result.source_side[source]);
  EXPECT_FALSE(result.source_side[target]);
  EXPECT_EQ(CutValue(network, result.source_side, true), result.value);
  int64_t sum = 0;
  for (const size_t a : result.cut_arcs) sum += network.arcs[a].capacity;
  EXPECT_EQ(sum, result.value);
}

TEST(MaxFlowTest, IsTheLeastCutOfAll) {
  size_t flowing = 0;
  size_t unbounded = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto nodes = static_cast<uint32_t>(2 + random.Below(7));
    const Network network =
        RandomNetwork(random, nodes, random.Below(25), seed % 3 == 0);
    const uint32_t source = 0;
    const uint32_t target = nodes - 1;
    std::optional<int64_t> least;
    size_t fewest = nodes;
    for (uint32_t bits = 0; bits < (1u << nodes); ++bits) {
      const std::vector<bool> side = SidesOf(bits, nodes);
      if (!side[source] || side[target]) continue;
      const auto value = CutValue(network, side, true);
      if (!value) continue;
      const auto size = static_cast<size_t>(__builtin_popcount(bits));
      if (!least || *value < *least) {
        fewest = size;
      } else if (*value == *least) {
        fewest = std::min(fewest, size);
      }
      least = std::min(least.value_or(*value), *value);
    }
    const auto result = ComputeMaxFlow(network, source, target);
    if (!least) {
      EXPECT_THAT(result, StatusIs(absl::StatusCode::kFailedPrecondition, _));
      ++unbounded;
      continue;
    }
    ASSERT_OK(result);
    EXPECT_EQ(result->value, *least);
    ExpectFlow(network, result->flow, source, target, *least);
    ExpectCut(network, *result, source, target);
    EXPECT_EQ(static_cast<size_t>(std::count(result->source_side.begin(),
                                             result->source_side.end(), true)),
              fewest);
    flowing += *least > 0;
  }
  EXPECT_GT(flowing, 500);
  EXPECT_GT(unbounded, 20);
}

// Edmonds and Karp: along shortest paths, while there is one.
int64_t NaiveMaxFlow(const Network& network, uint32_t source, uint32_t target) {
  std::vector<std::vector<int64_t>> room(
      network.nodes, std::vector<int64_t>(network.nodes, 0));
  for (const Arc& arc : network.arcs) {
    if (arc.source != arc.target) room[arc.source][arc.target] += arc.capacity;
  }
  int64_t value = 0;
  while (true) {
    std::vector<uint32_t> from(network.nodes, network.nodes);
    std::queue<uint32_t> open({source});
    from[source] = source;
    while (!open.empty() && from[target] == network.nodes) {
      const uint32_t at = open.front();
      open.pop();
      for (uint32_t next = 0; next < network.nodes; ++next) {
        if (room[at][next] > 0 && from[next] == network.nodes) {
          from[next] = at;
          open.push(next);
        }
      }
    }
    if (from[target] == network.nodes) return value;
    int64_t least = kMuch;
    for (uint32_t at = target; at != source; at = from[at]) {
      least = std::min(least, room[from[at]][at]);
    }
    for (uint32_t at = target; at != source; at = from[at]) {
      room[from[at]][at] -= least;
      room[at][from[at]] += least;
    }
    value += least;
  }
}

TEST(MaxFlowTest, AgreesWithAugmentingPathsAfterChanges) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Network network = RandomNetwork(random, 80, 400);
    for (int change = 0; change < 10; ++change) {
      // Some arcs go, others come.
      for (int i = 0; i < 20; ++i) {
        network.arcs.erase(
            network.arcs.begin() +
            static_cast<ptrdiff_t>(random.Below(network.arcs.size())));
      }
      const Network more = RandomNetwork(random, 80, random.Below(40));
      network.arcs.insert(network.arcs.end(), more.arcs.begin(),
                          more.arcs.end());
      ASSERT_OK_AND_ASSIGN(const MaxFlow result,
                           ComputeMaxFlow(network, 0, 79));
      EXPECT_EQ(result.value, NaiveMaxFlow(network, 0, 79));
      ExpectFlow(network, result.flow, 0, 79, result.value);
      ExpectCut(network, result, 0, 79);
    }
  }
}

TEST(MaxFlowTest, TheOrderOfArcsMakesNoDifference) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const Network network = RandomNetwork(random, 20, 80);
    std::vector<size_t> order(network.arcs.size());
    std::iota(order.begin(), order.end(), size_t{0});
    for (size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.Below(i)]);
    }
    Network shuffled{.nodes = network.nodes};
    for (const size_t at : order) shuffled.arcs.push_back(network.arcs[at]);
    ASSERT_OK_AND_ASSIGN(const MaxFlow a, ComputeMaxFlow(network, 0, 19));
    ASSERT_OK_AND_ASSIGN(const MaxFlow b, ComputeMaxFlow(shuffled, 0, 19));
    EXPECT_EQ(a.source_side, b.source_side);
    // Equal arcs may change places among themselves.
    std::vector<std::tuple<uint32_t, uint32_t, int64_t, int64_t>> of_a, of_b;
    for (size_t i = 0; i < order.size(); ++i) {
      const Arc& arc = network.arcs[i];
      of_a.emplace_back(arc.source, arc.target, arc.capacity, a.flow[i]);
      const Arc& other = shuffled.arcs[i];
      of_b.emplace_back(other.source, other.target, other.capacity, b.flow[i]);
    }
    std::sort(of_a.begin(), of_a.end());
    std::sort(of_b.begin(), of_b.end());
    EXPECT_EQ(of_a, of_b) << "seed " << seed;
  }
}

TEST(MaxFlowTest, StandsCapacitiesBeyond32Bits) {
  const Network network = {
      .nodes = 3, .arcs = {{0, 1, kMaxTotal / 2}, {1, 2, kMaxTotal / 2 - 1}}};
  ASSERT_OK_AND_ASSIGN(const MaxFlow result, ComputeMaxFlow(network, 0, 2));
  EXPECT_EQ(result.value, kMaxTotal / 2 - 1);
  EXPECT_THAT(result.cut_arcs, ElementsAre(1));
}

// The cheapest flow by successive shortest paths; nothing if there is none.
std::optional<int64_t> NaiveMinCost(const Network& network, uint32_t source,
                                    uint32_t target, int64_t amount) {
  struct Edge {
    uint32_t from, to;
    int64_t room, cost;
  };
  std::vector<Edge> edges;  // each followed by its reverse
  for (const Arc& arc : network.arcs) {
    const int64_t room = arc.unlimited ? kMuch : arc.capacity;
    // A negative cycle must be full: begin with negative arcs full.
    if (arc.cost < 0) {
      edges.push_back({arc.source, arc.target, 0, arc.cost});
      edges.push_back({arc.target, arc.source, room, -arc.cost});
    } else {
      edges.push_back({arc.source, arc.target, room, arc.cost});
      edges.push_back({arc.target, arc.source, 0, -arc.cost});
    }
  }
  int64_t cost = 0;
  std::vector<int64_t> excess(network.nodes, 0);
  excess[source] += amount;
  excess[target] -= amount;
  for (const Arc& arc : network.arcs) {
    if (arc.cost >= 0) continue;
    cost += arc.cost * arc.capacity;
    excess[arc.target] += arc.capacity;
    excess[arc.source] -= arc.capacity;
  }
  while (true) {
    // From any node with too much to any with too little, by the cheapest way.
    std::vector<int64_t> best(network.nodes, kMuch);
    std::vector<size_t> by(network.nodes, edges.size());
    bool any = false;
    for (uint32_t node = 0; node < network.nodes; ++node) {
      if (excess[node] > 0) best[node] = 0, any = true;
    }
    if (!any) return cost;
    for (uint32_t round = 0; round < network.nodes; ++round) {
      for (size_t e = 0; e < edges.size(); ++e) {
        if (edges[e].room > 0 && best[edges[e].from] < kMuch &&
            best[edges[e].from] + edges[e].cost < best[edges[e].to]) {
          best[edges[e].to] = best[edges[e].from] + edges[e].cost;
          by[edges[e].to] = e;
        }
      }
    }
    uint32_t end = network.nodes;
    for (uint32_t node = 0; node < network.nodes; ++node) {
      if (excess[node] < 0 && best[node] < kMuch &&
          (end == network.nodes || best[node] < best[end])) {
        end = node;
      }
    }
    if (end == network.nodes) return std::nullopt;
    int64_t push = -excess[end];
    uint32_t at = end;
    while (by[at] != edges.size()) {
      push = std::min(push, edges[by[at]].room);
      at = edges[by[at]].from;
    }
    push = std::min(push, excess[at]);
    excess[at] -= push;
    excess[end] += push;
    for (uint32_t back = end; by[back] != edges.size();
         back = edges[by[back]].from) {
      edges[by[back]].room -= push;
      edges[by[back] ^ 1].room += push;
      cost += push * edges[by[back]].cost;
    }
  }
}

TEST(MinCostFlowTest, IsTheCheapest) {
  size_t found = 0;
  size_t refused = 0;
  for (uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto nodes = static_cast<uint32_t>(2 + random.Below(8));
    Network network =
        RandomNetwork(random, nodes, random.Below(30), seed % 3 == 0);
    // Loops carry what pays; the oracle has no use for them.
    std::erase_if(network.arcs,
                  [](const Arc& arc) { return arc.source == arc.target; });
    const auto amount = static_cast<int64_t>(random.Below(30));
    const auto expected = NaiveMinCost(network, 0, nodes - 1, amount);
    const auto result = ComputeMinCostFlow(network, 0, nodes - 1, amount);
    if (!expected) {
      EXPECT_THAT(result, StatusIs(absl::StatusCode::kFailedPrecondition, _));
      ++refused;
      continue;
    }
    ASSERT_OK(result);
    EXPECT_EQ(result->cost, *expected);
    ExpectFlow(network, result->flow, 0, nodes - 1, amount);
    ++found;
  }
  EXPECT_GT(found, 200);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace mi::flow
