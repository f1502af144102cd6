#include "tests/support/synthetic_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/base/random.h"

namespace mi::testing {
namespace {

using Vector = std::vector<double>;

void ScaleToNorm(double norm, Vector* v) {
  const double squared =
      std::inner_product(v->begin(), v->end(), v->begin(), 0.0);
  const double factor = squared > 0 ? norm / std::sqrt(squared) : 0;
  for (double& x : *v) x *= factor;
}

// A random rotation in O(d log d): signs, a shuffle and Hadamard transforms of
// blocks, three times over.
class Rotation {
 public:
  Rotation(size_t dimension, Random* random) : scratch_(dimension) {
    block_ = dimension & (~dimension + 1);  // the largest power of two in it
    for (Round& round : rounds_) {
      round.place.resize(dimension);
      std::iota(round.place.begin(), round.place.end(), size_t{0});
      for (size_t i = dimension; i > 1; --i) {
        std::swap(round.place[i - 1], round.place[random->Below(i)]);
      }
      round.sign.resize(dimension);
      for (double& s : round.sign) s = random->Below(2) == 0 ? 1 : -1;
    }
  }

  void Apply(Vector* v) {
    for (const Round& round : rounds_) {
      for (size_t j = 0; j < v->size(); ++j) {
        scratch_[round.place[j]] = (*v)[j] * round.sign[j];
      }
      v->swap(scratch_);
      for (size_t begin = 0; begin < v->size(); begin += block_) {
        Hadamard(v->data() + begin);
      }
    }
  }

 private:
  struct Round {
    std::vector<size_t> place;
    Vector sign;
  };

  void Hadamard(double* v) const {
    for (size_t half = 1; half < block_; half *= 2) {
      for (size_t i = 0; i < block_; i += 2 * half) {
        for (size_t j = i; j < i + half; ++j) {
          const double a = v[j], b = v[j + half];
          v[j] = (a + b) * std::sqrt(0.5);
          v[j + half] = (a - b) * std::sqrt(0.5);
        }
      }
    }
  }

  size_t block_;
  Round rounds_[3];
  Vector scratch_;
};

class ClusteredModel {
 public:
  ClusteredModel(size_t dimension, size_t clusters, Random* random)
      : random_(*random), rotation_(dimension, random), spectrum_(dimension) {
    for (size_t j = 0; j < dimension; ++j) {
      spectrum_[j] = std::pow(static_cast<double>(j) + 1, -0.45);
    }
    ScaleToNorm(1, &spectrum_);
    double total = 0;
    for (size_t c = 0; c < clusters; ++c) {
      Vector centre(dimension), shape(dimension);
      for (size_t j = 0; j < dimension; ++j) {
        centre[j] = spectrum_[j] * random_.Gaussian();
        shape[j] = spectrum_[j] * std::exp(0.6 * random_.Gaussian());
      }
      ScaleToNorm(1, &centre);
      centres_.push_back(std::move(centre));
      shapes_.push_back(std::move(shape));
      total += std::exp(0.8 * random_.Gaussian());
      cumulative_weights_.push_back(total);
    }
  }

  void Append(std::vector<float>* out) {
    const size_t dimension = spectrum_.size();
    const size_t c = Cluster();
    Vector point = centres_[c];
    if (random_.Uniform() < 0.15) {
      const Vector& other = centres_[Cluster()];
      const double share = random_.Uniform();
      for (size_t j = 0; j < dimension; ++j) {
        point[j] += share * (other[j] - point[j]);
      }
    }
    Vector noise(dimension);
    for (size_t j = 0; j < dimension; ++j) {
      noise[j] = shapes_[c][j] * random_.Gaussian();
    }
    ScaleToNorm(0.9 * std::exp(0.2 * random_.Gaussian()), &noise);
    const double isotropic = 0.15 / std::sqrt(static_cast<double>(dimension));
    for (size_t j = 0; j < dimension; ++j) {
      point[j] += noise[j] + isotropic * random_.Gaussian();
    }
    point[0] += 0.45;
    rotation_.Apply(&point);
    ScaleToNorm(1, &point);
    out->insert(out->end(), point.begin(), point.end());
  }

 private:
  size_t Cluster() {
    const double at = random_.Uniform() * cumulative_weights_.back();
    return static_cast<size_t>(std::upper_bound(cumulative_weights_.begin(),
                                                cumulative_weights_.end() - 1,
                                                at) -
                               cumulative_weights_.begin());
  }

  Random& random_;
  Rotation rotation_;
  Vector spectrum_;
  std::vector<Vector> centres_;
  std::vector<Vector> shapes_;
  std::vector<double> cumulative_weights_;
};

class SmoothModel {
 public:
  SmoothModel(size_t dimension, Random* random)
      : random_(*random), rotation_(dimension, random), spread_(dimension) {
    constexpr size_t kLatentDimension = 64;
    for (size_t j = 0; j < dimension; ++j) {
      spread_[j] = j < kLatentDimension
                       ? std::pow(static_cast<double>(j) + 1, -0.5)
                       : 0.01;
    }
  }

  void Append(std::vector<float>* out) {
    Vector point(spread_.size());
    for (size_t j = 0; j < point.size(); ++j) {
      point[j] = spread_[j] * random_.Gaussian();
    }
    rotation_.Apply(&point);
    ScaleToNorm(1, &point);
    out->insert(out->end(), point.begin(), point.end());
  }

 private:
  Random& random_;
  Rotation rotation_;
  Vector spread_;
};

class GaussianModel {
 public:
  GaussianModel(size_t dimension, Random* random)
      : random_(*random), dimension_(dimension) {}

  void Append(std::vector<float>* out) {
    for (size_t j = 0; j < dimension_; ++j) {
      out->push_back(static_cast<float>(random_.Gaussian()));
    }
  }

 private:
  Random& random_;
  size_t dimension_;
};

template <typename Model>
VectorSet Generate(const VectorSetSize& size, Model model) {
  VectorSet set;
  set.dimension = size.dimension;
  set.base.reserve(size.rows * size.dimension);
  set.queries.reserve(size.queries * size.dimension);
  for (size_t i = 0; i < size.rows; ++i) model.Append(&set.base);
  for (size_t i = 0; i < size.queries; ++i) model.Append(&set.queries);
  return set;
}

}  // namespace

VectorSet ClusteredUnitVectors(const VectorSetSize& size, uint64_t seed) {
  Random random(seed);
  const size_t clusters = std::clamp<size_t>(size.rows / 100, 1, 1000);
  return Generate(size, ClusteredModel(size.dimension, clusters, &random));
}

VectorSet SmoothUnitVectors(const VectorSetSize& size, uint64_t seed) {
  Random random(seed);
  return Generate(size, SmoothModel(size.dimension, &random));
}

VectorSet GaussianVectors(const VectorSetSize& size, uint64_t seed) {
  Random random(seed);
  return Generate(size, GaussianModel(size.dimension, &random));
}

}  // namespace mi::testing
