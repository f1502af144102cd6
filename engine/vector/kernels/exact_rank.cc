#include "engine/vector/kernels/exact_rank.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mi::vector {
namespace {

// Norms within these bounds have products and squares that float32 holds
// with full precision.
constexpr double kSmallestPlainNorm = 1e-12;
constexpr double kLargestPlainNorm = 1e12;

double NormInDouble(const float* v, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += double{v[i]} * v[i];
  return std::sqrt(sum);
}

float ToFiniteFloat(double x) {
  constexpr double kMax = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(x, -kMax, kMax));
}

}  // namespace

float InverseNorm(const float* v, size_t dimension) {
  const double norm = NormInDouble(v, dimension);
  return norm > 0 ? ToFiniteFloat(1 / norm) : 0.0f;
}

ExactRanker::ExactRanker(Metric metric, std::span<const float> query,
                         const Kernels& kernels)
    : kernels_(kernels),
      metric_(metric),
      query_(query.data()),
      dimension_(query.size()) {
  const double norm = NormInDouble(query_, dimension_);
  extreme_ = norm < kSmallestPlainNorm || norm > kLargestPlainNorm;
  if (metric_ == Metric::kCosine && norm > 0) {
    inverse_norm_ = ToFiniteFloat(1 / norm);
  }
}

float ExactRanker::Rank(const float* row, float inverse_norm) const {
  float sum = 0;
  switch (metric_) {
    case Metric::kCosine:
    case Metric::kDot:
      sum = kernels_.dot(query_, row, dimension_);
      break;
    case Metric::kEuclidean:
      sum = kernels_.squared_l2(query_, row, dimension_);
      break;
    case Metric::kManhattan:
      sum = kernels_.l1(query_, row, dimension_);
      break;
  }
  return FromSum(sum, row, inverse_norm);
}

void ExactRanker::Rank4(const float* const rows[4],
                        const float inverse_norms[4], float ranks[4]) const {
  float sums[4];
  switch (metric_) {
    case Metric::kCosine:
    case Metric::kDot:
      kernels_.dot4(query_, rows, dimension_, sums);
      break;
    case Metric::kEuclidean:
      kernels_.squared_l2_4(query_, rows, dimension_, sums);
      break;
    case Metric::kManhattan:
      kernels_.l1_4(query_, rows, dimension_, sums);
      break;
  }
  for (size_t i = 0; i < 4; ++i) {
    ranks[i] = FromSum(sums[i], rows[i], inverse_norms[i]);
  }
}

float ExactRanker::Rank(const float* row) const {
  return Rank(row,
              metric_ == Metric::kCosine ? InverseNorm(row, dimension_) : 0.0f);
}

float ExactRanker::FromSum(float sum, const float* row,
                           float inverse_norm) const {
  // Rows of extreme norms show in the sum, or in an inverse norm out of range.
  const bool plain =
      !extreme_ && std::isfinite(sum) &&
      (metric_ != Metric::kCosine || (inverse_norm > 1 / kLargestPlainNorm &&
                                      inverse_norm < 1 / kSmallestPlainNorm));
  if (!plain) return RankInDouble(row);
  switch (metric_) {
    case Metric::kCosine:
      return sum * inverse_norm * inverse_norm_;
    case Metric::kDot:
      return sum;
    case Metric::kEuclidean:
      return -std::sqrt(sum);
    case Metric::kManhattan:
      return -sum;
  }
  return 0;
}

float ExactRanker::RankInDouble(const float* row) const {
  double dot = 0, squared_l2 = 0, l1 = 0, row_norm2 = 0, query_norm2 = 0;
  for (size_t i = 0; i < dimension_; ++i) {
    const double q = query_[i], x = row[i];
    dot += q * x;
    squared_l2 += (q - x) * (q - x);
    l1 += std::fabs(q - x);
    row_norm2 += x * x;
    query_norm2 += q * q;
  }
  switch (metric_) {
    case Metric::kCosine: {
      const double norms = std::sqrt(row_norm2) * std::sqrt(query_norm2);
      return norms > 0 ? static_cast<float>(dot / norms) : 0.0f;
    }
    case Metric::kDot:
      return ToFiniteFloat(dot);
    case Metric::kEuclidean:
      return ToFiniteFloat(-std::sqrt(squared_l2));
    case Metric::kManhattan:
      return ToFiniteFloat(-l1);
  }
  return 0;
}

}  // namespace mi::vector
