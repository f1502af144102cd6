// Rows of 8-bit codes, and how a coded query is ranked against them.

#ifndef MI_ENGINE_VECTOR_INDEX_CODE_TABLE_H_
#define MI_ENGINE_VECTOR_INDEX_CODE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "absl/types/span.h"
#include "engine/base/codec.h"
#include "engine/vector/index/huge_array.h"
#include "engine/vector/kernels/kernels.h"

namespace mi::vector {

// The code that stands for the component 0.
inline constexpr int kZeroCode = 128;

// Bytes of a code row: the dimension, padded.
inline size_t CodeStride(size_t dimension) {
  return (dimension + kCodeAlignment - 1) / kCodeAlignment * kCodeAlignment;
}

// [rows, stride] codes. `bias`, where it is not empty, is [rows] and is added
// to the row's key.
struct CodeTable {
  size_t rows = 0;
  size_t stride = 0;
  HugeArray<uint8_t> codes;
  std::vector<float> bias;

  CodeTable() = default;
  CodeTable(size_t rows, size_t stride)
      : rows(rows), stride(stride), codes(rows * stride) {}

  // In the form of engine/base/codec.h. A table that is read has `rows` rows of
  // `stride` bytes.
  void Write(Writer* writer) const {
    writer->Array(absl::MakeConstSpan(codes.data(), codes.size()));
    writer->Array(absl::MakeConstSpan(bias));
  }
  static CodeTable Read(size_t rows, size_t stride, Reader* reader) {
    CodeTable table;
    table.rows = rows;
    table.stride = stride;
    reader->Array<uint8_t>(rows * stride, &table.codes);
    reader->ArrayOrNone<float>(rows, &table.bias);
    return table;
  }

  const uint8_t* row(size_t i) const { return codes.data() + i * stride; }
  uint8_t* mutable_row(size_t i) { return codes.data() + i * stride; }
  size_t bytes() const { return codes.bytes() + bias.size() * sizeof(float); }
};

// How keys are made from code sums.
enum class KeyForm {
  kDot,         // key = sum of row * query
  kBiasedDot,   // key = alpha * (sum of row * query) + bias[row]
  kNegativeL1,  // key = -(sum of |row - query|)
};

// One query against one table: keys are higher for nearer rows. Holds pointers
// only; the query's codes must outlive it. Thread-safe.
class CodeScorer {
 public:
  // `query` is [stride]: signed codes for the dot forms, or unsigned ones for
  // L1. `zero_sum` is what rows of zero codes sum to: kZeroCode times the sum
  // of the query's codes.
  CodeScorer(const Kernels& kernels, const CodeTable& table, KeyForm form,
             const uint8_t* query, int32_t zero_sum, float alpha)
      : kernels_(&kernels),
        codes_(table.codes.data()),
        bias_(table.bias.data()),
        stride_(table.stride),
        form_(form),
        query_(query),
        zero_sum_(zero_sum),
        alpha_(alpha) {}

  const uint8_t* row(uint32_t i) const { return codes_ + i * stride_; }

  void Prefetch(uint32_t i) const {
    const uint8_t* codes = row(i);
    for (size_t offset = 0; offset < stride_; offset += kCodeAlignment) {
      __builtin_prefetch(codes + offset);
    }
    if (form_ == KeyForm::kBiasedDot) __builtin_prefetch(bias_ + i);
  }

  // Keys of four rows anywhere.
  void Keys4(const uint32_t rows[4], float keys[4]) const {
    const uint8_t* codes[4] = {row(rows[0]), row(rows[1]), row(rows[2]),
                               row(rows[3])};
    int32_t sums[4];
    if (form_ == KeyForm::kNegativeL1) {
      kernels_->code_l1_4(query_, codes, stride_, sums);
      for (size_t i = 0; i < 4; ++i) keys[i] = static_cast<float>(-sums[i]);
      return;
    }
    kernels_->code_dot4(SignedQuery(), codes, stride_, sums);
    for (size_t i = 0; i < 4; ++i) {
      keys[i] = static_cast<float>(sums[i] - zero_sum_);
    }
    if (form_ == KeyForm::kBiasedDot) {
      for (size_t i = 0; i < 4; ++i) {
        keys[i] = alpha_ * keys[i] + bias_[rows[i]];
      }
    }
  }

  // Keys of rows anywhere, `keys` [rows.size()].
  void Keys(std::span<const uint32_t> rows, float* keys) const {
    size_t i = 0;
    for (; i + 4 <= rows.size(); i += 4) Keys4(&rows[i], keys + i);
    if (i == rows.size()) return;
    uint32_t last[4];
    float last_keys[4];
    for (size_t j = 0; j < 4; ++j) {
      last[j] = rows[i + j < rows.size() ? i + j : i];
    }
    Keys4(last, last_keys);
    std::memcpy(keys + i, last_keys, (rows.size() - i) * sizeof(float));
  }

  // Keys of the rows first, first + 1, ..., `keys` [count], count at most
  // kBlockRows.
  static constexpr size_t kBlockRows = 64;
  void BlockKeys(size_t first, size_t count, float* keys) const {
    int32_t sums[kBlockRows];
    const uint8_t* codes = codes_ + first * stride_;
    if (form_ == KeyForm::kNegativeL1) {
      kernels_->code_l1_block(query_, codes, stride_, count, sums);
      for (size_t i = 0; i < count; ++i) keys[i] = static_cast<float>(-sums[i]);
      return;
    }
    kernels_->code_dot_block(SignedQuery(), codes, stride_, count, sums);
    for (size_t i = 0; i < count; ++i) {
      keys[i] = static_cast<float>(sums[i] - zero_sum_);
    }
    if (form_ == KeyForm::kBiasedDot) {
      const float* bias = bias_ + first;
      for (size_t i = 0; i < count; ++i) keys[i] = alpha_ * keys[i] + bias[i];
    }
  }

 private:
  const int8_t* SignedQuery() const {
    return reinterpret_cast<const int8_t*>(query_);
  }

  const Kernels* kernels_;
  const uint8_t* codes_;
  const float* bias_;
  size_t stride_;
  KeyForm form_;
  const uint8_t* query_;
  int32_t zero_sum_;
  float alpha_;
};

// Makes a query of a row: writes its signed codes to `query`, [stride], and
// returns its zero sum.
inline int32_t QueryFromRow(const uint8_t* row, size_t stride, uint8_t* query) {
  // Unsigned codes turn into signed ones by flipping the top bit: 16 at a time,
  // while their sum is taken in the same pass.
  using Bytes = uint8_t __attribute__((vector_size(16)));
  const Bytes top = Bytes{} + uint8_t{0x80};
  int32_t sum = 0;
  for (size_t i = 0; i < stride; i += sizeof(Bytes)) {
    Bytes codes;
    std::memcpy(&codes, row + i, sizeof(codes));
    codes ^= top;
    std::memcpy(query + i, &codes, sizeof(codes));
  }
  for (size_t i = 0; i < stride; ++i) sum += row[i];
  return kZeroCode * (sum - kZeroCode * static_cast<int32_t>(stride));
}

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_CODE_TABLE_H_
