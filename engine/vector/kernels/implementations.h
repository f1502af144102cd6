// The implementations behind kernels.h.

#ifndef MI_ENGINE_VECTOR_KERNELS_IMPLEMENTATIONS_H_
#define MI_ENGINE_VECTOR_KERNELS_IMPLEMENTATIONS_H_

#include "engine/vector/kernels/kernels.h"

namespace mi::vector::kernels_internal {

extern const Kernels kPortable;
#ifdef __x86_64__
extern const Kernels kAvx2;    // needs AVX2 and FMA
extern const Kernels kAvx512;  // needs AVX-512 F, BW, VL and VNNI
#endif

}  // namespace mi::vector::kernels_internal

#endif  // MI_ENGINE_VECTOR_KERNELS_IMPLEMENTATIONS_H_
