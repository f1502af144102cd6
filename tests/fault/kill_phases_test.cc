// Kills the real server in each of five phases: idle, while points are written,
// while snapshots are, while one is restored, and while it shuts down. Whatever
// was acknowledged must be there afterwards, and a restore has happened as a
// whole or not at all.

#include <signal.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "tests/fault/fault_library.h"
#include "tests/fault/ledger.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::Ledger;
using ::mi::testing::ServerProcess;
using std::chrono::milliseconds;
using ::testing::IsEmpty;

constexpr uint64_t kDefaultSeed = 20261123;
constexpr Ledger::Shape kShape{.dimension = 32, .batch = 20};
constexpr int kCycles = 30;
constexpr int kManyCycles = 500;
// Each check reads everything: a data folder lives through so many cycles.
constexpr int kCyclesOfAFolder = 30;
constexpr int kClients = 2;

uint64_t Seed() {
  const char* given = std::getenv("MI_FAULT_SEED");
  return given == nullptr ? kDefaultSeed : std::strtoull(given, nullptr, 10);
}

enum class Phase { kIdle, kIngest, kSnapshot, kRestore, kShutdown };
constexpr size_t kPhases = 5;
constexpr const char* kPhaseNames[kPhases] = {"idle", "ingest", "snapshot",
                                              "restore", "shutdown"};

struct Counts {
  std::array<int, kPhases> cycles{};
  uint64_t acknowledged = 0;
  uint64_t lost = 0;
  int restored = 0;  // restores that had happened when the kill came
};

// A job as it stands; one without an end when nobody answers.
v1::GetJobResponse Job(const ServerProcess& server, const std::string& name) {
  v1::GetJobRequest request;
  request.set_name(name);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(10));
  v1::GetJobResponse response;
  (void)v1::OperationsService::NewStub(server.Connect())
      ->GetJob(&context, request, &response);
  return response;
}

// The name of the job; empty when nobody answers.
std::string StartSnapshot(const ServerProcess& server) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(10));
  v1::CreateSnapshotResponse response;
  const auto status = v1::OperationsService::NewStub(server.Connect())
                          ->CreateSnapshot(&context, {}, &response);
  return status.ok() ? response.job().name() : "";
}

std::string StartRestore(const ServerProcess& server,
                         const std::string& snapshot, bool discard) {
  v1::RestoreSnapshotRequest request;
  request.set_name(snapshot);
  request.set_discard_present_state(discard);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(10));
  v1::RestoreSnapshotResponse response;
  const auto status = v1::OperationsService::NewStub(server.Connect())
                          ->RestoreSnapshot(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job().name();
}

// A data folder with clients that keep account of it.
class Site {
 public:
  Site(Random& random, int number, Counts* counts)
      : random_(random), counts_(counts) {
    for (int i = 0; i < kClients; ++i) {
      ledgers_.push_back(std::make_unique<Ledger>(
          fmt::format("site{}client{}", number, i), Seed(), kShape));
    }
  }

  // One life of the server, ended within `phase`; then what it left is checked.
  void Cycle(Phase phase) {
    {
      ServerProcess server(Options());
      ASSERT_TRUE(server.WaitUntilServing());
      ASSERT_TRUE(
          testing::CreateLedgerCollection(server, kShape.dimension).ok() ||
          created_);
      created_ = true;
      switch (phase) {
        case Phase::kIdle:
          Pause(100);
          server.Kill();
          break;
        case Phase::kIngest:
          WriteUntil(server, [&] {
            Pause(250);
            server.Kill();
          });
          break;
        case Phase::kSnapshot:
          WriteUntil(server, [&] { KillInASnapshot(server); });
          break;
        case Phase::kRestore:
          KillInARestore(server);
          break;
        case Phase::kShutdown:
          WriteUntil(server, [&] {
            Pause(100);
            kill(server.pid(), SIGTERM);
            Pause(60);
            server.Kill();
          });
          break;
      }
    }
    ++counts_->cycles[static_cast<size_t>(phase)];
    Check();
  }

  void Count() const {
    for (const auto& ledger : ledgers_) {
      counts_->acknowledged += ledger->acknowledged();
      counts_->lost += ledger->lost();
    }
  }

 private:
  ServerProcess::Options Options() const {
    return {.binary = std::getenv("MI_SERVER_BINARY"),
            .data_folder = folder_.path(),
            .arguments = {"--snapshot-every-bytes=300000"}};
  }

  void Pause(uint64_t at_most) {
    std::this_thread::sleep_for(milliseconds(random_.Below(at_most + 1)));
  }

  template <typename Kill>
  void WriteUntil(const ServerProcess& server, Kill kill_it) {
    std::vector<std::thread> clients;
    for (const auto& ledger : ledgers_) {
      clients.emplace_back([&] { ledger->WriteUntilDeath(server); });
    }
    kill_it();
    for (std::thread& client : clients) client.join();
  }

  void KillInASnapshot(ServerProcess& server) {
    // Some are complete, and the last one is under way.
    for (uint64_t before = random_.Below(3); before > 0; --before) {
      (void)WaitForJob(server, StartSnapshot(server));
    }
    (void)StartSnapshot(server);
    Pause(30);
    server.Kill();
  }

  // The snapshot has everything but one ledger, which is written after it.
  void KillInARestore(ServerProcess& server) {
    const v1::GetJobResponse snapshot =
        WaitForJob(server, StartSnapshot(server));
    ASSERT_TRUE(snapshot.has_snapshot()) << snapshot.job().error().message();
    auto late = std::make_unique<Ledger>(fmt::format("late{}", ++late_number_),
                                         Seed(), kShape);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(late->Write(server).ok());
    const std::string job = StartRestore(server, snapshot.snapshot().name(),
                                         /*discard=*/random_.Below(2) == 0);
    Pause(60);
    const bool succeeded = Job(server, job).has_restored();
    server.Kill();

    // The late points are all there, or the restore has happened.
    ServerProcess next(Options());
    ASSERT_TRUE(next.WaitUntilServing());
    const bool restored = CheckedPoints(next) == CountLedgerPoints(next);
    if (restored) {
      ++counts_->restored;
    } else {
      EXPECT_FALSE(succeeded) << "the restore came undone";
      ledgers_.push_back(std::move(late));
    }
    next.Kill();
  }

  v1::GetJobResponse WaitForJob(const ServerProcess& server,
                                const std::string& name) {
    v1::GetJobResponse job;
    while (!name.empty() && !job.job().has_end_time()) {
      std::this_thread::sleep_for(milliseconds(2));
      job = Job(server, name);
    }
    return job;
  }

  void Check() {
    ServerProcess server(Options());
    ASSERT_TRUE(server.WaitUntilServing()) << "it does not start again";
    EXPECT_EQ(CheckedPoints(server), CountLedgerPoints(server));
  }

  // The points that must be there, after looking at each of them.
  uint64_t CheckedPoints(const ServerProcess& server) {
    std::vector<std::string> problems;
    uint64_t points = 0;
    for (const auto& ledger : ledgers_) {
      points += ledger->Check(server, &problems);
    }
    EXPECT_THAT(problems, IsEmpty());
    return points;
  }

  mi::testing::TemporaryFolder folder_;
  Random& random_;
  Counts* const counts_;
  std::vector<std::unique_ptr<Ledger>> ledgers_;
  bool created_ = false;
  int late_number_ = 0;
};

TEST(KillPhasesTest, NothingAcknowledgedIsLostInAnyOfThem) {
  RecordProperty("seed", std::to_string(Seed()));
  Random random(Seed());
  Counts counts;
  const int cycles = testing::WantsAll() ? kManyCycles : kCycles;
  for (int first = 0; first < cycles; first += kCyclesOfAFolder) {
    Site site(random, first, &counts);
    const int last = std::min(cycles, first + kCyclesOfAFolder);
    for (int cycle = first; cycle < last; ++cycle) {
      const auto phase =
          static_cast<Phase>(static_cast<size_t>(cycle) % kPhases);
      site.Cycle(phase);
      ASSERT_FALSE(HasFailure())
          << "cycle " << cycle << ", " << kPhaseNames[cycle % kPhases]
          << ", seed " << Seed();
    }
    site.Count();
  }
  std::cout << fmt::format("{} kills (", cycles);
  for (size_t phase = 0; phase < kPhases; ++phase) {
    std::cout << fmt::format("{}{} {}", phase == 0 ? "" : ", ",
                             counts.cycles[phase], kPhaseNames[phase]);
  }
  std::cout << fmt::format(
      "), {} acknowledged batches of {} points, {} lost, {} restores had "
      "happened, seed {}\n",
      counts.acknowledged, kShape.batch, counts.lost, counts.restored, Seed());
  RecordProperty("acknowledged", std::to_string(counts.acknowledged));
  EXPECT_EQ(counts.lost, 0);
  EXPECT_GT(counts.acknowledged, 100);
}

}  // namespace
}  // namespace mi
