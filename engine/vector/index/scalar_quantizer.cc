#include "engine/vector/index/scalar_quantizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace mi::vector {
namespace {

// Codes stay within +-127 of kZeroCode, so that they are signed bytes as well.
constexpr double kLargestCode = 127;

// The nearest code. Cuts off the fraction of a positive number, which takes one
// instruction where rounding takes a call.
int Code(double units) {
  const double clipped = std::clamp(units, -kLargestCode, kLargestCode);
  return static_cast<int>(clipped + (kZeroCode + 0.5)) - kZeroCode;
}

// Partial sums that do not wait for each other: one sum alone is bound by the
// latency of its additions.
constexpr size_t kLanes = 8;
using Sums = std::array<double, kLanes>;

double Total(const Sums& sums) {
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

double Norm(const float* v, size_t n) {
  Sums sums{};
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += double{v[i + lane]} * v[i + lane];
    }
  }
  for (; i < n; ++i) sums[0] += double{v[i]} * v[i];
  return std::sqrt(Total(sums));
}

// The limit at which clipping and rounding of `magnitudes` to 127 steps have
// the least squared error together.
double BestLimit(std::vector<double> magnitudes) {
  const double max = *std::max_element(magnitudes.begin(), magnitudes.end());
  if (max == 0) return 0;
  for (double& m : magnitudes) m /= max;
  double best_limit = max;
  double best_error = std::numeric_limits<double>::infinity();
  // Down to a thousandth of the largest component, in steps of 15 %.
  for (double limit = max; limit > max / 1000; limit *= 0.85) {
    // In units of the largest component, so that nothing overflows.
    const double relative_limit = limit / max;
    const double step = relative_limit / kLargestCode;
    Sums clipped{};
    Sums rounded{};
    size_t i = 0;
    const auto add = [&](size_t at, size_t lane) {
      const double excess = magnitudes[at] - relative_limit;
      clipped[lane] += excess > 0 ? excess * excess : 0;
      rounded[lane] += excess > 0 ? 0 : 1;
    };
    for (; i + kLanes <= magnitudes.size(); i += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
    }
    for (; i < magnitudes.size(); ++i) add(i, 0);
    const double error = Total(clipped) + Total(rounded) * step * step / 12;
    if (error < best_error) {
      best_error = error;
      best_limit = limit;
    }
  }
  return best_limit;
}

}  // namespace

ScalarQuantizer::ScalarQuantizer(Metric metric, size_t dimension,
                                 std::span<const float> rows,
                                 size_t scale_sample)
    : metric_(metric), mean_(dimension) {
  const size_t n = rows.size() / dimension;
  if (n == 0) return;
  std::vector<double> sum(dimension);
  for (size_t i = 0; i < n; ++i) {
    const float* row = &rows[i * dimension];
    const double inverse_norm = InverseNormIfCosine(row);
    for (size_t j = 0; j < dimension; ++j) sum[j] += row[j] * inverse_norm;
  }
  for (size_t j = 0; j < dimension; ++j) {
    mean_[j] = sum[j] / static_cast<double>(n);
  }
  ChooseScale(rows, n, scale_sample);
}

void ScalarQuantizer::Write(Writer* writer) const {
  writer->Array(absl::MakeConstSpan(mean_));
  writer->Double(scale_);
  writer->Double(longest_row_);
  writer->Double(longest_code_);
}

ScalarQuantizer ScalarQuantizer::Read(Metric metric, size_t dimension,
                                      Reader* reader) {
  ScalarQuantizer quantizer;
  quantizer.metric_ = metric;
  reader->Array<double>(dimension, &quantizer.mean_);
  quantizer.scale_ = reader->Double();
  quantizer.longest_row_ = reader->Double();
  quantizer.longest_code_ = reader->Double();
  if (!(quantizer.scale_ > 0)) reader->Fail("a quantizer without a scale");
  return quantizer;
}

void ScalarQuantizer::ChooseScale(std::span<const float> rows, size_t n,
                                  size_t sample) {
  // Whole rows at even distances: a sample of components alone could miss a
  // dimension when strides coincide.
  const size_t sampled = std::min(n, std::max<size_t>(1, sample / dimension()));
  std::vector<double> magnitudes;
  magnitudes.reserve(sampled * dimension());
  for (size_t s = 0; s < sampled; ++s) {
    const float* row = &rows[s * n / sampled * dimension()];
    const double inverse_norm = InverseNormIfCosine(row);
    for (size_t j = 0; j < dimension(); ++j) {
      magnitudes.push_back(std::fabs(row[j] * inverse_norm - mean_[j]));
    }
  }
  const double limit = BestLimit(std::move(magnitudes));
  if (limit > 0) scale_ = limit / kLargestCode;
}

double ScalarQuantizer::InverseNormIfCosine(const float* v) const {
  return metric_ == Metric::kCosine ? InverseIfCosine(Norm(v, dimension())) : 1;
}

double ScalarQuantizer::InverseIfCosine(double norm) const {
  if (metric_ != Metric::kCosine) return 1;
  return norm > 0 ? 1 / norm : 0;
}

bool ScalarQuantizer::EncodeRows(std::span<const float> rows,
                                 const std::stop_token& stop, CodeTable* table,
                                 std::vector<float>* errors) {
  const size_t n = rows.size() / dimension();
  *table = CodeTable(n, stride());
  errors->resize(n);
  for (size_t i = 0; i < n; ++i) {
    if (i % 256 == 0 && stop.stop_requested()) return false;
    const float* row = &rows[i * dimension()];
    uint8_t* codes = table->mutable_row(i);
    const double norm = Norm(row, dimension());
    (*errors)[i] = Encode(row, InverseIfCosine(norm), codes);
    longest_row_ = std::max(longest_row_, norm);
    longest_code_ = std::max(longest_code_,
                             std::sqrt(-double{NegativeSquaredLength(codes)}));
  }
  return true;
}

float ScalarQuantizer::Encode(const float* row, double inverse_norm,
                              uint8_t* codes) const {
  const double inverse_scale = 1 / scale_;
  const bool manhattan = metric_ == Metric::kManhattan;
  Sums errors{};
  const auto encode = [&](size_t j, double* error) {
    const double units = (row[j] * inverse_norm - mean_[j]) * inverse_scale;
    const int code = Code(units);
    codes[j] = static_cast<uint8_t>(code + kZeroCode);
    const double lost = units - code;
    *error += manhattan ? std::fabs(lost) : lost * lost;
  };
  size_t j = 0;
  for (; j + kLanes <= dimension(); j += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      encode(j + lane, &errors[lane]);
    }
  }
  for (; j < dimension(); ++j) encode(j, errors.data());
  double error = Total(errors);
  std::fill(codes + dimension(), codes + stride(), uint8_t{kZeroCode});
  if (metric_ != Metric::kManhattan) error = std::sqrt(error);
  return static_cast<float>(error * 1.000001);
}

float ScalarQuantizer::NegativeSquaredLength(const uint8_t* codes) const {
  int32_t sum = 0;
  for (size_t j = 0; j < stride(); ++j) {
    const int32_t code = int32_t{codes[j]} - kZeroCode;
    sum += code * code;
  }
  return -static_cast<float>(sum);
}

float ScalarQuantizer::MeanProduct(const uint8_t* codes) const {
  double sum = 0;
  for (size_t j = 0; j < dimension(); ++j) {
    sum += mean_[j] / scale_ * (int{codes[j]} - kZeroCode);
  }
  return static_cast<float>(sum);
}

void ScalarQuantizer::EncodeSigned(std::span<const double> query,
                                   CodedQuery* coded) const {
  double max = 0;
  for (const double q : query) max = std::max(max, std::fabs(q));
  const double step = max > 0 ? max / kLargestCode : 1;
  const double codes_per_unit = 1 / step;
  int32_t sum = 0;
  double lost = 0, length = 0, coded_length = 0;
  for (size_t j = 0; j < query.size(); ++j) {
    const int code = Code(query[j] * codes_per_unit);
    coded->codes[j] = static_cast<uint8_t>(code);
    sum += code;
    const double rest = query[j] - code * step;
    lost += rest * rest;
    length += query[j] * query[j];
    coded_length += code * step * (code * step);
  }
  coded->zero_sum = kZeroCode * sum;
  coded->unit = step;
  coded->squared_length = coded_length;
  coded->error_factor = std::sqrt(length);
  coded->query_error = std::sqrt(lost);
}

void ScalarQuantizer::EncodeQuery(std::span<const float> query,
                                  CodedQuery* coded) const {
  coded->codes.assign(stride(), 0);
  // Relative error of a float32 sum of `dimension` terms in four partial sums,
  // with room for the few operations around it.
  const double epsilon = (static_cast<double>(dimension()) / 4 + 16) * 0x1p-23;
  std::vector<double>& q = coded->components;
  q.resize(dimension());
  const double inverse_norm = InverseNormIfCosine(query.data());
  if (metric_ == Metric::kCosine || metric_ == Metric::kDot) {
    double offset = 0;
    for (size_t j = 0; j < q.size(); ++j) {
      q[j] = query[j] * inverse_norm;
      offset += mean_[j] * q[j];
    }
    EncodeSigned(q, coded);
    const double step = coded->unit;
    const double length = coded->error_factor;
    const double row_length = metric_ == Metric::kCosine ? 1 : longest_row_;
    coded->row_form = KeyForm::kDot;
    coded->centroid_form =
        metric_ == Metric::kCosine ? KeyForm::kBiasedDot : KeyForm::kDot;
    coded->alpha = static_cast<float>(2 * step / scale_);
    coded->unit = scale_ * step;
    coded->offset = offset;
    coded->error_factor = length / step;
    coded->query_error = longest_code_ * coded->query_error / step;
    coded->rounding =
        epsilon * (row_length / scale_ + longest_code_) * (length / step);
    return;
  }
  for (size_t j = 0; j < q.size(); ++j) {
    q[j] = (query[j] - mean_[j]) / scale_;
  }
  coded->offset = 0;
  if (metric_ == Metric::kEuclidean) {
    EncodeSigned(q, coded);
    const double step = coded->unit;
    const double length = std::sqrt(coded->squared_length);
    const double reach = length + longest_code_;
    coded->row_form = coded->centroid_form = KeyForm::kBiasedDot;
    coded->alpha = static_cast<float>(2 * step);
    coded->unit = scale_;
    coded->error_factor = 1;
    coded->rounding = epsilon * (reach + coded->query_error);
    coded->squared_rounding = 0x1p-21 * reach * reach;
    return;
  }
  double lost = 0, excess = 0, length = 0;
  for (size_t j = 0; j < q.size(); ++j) {
    const int code = Code(q[j]);
    coded->codes[j] = static_cast<uint8_t>(code + kZeroCode);
    length += std::fabs(q[j]);
    // Codes never lie beyond the largest, so what a query has beyond it is at
    // exactly that distance from every row.
    const double beyond = std::fabs(q[j]) - kLargestCode;
    if (beyond > 0) {
      excess += beyond;
    } else {
      lost += std::fabs(q[j] - code);
    }
  }
  std::fill(coded->codes.begin() + static_cast<ptrdiff_t>(dimension()),
            coded->codes.end(), uint8_t{kZeroCode});
  coded->row_form = coded->centroid_form = KeyForm::kNegativeL1;
  coded->unit = scale_;
  coded->offset = -scale_ * excess;
  coded->error_factor = 1;
  coded->query_error = lost;
  coded->rounding =
      epsilon * (length + longest_code_ * std::sqrt(double(dimension())));
}

ScoreBounds::ScoreBounds(Metric metric, const CodedQuery& query)
    : euclidean_(metric == Metric::kEuclidean),
      error_factor_(static_cast<float>(query.error_factor * kGrowth)),
      slack_(
          static_cast<float>((query.query_error + query.rounding) * kGrowth)),
      squared_length_(static_cast<float>(query.squared_length)),
      squared_rounding_(static_cast<float>(query.squared_rounding)),
      unit_(query.unit),
      offset_(query.offset) {}

ScoreBounds::Interval ScoreBounds::Of(float key, float error) const {
  const float slack = error * error_factor_ + slack_;
  if (!euclidean_) return {key - slack, key + slack};
  const float squared = squared_length_ - key;
  return {-std::sqrt(std::max(0.0f, squared + squared_rounding_)) - slack,
          -std::sqrt(std::max(0.0f, squared - squared_rounding_)) + slack};
}

float ScoreBounds::RankToUnits(float rank) const {
  const double units = (double{rank} - offset_) / unit_;
  const double below = units - std::fabs(units) * 1e-6 - 1e-6;
  constexpr double kMax = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(below, -kMax, kMax));
}

}  // namespace mi::vector
