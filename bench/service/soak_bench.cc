// Whether a server grows under a steady mixed load: points are written,
// replaced and deleted while they are searched, snapshots are written and the
// journal is cut, and the collection stays of one size.
//
// Run: build/release/bench/soak_bench [seconds]     600 unless given
//
// Prints resident memory, open descriptors and the data folder every 15
// seconds, and the slope of memory over the last two thirds of the run.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/vector/machine_state.h"
#include "engine/base/random.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
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
constexpr size_t kRows = 20'000;
constexpr size_t kBatch = 200;
constexpr auto kBetweenWrites = std::chrono::milliseconds(100);
constexpr auto kBetweenSearches = std::chrono::milliseconds(5);
constexpr auto kBetweenSamples = std::chrono::seconds(15);

void Check(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  fmt::print(stderr, "{}: {} ({})\n", what, status.error_message(),
             static_cast<int>(status.error_code()));
  std::exit(1);
}

void CreateCollection(const ServerProcess& server, size_t dimension) {
  v1::CreateCollectionRequest request;
  request.set_name(kCollection);
  request.mutable_config()->set_dimension(static_cast<uint32_t>(dimension));
  request.mutable_config()->set_metric(v1::METRIC_COSINE);
  auto* field = request.mutable_config()->add_payload_fields();
  field->set_path("group");
  field->set_type(v1::PAYLOAD_FIELD_TYPE_INTEGER);
  grpc::ClientContext context;
  v1::CreateCollectionResponse response;
  Check(v1::CollectionService::NewStub(server.Connect())
            ->CreateCollection(&context, request, &response),
        "CreateCollection");
}

// Writes random points of a fixed set of ids, and deletes a few.
class WriteLoad {
 public:
  WriteLoad(const ServerProcess& server, const VectorSet& set)
      : stub_(v1::SearchService::NewStub(server.Connect())), set_(set) {}

  void WriteBatch() {
    v1::UpsertPointsRequest request;
    request.set_collection(kCollection);
    const size_t first = random_.Below(kRows - kBatch);
    for (size_t id = first; id < first + kBatch; ++id) {
      v1::Point* point = request.add_points()->mutable_point();
      point->set_id(std::to_string(id));
      const float* vector =
          &set_.base[random_.Below(set_.rows()) * set_.dimension];
      point->mutable_vector()->Add(vector, vector + set_.dimension);
      (*point->mutable_payload())["group"].set_integer_value(
          static_cast<int64_t>(id % 100));
    }
    grpc::ClientContext context;
    v1::UpsertPointsResponse response;
    Check(stub_->UpsertPoints(&context, request, &response), "UpsertPoints");
    written_ += kBatch;
  }

  void DeleteSome() {
    v1::DeletePointsRequest request;
    request.set_collection(kCollection);
    for (int i = 0; i < 10; ++i) {
      request.mutable_ids()->add_ids(std::to_string(random_.Below(kRows)));
    }
    grpc::ClientContext context;
    v1::DeletePointsResponse response;
    Check(stub_->DeletePoints(&context, request, &response), "DeletePoints");
  }

  size_t written() const { return written_; }

 private:
  const std::unique_ptr<v1::SearchService::Stub> stub_;
  const VectorSet& set_;
  Random random_{1};
  std::atomic<size_t> written_{0};
};

// Searches, every other time through a filter.
void Search(const ServerProcess& server, const VectorSet& set,
            const std::stop_token& stop, std::atomic<size_t>* searches) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  for (size_t i = 0; !stop.stop_requested(); ++i, ++*searches) {
    v1::SearchRequest request;
    request.set_collection(kCollection);
    request.set_k(10);
    const float* query = set.query(i % set.query_count());
    request.mutable_query()->mutable_vector()->mutable_components()->Add(
        query, query + set.dimension);
    if (i % 2 == 1) {
      auto* condition = request.mutable_filter()->mutable_condition();
      condition->set_path("group");
      condition->mutable_equal()->set_integer_value(
          static_cast<int64_t>(i % 100));
    }
    grpc::ClientContext context;
    v1::SearchResponse response;
    Check(stub->Search(&context, request, &response), "Search");
    std::this_thread::sleep_for(kBetweenSearches);
  }
}

size_t OpenDescriptors(const ServerProcess& server) {
  const std::filesystem::directory_iterator all(
      fmt::format("/proc/{}/fd", server.pid()));
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

double FolderMegabytes(const std::filesystem::path& folder) {
  uintmax_t bytes = 0;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return static_cast<double>(bytes) / 1e6;
}

struct Sample {
  double minutes;
  double megabytes;
};

// Least squares.
double Slope(const std::vector<Sample>& samples) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    x += sample.minutes;
    y += sample.megabytes;
    xx += sample.minutes * sample.minutes;
    xy += sample.minutes * sample.megabytes;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

int Main(int argc, char** argv) {
  const auto duration =
      std::chrono::seconds(argc > 1 ? std::stoul(argv[1]) : 600);
  const std::filesystem::path binary =
      std::filesystem::path(argv[0]).parent_path().parent_path() / "bin" /
      "mi-server";
  fmt::print("{}\n", DescribeMachine());
  const VectorSet set = testing::ClusteredUnitVectors(
      {.rows = kRows, .queries = 1000, .dimension = 384}, /*seed=*/1);
  testing::TemporaryFolder folder;
  // A snapshot every few seconds: they, and the cuts of the journal behind
  // them, are part of what must not grow.
  ServerProcess server({.binary = binary,
                        .data_folder = folder.path(),
                        .arguments = {"--snapshot-every-bytes=30000000"}});
  if (!server.WaitUntilServing()) return 1;
  CreateCollection(server, set.dimension);

  WriteLoad writes(server, set);
  std::atomic<size_t> searches{0};
  std::jthread writing([&](const std::stop_token& stop) {
    for (size_t i = 0; !stop.stop_requested(); ++i) {
      writes.WriteBatch();
      if (i % 10 == 0) writes.DeleteSome();
      std::this_thread::sleep_for(kBetweenWrites);
    }
  });
  std::jthread searching([&](const std::stop_token& stop) {
    Search(server, set, stop, &searches);
  });

  fmt::print(
      "\n| minutes | resident MB | descriptors | data folder MB | points "
      "written | searches |\n|---|---|---|---|---|---|\n");
  std::vector<Sample> samples;
  const auto start = steady_clock::now();
  while (steady_clock::now() - start < duration) {
    std::this_thread::sleep_for(kBetweenSamples);
    const double minutes =
        std::chrono::duration<double>(steady_clock::now() - start).count() / 60;
    samples.push_back(
        {minutes, static_cast<double>(server.ResidentBytes()) / 1e6});
    fmt::print("| {:.2f} | {:.1f} | {} | {:.0f} | {} | {} |\n", minutes,
               samples.back().megabytes, OpenDescriptors(server),
               FolderMegabytes(folder.path()), writes.written(),
               searches.load());
    std::fflush(stdout);
  }
  samples.erase(samples.begin(),
                samples.begin() + static_cast<ptrdiff_t>(samples.size() / 3));
  fmt::print(
      "\nSlope of resident memory, last two thirds: {:.2f} MB a minute\n",
      Slope(samples));
  return 0;
}

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) { return mi::bench::Main(argc, argv); }
