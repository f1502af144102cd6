// What a call costs beyond gRPC itself: the same unary RPC, with messages of
// the size of a 384-dimensional search and its ten hits, on three servers.
//
//   bare      the generated callback API; the handler runs on gRPC's thread
//   calls     through rpc::Calls, everybody is one tenant
//   keys      the same with an API key to check
//
// Run: build/release/bench/echo_bench [calls per round]
//
// Every server is a process of its own, so its processor time is what the
// operating system says of it. Rounds are interleaved; the table has the median
// of the rounds.

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/vector/machine_state.h"
#include "engine/workspace/tenant.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "server/auth/authenticator.h"
#include "server/rpc/calls.h"
#include "server/rpc/server_builder.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"

extern char** environ;

namespace mi::bench {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;

constexpr int kDimension = 384;
constexpr int kHits = 10;
constexpr int kRounds = 7;
constexpr const char* kModes[] = {"bare", "calls", "keys"};

// The secret is "secret"; the line holds its SHA-256.
constexpr char kKey[] = "bench.secret";
constexpr char kKeyLine[] =
    "bench bench "
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n";

void Answer(const v1::SearchRequest& request, v1::SearchResponse* response) {
  for (uint32_t i = 0; i < request.k(); ++i) {
    v1::ScoredPoint* hit = response->add_points();
    hit->mutable_point()->set_id("campaign-1234567");
    hit->set_score(request.query().vector().components(static_cast<int>(i)));
    hit->set_version(1'000 + i);
  }
}

class BareService final : public v1::SearchService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const v1::SearchRequest* request,
                                   v1::SearchResponse* response) override {
    Answer(*request, response);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

class WrappedService final
    : public v1::SearchService::WithRawCallbackMethod_Search<
          v1::SearchService::Service> {
 public:
  explicit WrappedService(rpc::Calls& calls) : calls_(calls) {}

  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override {
    static constexpr rpc::MethodInfo kSearch{
        "marketing.intelligence.v1.SearchService", "Search",
        rpc::CallClass::kRead};
    return calls_.Unary<v1::SearchRequest, v1::SearchResponse>(
        context, request, response, kSearch,
        [](rpc::Call&, const v1::SearchRequest& request,
           v1::SearchResponse* response) {
          Answer(request, response);
          return absl::OkStatus();
        });
  }

 private:
  rpc::Calls& calls_;
};

// Serves until it is killed; says its port on the standard output.
[[noreturn]] void Serve(grpc::Service& service) {
  grpc::ServerBuilder builder;
  rpc::ConfigureServer({}, &builder);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  fmt::print("{}\n", port);
  std::fflush(stdout);
  server->Wait();
  std::exit(0);
}

[[noreturn]] void ServeMode(const std::string& mode) {
  if (mode == "bare") {
    BareService service;
    Serve(service);
  }
  const TenantAuthority authority;
  telemetry::Metrics metrics;
  telemetry::Log log({});
  std::unique_ptr<auth::Authenticator> authenticator;
  if (mode == "keys") {
    const std::string path =
        fmt::format("/tmp/mi-echo-bench-{}", static_cast<int>(getpid()));
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) std::exit(1);
    std::fputs(kKeyLine, file);
    std::fclose(file);
    authenticator =
        auth::Authenticator::FromKeyFile(authority, metrics, path).value();
    std::remove(path.c_str());
  } else {
    authenticator =
        auth::Authenticator::SingleTenant(authority, metrics, "bench");
  }
  rpc::CallOptions options;
  options.access_log_sample = 0;  // the standard output says the port
  rpc::Calls calls(*authenticator, metrics, log, options);
  WrappedService service(calls);
  Serve(service);
}

// A server in a process of its own.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& mode) {
    int ends[2];
    if (pipe(ends) != 0) std::exit(1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const char* arguments[] = {"echo_bench", "--serve", mode.c_str(), nullptr};
    if (posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr,
                    const_cast<char**>(arguments), environ) != 0) {
      std::exit(1);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::FILE* output = fdopen(ends[0], "r");
    if (std::fscanf(output, "%d", &port_) != 1) std::exit(1);
    std::fclose(output);
  }
  ~ServerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  double CpuMicros() const {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0) return 0;
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e6 +
           static_cast<double>(time.tv_nsec) / 1e3;
  }

  std::shared_ptr<grpc::Channel> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt("grpc.use_local_subchannel_pool", 1);
    return grpc::CreateCustomChannel(fmt::format("127.0.0.1:{}", port_),
                                     grpc::InsecureChannelCredentials(),
                                     arguments);
  }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

struct Round {
  double p50 = 0;
  double p99 = 0;
  double calls_per_second = 0;
  double server_cpu = 0;  // microseconds a call
};

v1::SearchRequest Request() {
  v1::SearchRequest request;
  request.set_collection("campaigns");
  request.set_k(kHits);
  for (int i = 0; i < kDimension; ++i) {
    request.mutable_query()->mutable_vector()->add_components(
        static_cast<float>(i) / kDimension);
  }
  return request;
}

// One client in a closed loop; returns the microseconds of each call.
std::vector<double> CallMany(v1::SearchService::Stub& stub, int calls) {
  const v1::SearchRequest request = Request();
  std::vector<double> micros;
  micros.reserve(static_cast<size_t>(calls));
  for (int i = 0; i < calls; ++i) {
    grpc::ClientContext context;
    context.AddMetadata("x-api-key", kKey);
    v1::SearchResponse response;
    const auto start = steady_clock::now();
    const grpc::Status status = stub.Search(&context, request, &response);
    if (!status.ok() || response.points_size() != kHits) {
      fmt::print(stderr, "a call failed: {}\n", status.error_message());
      std::exit(1);
    }
    micros.push_back(
        std::chrono::duration<double, std::micro>(steady_clock::now() - start)
            .count());
  }
  return micros;
}

class Clients {
 public:
  Clients(const ServerProcess& server, int clients) : server_(server) {
    for (int i = 0; i < clients; ++i) {
      stubs_.push_back(v1::SearchService::NewStub(server.Connect()));
      CallMany(*stubs_.back(), 500);  // connects, and warms both sides up
    }
  }

  Round Run(int calls) {
    std::vector<std::vector<double>> micros(stubs_.size());
    const double cpu = server_.CpuMicros();
    const auto start = steady_clock::now();
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < stubs_.size(); ++i) {
        threads.emplace_back([&, i] {
          micros[i] =
              CallMany(*stubs_[i], calls / static_cast<int>(stubs_.size()));
        });
      }
    }
    const std::chrono::duration<double> took = steady_clock::now() - start;
    std::vector<double> all;
    for (const auto& some : micros) {
      all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    return {.p50 = all[all.size() / 2],
            .p99 = all[all.size() * 99 / 100],
            .calls_per_second = count / took.count(),
            .server_cpu = (server_.CpuMicros() - cpu) / count};
  }

 private:
  const ServerProcess& server_;
  std::vector<std::unique_ptr<v1::SearchService::Stub>> stubs_;
};

double Median(const std::vector<Round>& rounds, double Round::*member) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*member);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Compare(int clients, int calls) {
  std::vector<std::unique_ptr<ServerProcess>> servers;
  std::vector<Clients> drivers;
  for (const char* mode : kModes) {
    servers.push_back(std::make_unique<ServerProcess>(mode));
    drivers.emplace_back(*servers.back(), clients);
  }
  std::vector<std::vector<Round>> rounds(drivers.size());
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < drivers.size(); ++i) {
      rounds[i].push_back(drivers[i].Run(calls));
    }
  }
  const double bare = Median(rounds[0], &Round::server_cpu);
  for (size_t i = 0; i < drivers.size(); ++i) {
    const double cpu = Median(rounds[i], &Round::server_cpu);
    fmt::print("| {} | {} | {:.0f} | {:.0f} | {:.0f} | {:.1f} | {:+.1f} |\n",
               kModes[i], clients, Median(rounds[i], &Round::p50),
               Median(rounds[i], &Round::p99),
               Median(rounds[i], &Round::calls_per_second), cpu, cpu - bare);
  }
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--serve") ServeMode(argv[2]);
  const int calls = argc > 1 ? std::atoi(argv[1]) : 8'000;
  fmt::print("{}\n\n", DescribeMachine());
  v1::SearchResponse response;
  Answer(Request(), &response);
  fmt::print("Request {} bytes, answer {} bytes.\n\n", Request().ByteSizeLong(),
             response.ByteSizeLong());
  fmt::print(
      "| server | clients | p50 us | p99 us | calls/s | server CPU us | beyond "
      "bare |\n|---|---|---|---|---|---|---|\n");
  Compare(1, calls);
  Compare(8, calls);
  return 0;
}

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) { return mi::bench::Main(argc, argv); }
