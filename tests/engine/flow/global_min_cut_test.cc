// Global minimum cuts against all cuts of small graphs, and against Stoer and
// Wagner's algorithm on larger ones.

#include <algorithm>
#include <optional>

#include "engine/flow/max_flow.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/flow/random_network.h"
#include "tests/support/status_matchers.h"

namespace mi::flow {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using testing::CutValue;
using testing::RandomNetwork;
using testing::SidesOf;

void ExpectCut(const Network& network, const Cut& cut) {
  EXPECT_EQ(CutValue(network, cut.side, false), cut.value);
  EXPECT_FALSE(cut.side[0]);
  EXPECT_NE(std::count(cut.side.begin(), cut.side.end(), true), 0);
  int64_t sum = 0;
  for (const size_t a : cut.cut_edges) sum += network.arcs[a].capacity;
  EXPECT_EQ(sum, cut.value);
}

TEST(GlobalMinCutTest, IsTheLeastOfAll) {
  size_t positive = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto nodes = static_cast<uint32_t>(2 + random.Below(7));
    const Network network =
        RandomNetwork(random, nodes, random.Below(30), seed % 3 == 0);
    std::optional<int64_t> least;
    for (uint32_t bits = 2; bits < (1u << nodes); bits += 2) {
      const auto value = CutValue(network, SidesOf(bits, nodes), false);
      if (value) least = std::min(least.value_or(*value), *value);
    }
    const auto cut = ComputeGlobalMinCut(network);
    if (!least) {
      EXPECT_THAT(cut, StatusIs(absl::StatusCode::kFailedPrecondition, _));
      continue;
    }
    ASSERT_OK(cut);
    EXPECT_EQ(cut->value, *least);
    ExpectCut(network, *cut);
    positive += *least > 0;
  }
  EXPECT_GT(positive, 500);
}

TEST(GlobalMinCutTest, TwoCliquesPartAtTheBridge) {
  // Where the reference system is wrong in almost half of the cases.
  for (const uint32_t size : {3u, 4u, 10u, 30u}) {
    for (int64_t bridge = 1; bridge < size - 1; ++bridge) {
      Network network{.nodes = 2 * size};
      for (uint32_t i = 0; i < size; ++i) {
        for (uint32_t j = i + 1; j < size; ++j) {
          network.arcs.push_back({i, j, 1});
          network.arcs.push_back({size + i, size + j, 1});
        }
      }
      network.arcs.push_back({0, size, bridge});
      ASSERT_OK_AND_ASSIGN(const Cut cut, ComputeGlobalMinCut(network));
      EXPECT_EQ(cut.value, bridge);
      for (uint32_t i = 0; i < 2 * size; ++i) {
        EXPECT_EQ(cut.side[i], i >= size);
      }
    }
  }
}

// By the book: maximum adjacency orders, last two joined.
int64_t StoerWagner(const Network& network) {
  const uint32_t n = network.nodes;
  std::vector<std::vector<int64_t>> weight(n, std::vector<int64_t>(n, 0));
  for (const Arc& arc : network.arcs) {
    if (arc.source == arc.target) continue;
    weight[arc.source][arc.target] += arc.capacity;
    weight[arc.target][arc.source] += arc.capacity;
  }
  std::vector<uint32_t> left(n);
  for (uint32_t i = 0; i < n; ++i) left[i] = i;
  int64_t least = INT64_MAX;
  while (left.size() > 1) {
    std::vector<int64_t> to_set(n, 0);
    std::vector<bool> in_set(n, false);
    uint32_t last = 0;
    uint32_t before = 0;
    for (size_t count = 0; count < left.size(); ++count) {
      uint32_t best = n;
      for (const uint32_t i : left) {
        if (!in_set[i] && (best == n || to_set[i] > to_set[best])) best = i;
      }
      in_set[best] = true;
      before = last;
      last = best;
      if (count + 1 == left.size()) least = std::min(least, to_set[best]);
      for (const uint32_t i : left) to_set[i] += weight[best][i];
    }
    for (const uint32_t i : left) {
      weight[before][i] += weight[last][i];
      weight[i][before] = weight[before][i];
    }
    weight[before][before] = 0;
    std::erase(left, last);
  }
  return least;
}

TEST(GlobalMinCutTest, AgreesWithStoerAndWagnerAfterChanges) {
  size_t positive = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Network network = RandomNetwork(random, 60, 500);
    for (int change = 0; change < 10; ++change) {
      for (int i = 0; i < 30; ++i) {
        network.arcs.erase(
            network.arcs.begin() +
            static_cast<ptrdiff_t>(random.Below(network.arcs.size())));
      }
      const Network more = RandomNetwork(random, 60, random.Below(60));
      network.arcs.insert(network.arcs.end(), more.arcs.begin(),
                          more.arcs.end());
      ASSERT_OK_AND_ASSIGN(const Cut cut, ComputeGlobalMinCut(network));
      EXPECT_EQ(cut.value, StoerWagner(network));
      ExpectCut(network, cut);
      positive += cut.value > 0;
    }
  }
  EXPECT_GT(positive, 100);
}

}  // namespace
}  // namespace mi::flow
