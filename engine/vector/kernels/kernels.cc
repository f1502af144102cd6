#include "engine/vector/kernels/kernels.h"

#include <vector>

#include "engine/vector/kernels/implementations.h"

namespace mi::vector {
namespace {

std::vector<const Kernels*> Detect() {
  std::vector<const Kernels*> found;
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni")) {
    found.push_back(&kernels_internal::kAvx512);
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(&kernels_internal::kAvx2);
  }
#endif
  found.push_back(&kernels_internal::kPortable);
  return found;
}

}  // namespace

std::span<const Kernels* const> AvailableKernels() {
  static const std::vector<const Kernels*> kernels = Detect();
  return kernels;
}

const Kernels& BestKernels() { return *AvailableKernels().front(); }

}  // namespace mi::vector
