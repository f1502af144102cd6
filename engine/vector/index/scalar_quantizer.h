// Turns vectors and queries into 8-bit codes, and knows how wrong they can be.
//
// A vector x is first normalised (cosine only) and moved by the mean of all
// rows, then every component is divided by one scale for the whole index and
// rounded: x is about mean + scale * code. Distances between codes are
// therefore integers, and the scale is chosen where clipping and rounding
// together lose least.

#ifndef MI_ENGINE_VECTOR_INDEX_SCALAR_QUANTIZER_H_
#define MI_ENGINE_VECTOR_INDEX_SCALAR_QUANTIZER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/base/codec.h"
#include "engine/vector/index/code_table.h"
#include "engine/vector/kernels/kernels.h"
#include "engine/vector/kernels/metric.h"

namespace mi::vector {

// A query in code units, that is with the index's scale as the unit of length.
struct CodedQuery {
  std::vector<uint8_t> codes;      // [stride]; signed but for Manhattan
  std::vector<double> components;  // what was coded, before rounding
  int32_t zero_sum = 0;
  // Key forms and factors for rows, and for centroids, which differ under
  // cosine: rows have equal length, centroids do not.
  KeyForm row_form = KeyForm::kDot;
  KeyForm centroid_form = KeyForm::kDot;
  float alpha = 1;

  // What ScoreBounds needs, see there.
  double unit = 1;
  double offset = 0;
  double squared_length = 0;
  double error_factor = 1;
  double query_error = 0;
  double rounding = 0;
  double squared_rounding = 0;
};

class ScalarQuantizer {
 public:
  ScalarQuantizer() = default;

  // Learns mean and scale from `rows`, [n, dimension]; the scale from about
  // `scale_sample` of their components.
  ScalarQuantizer(Metric metric, size_t dimension, std::span<const float> rows,
                  size_t scale_sample = kScaleSample);

  // In the form of engine/base/codec.h.
  void Write(Writer* writer) const;
  static ScalarQuantizer Read(Metric metric, size_t dimension, Reader* reader);

  size_t dimension() const { return mean_.size(); }
  size_t stride() const { return CodeStride(dimension()); }
  double scale() const { return scale_; }

  // Codes of all rows, and in `errors` [n] upper bounds on the length of what
  // each leaves out, in code units: the L1 norm under Manhattan, else the L2
  // norm. Must come before EncodeQuery. False when `stop` was requested.
  bool EncodeRows(std::span<const float> rows, const std::stop_token& stop,
                  CodeTable* table, std::vector<float>* errors);

  void EncodeQuery(std::span<const float> query, CodedQuery* coded) const;

  // -(length of the codes)^2, the bias under which keys order rows by Euclidean
  // distance between codes.
  float NegativeSquaredLength(const uint8_t* codes) const;
  // (mean / scale) * codes: the bias under which keys order rows by the inner
  // product of rows.
  float MeanProduct(const uint8_t* codes) const;

 private:
  static constexpr size_t kScaleSample = 1 << 16;

  double InverseNormIfCosine(const float* v) const;
  double InverseIfCosine(double norm) const;
  float Encode(const float* row, double inverse_norm, uint8_t* codes) const;
  void ChooseScale(std::span<const float> rows, size_t n, size_t sample);
  void EncodeSigned(std::span<const double> query, CodedQuery* coded) const;

  Metric metric_ = Metric::kCosine;
  std::vector<double> mean_;  // [dimension]
  double scale_ = 1;
  double longest_row_ = 0;   // norm of a row, as given
  double longest_code_ = 0;  // L2 norm of codes
};

// The interval that the exact rank of a row lies in, given its key and code
// error. Intervals are compared in code units; RankToUnits turns a rank into
// them. Bounds follow from the Cauchy-Schwarz and triangle inequalities, with
// room for the rounding of float32 sums.
//
//   cosine, dot: r = key +- (error * |q| / t + longest code * |q - t qc| / t)
//   Euclidean:   r = -sqrt(squared_length - key) +- (error + |q - t qc|)
//   Manhattan:   r = key +- (error + |q - qc|_1)
class ScoreBounds {
 public:
  ScoreBounds(Metric metric, const CodedQuery& query);

  struct Interval {
    float low;
    float high;
  };
  Interval Of(float key, float error) const;

  // False only if the row's rank is certainly below `units`. Cheaper than Of.
  bool MayReach(float key, float error, float units) const {
    const float slack = error * error_factor_ + slack_;
    // Written so that a key that is no number, from a query beyond the range of
    // the codes, excludes nothing.
    if (!euclidean_) return !(key + slack < units);
    const float reach = slack - units;
    return !(reach < 0) && !(squared_length_ - key - squared_rounding_ >
                             reach * reach * kGrowth);
  }

  // The greatest value in code units that is certainly below every row of at
  // least this rank.
  float RankToUnits(float rank) const;

 private:
  static constexpr float kGrowth = 1.000001f;

  bool euclidean_;
  float error_factor_;
  float slack_;  // of every row: query error and rounding
  float squared_length_;
  float squared_rounding_;  // of Euclidean keys
  double unit_;
  double offset_;
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_SCALAR_QUANTIZER_H_
