#include "server/server.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/base/executor.h"
#include "engine/base/status_macros.h"
#include "engine/storage/folders.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/kernels/kernels.h"
#include "engine/workspace/directory.h"
#include "fmt/format.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/auth/api_keys.h"
#include "server/auth/authenticator.h"
#include "server/budget/budget_service.h"
#include "server/collections/collection_service.h"
#include "server/graph/graph_service.h"
#include "server/jobs/job_table.h"
#include "server/operations/build_info.h"
#include "server/operations/operations_service.h"
#include "server/rpc/calls.h"
#include "server/rpc/server_builder.h"
#include "server/search/search_service.h"
#include "server/snapshot_schedule.h"
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

// Health services beside the overall one; probes name them. The process is
// alive while it loads and while it drains, too.
constexpr const char* kReadinessServices[] = {"", "startup", "readiness"};
constexpr const char* kLivenessService = "liveness";

std::filesystem::path TenantsFolder(const Config& config) {
  return std::filesystem::path(config.data_dir) / "tenants";
}

std::filesystem::path SnapshotsFolder(const Config& config) {
  return config.snapshot_dir.empty()
             ? TenantsFolder(config)
             : std::filesystem::path(config.snapshot_dir);
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

void LogSnapshotRead(telemetry::Log& log, const std::string& name,
                     const absl::Status& status) {
  log.Write(status.ok() ? Severity::kInfo : Severity::kError,
            status.ok() ? "started from a snapshot"
                        : "a snapshot cannot be used; trying an older one",
            {{"snapshot", std::string_view(name)},
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
  workspace::SnapshotOptions& snapshots = options.snapshots;
  snapshots.store.folder = SnapshotsFolder(config);
  snapshots.store.bucket = config.snapshot_dir_is_bucket;
  snapshots.every_bytes = config.snapshot_every_bytes;
  snapshots.every = milliseconds(config.snapshot_interval_ms);
  snapshots.kept = config.snapshots_kept;
  snapshots.keep_journal = config.keep_journal;
  snapshots.restore_missing_journal = config.restore_missing_journal;
  snapshots.creator = fmt::format("mi-server {}", BuildVersion());
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

// Tenants that have a journal, or snapshots where there is none.
absl::StatusOr<std::set<std::string>> FindTenants(const Config& config) {
  std::error_code error;
  const std::filesystem::path data = TenantsFolder(config);
  RETURN_IF_ERROR(storage::CreateFolders(
      "cannot create the data folder",
      std::filesystem::absolute(data).lexically_normal()));
  std::set<std::string> tenants;
  for (const auto& folder : {data, SnapshotsFolder(config)}) {
    for (const auto& tenant :
         std::filesystem::directory_iterator(folder, error)) {
      // A disk has folders of its own, such as lost+found.
      const std::string name = tenant.path().filename().string();
      if (tenant.is_directory() && auth::IsTenantName(name)) {
        tenants.insert(name);
      }
    }
    if (error && folder == data) {
      return absl::FailedPreconditionError(
          fmt::format("cannot read the data folder {}: {}", data.string(),
                      error.message()));
    }
  }
  return tenants;
}

JobOptions JobOptionsFrom(telemetry::Metrics& metrics) {
  JobOptions options;
  options.on_end = [&metrics](v1::JobKind kind, v1::JobState state) {
    metrics
        .AddCounter(telemetry::metric::kJobsEnded,
                    {{"kind", v1::JobKind_Name(kind)},
                     {"state", v1::JobState_Name(state)}})
        .Increment();
  };
  return options;
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
        snapshot_metrics(metrics),
        workspaces(JournalOpener(config, log), WorkspaceOptionsFrom(config),
                   Environment()),
        jobs(clock, JobOptionsFrom(metrics)) {}

  workspace::WorkspaceEnvironment Environment();
  absl::Status Load();
  absl::Status Listen();
  void KeepUp(const std::stop_token& stop);
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
  SnapshotMetrics snapshot_metrics;
  workspace::Directory workspaces;
  JobTable jobs;
  std::atomic<bool> loaded{false};
  std::unique_ptr<rpc::Calls> calls;
  std::unique_ptr<CollectionService> collection_service;
  std::unique_ptr<SearchService> search_service;
  std::unique_ptr<GraphService> graph_service;
  std::unique_ptr<BudgetService> budget_service;
  std::unique_ptr<OperationsService> operations_service;
  std::unique_ptr<grpc::Server> grpc_server;
  int port = 0;
  std::unique_ptr<telemetry::MetricsServer> metrics_server;
  std::jthread upkeep;
  std::optional<SnapshotSchedule> snapshots;
};

workspace::WorkspaceEnvironment Server::Parts::Environment() {
  workspace::WorkspaceEnvironment environment;
  environment.clock = &clock;
  environment.lanes = Lanes(seals, merges, log);
  environment.on_commit = [this](const workspace::CommitEvent& event) {
    commit_metrics.Count(event);
  };
  environment.on_snapshot_read = [this](const std::string& name,
                                        const absl::Status& status) {
    snapshot_metrics.CountRead(status);
    LogSnapshotRead(log, name, status);
  };
  environment.on_snapshot_written =
      [this](const workspace::SnapshotEvent& event) {
        snapshot_metrics.CountWritten(event);
      };
  return environment;
}

// Reads what the tenants that are known have stored.
absl::Status Server::Parts::Load() {
  const auto start = steady_clock::now();
  ASSIGN_OR_RETURN(const std::set<std::string> tenants, FindTenants(config));
  for (const std::string& tenant : tenants) {
    const auto tenant_start = steady_clock::now();
    RETURN_IF_ERROR(workspaces.Preload(tenant));
    const auto took = std::chrono::duration_cast<milliseconds>(
        steady_clock::now() - tenant_start);
    log.Write(Severity::kInfo, "loaded a tenant",
              {{"tenant", tenant}, {"duration_ms", int64_t{took.count()}}});
  }
  metrics.AddGauge(telemetry::metric::kStartupSeconds, {})
      .Set(std::chrono::duration<double>(steady_clock::now() - start).count());
  workspaces.SetLoading(false);
  loaded = true;
  SetServing(true);
  return absl::OkStatus();
}

absl::Status Server::Parts::Listen() {
  calls = std::make_unique<rpc::Calls>(*authenticator, metrics, log,
                                       CallOptionsFrom(config));
  collection_service = std::make_unique<CollectionService>(*calls, workspaces);
  search_service = std::make_unique<SearchService>(*calls, workspaces, clock);
  graph_service =
      std::make_unique<GraphService>(*calls, workspaces, jobs, clock);
  budget_service = std::make_unique<BudgetService>(*calls);
  operations_service = std::make_unique<OperationsService>(
      *calls, workspaces, jobs, FactsFrom(config, clock));

  grpc::ServerBuilder builder;
  rpc::ConfigureServer({.max_request_bytes = config.max_message_bytes,
                        .max_response_bytes = config.max_response_bytes,
                        .reflection = config.reflection},
                       &builder);
  builder.AddListeningPort(config.listen, grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(collection_service.get());
  builder.RegisterService(search_service.get());
  builder.RegisterService(graph_service.get());
  builder.RegisterService(budget_service.get());
  builder.RegisterService(operations_service.get());
  grpc_server = builder.BuildAndStart();
  if (grpc_server == nullptr || port == 0) {
    return absl::UnavailableError(fmt::format(
        "cannot listen on {}: is another server running?", config.listen));
  }
  SetServing(false);
  grpc_server->GetHealthCheckService()->SetServingStatus(kLivenessService,
                                                         true);
  ASSIGN_OR_RETURN(const Endpoint endpoint,
                   ParseEndpoint(config.metrics_listen));
  ASSIGN_OR_RETURN(metrics_server, telemetry::MetricsServer::Start(
                                       endpoint.host, endpoint.port, metrics,
                                       [this] { return loaded.load(); }));
  return absl::OkStatus();
}

void Server::Parts::SetServing(bool serving) {
  for (const char* service : kReadinessServices) {
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
  Parts& started = *parts;
  std::unique_ptr<Server> server(new Server(std::move(parts)));
  // Probes and clients are answered while it loads: not yet.
  started.workspaces.SetLoading(true);
  RETURN_IF_ERROR(started.Listen());
  RETURN_IF_ERROR(started.Load());
  started.upkeep =
      std::jthread([&started](std::stop_token stop) { started.KeepUp(stop); });
  started.snapshots.emplace(started.workspaces, log);
  return server;
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Stop(); }

int Server::port() const { return parts_->port; }

int Server::metrics_port() const { return parts_->metrics_server->port(); }

absl::Status Server::ReloadKeys() { return parts_->authenticator->Reload(); }

void Server::Stop() {
  if (parts_->grpc_server == nullptr) return;  // stopped, or never started
  const auto deadline =
      steady_clock::now() + milliseconds(parts_->config.drain_timeout_ms);
  parts_->SetServing(false);
  if (parts_->snapshots) parts_->snapshots->RequestStop();
  parts_->calls->StartDraining();
  if (!parts_->calls->Drain(deadline)) {
    parts_->log.Write(Severity::kWarning,
                      "calls were still running when time was up");
  }
  // Open Health/Watch streams and silent peers would use up any deadline.
  parts_->grpc_server->Shutdown(std::chrono::system_clock::now() +
                                milliseconds(500));
  parts_->grpc_server.reset();
  // Both end with a snapshot that is being written, in a moment.
  parts_->jobs.Stop();
  parts_->snapshots.reset();
  parts_->upkeep = {};
  parts_->workspaces.Close();
}

}  // namespace mi::server
