// Shortest paths against all paths, found by walking every one.

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "engine/graph/read/shortest_path.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::IsEmpty;

// Every simple path of at most `max_hops` edges, in the order of steps.
std::vector<Path> AllPaths(const NaiveGraph& graph, const PathQuery& query,
                           uint32_t max_hops) {
  std::vector<Path> paths;
  Path path = {.nodes = {query.source}};
  const std::function<void()> walk = [&] {
    const NodeRow at = path.nodes.back();
    if (at == query.target) {
      paths.push_back(path);
      return;
    }
    if (path.edges.size() == max_hops) return;
    for (const NaiveStep& step :
         graph.Steps(at, query.direction, query.edges)) {
      const NodeRow to = step.entry.neighbor;
      if (std::find(path.nodes.begin(), path.nodes.end(), to) !=
          path.nodes.end()) {
        continue;
      }
      if (to != query.target && !graph.Matches(to, query.nodes)) continue;
      path.nodes.push_back(to);
      path.edges.push_back(step.entry.edge);
      walk();
      path.nodes.pop_back();
      path.edges.pop_back();
    }
  };
  walk();
  return paths;
}

template <typename Query>
void FillPathQuery(RandomWorld& random, const World& world, Query* query) {
  query->source = random.AnyNode(world);
  query->target = random.AnyNode(world);
  query->direction = random.AnyDirection();
  query->edges = random.Edges();
  query->nodes = random.Nodes();
}

constexpr WorldOptions kSparse = {.max_nodes = 8, .max_edges = 14};

TEST(ShortestPathsTest, AreTheShortestOfAll) {
  size_t found = 0;
  size_t several = 0;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw(kSparse);
    if (world.naive.nodes.empty()) continue;
    ShortestPathQuery query;
    FillPathQuery(random, world, &query);
    query.max_hops = static_cast<uint32_t>(random.Below(6));
    query.max_paths = 1 + random.Below(4);
    std::vector<Path> all = AllPaths(world.naive, query, query.max_hops);
    size_t least = SIZE_MAX;
    for (const Path& path : all) least = std::min(least, path.edges.size());
    std::erase_if(all,
                  [&](const Path& path) { return path.edges.size() != least; });
    for (Path& path : all) path.length = static_cast<double>(least);
    ASSERT_OK_AND_ASSIGN(const ShortestPaths actual,
                         FindShortestPaths(*world.view, query, {}));
    EXPECT_EQ(actual.more, all.size() > query.max_paths);
    several += all.size() > 1;
    all.resize(std::min(all.size(), query.max_paths));
    EXPECT_EQ(actual.paths, all);
    found += !all.empty();
  }
  EXPECT_GT(found, 500);
  EXPECT_GT(several, 50);
}

TEST(ShortestPathsTest, GiveUpWhereTooMuchWouldHaveToBeVisited) {
  size_t refused = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw(kSparse);
    if (world.naive.nodes.empty()) continue;
    ShortestPathQuery query;
    FillPathQuery(random, world, &query);
    ASSERT_OK_AND_ASSIGN(const ShortestPaths whole,
                         FindShortestPaths(*world.view, query, {}));
    query.max_visited = 2 + random.Below(4);
    const auto limited = FindShortestPaths(*world.view, query, {});
    if (whole.visited <= query.max_visited) {
      ASSERT_OK(limited);
      EXPECT_EQ(limited->paths, whole.paths);
    } else {
      EXPECT_THAT(limited, StatusIs(absl::StatusCode::kResourceExhausted, _));
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

double WeightOf(const NaiveGraph& graph, EdgeRow edge,
                const LightestPathQuery& query) {
  const PropertyMap& properties = graph.edges.at(edge).properties;
  const auto found = properties.find(query.weight_property);
  return found == properties.end() ? query.default_weight
                                   : found->second.number();
}

bool IsWeight(const Value& value) {
  return value.is_number() && value.number() >= 0 &&
         value.number() < 1e300;  // false for NaN
}

// Weights of these graphs are halves and small integers: sums are exact.
bool AllAreWeights(const NaiveGraph& graph, const std::string& property) {
  return std::all_of(
      graph.edges.begin(), graph.edges.end(), [&](const auto& entry) {
        const auto& properties = entry.second.properties;
        const auto found = properties.find(property);
        return found == properties.end() || IsWeight(found->second);
      });
}

TEST(LightestPathTest, IsTheLightestOfAllThenTheShortestThenTheFirst) {
  size_t found = 0;
  size_t refused = 0;
  for (uint64_t seed = 0; seed < 10'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomWorld random(seed);
    const World world = random.Draw(kSparse);
    if (world.naive.nodes.empty()) continue;
    LightestPathQuery query;
    FillPathQuery(random, world, &query);
    query.weight_property = "p" + std::to_string(random.Below(3));
    query.default_weight = static_cast<double>(random.Below(5)) / 2;
    const auto actual = FindLightestPath(*world.view, query, {});
    if (!AllAreWeights(world.naive, query.weight_property)) {
      // Whether it meets one of the wrong weights depends on the way.
      if (!actual.ok()) {
        EXPECT_THAT(actual, StatusIs(absl::StatusCode::kFailedPrecondition, _));
        ++refused;
      }
      continue;
    }
    std::vector<Path> all = AllPaths(world.naive, query, UINT32_MAX);
    for (Path& path : all) {
      for (const EdgeRow edge : path.edges) {
        path.length += WeightOf(world.naive, edge, query);
      }
    }
    // Of equal ones, the first remains: paths come in the order of steps.
    const auto best = std::min_element(
        all.begin(), all.end(), [](const Path& a, const Path& b) {
          return std::pair(a.length, a.edges.size()) <
                 std::pair(b.length, b.edges.size());
        });
    ASSERT_OK(actual);
    ASSERT_EQ(actual->path.has_value(), best != all.end());
    if (best == all.end()) continue;
    EXPECT_EQ(*actual->path, *best);
    ++found;
  }
  EXPECT_GT(found, 200);
  EXPECT_GT(refused, 200);
}

TEST(LightestPathTest, RefusesADefaultThatIsNoWeight) {
  RandomWorld random(1);
  const World world = random.Draw();
  LightestPathQuery query;
  query.source = query.target = random.AnyNode(world);
  for (const double wrong : {-1.0, 1.0 / 0.0, 0.0 / 0.0}) {
    query.default_weight = wrong;
    EXPECT_THAT(FindLightestPath(*world.view, query, {}),
                StatusIs(absl::StatusCode::kInvalidArgument, _));
  }
}

}  // namespace
}  // namespace mi::graph
