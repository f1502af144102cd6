// PageRank against the linear equations that it solves, and closed forms.

#include "engine/graph/algorithms/page_rank.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/algorithms/small_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;

constexpr PageRankOptions kExact = {.max_iterations = 5'000,
                                    .tolerance = 1e-14};

PageRankResult Rank(const SmallGraph& graph, const PageRankOptions& options) {
  Progress progress;
  auto ranked = PageRank(graph.Compress(), options, progress);
  EXPECT_OK(ranked);
  return ranked.ok() ? *std::move(ranked) : PageRankResult();
}

// The walk as a matrix: the share of a step from a vertex (row) to another
// (column), restarts and dead ends included.
Matrix StepMatrix(const SmallGraph& graph, const PageRankOptions& options) {
  const size_t n = graph.vertices;
  std::vector<double> restart(n, options.starts.empty() ? 1.0 / n : 0.0);
  for (const uint32_t start : options.starts) {
    restart[start] = 1.0 / static_cast<double>(options.starts.size());
  }
  const Matrix weights = WeightMatrix(graph);
  Matrix step = SquareMatrix(n, 0);
  for (size_t i = 0; i < n; ++i) {
    const double sum =
        std::accumulate(weights[i].begin(), weights[i].end(), 0.);
    for (size_t j = 0; j < n; ++j) {
      const double followed = sum > 0 ? weights[i][j] / sum : restart[j];
      step[i][j] =
          (1 - options.damping) * restart[j] + options.damping * followed;
    }
  }
  return step;
}

// The vector r of sum 1 with r = r S: the last of the equations r (S - I) = 0
// follows from the others, and the sum takes its place. By elimination.
std::vector<double> SolveStationary(const Matrix& step) {
  const size_t n = step.size();
  Matrix rows = SquareMatrix(n, 0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      rows[i][j] = i + 1 == n ? 1 : step[j][i] - (i == j ? 1 : 0);
    }
    rows[i].push_back(i + 1 == n ? 1 : 0);
  }
  for (size_t column = 0; column < n; ++column) {
    size_t pivot = column;
    for (size_t i = column; i < n; ++i) {
      if (std::abs(rows[i][column]) > std::abs(rows[pivot][column])) pivot = i;
    }
    std::swap(rows[column], rows[pivot]);
    for (size_t i = 0; i < n; ++i) {
      if (i == column) continue;
      const double factor = rows[i][column] / rows[column][column];
      for (size_t j = column; j <= n; ++j) {
        rows[i][j] -= factor * rows[column][j];
      }
    }
  }
  std::vector<double> solution;
  for (size_t i = 0; i < n; ++i) solution.push_back(rows[i][n] / rows[i][i]);
  return solution;
}

void ExpectNear(const std::vector<double>& actual,
                const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], tolerance) << "vertex " << i;
  }
}

PageRankOptions RandomOptions(const SmallGraph& graph, Random& random) {
  constexpr double kDampings[] = {0, 0.5, 0.85, 0.85, 0.95};
  PageRankOptions options = kExact;
  options.damping = kDampings[random.Below(std::size(kDampings))];
  if (random.Below(2) == 0) return options;
  for (uint32_t vertex = 0; vertex < graph.vertices; ++vertex) {
    if (random.Below(3) == 0) options.starts.push_back(vertex);
  }
  return options;
}

TEST(PageRankTest, SolvesItsEquationsOnRandomGraphs) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random);
    const PageRankOptions options = RandomOptions(graph, random);
    SCOPED_TRACE(fmt::format("seed {}, damping {}, {}", seed, options.damping,
                             graph.DebugString()));
    const PageRankResult ranked = Rank(graph, options);
    EXPECT_TRUE(ranked.converged);
    EXPECT_LT(ranked.residual, options.tolerance);
    if (graph.vertices == 0) continue;
    EXPECT_NEAR(std::accumulate(ranked.scores.begin(), ranked.scores.end(), 0.),
                1, 1e-12);
    ExpectNear(ranked.scores, SolveStationary(StepMatrix(graph, options)),
               1e-11);
  }
}

TEST(PageRankTest, EachIterationIsAStepOfTheWalk) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random);
    if (graph.vertices == 0) continue;
    PageRankOptions options = RandomOptions(graph, random);
    options.max_iterations = static_cast<uint32_t>(random.Below(5));
    options.tolerance = 0;
    SCOPED_TRACE(fmt::format("seed {}, {}", seed, graph.DebugString()));
    const Matrix step = StepMatrix(graph, options);
    std::vector<double> share(graph.vertices,
                              options.starts.empty() ? 1. / graph.vertices : 0);
    for (const uint32_t start : options.starts) {
      share[start] = 1.0 / static_cast<double>(options.starts.size());
    }
    double residual = 0;
    for (uint32_t i = 0; i < options.max_iterations; ++i) {
      std::vector<double> next(graph.vertices, 0.0);
      for (size_t from = 0; from < graph.vertices; ++from) {
        for (size_t to = 0; to < graph.vertices; ++to) {
          next[to] += share[from] * step[from][to];
        }
      }
      residual = 0;
      for (size_t j = 0; j < next.size(); ++j) {
        residual += std::abs(next[j] - share[j]);
      }
      share = next;
    }
    const PageRankResult ranked = Rank(graph, options);
    ExpectNear(ranked.scores, share, 1e-14);
    EXPECT_NEAR(ranked.residual, residual, 1e-14);
    EXPECT_EQ(ranked.iterations, options.max_iterations);
    EXPECT_FALSE(ranked.converged);
  }
}

TEST(PageRankTest, NothingAndOneVertex) {
  const PageRankResult nothing = Rank({}, {});
  EXPECT_THAT(nothing.scores, IsEmpty());
  EXPECT_TRUE(nothing.converged);
  ExpectNear(Rank({.vertices = 1}, {}).scores, {1}, 1e-15);
  ExpectNear(Rank({.vertices = 1, .edges = {{0, 0}}}, {}).scores, {1}, 1e-15);
}

TEST(PageRankTest, IsTheSameWhereAllVerticesAreAlike) {
  for (const SmallGraph& graph : {CycleGraph(7), CompleteGraph(6).BothWays(),
                                  SmallGraph{.vertices = 5}}) {
    EXPECT_THAT(Rank(graph, kExact).scores,
                Each(::testing::DoubleNear(
                    1.0 / static_cast<double>(graph.vertices), 1e-14)));
  }
}

TEST(PageRankTest, OfAPathIsAGeometricSum) {
  // r[i] is proportional to 1 + d + ... + d^i; with one start to d^i alone.
  constexpr size_t kVertices = 9;
  PageRankOptions options = kExact;
  for (const bool from_start : {false, true}) {
    if (from_start) options.starts = {0};
    std::vector<double> expected;
    double sum = 0;
    for (size_t i = 0; i < kVertices; ++i) {
      const double power = std::pow(options.damping, i);
      expected.push_back(from_start ? power
                                    : (1 - power * options.damping) /
                                          (1 - options.damping));
      sum += expected.back();
    }
    for (double& score : expected) score /= sum;
    ExpectNear(Rank(PathGraph(kVertices), options).scores, expected, 1e-13);
  }
}

TEST(PageRankTest, OfAStarIsItsClosedForm) {
  // A leaf has x = 1 / (n + d (n - 1)), and the hub the rest.
  for (const size_t n : {2, 3, 10, 100}) {
    const auto count = static_cast<double>(n);
    const double leaf = 1 / (count + kExact.damping * (count - 1));
    std::vector<double> expected(n, leaf);
    expected[0] = 1 - (count - 1) * leaf;
    ExpectNear(Rank(StarGraph(n), kExact).scores, expected, 1e-13);
  }
}

TEST(PageRankTest, OfTwoCliquesIsItsClosedForm) {
  // With b for the two vertices at the joining edge and x for all others,
  //   b = (1 - d) / 2k + d (x + b / k)   and   (k - 1) x + b = 1 / 2.
  constexpr double k = 6;
  constexpr double d = 0.85;
  const double x =
      ((1 - d / k) / 2 - (1 - d) / (2 * k)) / (d + (k - 1) * (1 - d / k));
  std::vector<double> expected(2 * static_cast<size_t>(k), x);
  expected[k - 1] = expected[k] = 0.5 - (k - 1) * x;
  ExpectNear(Rank(TwoCliques(k).BothWays(), kExact).scores, expected, 1e-13);
}

TEST(PageRankTest, FollowsEdgesByTheirWeight) {
  // Of what leaves 0, three quarters go to 1; parallel edges add up.
  const SmallGraph graph = {
      .vertices = 3, .edges = {{0, 1}, {0, 2}, {0, 1}}, .weights = {1, 1, 2}};
  PageRankOptions options = kExact;
  options.starts = {0};
  const auto scores = Rank(graph, options).scores;
  EXPECT_NEAR(scores[1] / scores[2], 3, 1e-12);
}

TEST(PageRankTest, StandsWeightsOfAnySize) {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kMin = std::numeric_limits<double>::denorm_min();
  SmallGraph graph = {.vertices = 3, .edges = {{0, 1}, {0, 1}, {0, 2}, {1, 0}}};
  PageRankOptions options = kExact;
  options.starts = {0};
  const auto expected = Rank(graph, options).scores;
  for (const double weight : {kMax, 1e200, 1e-200, kMin}) {
    graph.weights = std::vector<double>(graph.edges.size(), weight);
    SCOPED_TRACE(graph.DebugString());
    ExpectNear(Rank(graph, options).scores, expected, 1e-13);
  }
}

TEST(PageRankTest, AScaleOfTheWeightsChangesNothing) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    SmallGraph graph = RandomSmallGraph(random);
    const auto expected = Rank(graph, {}).scores;
    for (double& weight : graph.weights) weight *= 1024;
    EXPECT_EQ(Rank(graph, {}).scores, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mi::graph
