#include "server/server.h"

#include <algorithm>
#include <filesystem>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/base/executor.h"
#include "engine/base/status_macros.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/kernels/kernels.h"
#include "engine/workspace/directory.h"
#include "fmt/format.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/auth/authenticator.h"
#include "server/collections/collection_service.h"
#include "server/operations/build_info.h"
#include "server/operations/operations_service.h"
#include "server/rpc/calls.h"
#include "server/rpc/server_builder.h"
#include "server/search/search_service.h"
#include "server/system_clock.h"
#include "server/telemetry/metrics.h"
#include "server/telemetry/metrics_server.h"
#include "server/telemetry/process_metrics.h"
#include "server/workspace_metrics.h"

namespace mi::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using telemetry::Severity;

constexpr auto kUpkeepInterval = milliseconds(1000);
// A restarted process reads the files afresh; this one cannot know any more
// what is durable.
constexpr int kExitOnUnknownDurability = 70;

// Health services beside the overall one; probes name them.
constexpr const char* kHealthServices[] = {"", "startup", "readiness",
                                           "liveness"};

std::filesystem::path TenantsFolder(const Config& config) {
  return std::filesystem::path(config.data_dir) / "tenants";
}

workspace::Directory::OpenJournal JournalOpener(const Config& config,
                                                telemetry::Log& log) {
  return [folder = TenantsFolder(config), &log](const std::string& tenant) {
    return storage::OpenSqliteJournal(
        {.folder = folder / tenant / "journal",
         .on_fatal = [&log](const absl::Status& status) {
           log.Write(Severity::kCritical,
                     "the journal is in an unknown state; stopping",
                     {{"error", std::string_view(status.message().data(),
                                                 status.message().size())}});
           log.Flush();
           _exit(kExitOnUnknownDurability);
         }});
  };
}

void LogSnapshotRead(telemetry::Log& log, const std::filesystem::path& path,
                     const absl::Status& status) {
  log.Write(status.ok() ? Severity::kInfo : Severity::kError,
            status.ok() ? "started from a snapshot"
                        : "a snapshot cannot be used; trying an older one",
            {{"snapshot", path.filename().string()},
             {"error", std::string_view(status.message().data(),
                                        status.message().size())}});
}

vector::BackgroundLanes Lanes(Executor& seals, Executor& merges,
                              telemetry::Log& log) {
  return {
      .seal = [&seals](auto task) { return seals.TrySubmit(std::move(task)); },
      .merge =
          [&merges](auto task) { return merges.TrySubmit(std::move(task)); },
      .on_error =
          [&log](const absl::Status& status) {
            log.Write(Severity::kError, "an index build failed",
                      {{"error", std::string_view(status.message().data(),
                                                  status.message().size())}});
          }};
}

size_t ProcessorsOr(uint64_t configured) {
  return configured != 0 ? configured
                         : std::max(1u, std::thread::hardware_concurrency());
}

rpc::CallOptions CallOptionsFrom(const Config& config) {
  rpc::CallOptions options;
  const milliseconds max_wait(config.max_queue_wait_ms);
  options.read.threads = ProcessorsOr(config.read_threads);
  options.read.max_queued = config.max_queued_reads;
  options.read.max_wait = max_wait;
  options.write.threads = config.write_threads;
  options.write.max_queued = config.max_queued_writes;
  options.write.max_wait = max_wait;
  options.admin.threads = config.admin_threads;
  options.admin.max_queued = config.max_queued_admin;
  options.admin.max_wait = max_wait;
  options.max_unary_duration = milliseconds(config.max_unary_duration_ms);
  options.max_stream_duration = milliseconds(config.max_stream_duration_ms);
  options.max_inflight_per_tenant = config.max_inflight_per_tenant;
  options.max_response_bytes = config.max_response_bytes;
  options.access_log_sample = config.access_log_sample;
  options.slow_call = milliseconds(config.slow_call_ms);
  options.trace_project = config.trace_project;
  return options;
}

workspace::WorkspaceOptions WorkspaceOptionsFrom(const Config& config) {
  workspace::WorkspaceOptions options;
  options.snapshot_folder = TenantsFolder(config);
  options.snapshot_every_bytes = config.snapshot_every_bytes;
  options.creator = fmt::format("mi-server {}", BuildVersion());
  options.idempotency_retention = milliseconds(config.idempotency_retention_ms);
  options.idempotency.max_keys = config.max_idempotency_keys;
  // A tenant's few long answers, as of collections, are made up for by its many
  // short ones.
  constexpr size_t kBytesPerKey = 512;
  constexpr size_t kLeastBytes = 64 << 20;
  options.idempotency.max_bytes =
      std::max(kLeastBytes, config.max_idempotency_keys * kBytesPerKey);
  return options;
}

absl::StatusOr<std::unique_ptr<auth::Authenticator>> MakeAuthenticator(
    const Config& config, const TenantAuthority& authority,
    const telemetry::Metrics& metrics) {
  if (config.insecure_single_tenant.has_value()) {
    return auth::Authenticator::SingleTenant(authority, metrics,
                                             *config.insecure_single_tenant);
  }
  return auth::Authenticator::FromKeyFile(authority, metrics,
                                          config.api_keys_file);
}

ServerFacts FactsFrom(const Config& config, const Clock& clock) {
  ServerFacts facts;
  facts.durability = config.ephemeral ? v1::DURABILITY_CLASS_PROCESS
                                      : v1::DURABILITY_CLASS_MACHINE;
  facts.max_message_bytes = config.max_message_bytes;
  facts.max_collections =
      static_cast<uint32_t>(workspace::StateLimits{}.max_collections);
  facts.vector_kernels = vector::BestKernels().name;
  facts.start_time = clock.Now();
  return facts;
}

}  // namespace

// In the order in which they are made; they go in the reverse order.
struct Server::Parts {
  Parts(const Config& config, telemetry::Log& log)
      : config(config),
        log(log),
        seals({.name = "seal", .threads = 1, .nice = 5}),
        merges({.name = "merge",
                .threads = config.build_threads == 0 ? 1 : config.build_threads,
                .nice = 19}),
        commit_metrics(metrics),
        workspaces(JournalOpener(config, log), WorkspaceOptionsFrom(config),
                   {.clock = &clock,
                    .lanes = Lanes(seals, merges, log),
                    .on_commit =
                        [this](const workspace::CommitEvent& event) {
                          commit_metrics.Count(event);
                        },
                    .on_snapshot_read =
                        [&log](const auto& path, const absl::Status& status) {
                          LogSnapshotRead(log, path, status);
                        }}) {}

  absl::Status Load();
  absl::Status Listen();
  void KeepUp(const std::stop_token& stop);
  void WriteSnapshots(const std::stop_token& stop);
  void WriteSnapshot(const std::string& tenant, workspace::Workspace& workspace,
                     const std::stop_token& stop);
  void SetServing(bool serving);

  const Config config;
  telemetry::Log& log;
  SystemClock clock;
  telemetry::Metrics metrics;
  TenantAuthority authority;
  std::unique_ptr<auth::Authenticator> authenticator;
  Executor seals;
  Executor merges;
  CommitMetrics commit_metrics;
  workspace::Directory workspaces;
  std::unique_ptr<rpc::Calls> calls;
  std::unique_ptr<CollectionService> collection_service;
  std::unique_ptr<SearchService> search_service;
  std::unique_ptr<OperationsService> operations_service;
  std::unique_ptr<grpc::Server> grpc_server;
  int port = 0;
  std::unique_ptr<telemetry::MetricsServer> metrics_server;
  std::jthread upkeep;
  std::jthread snapshots;
};

// Replays the journals of the tenants that have one.
absl::Status Server::Parts::Load() {
  const std::filesystem::path folder = TenantsFolder(config);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("cannot create the data folder {}: {}", folder.string(),
                    error.message()));
  }
  for (const auto& tenant :
       std::filesystem::directory_iterator(folder, error)) {
    const auto start = steady_clock::now();
    const std::string name = tenant.path().filename().string();
    RETURN_IF_ERROR(workspaces.Preload(name));
    const auto took =
        std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    log.Write(Severity::kInfo, "replayed a journal",
              {{"tenant", name}, {"duration_ms", int64_t{took.count()}}});
  }
  return absl::OkStatus();
}

absl::Status Server::Parts::Listen() {
  calls = std::make_unique<rpc::Calls>(*authenticator, metrics, log,
                                       CallOptionsFrom(config));
  collection_service = std::make_unique<CollectionService>(*calls, workspaces);
  search_service = std::make_unique<SearchService>(*calls, workspaces, clock);
  operations_service =
      std::make_unique<OperationsService>(*calls, FactsFrom(config, clock));

  grpc::ServerBuilder builder;
  rpc::ConfigureServer({.max_request_bytes = config.max_message_bytes,
                        .max_response_bytes = config.max_response_bytes,
                        .reflection = config.reflection},
                       &builder);
  builder.AddListeningPort(config.listen, grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(collection_service.get());
  builder.RegisterService(search_service.get());
  builder.RegisterService(operations_service.get());
  grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr || port == 0) {
    return absl::UnavailableError(fmt::format(
        "cannot listen on {}: is another server running?", config.listen));
  }
  SetServing(true);

  ASSIGN_OR_RETURN(const Endpoint endpoint,
                   ParseEndpoint(config.metrics_listen));
  ASSIGN_OR_RETURN(metrics_server, telemetry::MetricsServer::Start(
                                       endpoint.host, endpoint.port, metrics,
                                       [] { return true; }));
  return absl::OkStatus();
}

void Server::Parts::SetServing(bool serving) {
  for (const char* service : kHealthServices) {
    grpc_server->GetHealthCheckService()->SetServingStatus(service, serving);
  }
}

void Server::Parts::KeepUp(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, kUpkeepInterval,
                        [&stop] { return stop.stop_requested(); })) {
    for (const auto& [tenant, workspace] : workspaces.All()) {
      const absl::Status status = workspace->Tick();
      if (status.ok()) continue;
      log.Write(Severity::kWarning, "upkeep of a journal failed",
                {{"tenant", tenant},
                 {"error", std::string_view(status.message().data(),
                                            status.message().size())}});
    }
  }
}

// A thread of its own: a large snapshot takes seconds.
void Server::Parts::WriteSnapshots(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, kUpkeepInterval,
                        [&stop] { return stop.stop_requested(); })) {
    for (const auto& [tenant, workspace] : workspaces.All()) {
      if (workspace->SnapshotIsDue()) WriteSnapshot(tenant, *workspace, stop);
    }
  }
}

void Server::Parts::WriteSnapshot(const std::string& tenant,
                                  workspace::Workspace& workspace,
                                  const std::stop_token& stop) {
  const auto start = clock.Steady();
  const absl::Status status = workspace.WriteSnapshot(stop);
  if (absl::IsCancelled(status)) return;
  const std::chrono::duration<double> took = clock.Steady() - start;
  log.Write(status.ok() ? Severity::kInfo : Severity::kError,
            status.ok() ? "a snapshot was written"
                        : "a snapshot could not be written",
            {{"tenant", tenant},
             {"seconds", took.count()},
             {"error", std::string_view(status.message().data(),
                                        status.message().size())}});
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Config& config,
                                                      telemetry::Log& log) {
  auto parts = std::make_unique<Parts>(config, log);
  ASSIGN_OR_RETURN(parts->authenticator,
                   MakeAuthenticator(config, parts->authority, parts->metrics));
  RETURN_IF_ERROR(rpc::RaiseFileLimit().status());
  parts->metrics.SetBuildInfo({{"version", std::string(BuildVersion())},
                               {"revision", std::string(BuildRevision())},
                               {"compiler", __VERSION__}});
  parts->metrics.SetMemoryLimit(static_cast<double>(
      config.memory_limit_bytes != 0 ? config.memory_limit_bytes
                                     : DetectMemoryLimit()));
  parts->metrics.Observe(std::make_unique<telemetry::ProcessMetrics>());
  ObserveWorkspaces(parts->workspaces, parts->metrics);
  RETURN_IF_ERROR(parts->Load());
  RETURN_IF_ERROR(parts->Listen());
  parts->upkeep = std::jthread(
      [raw = parts.get()](std::stop_token stop) { raw->KeepUp(stop); });
  parts->snapshots = std::jthread(
      [raw = parts.get()](std::stop_token stop) { raw->WriteSnapshots(stop); });
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Stop(); }

int Server::port() const { return parts_->port; }

int Server::metrics_port() const { return parts_->metrics_server->port(); }

absl::Status Server::ReloadKeys() { return parts_->authenticator->Reload(); }

void Server::Stop() {
  if (parts_->grpc_server == nullptr) return;
  const auto deadline =
      steady_clock::now() + milliseconds(parts_->config.drain_timeout_ms);
  parts_->SetServing(false);
  parts_->snapshots.request_stop();
  parts_->calls->StartDraining();
  if (!parts_->calls->Drain(deadline)) {
    parts_->log.Write(Severity::kWarning,
                      "calls were still running when time was up");
  }
  // Open Health/Watch streams and silent peers would use up any deadline.
  parts_->grpc_server->Shutdown(std::chrono::system_clock::now() +
                                milliseconds(500));
  parts_->grpc_server.reset();
  parts_->upkeep.request_stop();
  parts_->upkeep.join();
  parts_->snapshots.join();
  parts_->workspaces.Close();
}

}  // namespace mi::server
