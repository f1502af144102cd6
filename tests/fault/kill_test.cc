// Kills the real server in the middle of an ingest, again and again: whatever
// it acknowledged must be there afterwards, and be its own nearest neighbour.

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "tests/fault/fault_library.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::ServerProcess;

constexpr int kRounds = 20;
constexpr int kDimension = 16;
constexpr int kBatch = 50;
constexpr uint64_t kSeed = 20261122;

// How often each test that kills is repeated, in a new folder each time:
// `make fault` wants 500 kills.
int Repetitions() { return testing::WantsAll() ? 25 : 1; }

// The vector of a point follows from its number.
std::vector<float> VectorOf(int number) {
  Random random(kSeed + static_cast<uint64_t>(number));
  std::vector<float> vector(kDimension);
  for (float& x : vector) x = static_cast<float>(random.Gaussian());
  return vector;
}

// Writes batches until the server goes away; returns the points acknowledged.
std::vector<int> IngestUntilDeath(const ServerProcess& server,
                                  std::atomic<int>& next) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  std::vector<int> acknowledged;
  while (true) {
    v1::UpsertPointsRequest request;
    request.set_collection("campaigns");
    std::vector<int> numbers;
    for (int i = 0; i < kBatch; ++i) {
      numbers.push_back(next++);
      v1::Point* point = request.add_points()->mutable_point();
      point->set_id(std::to_string(numbers.back()));
      const std::vector<float> vector = VectorOf(numbers.back());
      point->mutable_vector()->Add(vector.begin(), vector.end());
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(10));
    v1::UpsertPointsResponse response;
    if (!stub->UpsertPoints(&context, request, &response).ok()) {
      return acknowledged;
    }
    acknowledged.insert(acknowledged.end(), numbers.begin(), numbers.end());
  }
}

void ExpectAllPresent(const ServerProcess& server,
                      const std::set<int>& acknowledged) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  v1::GetPointsRequest get;
  size_t found = 0;
  const auto flush = [&] {
    get.set_collection("campaigns");
    grpc::ClientContext context;
    v1::GetPointsResponse response;
    ASSERT_TRUE(stub->GetPoints(&context, get, &response).ok());
    found += static_cast<size_t>(response.points_size());
    get.Clear();
  };
  for (const int number : acknowledged) {
    get.add_ids(std::to_string(number));
    if (get.ids_size() == 5000) flush();
  }
  if (get.ids_size() > 0) flush();
  ASSERT_EQ(found, acknowledged.size()) << "acknowledged points are missing";

  Random random(kSeed);
  const std::vector<int> numbers(acknowledged.begin(), acknowledged.end());
  for (int i = 0; i < 20 && !numbers.empty(); ++i) {
    const int number = numbers[random.Below(numbers.size())];
    v1::SearchRequest request;
    request.set_collection("campaigns");
    request.set_k(1);
    const std::vector<float> vector = VectorOf(number);
    request.mutable_query()->mutable_vector()->mutable_components()->Add(
        vector.begin(), vector.end());
    grpc::ClientContext context;
    v1::SearchResponse response;
    ASSERT_TRUE(stub->Search(&context, request, &response).ok());
    ASSERT_EQ(response.points_size(), 1);
    EXPECT_EQ(response.points(0).point().id(), std::to_string(number));
  }
}

void CreateCollection(const ServerProcess& server) {
  v1::CreateCollectionRequest request;
  request.set_name("campaigns");
  request.mutable_config()->set_dimension(kDimension);
  request.mutable_config()->set_metric(v1::METRIC_COSINE);
  grpc::ClientContext context;
  v1::CreateCollectionResponse response;
  ASSERT_TRUE(v1::CollectionService::NewStub(server.Connect())
                  ->CreateCollection(&context, request, &response)
                  .ok());
}

// How the server is run, and for how long before it is killed.
struct Killing {
  uint64_t seed = kSeed;
  int rounds = 0;
  std::chrono::milliseconds least{0};
  std::chrono::milliseconds spread{0};
};

// Kills the server again and again while clients write; after each restart
// everything that was acknowledged must be there. Adds the number of points
// that were to `total`.
void KillAgainAndAgain(const std::filesystem::path& folder,
                       const Killing& killing, size_t* total) {
  ::testing::Test::RecordProperty("seed", std::to_string(kSeed));
  const char* binary = std::getenv("MI_SERVER_BINARY");
  ASSERT_NE(binary, nullptr) << "set by CMake";
  Random random(killing.seed);
  std::atomic<int> next{0};
  std::set<int> acknowledged;
  for (int round = 0; round <= killing.rounds; ++round) {
    ServerProcess server(
        {.binary = binary, .data_folder = folder, .arguments = {}});
    ASSERT_TRUE(server.WaitUntilServing()) << "round " << round;
    if (round == 0) CreateCollection(server);
    ExpectAllPresent(server, acknowledged);
    if (::testing::Test::HasFatalFailure() || round == killing.rounds) break;

    std::mutex acknowledged_mutex;
    std::vector<std::thread> clients;
    for (int client = 0; client < 3; ++client) {
      clients.emplace_back([&] {
        const std::vector<int> done = IngestUntilDeath(server, next);
        const std::lock_guard lock(acknowledged_mutex);
        acknowledged.insert(done.begin(), done.end());
      });
    }
    std::this_thread::sleep_for(
        killing.least + std::chrono::milliseconds(random.Below(
                            static_cast<uint64_t>(killing.spread.count()))));
    server.Kill();
    for (auto& client : clients) client.join();
  }
  EXPECT_GT(acknowledged.size(), 1000);
  *total += acknowledged.size();
}

void PrintKills(int kills, size_t acknowledged) {
  std::cout << kills << " kills, " << acknowledged
            << " acknowledged points, seed " << kSeed << "\n";
  ::testing::Test::RecordProperty("kills", kills);
  ::testing::Test::RecordProperty("acknowledged", std::to_string(acknowledged));
}

TEST(KillTest, NothingAcknowledgedIsLost) {
  size_t acknowledged = 0;
  for (int i = 0; i < Repetitions() && !HasFailure(); ++i) {
    const mi::testing::TemporaryFolder folder;
    KillAgainAndAgain(folder.path(),
                      {.seed = kSeed + static_cast<uint64_t>(i),
                       .rounds = kRounds,
                       .least = std::chrono::milliseconds(50),
                       .spread = std::chrono::milliseconds(250)},
                      &acknowledged);
  }
  PrintKills(Repetitions() * kRounds, acknowledged);
}

// Batches of points that must be new: one that was written twice would be
// refused, or say that it replaced points.
class OnceClient {
 public:
  // Sends batches until the server goes away; the one that has no answer then
  // is the first to be sent to the next server.
  void IngestUntilDeath(const ServerProcess& server) {
    const auto stub = v1::SearchService::NewStub(server.Connect());
    while (Send(*stub)) {
    }
  }

  // Sends the last batch that was answered once more.
  void RepeatLast(const ServerProcess& server) {
    if (batches_ == 0) return;
    --batches_;
    const std::string before = last_answer_;
    ASSERT_TRUE(Send(*v1::SearchService::NewStub(server.Connect())));
    EXPECT_EQ(last_answer_, before);
  }

  int batches() const { return batches_; }

 private:
  bool Send(v1::SearchService::Stub& stub) {
    v1::UpsertPointsRequest request;
    request.set_collection("campaigns");
    request.set_idempotency_key("batch number " + std::to_string(batches_) +
                                " of the test");
    for (int i = 0; i < kBatch; ++i) {
      const int number = batches_ * kBatch + i;
      v1::PointWrite* write = request.add_points();
      write->set_expected_version(0);
      write->mutable_point()->set_id(std::to_string(number));
      const std::vector<float> vector = VectorOf(number);
      write->mutable_point()->mutable_vector()->Add(vector.begin(),
                                                    vector.end());
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(10));
    v1::UpsertPointsResponse response;
    const grpc::Status status = stub.UpsertPoints(&context, request, &response);
    EXPECT_NE(status.error_code(), grpc::StatusCode::ABORTED)
        << "written twice: " << status.error_message();
    if (!status.ok()) return false;
    EXPECT_EQ(response.inserted_count(), kBatch);
    EXPECT_EQ(response.replaced_count(), 0);
    last_answer_ = response.SerializeAsString();
    ++batches_;
    return true;
  }

  int batches_ = 0;  // answered
  std::string last_answer_;
};

// Adds the number of batches that were answered to `batches`.
void SendAgainAndAgain(uint64_t seed, int* batches) {
  mi::testing::TemporaryFolder folder;
  Random random(seed);
  OnceClient client;
  for (int round = 0; round <= kRounds; ++round) {
    ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                          .data_folder = folder.path(),
                          .arguments = {}});
    ASSERT_TRUE(server.WaitUntilServing()) << "round " << round;
    if (round == 0) CreateCollection(server);
    client.RepeatLast(server);
    std::thread ingest([&] { client.IngestUntilDeath(server); });
    std::this_thread::sleep_for(
        std::chrono::milliseconds(20 + random.Below(80)));
    server.Kill();
    ingest.join();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "round " << round;
  }
  *batches += client.batches();
  EXPECT_GT(client.batches(), 20);

  ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                        .data_folder = folder.path(),
                        .arguments = {}});
  ASSERT_TRUE(server.WaitUntilServing());
  v1::CountPointsRequest request;
  request.set_collection("campaigns");
  grpc::ClientContext context;
  v1::CountPointsResponse response;
  ASSERT_TRUE(v1::SearchService::NewStub(server.Connect())
                  ->CountPoints(&context, request, &response)
                  .ok());
  const auto answered = static_cast<uint64_t>(client.batches()) * kBatch;
  // The batch that was on its way at the last kill may be there, too.
  EXPECT_TRUE(response.count() == answered ||
              response.count() == answered + kBatch)
      << response.count() << " points, " << answered << " answered";
}

TEST(KillTest, ABatchWithAKeyIsWrittenOnceHoweverOftenItIsSent) {
  RecordProperty("seed", std::to_string(kSeed));
  int batches = 0;
  for (int i = 0; i < Repetitions() && !HasFailure(); ++i) {
    SendAgainAndAgain(kSeed + static_cast<uint64_t>(i), &batches);
  }
  std::cout << Repetitions() * (kRounds + 1) << " kills, " << batches
            << " acknowledged batches with keys, seed " << kSeed << "\n";
  RecordProperty("batches", std::to_string(batches));
}

TEST(KillTest, TermDrainsWithinTenSeconds) {
  mi::testing::TemporaryFolder folder;
  ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                        .data_folder = folder.path(),
                        .arguments = {}});
  ASSERT_TRUE(server.WaitUntilServing());
  CreateCollection(server);
  // A stream that stays open, as of a client that has forgotten it.
  grpc::ClientContext context;
  v1::StreamUpsertPointsResponse response;
  const auto stub = v1::SearchService::NewStub(server.Connect());
  const auto stream = stub->StreamUpsertPoints(&context, &response);
  v1::StreamUpsertPointsRequest request;
  request.set_collection("campaigns");
  v1::Point* point = request.add_points()->mutable_point();
  point->set_id("a");
  for (int i = 0; i < kDimension; ++i) point->add_vector(1);
  ASSERT_TRUE(stream->Write(request));
  EXPECT_EQ(server.Terminate(std::chrono::seconds(10)), 0);
}

}  // namespace
}  // namespace mi
