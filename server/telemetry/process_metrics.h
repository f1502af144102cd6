// What Linux says of this process, under Prometheus' conventional names.

#ifndef MI_SERVER_TELEMETRY_PROCESS_METRICS_H_
#define MI_SERVER_TELEMETRY_PROCESS_METRICS_H_

#include <vector>

#include "prometheus/collectable.h"

namespace mi::telemetry {

// Reads /proc/self at every scrape: processor time, memory, files, threads. A
// value that cannot be read is left out. Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_PROCESS_METRICS_H_
