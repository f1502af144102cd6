#include "engine/vector/kernels/kernels.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/vector/index/huge_array.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAreArray;

// Every implementation that this machine can run; the expected values come from
// loops in double, or in exact integers for codes.
class KernelsTest : public ::testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels() const { return *GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(All, KernelsTest,
                         ::testing::ValuesIn(AvailableKernels().begin(),
                                             AvailableKernels().end()),
                         [](const auto& info) {
                           return std::string(info.param->name);
                         });

std::vector<float> Floats(size_t n, Random* random) {
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(random->Gaussian());
  return v;
}

TEST_P(KernelsTest, FloatSumsAgreeWithDoubleInEveryDimension) {
  Random random(1);
  for (const size_t n :
       {1, 3, 7, 8, 15, 16, 17, 31, 63, 64, 65, 100, 384, 1000, 4096}) {
    SCOPED_TRACE(n);
    const std::vector<float> query = Floats(n, &random);
    std::vector<std::vector<float>> rows;
    const float* pointers[4];
    for (const float*& pointer : pointers) {
      // One more in front: rows need no alignment.
      rows.push_back(Floats(n + 1, &random));
      pointer = rows.back().data() + 1;
    }
    float dot4[4], squared_l2_4[4], l1_4[4];
    kernels().dot4(query.data(), pointers, n, dot4);
    kernels().squared_l2_4(query.data(), pointers, n, squared_l2_4);
    kernels().l1_4(query.data(), pointers, n, l1_4);
    for (size_t r = 0; r < 4; ++r) {
      double dot = 0, squared_l2 = 0, l1 = 0;
      for (size_t i = 0; i < n; ++i) {
        const double q = query[i], x = pointers[r][i];
        dot += q * x;
        squared_l2 += (q - x) * (q - x);
        l1 += std::fabs(q - x);
      }
      const double tolerance = 1e-6 * static_cast<double>(n) + 1e-6;
      EXPECT_NEAR(kernels().dot(query.data(), pointers[r], n), dot, tolerance);
      EXPECT_NEAR(kernels().squared_l2(query.data(), pointers[r], n),
                  squared_l2, tolerance);
      EXPECT_NEAR(kernels().l1(query.data(), pointers[r], n), l1, tolerance);
      EXPECT_NEAR(dot4[r], dot, tolerance);
      EXPECT_NEAR(squared_l2_4[r], squared_l2, tolerance);
      EXPECT_NEAR(l1_4[r], l1, tolerance);
    }
  }
}

struct Codes {
  HugeArray<uint8_t> rows;
  std::vector<int8_t> signed_query;
  std::vector<uint8_t> query;
};

// Rows of random bytes; the first two are the extremes that overflow 16 bits.
Codes RandomCodes(size_t count, size_t n, Random* random) {
  Codes codes{HugeArray<uint8_t>(count * n), std::vector<int8_t>(n),
              std::vector<uint8_t>(n)};
  for (size_t i = 0; i < count * n; ++i) {
    codes.rows[i] = static_cast<uint8_t>(random->Below(256));
  }
  for (size_t i = 0; i < n; ++i) {
    codes.rows[i] = 255;
    if (count > 1) codes.rows[n + i] = 0;
    codes.signed_query[i] = random->Below(3) == 0
                                ? int8_t{127}
                                : static_cast<int8_t>(random->Below(256));
    codes.query[i] = static_cast<uint8_t>(random->Below(256));
  }
  return codes;
}

TEST_P(KernelsTest, CodeSumsAreExact) {
  Random random(2);
  for (const size_t n : {64, 128, 384, 4096}) {
    for (const size_t count : {1, 2, 3, 4, 5, 7, 8, 64}) {
      SCOPED_TRACE(testing::Message() << n << " codes, " << count << " rows");
      const Codes codes = RandomCodes(count, n, &random);
      std::vector<int32_t> dots, l1s;
      for (size_t r = 0; r < count; ++r) {
        int32_t dot = 0, l1 = 0;
        for (size_t i = 0; i < n; ++i) {
          const int32_t code = codes.rows[r * n + i];
          dot += code * codes.signed_query[i];
          l1 += std::abs(code - int32_t{codes.query[i]});
        }
        dots.push_back(dot);
        l1s.push_back(l1);
      }
      std::vector<int32_t> found(count);
      kernels().code_dot_block(codes.signed_query.data(), codes.rows.data(), n,
                               count, found.data());
      EXPECT_THAT(found, ElementsAreArray(dots));
      kernels().code_l1_block(codes.query.data(), codes.rows.data(), n, count,
                              found.data());
      EXPECT_THAT(found, ElementsAreArray(l1s));

      // Four rows anywhere: from the last back to the first.
      const uint8_t* rows[4];
      int32_t dot4[4], l1_4[4];
      for (size_t j = 0; j < 4; ++j) {
        rows[j] = &codes.rows[(count - 1 - j % count) * n];
      }
      kernels().code_dot4(codes.signed_query.data(), rows, n, dot4);
      kernels().code_l1_4(codes.query.data(), rows, n, l1_4);
      for (size_t j = 0; j < 4; ++j) {
        EXPECT_EQ(dot4[j], dots[count - 1 - j % count]);
        EXPECT_EQ(l1_4[j], l1s[count - 1 - j % count]);
      }
    }
  }
}

TEST(AvailableKernelsTest, TheBestIsFirstAndThePortableOneIsAlwaysThere) {
  EXPECT_EQ(&BestKernels(), AvailableKernels().front());
  EXPECT_EQ(AvailableKernels().back()->name, "portable");
}

}  // namespace
}  // namespace mi::vector
