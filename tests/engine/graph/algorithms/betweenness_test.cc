// Betweenness against every shortest path, walked one by one, and closed forms.

#include "engine/graph/algorithms/betweenness.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/algorithms/small_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Pointwise;

constexpr double kNoPath = std::numeric_limits<double>::infinity();

std::vector<double> Between(const SmallGraph& graph,
                            const BetweennessOptions& options) {
  Progress progress;
  auto scores = Betweenness(graph.Compress(), options, progress);
  EXPECT_OK(scores);
  return scores.ok() ? *std::move(scores) : std::vector<double>();
}

// Lengths of the shortest edges between vertices.
Matrix Lengths(const SmallGraph& graph, bool directed) {
  Matrix lengths = SquareMatrix(graph.vertices, kNoPath);
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const auto [source, target] = graph.edges[i];
    if (source == target) continue;
    for (const auto& [from, to] :
         {std::pair(source, target), std::pair(target, source)}) {
      double& length = lengths[from][to];
      length = std::min(length, graph.weight(i));
      if (directed) break;
    }
  }
  return lengths;
}

Matrix Distances(Matrix lengths) {
  const size_t n = lengths.size();
  for (size_t i = 0; i < n; ++i) lengths[i][i] = 0;
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        lengths[i][j] = std::min(lengths[i][j], lengths[i][k] + lengths[k][j]);
      }
    }
  }
  return lengths;
}

// Walks every shortest path from one vertex to another.
class PathWalk {
 public:
  PathWalk(const Matrix& lengths, const Matrix& distances)
      : lengths_(lengths), distances_(distances), visits_(lengths.size()) {}

  // The share of these paths that each vertex lies on, ends aside.
  std::vector<double> Shares(uint32_t source, uint32_t target) {
    std::fill(visits_.begin(), visits_.end(), 0.0);
    paths_ = 0;
    target_ = target;
    Step(source);
    std::vector<double> shares = visits_;
    for (double& share : shares) share /= paths_;
    shares[source] = shares[target] = 0;
    return shares;
  }

 private:
  void Step(uint32_t vertex) {
    stack_.push_back(vertex);
    if (vertex == target_) {
      ++paths_;
      for (const uint32_t on : stack_) ++visits_[on];
    } else {
      for (uint32_t next = 0; next < lengths_.size(); ++next) {
        if (lengths_[vertex][next] != kNoPath &&
            lengths_[vertex][next] + distances_[next][target_] ==
                distances_[vertex][target_]) {
          Step(next);
        }
      }
    }
    stack_.pop_back();
  }

  const Matrix& lengths_;
  const Matrix& distances_;
  uint32_t target_ = 0;
  double paths_ = 0;
  std::vector<double> visits_;
  std::vector<uint32_t> stack_;
};

std::vector<double> NaiveBetweenness(const SmallGraph& graph, bool directed) {
  const Matrix lengths = Lengths(graph, directed);
  const Matrix distances = Distances(lengths);
  PathWalk walk(lengths, distances);
  std::vector<double> sums(graph.vertices, 0.0);
  for (uint32_t source = 0; source < graph.vertices; ++source) {
    for (uint32_t target = 0; target < graph.vertices; ++target) {
      if (source == target || distances[source][target] == kNoPath) continue;
      if (!directed && source > target) continue;
      const std::vector<double> shares = walk.Shares(source, target);
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += shares[i];
    }
  }
  return sums;
}

TEST(BetweennessTest, CountsEveryShortestPath) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const SmallGraph graph = RandomSmallGraph(random, {.zero_weights = false});
    for (const bool directed : {false, true}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + graph.DebugString());
      const std::vector<double> expected = NaiveBetweenness(graph, directed);
      EXPECT_THAT(Between(graph, {.directed = directed}),
                  Pointwise(DoubleNear(1e-12), expected));
      const auto n = static_cast<double>(graph.vertices);
      if (graph.vertices < 3) continue;
      std::vector<double> shares = expected;
      for (double& share : shares) {
        share *= (directed ? 1 : 2) / ((n - 1) * (n - 2));
      }
      EXPECT_THAT(Between(graph, {.directed = directed, .normalized = true}),
                  Pointwise(DoubleNear(1e-12), shares));
    }
  }
}

TEST(BetweennessTest, OfClosedForms) {
  // On a path, a vertex lies between all before and all after it.
  const std::vector<double> path = Between(PathGraph(8), {});
  for (size_t i = 0; i < path.size(); ++i) {
    EXPECT_EQ(path[i], static_cast<double>(i * (7 - i)));
  }
  const std::vector<double> star = Between(StarGraph(8), {});
  EXPECT_EQ(star[0], 7 * 6 / 2);
  EXPECT_EQ(std::accumulate(star.begin() + 1, star.end(), 0.0), 0);
  EXPECT_EQ(Between(StarGraph(8), {.normalized = true})[0], 1);
  EXPECT_THAT(Between(CompleteGraph(7), {}), Each(0.0));
  // All that passes from one clique to the other passes its bridge.
  const std::vector<double> cliques = Between(TwoCliques(5), {});
  EXPECT_EQ(cliques[4], 4 * 5);
  EXPECT_EQ(cliques[5], 4 * 5);
  EXPECT_EQ(cliques[0], 0);
}

TEST(BetweennessTest, OfFewerThanThreeVerticesIsZero) {
  EXPECT_THAT(Between({}, {}), IsEmpty());
  EXPECT_THAT(Between({.vertices = 1}, {.normalized = true}), Each(0.0));
  EXPECT_THAT(Between(PathGraph(2), {.normalized = true}), Each(0.0));
}

TEST(BetweennessTest, SamplesEstimateItWithoutBias) {
  SmallGraph graph = TwoCliques(8);
  graph.vertices += 20;  // and a tail, each of whose vertices counts otherwise
  for (uint32_t i = 16; i < 36; ++i) graph.edges.emplace_back(i - 1, i);
  const std::vector<double> exact = Between(graph, {});
  std::vector<double> mean(graph.vertices, 0.0);
  constexpr int kSamples = 3'000;
  for (int seed = 0; seed < kSamples; ++seed) {
    const auto sampled = Between(
        graph, {.sample_size = 10, .seed = static_cast<uint64_t>(seed)});
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += sampled[i] / kSamples;
  }
  const double largest = *std::max_element(exact.begin(), exact.end());
  ASSERT_GT(largest, 10);
  EXPECT_THAT(mean, Pointwise(DoubleNear(0.03 * largest), exact));
}

TEST(BetweennessTest, TheSeedDecidesTheSample) {
  const SmallGraph graph = TwoCliques(10);
  const BetweennessOptions options = {.sample_size = 4, .seed = 1};
  EXPECT_EQ(Between(graph, options), Between(graph, options));
  EXPECT_NE(Between(graph, options),
            Between(graph, {.sample_size = 4, .seed = 2}));
  // As many as there are, or more: no sample.
  EXPECT_EQ(Between(graph, {.sample_size = 20, .seed = 1}), Between(graph, {}));
  EXPECT_EQ(Between(graph, {.sample_size = 99, .seed = 1}), Between(graph, {}));
}

TEST(BetweennessTest, StandsLengthsOfAnySize) {
  SmallGraph graph = CycleGraph(7);
  const std::vector<double> expected = Between(graph, {});
  for (const double length : {std::numeric_limits<double>::max(), 1e-300}) {
    graph.weights.assign(graph.edges.size(), length);
    EXPECT_EQ(Between(graph, {}), expected);
  }
}

TEST(BetweennessTest, RefusesWhatCannotBeCounted) {
  Progress progress;
  SmallGraph graph = PathGraph(3);
  graph.weights = {1, 0};
  EXPECT_THAT(Betweenness(graph.Compress(), {}, progress),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
  // Diamonds in a row: 2^1100 paths.
  SmallGraph diamonds{.vertices = 3 * 1'100 + 1};
  for (uint32_t at = 0; at + 3 < diamonds.vertices; at += 3) {
    diamonds.edges.insert(
        diamonds.edges.end(),
        {{at, at + 1}, {at, at + 2}, {at + 1, at + 3}, {at + 2, at + 3}});
  }
  EXPECT_THAT(Betweenness(diamonds.Compress(), {}, progress),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
}

TEST(BetweennessTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  Progress progress(stop.get_token());
  EXPECT_THAT(Betweenness(PathGraph(10).Compress(), {}, progress),
              StatusIs(absl::StatusCode::kCancelled, _));
}

}  // namespace
}  // namespace mi::graph
