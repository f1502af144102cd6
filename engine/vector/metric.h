// The metrics and index kinds that a collection is configured with. They are
// defined where they are used, below this folder.

#ifndef MI_ENGINE_VECTOR_METRIC_H_
#define MI_ENGINE_VECTOR_METRIC_H_

#include "engine/vector/index/index_config.h"
#include "engine/vector/kernels/metric.h"

#endif  // MI_ENGINE_VECTOR_METRIC_H_
