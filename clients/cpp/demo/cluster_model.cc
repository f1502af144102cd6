#include "clients/cpp/demo/cluster_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mi::client::demo {
namespace {

// Lengths of the parts of an embedding before it is scaled to unit length.
constexpr double kLineLength = 0.85;
constexpr double kAudienceLength = 0.55;
constexpr double kThemeLength = 0.5;
constexpr double kClusterLength = 0.35;
constexpr double kPlatformLength = 0.3;
constexpr double kStyleLength = 0.3;  // of the strongest of them
constexpr double kNoiseLength = 0.25;
constexpr size_t kStyles = 24;
constexpr double kStyleDecay = 6;  // half as strong after as many

// Streams of random numbers: one for what the model is made of.
constexpr uint64_t kModelStream = ~uint64_t{0};

// A random direction of about this length.
std::vector<double> Direction(double length, Random& random) {
  std::vector<double> direction(kDimension);
  const double scale = length / std::sqrt(static_cast<double>(kDimension));
  for (double& x : direction) x = random.Normal() * scale;
  return direction;
}

std::vector<std::vector<double>> Directions(size_t count, double length,
                                            Random& random) {
  std::vector<std::vector<double>> directions;
  for (size_t i = 0; i < count; ++i) {
    directions.push_back(Direction(length, random));
  }
  return directions;
}

void Add(const std::vector<double>& part, double factor,
         std::vector<double>* sum) {
  for (size_t i = 0; i < kDimension; ++i) (*sum)[i] += factor * part[i];
}

}  // namespace

Cluster ClusterModel::ClusterOf(size_t number) {
  return {.line = number % kProductLines,
          .audience = number / kProductLines % kAudiences,
          .theme = number / (kProductLines * kAudiences)};
}

ClusterModel::ClusterModel(uint64_t seed) {
  Random random(seed, kModelStream);
  const auto lines = Directions(kProductLines, kLineLength, random);
  const auto audiences = Directions(kAudiences, kAudienceLength, random);
  const auto themes = Directions(kThemes, kThemeLength, random);
  platforms_ = Directions(kPlatforms, kPlatformLength, random);
  for (size_t i = 0; i < kStyles; ++i) {
    const double rank = static_cast<double>(i);
    styles_.push_back(
        Direction(kStyleLength / (1 + rank / kStyleDecay), random));
  }
  for (size_t i = 0; i < kClusters; ++i) {
    const Cluster cluster = ClusterOf(i);
    Vector centre = Direction(kClusterLength, random);
    Add(lines[cluster.line], 1, &centre);
    Add(audiences[cluster.audience], 1, &centre);
    Add(themes[cluster.theme], 1, &centre);
    centres_.push_back(std::move(centre));
  }

  // The ranks in a random order (Fisher and Yates).
  std::vector<size_t> ranks(kClusters);
  std::iota(ranks.begin(), ranks.end(), size_t{1});
  for (size_t i = kClusters - 1; i > 0; --i) {
    std::swap(ranks[i], ranks[random.Below(i + 1)]);
  }
  // Zipf's law, flattened at the top: the largest cluster has some 2 %.
  constexpr double kFlattening = 8;
  double sum = 0;
  for (const size_t rank : ranks) {
    sum += 1 / (static_cast<double>(rank) + kFlattening);
    cumulative_sizes_.push_back(sum);
  }
}

size_t ClusterModel::Draw(Random& random) const {
  const double at = random.Uniform() * cumulative_sizes_.back();
  const auto found =
      std::upper_bound(cumulative_sizes_.begin(), cumulative_sizes_.end(), at);
  return std::min(static_cast<size_t>(found - cumulative_sizes_.begin()),
                  kClusters - 1);
}

std::vector<float> ClusterModel::Embed(size_t cluster, size_t platform,
                                       Random& random) const {
  Vector sum = centres_[cluster];
  Add(platforms_[platform], 1, &sum);
  for (const Vector& style : styles_) Add(style, random.Normal(), &sum);
  Add(Direction(kNoiseLength, random), 1, &sum);
  double squared_length = 0;
  for (const double x : sum) squared_length += x * x;
  const double scale = 1 / std::sqrt(squared_length);
  std::vector<float> embedding(kDimension);
  for (size_t i = 0; i < kDimension; ++i) {
    embedding[i] = static_cast<float>(sum[i] * scale);
  }
  return embedding;
}

}  // namespace mi::client::demo
