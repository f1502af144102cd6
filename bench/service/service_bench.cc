// The service as a client sees it: start-up, durable ingest, searches over
// loopback before, during and after it, the server's own processor time for a
// search, and memory.
//
// Run: build/release/bench/service_bench [rows]
//
// The server runs in a process of its own, so its processor time and memory are
// what the operating system says of it.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "bench/service/echo.h"
#include "bench/vector/machine_state.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "tests/support/server_process.h"
#include "tests/support/synthetic_vectors.h"
#include "tests/support/temporary_folder.h"

namespace mi::bench {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::duration;
using std::chrono::steady_clock;
using testing::ServerProcess;
using testing::VectorSet;

constexpr int kBatch = 1000;
constexpr int kK = 10;
constexpr auto kPace = std::chrono::microseconds(2000);  // between searches
constexpr double kAskedIngestRate = 5'000;               // points a second
constexpr char kCollection[] = "campaigns";

double SecondsSince(steady_clock::time_point start) {
  return duration<double>(steady_clock::now() - start).count();
}

void Check(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  fmt::print(stderr, "{}: {} ({})\n", what, status.error_message(),
             static_cast<int>(status.error_code()));
  std::exit(1);
}

// Latencies of one kind of call, in microseconds.
struct Latencies {
  std::vector<double> micros;

  double At(double share) {
    if (micros.empty()) return 0;
    const auto i =
        static_cast<size_t>(share * static_cast<double>(micros.size() - 1));
    std::nth_element(micros.begin(), micros.begin() + static_cast<ptrdiff_t>(i),
                     micros.end());
    return micros[i];
  }
  double Sum() const {
    return std::accumulate(micros.begin(), micros.end(), 0.0);
  }
  void Append(const Latencies& other) {
    micros.insert(micros.end(), other.micros.begin(), other.micros.end());
  }
};

v1::SearchRequest SearchFor(const float* query, size_t dimension) {
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_k(kK);
  request.mutable_query()->mutable_vector()->mutable_components()->Add(
      query, query + dimension);
  return request;
}

// One client that searches in a closed loop until told to stop; `pause` between
// searches.
struct SearchClient {
  Latencies latencies;
  Latencies engine;  // as the answers say
  size_t response_bytes = 0;

  void Run(const ServerProcess& server, const VectorSet& set,
           const std::atomic<bool>& stop, size_t count,
           std::chrono::microseconds pause = {}) {
    const auto stub = v1::SearchService::NewStub(server.Connect());
    for (size_t i = 0; i < count && !stop; ++i) {
      const v1::SearchRequest request =
          SearchFor(set.query(i % set.query_count()), set.dimension);
      grpc::ClientContext context;
      v1::SearchResponse response;
      const auto start = steady_clock::now();
      Check(stub->Search(&context, request, &response), "Search");
      latencies.micros.push_back(SecondsSince(start) * 1e6);
      engine.micros.push_back(
          static_cast<double>(response.plan().engine_micros()));
      response_bytes = response.ByteSizeLong();
      if (pause.count() > 0) std::this_thread::sleep_for(pause);
    }
  }
};

struct SearchFigures {
  Latencies latencies;
  double seconds = 0;
  double server_cpu_micros = 0;  // per search
  double engine_micros = 0;      // per search
  size_t response_bytes = 0;
};

SearchFigures MeasureSearches(const ServerProcess& server, const VectorSet& set,
                              size_t clients, size_t searches) {
  std::vector<SearchClient> all(clients);
  std::vector<std::thread> threads;
  const std::atomic<bool> stop{false};
  const double cpu = server.CpuSeconds();
  const auto start = steady_clock::now();
  for (SearchClient& client : all) {
    threads.emplace_back(
        [&] { client.Run(server, set, stop, searches / clients); });
  }
  for (auto& thread : threads) thread.join();
  SearchFigures figures;
  figures.seconds = SecondsSince(start);
  for (const SearchClient& client : all) {
    figures.latencies.Append(client.latencies);
    figures.engine_micros += client.engine.Sum();
    figures.response_bytes = client.response_bytes;
  }
  const auto done = static_cast<double>(figures.latencies.micros.size());
  figures.server_cpu_micros = (server.CpuSeconds() - cpu) * 1e6 / done;
  figures.engine_micros /= done;
  return figures;
}

void PrintSearches(const char* name, SearchFigures& figures) {
  fmt::print(
      "| {} | {:.0f} | {:.0f} | {:.0f} | {:.1f} | {:.1f} |\n", name,
      figures.latencies.At(0.5), figures.latencies.At(0.99),
      static_cast<double>(figures.latencies.micros.size()) / figures.seconds,
      figures.server_cpu_micros, figures.engine_micros);
  std::fflush(stdout);
}

void CreateCollection(const ServerProcess& server, size_t dimension) {
  v1::CreateCollectionRequest request;
  request.set_name(kCollection);
  request.mutable_config()->set_dimension(static_cast<uint32_t>(dimension));
  request.mutable_config()->set_metric(v1::METRIC_COSINE);
  grpc::ClientContext context;
  v1::CreateCollectionResponse response;
  Check(v1::CollectionService::NewStub(server.Connect())
            ->CreateCollection(&context, request, &response),
        "CreateCollection");
}

v1::CollectionStats StatsOf(const ServerProcess& server) {
  v1::GetCollectionStatsRequest request;
  request.set_name(kCollection);
  grpc::ClientContext context;
  v1::GetCollectionStatsResponse response;
  Check(v1::CollectionService::NewStub(server.Connect())
            ->GetCollectionStats(&context, request, &response),
        "GetCollectionStats");
  return response.stats();
}

// Writes rows [first, last) under ids that start with `prefix`, 1,000 a call,
// from two clients, at most `rows_per_second` (0: as fast as it goes); returns
// the seconds it took.
double Ingest(const ServerProcess& server, const VectorSet& set, size_t first,
              size_t last, const std::string& prefix,
              double rows_per_second = 0) {
  std::atomic<size_t> next{first};
  const auto start = steady_clock::now();
  std::vector<std::thread> clients;
  for (int client = 0; client < 2; ++client) {
    clients.emplace_back([&] {
      const auto stub = v1::SearchService::NewStub(server.Connect());
      while (true) {
        const size_t begin = next.fetch_add(kBatch);
        if (begin >= last) return;
        if (rows_per_second > 0) {
          std::this_thread::sleep_until(
              start + std::chrono::duration_cast<steady_clock::duration>(
                          duration<double>(static_cast<double>(begin - first) /
                                           rows_per_second)));
        }
        v1::UpsertPointsRequest request;
        request.set_collection(kCollection);
        for (size_t row = begin; row < std::min(last, begin + kBatch); ++row) {
          v1::Point* point = request.add_points()->mutable_point();
          point->set_id(prefix + std::to_string(row));
          const float* vector = &set.base[row * set.dimension];
          point->mutable_vector()->Add(vector, vector + set.dimension);
        }
        while (true) {
          grpc::ClientContext context;
          v1::UpsertPointsResponse response;
          const grpc::Status status =
              stub->UpsertPoints(&context, request, &response);
          if (status.ok()) break;
          if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
            Check(status, "UpsertPoints");
          }
          std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
      }
    });
  }
  for (auto& client : clients) client.join();
  return SecondsSince(start);
}

void WaitUntilBuilt(const ServerProcess& server) {
  int quiet = 0;
  while (quiet < 5) {  // folding starts a moment after the last write
    const v1::CollectionStats stats = StatsOf(server);
    quiet = stats.pending_builds() == 0 ? quiet + 1 : 0;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

// Searches at a steady pace beside an ingest of the rows again.
void MeasureMixedLoad(const ServerProcess& server, const VectorSet& set,
                      double quiet_p99, double rows_per_second,
                      const std::string& prefix) {
  SearchClient searcher;
  std::atomic<bool> stop{false};
  std::thread searching(
      [&] { searcher.Run(server, set, stop, SIZE_MAX, kPace); });
  const size_t rows = set.rows();
  const double seconds = Ingest(server, set, 0, rows, prefix, rows_per_second);
  stop = true;
  searching.join();
  const double p99 = searcher.latencies.At(0.99);
  fmt::print(
      "Ingest of {} points beside searches: {:.0f} points/s; search p50 {:.0f} "
      "us, p99 {:.0f} us ({:.1f} x quiet), of which engine p50 {:.0f} us, p99 "
      "{:.0f} us\n",
      rows, static_cast<double>(rows) / seconds, searcher.latencies.At(0.5),
      p99, p99 / quiet_p99, searcher.engine.At(0.5), searcher.engine.At(0.99));
  std::fflush(stdout);
}

void PrintEcho(const char* name, const EchoServer::Figures& echo) {
  fmt::print("| {} | {:.0f} | {:.0f} | | {:.1f} | |\n", name, echo.p50_micros,
             echo.p99_micros, echo.server_cpu_micros);
}

void CompareWithEcho(const EchoServer& server, const VectorSet& set,
                     const SearchFigures& search) {
  EchoServer::Call call = {
      .request_bytes = SearchFor(set.query(0), set.dimension).ByteSizeLong(),
      .response_bytes = search.response_bytes};
  const EchoServer::Figures bare = server.Measure(call, 20'000);
  PrintEcho("bare echo, same sizes, 1 client", bare);
  call.memory_micros = static_cast<size_t>(search.engine_micros);
  const EchoServer::Figures busy = server.Measure(call, 20'000);
  PrintEcho("echo that reads memory for as long as the engine, 1 client", busy);
  fmt::print(
      "\nServer's own CPU for a search, beyond the engine and a bare echo: "
      "{:.1f} us; beyond the echo that reads memory, which leaves gRPC as cold "
      "a "
      "cache as the engine does: {:.1f} us\n",
      search.server_cpu_micros - search.engine_micros - bare.server_cpu_micros,
      search.server_cpu_micros - busy.server_cpu_micros);
}

int Main(int argc, char** argv) {
  const EchoServer echo;  // forks, so it comes first
  const size_t rows = argc > 1 ? std::stoul(argv[1]) : 100'000;
  const std::filesystem::path binary =
      std::filesystem::path(argv[0]).parent_path().parent_path() / "bin" /
      "mi-server";
  fmt::print("{}\n", DescribeMachine());
  const VectorSet set = testing::ClusteredUnitVectors(
      {.rows = rows, .queries = 1000, .dimension = 384}, /*seed=*/1);

  testing::TemporaryFolder folder;
  auto started = steady_clock::now();
  auto server = std::make_unique<ServerProcess>(ServerProcess::Options{
      .binary = binary, .data_folder = folder.path(), .arguments = {}});
  if (!server->WaitUntilServing()) return 1;
  fmt::print("\nStart of an empty server until it answers: {:.2f} s\n",
             SecondsSince(started));

  CreateCollection(*server, set.dimension);
  const double cpu_before = server->CpuSeconds();
  const double ingest = Ingest(*server, set, 0, rows, "first-");
  fmt::print("Durable ingest, {} a call, two clients: {:.0f} points/s\n",
             kBatch, static_cast<double>(rows) / ingest);
  const auto built = steady_clock::now();
  WaitUntilBuilt(*server);
  fmt::print(
      "Builds rest {:.0f} s after the last write; CPU of ingest and "
      "builds {:.0f} s\n",
      SecondsSince(built), server->CpuSeconds() - cpu_before);

  const v1::CollectionStats stats = StatsOf(*server);
  const double raw = static_cast<double>(rows * set.dimension * sizeof(float));
  fmt::print(
      "Memory: {:.0f} MB resident; collection {:.0f} MB = {:.2f} x raw "
      "float32, of which links {:.2f} x; segments {}\n",
      static_cast<double>(server->ResidentBytes()) / 1e6,
      static_cast<double>(stats.memory().total_bytes()) / 1e6,
      static_cast<double>(stats.memory().total_bytes()) / raw,
      static_cast<double>(stats.memory().link_bytes()) / raw,
      stats.segments_size());

  fmt::print(
      "\n| searches, k {} | p50 us | p99 us | searches/s | server CPU "
      "us | engine us |\n|---|---|---|---|---|---|\n",
      kK);
  SearchFigures one = MeasureSearches(*server, set, 1, 20'000);
  PrintSearches("1 client", one);
  SearchFigures eight = MeasureSearches(*server, set, 8, 40'000);
  PrintSearches("8 clients", eight);
  CompareWithEcho(echo, set, one);

  SearchClient paced;
  const std::atomic<bool> never{false};
  paced.Run(*server, set, never, 2000, kPace);
  fmt::print("\nOne paced client, quiet: p50 {:.0f} us, p99 {:.0f} us\n",
             paced.latencies.At(0.5), paced.latencies.At(0.99));
  const double quiet_p99 = paced.latencies.At(0.99);
  MeasureMixedLoad(*server, set, quiet_p99, kAskedIngestRate, "second-");
  MeasureMixedLoad(*server, set, quiet_p99, 0, "third-");

  started = steady_clock::now();
  const int code = server->Terminate();
  fmt::print("Stop by SIGTERM: {:.2f} s, exit code {}\n", SecondsSince(started),
             code);
  started = steady_clock::now();
  server = std::make_unique<ServerProcess>(ServerProcess::Options{
      .binary = binary, .data_folder = folder.path(), .arguments = {}});
  if (!server->WaitUntilServing(std::chrono::seconds(300))) return 1;
  fmt::print("Restart with {} points until it answers: {:.2f} s\n", 3 * rows,
             SecondsSince(started));
  return 0;
}

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) { return mi::bench::Main(argc, argv); }
