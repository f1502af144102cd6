#include "engine/vector/kernels/exact_rank.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

constexpr float kMax = std::numeric_limits<float>::max();

float Rank(Metric metric, const std::vector<float>& query,
           const std::vector<float>& row) {
  return ExactRanker(metric, query).Rank(row.data());
}

// By hand: (3, 4) and (4, 3) have norm 5, inner product 24, differ by (-1, 1).
TEST(ExactRankerTest, RanksAreHigherForNearerRowsUnderEveryMetric) {
  EXPECT_FLOAT_EQ(Rank(Metric::kCosine, {3, 4}, {4, 3}), 24.0f / 25);
  EXPECT_FLOAT_EQ(Rank(Metric::kDot, {3, 4}, {4, 3}), 24);
  EXPECT_FLOAT_EQ(Rank(Metric::kEuclidean, {3, 4}, {4, 3}), -std::sqrt(2.0f));
  EXPECT_FLOAT_EQ(Rank(Metric::kManhattan, {3, 4}, {4, 3}), -2);
}

TEST(ExactRankerTest, FourAtOnceIsTheSameAsOneByOne) {
  const std::vector<float> query = {1, -2, 3, 0.5f, 2};
  const std::vector<float> rows = {1, 2, 3, 4,   5, -1, 0, 2, 7, 1,
                                   0, 0, 0, 1e4, 0, 5,  4, 3, 2, 1};
  for (const Metric metric : {Metric::kCosine, Metric::kDot, Metric::kEuclidean,
                              Metric::kManhattan}) {
    const ExactRanker ranker(metric, query);
    const float* pointers[4];
    float inverse_norms[4], ranks[4];
    for (size_t i = 0; i < 4; ++i) {
      pointers[i] = &rows[5 * i];
      inverse_norms[i] = InverseNorm(pointers[i], 5);
    }
    ranker.Rank4(pointers, inverse_norms, ranks);
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_FLOAT_EQ(ranks[i], ranker.Rank(pointers[i], inverse_norms[i]));
    }
  }
}

TEST(ExactRankerTest, HugeComponentsDoNotOverflow) {
  EXPECT_FLOAT_EQ(Rank(Metric::kCosine, {1e30f, 0}, {1e30f, 1e30f}),
                  std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(Rank(Metric::kEuclidean, {1e30f, 0}, {0, 1e30f}),
                  -std::sqrt(2.0f) * 1e30f);
  // Out of the range of float32: the nearest finite number.
  EXPECT_EQ(Rank(Metric::kDot, {1e30f, 0}, {1e30f, 0}), kMax);
  EXPECT_EQ(Rank(Metric::kDot, {1e30f, 0}, {-1e30f, 0}), -kMax);
  EXPECT_EQ(Rank(Metric::kManhattan, {kMax, kMax}, {-kMax, -kMax}), -kMax);
}

TEST(ExactRankerTest, TinyComponentsDoNotVanish) {
  EXPECT_FLOAT_EQ(Rank(Metric::kCosine, {1e-30f, 0}, {1e-30f, 1e-30f}),
                  std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(Rank(Metric::kCosine, {1, 0}, {1e-40f, 1e-40f}),
                  std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(Rank(Metric::kEuclidean, {3e-30f, 0}, {0, 4e-30f}), -5e-30f);
}

TEST(ExactRankerTest, AZeroRowIsUnrelatedToEverythingUnderCosine) {
  EXPECT_EQ(Rank(Metric::kCosine, {1, 2}, {0, 0}), 0);
  const std::vector<float> zero = {0, 0};
  EXPECT_EQ(InverseNorm(zero.data(), 2), 0);
}

}  // namespace
}  // namespace mi::vector
