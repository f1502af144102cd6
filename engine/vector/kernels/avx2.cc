// 256-bit vectors. Functions carry their instruction set as an attribute; the
// file itself is compiled for the baseline, so that no inline function of a
// header is ever emitted with instructions that a machine may lack.

#ifdef __x86_64__

#include <immintrin.h>

#include "engine/vector/kernels/implementations.h"

#define MI_AVX2 __attribute__((target("avx2,fma")))
#define MI_AVX2_INLINE __attribute__((target("avx2,fma"), always_inline)) inline

namespace mi::vector::kernels_internal {
namespace {

enum class Term { kDot, kSquaredL2, kL1 };

// sum + the terms of eight components.
template <Term kTerm>
MI_AVX2_INLINE __m256 Add(__m256 sum, __m256 a, __m256 b) {
  if constexpr (kTerm == Term::kDot) return _mm256_fmadd_ps(a, b, sum);
  const __m256 d = _mm256_sub_ps(a, b);
  if constexpr (kTerm == Term::kSquaredL2) return _mm256_fmadd_ps(d, d, sum);
  return _mm256_add_ps(sum, _mm256_andnot_ps(_mm256_set1_ps(-0.0f), d));
}

MI_AVX2_INLINE float Reduce(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

// All ones in the first `count` lanes.
MI_AVX2_INLINE __m256i FirstLanes(size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

template <Term kTerm>
MI_AVX2 float One(const float* a, const float* b, size_t n) {
  __m256 s0{}, s1{}, s2{}, s3{};
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = Add<kTerm>(s0, _mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
    s1 = Add<kTerm>(s1, _mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8));
    s2 = Add<kTerm>(s2, _mm256_loadu_ps(a + i + 16),
                    _mm256_loadu_ps(b + i + 16));
    s3 = Add<kTerm>(s3, _mm256_loadu_ps(a + i + 24),
                    _mm256_loadu_ps(b + i + 24));
  }
  for (; i + 8 <= n; i += 8) {
    s0 = Add<kTerm>(s0, _mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
  }
  if (i < n) {
    const __m256i mask = FirstLanes(n - i);
    s1 = Add<kTerm>(s1, _mm256_maskload_ps(a + i, mask),
                    _mm256_maskload_ps(b + i, mask));
  }
  return Reduce(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
}

template <Term kTerm>
MI_AVX2 void Four(const float* query, const float* const rows[4], size_t n,
                  float out[4]) {
  __m256 s0{}, s1{}, s2{}, s3{};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256 q = _mm256_loadu_ps(query + i);
    s0 = Add<kTerm>(s0, q, _mm256_loadu_ps(rows[0] + i));
    s1 = Add<kTerm>(s1, q, _mm256_loadu_ps(rows[1] + i));
    s2 = Add<kTerm>(s2, q, _mm256_loadu_ps(rows[2] + i));
    s3 = Add<kTerm>(s3, q, _mm256_loadu_ps(rows[3] + i));
  }
  if (i < n) {
    const __m256i mask = FirstLanes(n - i);
    const __m256 q = _mm256_maskload_ps(query + i, mask);
    s0 = Add<kTerm>(s0, q, _mm256_maskload_ps(rows[0] + i, mask));
    s1 = Add<kTerm>(s1, q, _mm256_maskload_ps(rows[1] + i, mask));
    s2 = Add<kTerm>(s2, q, _mm256_maskload_ps(rows[2] + i, mask));
    s3 = Add<kTerm>(s3, q, _mm256_maskload_ps(rows[3] + i, mask));
  }
  out[0] = Reduce(s0);
  out[1] = Reduce(s1);
  out[2] = Reduce(s2);
  out[3] = Reduce(s3);
}

// Products of unsigned and signed bytes, paired in 32 bits. The instruction
// made for it saturates at 16 bits, which codes can exceed, so both are
// widened.
MI_AVX2_INLINE __m256i AddCodeDot(__m256i sum, const uint8_t* row,
                                  __m256i query_low, __m256i query_high) {
  const __m256i r = _mm256_load_si256(reinterpret_cast<const __m256i*>(row));
  const __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(r));
  const __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(r, 1));
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(low, query_low));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(high, query_high));
}

// The sums of the lanes of four vectors, side by side.
MI_AVX2_INLINE __m128i Reduce4(__m256i a, __m256i b, __m256i c, __m256i d) {
  const __m256i ab = _mm256_hadd_epi32(a, b);
  const __m256i cd = _mm256_hadd_epi32(c, d);
  const __m256i abcd = _mm256_hadd_epi32(ab, cd);
  return _mm_add_epi32(_mm256_castsi256_si128(abcd),
                       _mm256_extracti128_si256(abcd, 1));
}

MI_AVX2 void CodeDot4(const int8_t* query, const uint8_t* const rows[4],
                      size_t n, int32_t out[4]) {
  __m256i s0{}, s1{}, s2{}, s3{};
  for (size_t i = 0; i < n; i += 32) {
    const __m256i q =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + i));
    const __m256i low = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(q));
    const __m256i high = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(q, 1));
    s0 = AddCodeDot(s0, rows[0] + i, low, high);
    s1 = AddCodeDot(s1, rows[1] + i, low, high);
    s2 = AddCodeDot(s2, rows[2] + i, low, high);
    s3 = AddCodeDot(s3, rows[3] + i, low, high);
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), Reduce4(s0, s1, s2, s3));
}

// The sum of absolute differences comes in 64-bit lanes whose upper half is 0.
MI_AVX2_INLINE __m256i AddCodeL1(__m256i sum, const uint8_t* row, __m256i q) {
  const __m256i r = _mm256_load_si256(reinterpret_cast<const __m256i*>(row));
  return _mm256_add_epi32(sum, _mm256_sad_epu8(r, q));
}

MI_AVX2 void CodeL1Four(const uint8_t* query, const uint8_t* const rows[4],
                        size_t n, int32_t out[4]) {
  __m256i s0{}, s1{}, s2{}, s3{};
  for (size_t i = 0; i < n; i += 32) {
    const __m256i q =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + i));
    s0 = AddCodeL1(s0, rows[0] + i, q);
    s1 = AddCodeL1(s1, rows[1] + i, q);
    s2 = AddCodeL1(s2, rows[2] + i, q);
    s3 = AddCodeL1(s3, rows[3] + i, q);
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), Reduce4(s0, s1, s2, s3));
}

template <typename Code, void (*kFour)(const Code*, const uint8_t* const[4],
                                       size_t, int32_t[4])>
MI_AVX2 void Block(const Code* query, const uint8_t* rows, size_t n,
                   size_t count, int32_t* out) {
  size_t r = 0;
  for (; r + 4 <= count; r += 4) {
    const uint8_t* first = rows + r * n;
    const uint8_t* four[4] = {first, first + n, first + 2 * n, first + 3 * n};
    kFour(query, four, n, out + r);
  }
  for (; r < count; ++r) {
    const uint8_t* row = rows + r * n;
    const uint8_t* four[4] = {row, row, row, row};
    int32_t sums[4];
    kFour(query, four, n, sums);
    out[r] = sums[0];
  }
}

}  // namespace

const Kernels kAvx2 = {
    .name = "avx2",
    .dot = One<Term::kDot>,
    .squared_l2 = One<Term::kSquaredL2>,
    .l1 = One<Term::kL1>,
    .dot4 = Four<Term::kDot>,
    .squared_l2_4 = Four<Term::kSquaredL2>,
    .l1_4 = Four<Term::kL1>,
    .code_dot4 = CodeDot4,
    .code_dot_block = Block<int8_t, CodeDot4>,
    .code_l1_4 = CodeL1Four,
    .code_l1_block = Block<uint8_t, CodeL1Four>,
};

}  // namespace mi::vector::kernels_internal

#endif  // __x86_64__
