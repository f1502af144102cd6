// Plain C++: what every machine runs, and the reference for the others.

#include <cmath>
#include <cstdlib>

#include "engine/vector/kernels/implementations.h"

namespace mi::vector::kernels_internal {
namespace {

// Four running sums, so that additions need not wait for each other.
template <typename Term>
float Sum(const float* a, const float* b, size_t n, Term term) {
  float sums[4] = {};
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (size_t j = 0; j < 4; ++j) sums[j] += term(a[i + j], b[i + j]);
  }
  for (; i < n; ++i) sums[0] += term(a[i], b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

float Dot(const float* a, const float* b, size_t n) {
  return Sum(a, b, n, [](float x, float y) { return x * y; });
}
float SquaredL2(const float* a, const float* b, size_t n) {
  return Sum(a, b, n, [](float x, float y) { return (x - y) * (x - y); });
}
float L1(const float* a, const float* b, size_t n) {
  return Sum(a, b, n, [](float x, float y) { return std::fabs(x - y); });
}

template <float (*kOne)(const float*, const float*, size_t)>
void Four(const float* query, const float* const rows[4], size_t n,
          float out[4]) {
  for (size_t r = 0; r < 4; ++r) out[r] = kOne(query, rows[r], n);
}

int32_t CodeDot(const int8_t* query, const uint8_t* row, size_t n) {
  int32_t sum = 0;
  for (size_t i = 0; i < n; ++i) sum += int32_t{row[i]} * query[i];
  return sum;
}
int32_t CodeL1(const uint8_t* query, const uint8_t* row, size_t n) {
  int32_t sum = 0;
  for (size_t i = 0; i < n; ++i) sum += std::abs(int32_t{row[i]} - query[i]);
  return sum;
}

template <typename Code, int32_t (*kOne)(const Code*, const uint8_t*, size_t)>
void CodeFour(const Code* query, const uint8_t* const rows[4], size_t n,
              int32_t out[4]) {
  for (size_t r = 0; r < 4; ++r) out[r] = kOne(query, rows[r], n);
}
template <typename Code, int32_t (*kOne)(const Code*, const uint8_t*, size_t)>
void CodeBlock(const Code* query, const uint8_t* rows, size_t n, size_t count,
               int32_t* out) {
  for (size_t r = 0; r < count; ++r) out[r] = kOne(query, rows + r * n, n);
}

}  // namespace

const Kernels kPortable = {
    .name = "portable",
    .dot = Dot,
    .squared_l2 = SquaredL2,
    .l1 = L1,
    .dot4 = Four<Dot>,
    .squared_l2_4 = Four<SquaredL2>,
    .l1_4 = Four<L1>,
    .code_dot4 = CodeFour<int8_t, CodeDot>,
    .code_dot_block = CodeBlock<int8_t, CodeDot>,
    .code_l1_4 = CodeFour<uint8_t, CodeL1>,
    .code_l1_block = CodeBlock<uint8_t, CodeL1>,
};

}  // namespace mi::vector::kernels_internal
