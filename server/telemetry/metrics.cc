#include "server/telemetry/metrics.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "prometheus/collectable.h"
#include "prometheus/family.h"
#include "prometheus/metric_family.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace mi::telemetry {
namespace {

constexpr std::string_view kRejectionNames[kRejections] = {
    "queue_full", "queue_wait", "tenant_inflight", "deadline", "draining"};

// A family whose samples come from a function.
class FunctionCollectable final : public prometheus::Collectable {
 public:
  FunctionCollectable(const MetricDefinition& definition,
                      std::function<std::vector<Sample>()> read)
      : definition_(definition), read_(std::move(read)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::MetricFamily family;
    family.name = definition_.name;
    family.help = definition_.help;
    family.type = definition_.type;
    for (const Sample& sample : read_()) {
      prometheus::ClientMetric& metric = family.metric.emplace_back();
      for (const auto& [name, value] : sample.labels) {
        metric.label.push_back({name, value});
      }
      metric.counter.value = sample.value;
      metric.gauge.value = sample.value;
    }
    return {std::move(family)};
  }

 private:
  const MetricDefinition definition_;
  const std::function<std::vector<Sample>()> read_;
};

}  // namespace

struct Metrics::Observers {
  Mutex list_mutex;
  std::vector<std::unique_ptr<prometheus::Collectable>> list
      ABSL_GUARDED_BY(list_mutex);
};

const prometheus::Histogram::BucketBoundaries& LatencyBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      1e-5,   2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2,
      2.5e-2, 5e-2,   0.1,  0.25, 0.5,    1,    2.5,  5,      10,   30};
  return buckets;
}

const prometheus::Histogram::BucketBoundaries& CountBuckets() {
  static const prometheus::Histogram::BucketBoundaries buckets = {
      1,      2,       5,       10,      20,       50,     100,
      200,    500,     1'000,   2'000,   5'000,    10'000, 20'000,
      50'000, 100'000, 200'000, 500'000, 1'000'000};
  return buckets;
}

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      observers_(std::make_unique<Observers>()) {
  const auto result = [this](const char* name) {
    return &AddCounter(metric::kAuth, {{"result", name}});
  };
  auth_ = {result("ok"), result("missing"), result("malformed"),
           result("rejected"), result("forbidden")};
}

Metrics::~Metrics() = default;

MethodMetrics Metrics::AddMethod(const std::string& type,
                                 const std::string& service,
                                 const std::string& method) {
  const prometheus::Labels labels = {
      {"grpc_type", type}, {"grpc_service", service}, {"grpc_method", method}};
  MethodMetrics series;
  series.started = &AddCounter(metric::kStarted, labels);
  series.messages_received = &AddCounter(metric::kMessagesReceived, labels);
  series.messages_sent = &AddCounter(metric::kMessagesSent, labels);
  series.handling_seconds =
      &AddHistogram(metric::kHandlingSeconds, labels, LatencyBuckets());
  for (size_t code = 0; code < kStatusCodes; ++code) {
    prometheus::Labels with_code = labels;
    with_code["grpc_code"] =
        StatusCodeLabel(static_cast<absl::StatusCode>(code));
    series.handled[code] = &AddCounter(metric::kHandled, with_code);
  }
  return series;
}

ClassMetrics Metrics::AddClass(const std::string& name) {
  const prometheus::Labels labels = {{"class", name}};
  ClassMetrics series;
  series.inflight = &AddGauge(metric::kInflight, labels);
  series.queue_wait_seconds =
      &AddHistogram(metric::kQueueWaitSeconds, labels, LatencyBuckets());
  for (size_t i = 0; i < kRejections; ++i) {
    series.rejected[i] = &AddCounter(
        metric::kRejected,
        {{"class", name}, {"reason", std::string(kRejectionNames[i])}});
  }
  return series;
}

void Metrics::SetBuildInfo(const prometheus::Labels& labels) {
  AddGauge(metric::kBuildInfo, labels).Set(1);
}

void Metrics::SetMemoryLimit(double bytes) {
  AddGauge(metric::kMemoryLimit, {}).Set(bytes);
}

prometheus::Counter& Metrics::AddCounter(const MetricDefinition& definition,
                                         const prometheus::Labels& labels) {
  return prometheus::BuildCounter()
      .Name(std::string(definition.name))
      .Help(std::string(definition.help))
      .Register(*registry_)
      .Add(labels);
}

prometheus::Gauge& Metrics::AddGauge(const MetricDefinition& definition,
                                     const prometheus::Labels& labels) {
  return prometheus::BuildGauge()
      .Name(std::string(definition.name))
      .Help(std::string(definition.help))
      .Register(*registry_)
      .Add(labels);
}

prometheus::Histogram& Metrics::AddHistogram(
    const MetricDefinition& definition, const prometheus::Labels& labels,
    const prometheus::Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram()
      .Name(std::string(definition.name))
      .Help(std::string(definition.help))
      .Register(*registry_)
      .Add(labels, buckets);
}

void Metrics::Observe(const MetricDefinition& definition,
                      std::function<std::vector<Sample>()> read) {
  Observe(std::make_unique<FunctionCollectable>(definition, std::move(read)));
}

void Metrics::Observe(std::unique_ptr<prometheus::Collectable> collectable) {
  MutexLock lock(observers_->list_mutex);
  observers_->list.push_back(std::move(collectable));
}

std::string Metrics::Scrape() const {
  std::vector<prometheus::MetricFamily> families = registry_->Collect();
  {
    MutexLock lock(observers_->list_mutex);
    for (const auto& observer : observers_->list) {
      for (prometheus::MetricFamily& family : observer->Collect()) {
        families.push_back(std::move(family));
      }
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::string_view StatusCodeLabel(absl::StatusCode code) {
  static constexpr std::string_view kLabels[kStatusCodes] = {
      "OK",
      "Canceled",
      "Unknown",
      "InvalidArgument",
      "DeadlineExceeded",
      "NotFound",
      "AlreadyExists",
      "PermissionDenied",
      "ResourceExhausted",
      "FailedPrecondition",
      "Aborted",
      "OutOfRange",
      "Unimplemented",
      "Internal",
      "Unavailable",
      "DataLoss",
      "Unauthenticated"};
  const auto index = static_cast<size_t>(code);
  return index < kStatusCodes ? kLabels[index] : "Unknown";
}

}  // namespace mi::telemetry
