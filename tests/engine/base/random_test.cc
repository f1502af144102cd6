#include "engine/base/random.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi {
namespace {

using ::testing::ElementsAre;

std::vector<uint64_t> FirstFour(uint64_t seed) {
  Random random(seed);
  return {random.Bits(), random.Bits(), random.Bits(), random.Bits()};
}

// From a second implementation of the paper's listing, in Python integers.
// Stored data depends on these streams: they must never change.
TEST(RandomTest, GivesTheStreamsOfTheReference) {
  EXPECT_THAT(FirstFour(0),
              ElementsAre(0x53175d61490b23df, 0x61da6f3dc380d507,
                          0x5c0fdf91ec9a7bfc, 0x02eebf8c3bbe5e1a));
  EXPECT_THAT(FirstFour(42),
              ElementsAre(0xd0764d4f4476689f, 0x519e4174576f3791,
                          0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8));
}

// 0x53175d61490b23df >> 11, over 2^53.
TEST(RandomTest, UniformIsTheHighBitsOfTheStream) {
  EXPECT_EQ(Random(0).Uniform(), 0x1.4c5d7585242c8p-2);
}

// 0x53175d61490b23df is 0.3246 of 2^64.
TEST(RandomTest, BelowScalesTheStream) {
  EXPECT_EQ(Random(0).Below(10), 3);
  EXPECT_EQ(Random(0).Below(1), 0);
}

TEST(RandomTest, EqualSeedsGiveEqualGaussians) {
  Random a(7);
  Random b(7);
  for (int i = 0; i < 101; ++i) EXPECT_EQ(a.Gaussian(), b.Gaussian());
}

// Chi-square with 15 degrees of freedom: above 44.3 once in 10,000 seeds.
TEST(RandomTest, BelowFillsItsBucketsEvenly) {
  constexpr uint64_t kSeed = 1;
  constexpr int kDraws = 160'000;
  std::array<int, 16> counts{};
  Random random(kSeed);
  for (int i = 0; i < kDraws; ++i) ++counts[random.Below(counts.size())];
  double chi_square = 0;
  for (const int count : counts) {
    chi_square += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
  }
  EXPECT_LT(chi_square, 44.3) << "seed " << kSeed;
  EXPECT_GT(chi_square, 0);
}

// Moments of U(0, 1): mean 1/2, variance 1/12. The bounds are five standard
// errors.
TEST(RandomTest, UniformHasItsMoments) {
  constexpr int kDraws = 200'000;
  Random random(2);
  double sum = 0;
  double sum_of_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    sum_of_squares += value * value;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(sum_of_squares / kDraws - mean * mean, 1.0 / 12, 0.001);
}

// Moments of N(0, 1): mean 0, variance 1, and 4.55 % beyond two deviations.
TEST(RandomTest, GaussianHasItsMomentsAndTails) {
  constexpr int kDraws = 200'000;
  Random random(3);
  double sum = 0;
  double sum_of_squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.Gaussian();
    sum += value;
    sum_of_squares += value * value;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(sum_of_squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
  EXPECT_NEAR(beyond_two / static_cast<double>(kDraws), 0.0455, 0.0025);
}

}  // namespace
}  // namespace mi
