// How long a server needs until it serves again: with a snapshot, and from the
// whole journal.
//
// Run: build/release/bench/cold_start_bench [rows]     100,000 unless given
//
// Loads clustered points of 384 components, waits for the index, asks 1,000
// queries, writes a snapshot, kills the server and starts it again; then the
// same with the snapshots put aside. The answers must be the same, ids and
// order.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "bench/vector/machine_state.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "tests/support/server_process.h"
#include "tests/support/synthetic_vectors.h"
#include "tests/support/temporary_folder.h"

namespace mi::bench {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;
using testing::ServerProcess;
using testing::VectorSet;

constexpr char kCollection[] = "campaigns";
constexpr size_t kBatch = 1000;
constexpr size_t kQueries = 1000;

void Check(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  fmt::print(stderr, "{}: {} ({})\n", what, status.error_message(),
             static_cast<int>(status.error_code()));
  std::exit(1);
}

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void Load(const ServerProcess& server, const VectorSet& set) {
  v1::CreateCollectionRequest create;
  create.set_name(kCollection);
  create.mutable_config()->set_dimension(static_cast<uint32_t>(set.dimension));
  create.mutable_config()->set_metric(v1::METRIC_COSINE);
  grpc::ClientContext create_context;
  v1::CreateCollectionResponse created;
  Check(v1::CollectionService::NewStub(server.Connect())
            ->CreateCollection(&create_context, create, &created),
        "CreateCollection");
  const auto stub = v1::SearchService::NewStub(server.Connect());
  for (size_t first = 0; first < set.rows(); first += kBatch) {
    v1::UpsertPointsRequest request;
    request.set_collection(kCollection);
    for (size_t row = first; row < std::min(first + kBatch, set.rows());
         ++row) {
      v1::Point* point = request.add_points()->mutable_point();
      point->set_id(std::to_string(row));
      const float* vector = &set.base[row * set.dimension];
      point->mutable_vector()->Add(vector, vector + set.dimension);
    }
    while (true) {
      grpc::ClientContext context;
      v1::UpsertPointsResponse response;
      const grpc::Status status =
          stub->UpsertPoints(&context, request, &response);
      // Builds may fall behind for a moment.
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE &&
          status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) {
        Check(status, "UpsertPoints");
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
}

v1::CollectionStats Stats(const ServerProcess& server) {
  v1::GetCollectionStatsRequest request;
  request.set_name(kCollection);
  grpc::ClientContext context;
  v1::GetCollectionStatsResponse response;
  Check(v1::CollectionService::NewStub(server.Connect())
            ->GetCollectionStats(&context, request, &response),
        "GetCollectionStats");
  return response.stats();
}

void WaitForIndex(const ServerProcess& server) {
  for (int quiet = 0; quiet < 5;) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    quiet = Stats(server).pending_builds() == 0 ? quiet + 1 : 0;
  }
}

// Ids and order of the answers.
std::vector<std::string> Answers(const ServerProcess& server,
                                 const VectorSet& set) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  std::vector<std::string> answers;
  for (size_t i = 0; i < kQueries; ++i) {
    v1::SearchRequest request;
    request.set_collection(kCollection);
    request.set_k(10);
    const float* query = set.query(i % set.query_count());
    request.mutable_query()->mutable_vector()->mutable_components()->Add(
        query, query + set.dimension);
    grpc::ClientContext context;
    v1::SearchResponse response;
    Check(stub->Search(&context, request, &response), "Search");
    std::string& answer = answers.emplace_back();
    for (const auto& hit : response.points()) answer += hit.point().id() + " ";
  }
  return answers;
}

v1::Snapshot CreateSnapshot(const ServerProcess& server, double* seconds) {
  const auto stub = v1::OperationsService::NewStub(server.Connect());
  const auto start = steady_clock::now();
  grpc::ClientContext context;
  v1::CreateSnapshotResponse created;
  Check(stub->CreateSnapshot(&context, {}, &created), "CreateSnapshot");
  while (true) {
    v1::GetJobRequest request;
    request.set_name(created.job().name());
    grpc::ClientContext get_context;
    v1::GetJobResponse response;
    Check(stub->GetJob(&get_context, request, &response), "GetJob");
    if (response.job().state() == v1::JOB_STATE_SUCCEEDED) {
      *seconds = SecondsSince(start);
      return response.snapshot();
    }
    if (response.job().has_end_time()) {
      fmt::print(stderr, "{}\n", response.job().error().message());
      std::exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Of the whole file system: what a start after a reboot would read from disk.
// Without the right to drop it the cache stays warm, and that is printed.
bool DropPageCache() {
  std::FILE* file = std::fopen("/proc/sys/vm/drop_caches", "w");
  if (file == nullptr) return false;
  const bool written = std::fputs("1\n", file) >= 0;
  return std::fclose(file) == 0 && written;
}

struct Start {
  double serving = 0;   // until health says SERVING
  double answered = 0;  // until the first search was answered
  std::vector<std::string> answers;
};

Start TimeStart(const ServerProcess::Options& options, const VectorSet& set) {
  Start start;
  const auto begin = steady_clock::now();
  ServerProcess server(options);
  if (!server.WaitUntilServing(std::chrono::seconds(600))) std::exit(1);
  start.serving = SecondsSince(begin);
  const auto stub = v1::SearchService::NewStub(server.Connect());
  v1::SearchRequest request;
  request.set_collection(kCollection);
  request.set_k(10);
  request.mutable_query()->mutable_vector()->mutable_components()->Add(
      set.query(0), set.query(0) + set.dimension);
  grpc::ClientContext context;
  v1::SearchResponse response;
  Check(stub->Search(&context, request, &response), "Search");
  start.answered = SecondsSince(begin);
  start.answers = Answers(server, set);
  server.Kill();
  return start;
}

int Main(int argc, char** argv) {
  const size_t rows = argc > 1 ? std::stoul(argv[1]) : 100'000;
  const std::filesystem::path binary =
      std::filesystem::path(argv[0]).parent_path().parent_path() / "bin" /
      "mi-server";
  fmt::print("{}\n", DescribeMachine());
  const VectorSet set = testing::ClusteredUnitVectors(
      {.rows = rows, .queries = kQueries, .dimension = 384}, /*seed=*/1);
  testing::TemporaryFolder folder;
  // The journal is kept whole, for the start without a snapshot.
  const ServerProcess::Options options{
      .binary = binary,
      .data_folder = folder.path(),
      .arguments = {"--keep-journal", "--snapshot-every-bytes=0"}};
  std::vector<std::string> before;
  double snapshot_seconds = 0;
  v1::Snapshot snapshot;
  {
    ServerProcess server(options);
    if (!server.WaitUntilServing()) return 1;
    Load(server, set);
    WaitForIndex(server);
    before = Answers(server, set);
    snapshot = CreateSnapshot(server, &snapshot_seconds);
    server.Kill();
  }
  fmt::print(
      "\n{} points of {} components; the snapshot has {:.0f} MB and took "
      "{:.2f} s to write and read back\n\n",
      rows, set.dimension, static_cast<double>(snapshot.byte_count()) / 1e6,
      snapshot_seconds);
  fmt::print(
      "| start | until SERVING, s | until the first answer, s | equal "
      "answers of {} |\n|---|---|---|---|\n",
      kQueries);
  const auto print = [&](const char* name, const Start& start) {
    size_t equal = 0;
    for (size_t i = 0; i < before.size(); ++i) {
      equal += before[i] == start.answers[i] ? 1 : 0;
    }
    fmt::print("| {} | {:.2f} | {:.2f} | {} |\n", name, start.serving,
               start.answered, equal);
    std::fflush(stdout);
  };
  print("snapshot, files cached", TimeStart(options, set));
  print(DropPageCache() ? "snapshot, files not cached"
                        : "snapshot, files cached (may not drop them)",
        TimeStart(options, set));
  std::filesystem::rename(folder.path() / "tenants/default/snapshots",
                          folder.path() / "aside");
  print("journal only", TimeStart(options, set));
  return 0;
}

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) { return mi::bench::Main(argc, argv); }
