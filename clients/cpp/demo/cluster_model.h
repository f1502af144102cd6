// The geometry of the demo data: where embeddings of campaigns lie.
//
// A cluster is a product line, an audience and a theme. Each of these has a
// direction of its own, so clusters that share one are nearer to each other
// than those that share none. Inside of a cluster, campaigns differ along a few
// directions of style that all share, by their platform, and by a little noise.
// Sizes of clusters follow Zipf's law.

#ifndef MI_CLIENTS_CPP_DEMO_CLUSTER_MODEL_H_
#define MI_CLIENTS_CPP_DEMO_CLUSTER_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "clients/cpp/demo/random.h"
#include "clients/cpp/demo/vocabulary.h"

namespace mi::client::demo {

inline constexpr size_t kDimension = 384;
inline constexpr size_t kClusters = kProductLines * kAudiences * kThemes;

struct Cluster {
  size_t line = 0;
  size_t audience = 0;
  size_t theme = 0;
};

// Thread-safe: immutable.
class ClusterModel {
 public:
  explicit ClusterModel(uint64_t seed);

  static Cluster ClusterOf(size_t number);  // 0 to kClusters - 1

  // The number of a cluster: large ones more often.
  size_t Draw(Random& random) const;

  // A unit vector of the cluster.
  std::vector<float> Embed(size_t cluster, size_t platform,
                           Random& random) const;

 private:
  using Vector = std::vector<double>;

  std::vector<Vector> centres_;    // [kClusters]
  std::vector<Vector> platforms_;  // [kPlatforms]
  std::vector<Vector> styles_;
  std::vector<double> cumulative_sizes_;  // [kClusters], the last is the sum
};

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_CLUSTER_MODEL_H_
