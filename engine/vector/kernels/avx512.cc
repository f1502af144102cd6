// 512-bit vectors and vector-neural-network instructions, which multiply and
// add 64 pairs of bytes at once. As in avx2.cc, functions carry their
// instruction set and the file is compiled for the baseline.

#ifdef __x86_64__

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes its own header's deliberately undefined operands for mistakes
// (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "engine/vector/kernels/implementations.h"

#define MI_AVX512_TARGET target("avx512f,avx512bw,avx512vl,avx512vnni")
#define MI_AVX512 __attribute__((MI_AVX512_TARGET))
#define MI_AVX512_INLINE __attribute__((MI_AVX512_TARGET, always_inline)) inline

namespace mi::vector::kernels_internal {
namespace {

enum class Term { kDot, kSquaredL2, kL1 };

// sum + the terms of sixteen components.
template <Term kTerm>
MI_AVX512_INLINE __m512 Add(__m512 sum, __m512 a, __m512 b) {
  if constexpr (kTerm == Term::kDot) return _mm512_fmadd_ps(a, b, sum);
  const __m512 d = _mm512_sub_ps(a, b);
  if constexpr (kTerm == Term::kSquaredL2) return _mm512_fmadd_ps(d, d, sum);
  return _mm512_add_ps(sum, _mm512_abs_ps(d));
}

MI_AVX512_INLINE __mmask16 FirstLanes(size_t count) {
  return static_cast<__mmask16>((1u << count) - 1);
}

template <Term kTerm>
MI_AVX512 float One(const float* a, const float* b, size_t n) {
  __m512 s0{}, s1{}, s2{}, s3{};
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    s0 = Add<kTerm>(s0, _mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    s1 = Add<kTerm>(s1, _mm512_loadu_ps(a + i + 16),
                    _mm512_loadu_ps(b + i + 16));
    s2 = Add<kTerm>(s2, _mm512_loadu_ps(a + i + 32),
                    _mm512_loadu_ps(b + i + 32));
    s3 = Add<kTerm>(s3, _mm512_loadu_ps(a + i + 48),
                    _mm512_loadu_ps(b + i + 48));
  }
  for (; i + 16 <= n; i += 16) {
    s0 = Add<kTerm>(s0, _mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
  }
  if (i < n) {
    const __mmask16 mask = FirstLanes(n - i);
    s1 = Add<kTerm>(s1, _mm512_maskz_loadu_ps(mask, a + i),
                    _mm512_maskz_loadu_ps(mask, b + i));
  }
  return _mm512_reduce_add_ps(
      _mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

template <Term kTerm>
MI_AVX512 void Four(const float* query, const float* const rows[4], size_t n,
                    float out[4]) {
  __m512 s0{}, s1{}, s2{}, s3{};
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m512 q = _mm512_loadu_ps(query + i);
    s0 = Add<kTerm>(s0, q, _mm512_loadu_ps(rows[0] + i));
    s1 = Add<kTerm>(s1, q, _mm512_loadu_ps(rows[1] + i));
    s2 = Add<kTerm>(s2, q, _mm512_loadu_ps(rows[2] + i));
    s3 = Add<kTerm>(s3, q, _mm512_loadu_ps(rows[3] + i));
  }
  if (i < n) {
    const __mmask16 mask = FirstLanes(n - i);
    const __m512 q = _mm512_maskz_loadu_ps(mask, query + i);
    s0 = Add<kTerm>(s0, q, _mm512_maskz_loadu_ps(mask, rows[0] + i));
    s1 = Add<kTerm>(s1, q, _mm512_maskz_loadu_ps(mask, rows[1] + i));
    s2 = Add<kTerm>(s2, q, _mm512_maskz_loadu_ps(mask, rows[2] + i));
    s3 = Add<kTerm>(s3, q, _mm512_maskz_loadu_ps(mask, rows[3] + i));
  }
  out[0] = _mm512_reduce_add_ps(s0);
  out[1] = _mm512_reduce_add_ps(s1);
  out[2] = _mm512_reduce_add_ps(s2);
  out[3] = _mm512_reduce_add_ps(s3);
}

// The sums of the lanes of four vectors, side by side.
MI_AVX512_INLINE __m128i Reduce4(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b),
                                      _mm512_unpackhi_epi32(a, b));
  const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d),
                                      _mm512_unpackhi_epi32(c, d));
  const __m512i abcd = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd),
                                        _mm512_unpackhi_epi64(ab, cd));
  const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(abcd),
                                        _mm512_extracti64x4_epi64(abcd, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half),
                       _mm256_extracti128_si256(half, 1));
}

MI_AVX512_INLINE void StoreSums(int32_t* out, __m128i sums) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), sums);
}

// How 64 code bytes of a row and of the query add to the 32-bit sums.
struct DotTerm {
  using Query = int8_t;
  MI_AVX512_INLINE static __m512i Add(__m512i sum, const uint8_t* row,
                                      __m512i query) {
    return _mm512_dpbusd_epi32(sum, _mm512_load_si512(row), query);
  }
};
struct L1Term {
  using Query = uint8_t;
  // Sums of absolute differences come in 64-bit lanes whose upper half is 0.
  MI_AVX512_INLINE static __m512i Add(__m512i sum, const uint8_t* row,
                                      __m512i query) {
    return _mm512_add_epi32(sum,
                            _mm512_sad_epu8(_mm512_load_si512(row), query));
  }
};

template <typename Term>
MI_AVX512_INLINE __m128i Sums4(const typename Term::Query* query,
                               const uint8_t* r0, const uint8_t* r1,
                               const uint8_t* r2, const uint8_t* r3, size_t n) {
  __m512i s0{}, s1{}, s2{}, s3{};
  for (size_t i = 0; i < n; i += 64) {
    const __m512i q = _mm512_loadu_si512(query + i);
    s0 = Term::Add(s0, r0 + i, q);
    s1 = Term::Add(s1, r1 + i, q);
    s2 = Term::Add(s2, r2 + i, q);
    s3 = Term::Add(s3, r3 + i, q);
  }
  return Reduce4(s0, s1, s2, s3);
}

template <typename Term>
MI_AVX512 void CodeFour(const typename Term::Query* query,
                        const uint8_t* const rows[4], size_t n,
                        int32_t out[4]) {
  StoreSums(out, Sums4<Term>(query, rows[0], rows[1], rows[2], rows[3], n));
}

template <typename Term>
MI_AVX512 void CodeBlock(const typename Term::Query* query, const uint8_t* rows,
                         size_t n, size_t count, int32_t* out) {
  size_t r = 0;
  for (; r + 4 <= count; r += 4) {
    const uint8_t* first = rows + r * n;
    StoreSums(out + r, Sums4<Term>(query, first, first + n, first + 2 * n,
                                   first + 3 * n, n));
  }
  for (; r < count; ++r) {
    const uint8_t* row = rows + r * n;
    __m512i sum{};
    for (size_t i = 0; i < n; i += 64) {
      sum = Term::Add(sum, row + i, _mm512_loadu_si512(query + i));
    }
    out[r] = _mm512_reduce_add_epi32(sum);
  }
}

}  // namespace

const Kernels kAvx512 = {
    .name = "avx512",
    .dot = One<Term::kDot>,
    .squared_l2 = One<Term::kSquaredL2>,
    .l1 = One<Term::kL1>,
    .dot4 = Four<Term::kDot>,
    .squared_l2_4 = Four<Term::kSquaredL2>,
    .l1_4 = Four<Term::kL1>,
    .code_dot4 = CodeFour<DotTerm>,
    .code_dot_block = CodeBlock<DotTerm>,
    .code_l1_4 = CodeFour<L1Term>,
    .code_l1_block = CodeBlock<L1Term>,
};

}  // namespace mi::vector::kernels_internal

#endif  // __x86_64__
