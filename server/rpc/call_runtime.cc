#include "server/rpc/call_runtime.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"

namespace mi::rpc {
namespace {

// The label grpc_type of a method; "unary" for one that is not linked in.
std::string TypeLabel(const std::string& full_name) {
  const auto* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
          full_name);
  if (method == nullptr) return "unary";
  if (method->client_streaming() && method->server_streaming()) {
    return "bidi_stream";
  }
  if (method->client_streaming()) return "client_stream";
  return method->server_streaming() ? "server_stream" : "unary";
}

MethodState MakeState(const auth::MethodPermission& row,
                      telemetry::Metrics& metrics) {
  const std::string service(row.service);
  const std::string method(row.method);
  return {
      .full_name = fmt::format("{}/{}", service, method),
      .permission = &row,
      .metrics = metrics.AddMethod(
          TypeLabel(fmt::format("{}.{}", service, method)), service, method)};
}

WorkQueue::Options WithThreads(WorkQueue::Options options) {
  if (options.threads == 0) {
    options.threads = std::max(1u, std::thread::hardware_concurrency());
  }
  return options;
}

}  // namespace

CallRuntime::CallRuntime(const auth::Authenticator& authenticator,
                         telemetry::Metrics& metrics, telemetry::Log& log,
                         const CallOptions& options)
    : options_(options),
      authenticator_(authenticator),
      access_log_(log, {.sample = options.access_log_sample,
                        .slow_call = options.slow_call,
                        .trace_project = options.trace_project}),
      unlisted_{.full_name = "unlisted/unlisted",
                .metrics = metrics.AddMethod("unary", "unlisted", "unlisted")},
      tenants_(options.max_inflight_per_tenant) {
  for (const auth::MethodPermission& row : options_.permissions) {
    methods_.emplace(MethodKey{row.service, row.method},
                     std::make_unique<MethodState>(MakeState(row, metrics)));
  }
  const WorkQueue::Options* const queue_options[kCallClasses] = {
      &options_.read, &options_.write, &options_.admin};
  for (size_t i = 0; i < kCallClasses; ++i) {
    queues_[i] = std::make_unique<WorkQueue>(
        std::string(CallClassName(static_cast<CallClass>(i))),
        WithThreads(*queue_options[i]), metrics);
  }
  metrics.Observe(telemetry::metric::kQueueDepth, [this] {
    std::vector<telemetry::Sample> samples;
    for (size_t i = 0; i < kCallClasses; ++i) {
      samples.push_back(
          {{{"class", std::string(CallClassName(static_cast<CallClass>(i)))}},
           static_cast<double>(queues_[i]->queued())});
    }
    return samples;
  });
  metrics.Observe(telemetry::metric::kLogDropped, [&log] {
    return std::vector<telemetry::Sample>{
        {{}, static_cast<double>(log.dropped())}};
  });
}

CallRuntime::~CallRuntime() {
  for (const auto& queue : queues_) queue->Shutdown();
}

const MethodState& CallRuntime::StateOf(const MethodInfo& method) const {
  const auto found = methods_.find(MethodKey{method.service, method.method});
  return found == methods_.end() ? unlisted_ : *found->second;
}

void CallRuntime::StartDraining() {
  draining_.store(true, std::memory_order_release);
  inflight_.StopStreams();
}

bool CallRuntime::Drain(std::chrono::steady_clock::time_point deadline) {
  if (inflight_.WaitUntilEmpty(deadline)) return true;
  inflight_.StopAll();
  return false;
}

}  // namespace mi::rpc
