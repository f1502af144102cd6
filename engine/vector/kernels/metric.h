// How near two vectors are.

#ifndef MI_ENGINE_VECTOR_KERNELS_METRIC_H_
#define MI_ENGINE_VECTOR_KERNELS_METRIC_H_

namespace mi::vector {

// Every metric has a rank, which is higher for nearer vectors.
enum class Metric {
  kCosine,     // rank: cosine of the angle, in [-1, 1]
  kDot,        // rank: inner product
  kEuclidean,  // rank: -||x - q||_2
  kManhattan,  // rank: -||x - q||_1
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_KERNELS_METRIC_H_
