// The inner loops of vector search, one implementation per instruction set.
//
// Everything above is written against this table, so a test can run any
// implementation that the machine has, and the rest of the product is compiled
// for the plain x86-64 baseline.

#ifndef MI_ENGINE_VECTOR_KERNELS_KERNELS_H_
#define MI_ENGINE_VECTOR_KERNELS_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mi::vector {

// Code rows are padded to a multiple of this and aligned to it.
inline constexpr size_t kCodeAlignment = 64;

// Sums over float32 components differ between implementations by rounding only;
// sums over codes are exact integers and equal.
struct Kernels {
  std::string_view name;  // "avx512", "avx2", "portable"

  // --- float32: n >= 1 components, no alignment needed.

  float (*dot)(const float* a, const float* b, size_t n);
  float (*squared_l2)(const float* a, const float* b, size_t n);
  float (*l1)(const float* a, const float* b, size_t n);
  // The same of one query with four rows.
  void (*dot4)(const float* query, const float* const rows[4], size_t n,
               float out[4]);
  void (*squared_l2_4)(const float* query, const float* const rows[4], size_t n,
                       float out[4]);
  void (*l1_4)(const float* query, const float* const rows[4], size_t n,
               float out[4]);

  // --- Codes: n is a multiple of kCodeAlignment, at most 4096; rows aligned.

  // Sum of row[i] * query[i] for four rows anywhere.
  void (*code_dot4)(const int8_t* query, const uint8_t* const rows[4], size_t n,
                    int32_t out[4]);
  // The same for `count` rows that lie one behind the other, n bytes each.
  void (*code_dot_block)(const int8_t* query, const uint8_t* rows, size_t n,
                         size_t count, int32_t* out);
  // Sum of |row[i] - query[i]|.
  void (*code_l1_4)(const uint8_t* query, const uint8_t* const rows[4],
                    size_t n, int32_t out[4]);
  void (*code_l1_block)(const uint8_t* query, const uint8_t* rows, size_t n,
                        size_t count, int32_t* out);
};

// The fastest implementation for this processor.
const Kernels& BestKernels();

// Every implementation that this processor runs, the fastest first.
std::span<const Kernels* const> AvailableKernels();

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_KERNELS_KERNELS_H_
