#include "engine/vector/index/coded_rows.h"

#include <stop_token>

namespace mi::vector {
namespace {

// Components that the scale is chosen on: the choice is a good part of the cost
// of a few rows, and a worse one only makes the bounds a little wider.
constexpr size_t kScaleSample = 1 << 12;

}  // namespace

CodedRows::CodedRows(Metric metric, size_t dimension,
                     std::span<const float> rows)
    : quantizer_(metric, dimension, rows, kScaleSample) {
  quantizer_.EncodeRows(rows, std::stop_token(), &codes_, &errors_);
  if (metric != Metric::kEuclidean) return;
  codes_.bias.resize(codes_.rows);
  for (size_t i = 0; i < codes_.rows; ++i) {
    codes_.bias[i] = quantizer_.NegativeSquaredLength(codes_.row(i));
  }
}

}  // namespace mi::vector
