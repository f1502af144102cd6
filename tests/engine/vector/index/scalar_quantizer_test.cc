#include "engine/vector/index/scalar_quantizer.h"

#include <cmath>
#include <vector>

#include "engine/vector/kernels/exact_rank.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using mi::testing::VectorSet;

constexpr size_t kDimension = 96;

// One scale for all: the largest component that is worth representing is 127.
TEST(ScalarQuantizerTest, CodesAreTheNearestMultiplesOfTheScale) {
  const std::vector<float> rows = {127, 2, -127, -2};  // the mean is 0
  ScalarQuantizer quantizer(Metric::kDot, 2, rows);
  EXPECT_DOUBLE_EQ(quantizer.scale(), 1);
  CodeTable table;
  std::vector<float> errors;
  ASSERT_TRUE(quantizer.EncodeRows(rows, {}, &table, &errors));
  EXPECT_EQ(table.stride, 64);
  EXPECT_EQ(table.row(0)[0], 128 + 127);
  EXPECT_EQ(table.row(0)[1], 128 + 2);
  EXPECT_EQ(table.row(1)[0], 128 - 127);
  EXPECT_EQ(table.row(1)[1], 128 - 2);
  EXPECT_EQ(table.row(1)[63], 128);  // padding
  EXPECT_FLOAT_EQ(errors[0], 0);
}

class ScoreBoundsTest : public ::testing::TestWithParam<Metric> {};
INSTANTIATE_TEST_SUITE_P(All, ScoreBoundsTest,
                         ::testing::Values(Metric::kCosine, Metric::kDot,
                                           Metric::kEuclidean,
                                           Metric::kManhattan));

// What exact scans rest on. Rows of very different length and heavy tails make
// the errors large; the float32 rank must lie within the bounds all the same.
TEST_P(ScoreBoundsTest, TheExactRankLiesWithinTheBounds) {
  const Metric metric = GetParam();
  VectorSet set = mi::testing::GaussianVectors(
      {.rows = 400, .queries = 30, .dimension = kDimension}, 51);
  for (const double power : {1.0, 3.0}) {
    SCOPED_TRACE(power);
    for (std::vector<float>* part : {&set.base, &set.queries}) {
      for (float& x : *part) {
        x = static_cast<float>(std::copysign(std::pow(std::fabs(x), power), x) +
                               0.5);
      }
    }
    ScalarQuantizer quantizer(metric, kDimension, set.base);
    CodeTable table;
    std::vector<float> errors;
    ASSERT_TRUE(quantizer.EncodeRows(set.base, {}, &table, &errors));
    if (metric == Metric::kEuclidean) {
      for (size_t row = 0; row < table.rows; ++row) {
        table.bias.push_back(quantizer.NegativeSquaredLength(table.row(row)));
      }
    }
    double width = 0, spread = 0;
    for (size_t q = 0; q < set.query_count(); ++q) {
      const std::span<const float> query(set.query(q), kDimension);
      CodedQuery coded;
      quantizer.EncodeQuery(query, &coded);
      const ScoreBounds bounds(metric, coded);
      const CodeScorer scorer(BestKernels(), table, coded.row_form,
                              coded.codes.data(), coded.zero_sum, coded.alpha);
      const ExactRanker ranker(metric, query);
      float lowest = 0, highest = 0;
      for (uint32_t row = 0; row < table.rows; ++row) {
        float key;
        scorer.BlockKeys(row, 1, &key);
        const float rank = ranker.Rank(&set.base[row * kDimension]);
        const double units = (double{rank} - coded.offset) / coded.unit;
        const ScoreBounds::Interval interval = bounds.Of(key, errors[row]);
        ASSERT_LE(interval.low, units) << row;
        ASSERT_GE(interval.high, units) << row;
        ASSERT_TRUE(bounds.MayReach(key, errors[row], bounds.RankToUnits(rank)))
            << row;
        width += interval.high - interval.low;
        if (row == 0) lowest = highest = interval.low;
        lowest = std::min(lowest, interval.low);
        highest = std::max(highest, interval.low);
      }
      spread += (highest - lowest) * static_cast<double>(table.rows);
    }
    // Bounds as wide as the data would be right, and of no use.
    EXPECT_LT(width, 0.6 * spread);
  }
}

}  // namespace
}  // namespace mi::vector
