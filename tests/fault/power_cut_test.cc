// Cuts the power of a machine on which the real server is being written to,
// again and again: whatever was acknowledged must be on the disk. A control
// run, in which syncs do nothing, must lose something: or the test would not
// notice.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_library.h"
#include "tests/fault/ledger.h"
#include "tests/fault/machine.h"
#include "tests/support/server_process.h"

namespace mi {
namespace {

using ::mi::testing::Ledger;
using ::mi::testing::Machine;
using ::mi::testing::ServerProcess;
using std::chrono::milliseconds;

constexpr uint64_t kDefaultSeed = 20261123;
constexpr Ledger::Shape kShape{.dimension = 32, .batch = 20};
// One disk lives through this many power cuts.
constexpr int kCutsOfAMachine = 5;
constexpr int kClients = 3;
// A server that does not start, or what it lost: the first lines say enough.
constexpr size_t kProblemsShown = 3;

uint64_t Seed() {
  const char* given = std::getenv("MI_FAULT_SEED");
  return given == nullptr ? kDefaultSeed : std::strtoull(given, nullptr, 10);
}

struct Counts {
  int cuts = 0;
  uint64_t acknowledged = 0;  // batches, between a start and a cut
  uint64_t lost = 0;
  int snapshots = 0;  // found on the disks at the end
};

void Print(const std::string& name, const Counts& counts) {
  std::cout << fmt::format(
      "{}: {} power cuts, {} acknowledged batches of {} points, {} lost, {} "
      "snapshots, seed {}\n",
      name, counts.cuts, counts.acknowledged, kShape.batch, counts.lost,
      counts.snapshots, Seed());
  ::testing::Test::RecordProperty("cuts", counts.cuts);
  ::testing::Test::RecordProperty("acknowledged",
                                  std::to_string(counts.acknowledged));
  ::testing::Test::RecordProperty("lost", std::to_string(counts.lost));
}

// Clients that write to the server on a machine until its power fails.
class Site {
 public:
  Site() {
    for (int i = 0; i < kClients; ++i) {
      ledgers_.emplace_back(fmt::format("client{}", i), Seed(), kShape);
    }
  }

  Machine& machine() { return machine_; }

  ServerProcess::Options Options(std::vector<std::string> arguments) const {
    return {.binary = std::getenv("MI_SERVER_BINARY"),
            .data_folder = machine_.disk(),
            .arguments = std::move(arguments)};
  }

  void WriteThenCutPower(ServerProcess& server, milliseconds after) {
    std::vector<std::thread> clients;
    for (Ledger& ledger : ledgers_) {
      clients.emplace_back([&] { ledger.WriteUntilDeath(server); });
    }
    std::this_thread::sleep_for(after);
    machine_.CutPower(server);
    for (std::thread& client : clients) client.join();
  }

  // What is wrong with what the server has.
  std::vector<std::string> Problems(const ServerProcess& server) {
    std::vector<std::string> problems;
    uint64_t points = 0;
    for (Ledger& ledger : ledgers_) points += ledger.Check(server, &problems);
    const uint64_t stored = testing::CountLedgerPoints(server);
    if (stored != points) {
      problems.push_back(
          fmt::format("{} points are there, not {}", stored, points));
    }
    return problems;
  }

  void AddTo(Counts& counts) const {
    for (const Ledger& ledger : ledgers_) {
      counts.acknowledged += ledger.acknowledged();
      counts.lost += ledger.lost();
    }
    std::error_code ignored;  // no snapshot, no folder
    for (const auto& file : std::filesystem::directory_iterator(
             machine_.disk() / "tenants" / "default" / "snapshots", ignored)) {
      counts.snapshots += file.path().extension() == ".snapshot" ? 1 : 0;
    }
  }

 private:
  Machine machine_;
  std::vector<Ledger> ledgers_;
};

// How a server is run, and for how long until the power fails.
struct Load {
  std::vector<std::string> arguments;
  milliseconds least{0};
  milliseconds spread{0};
};

const Load kPlain{.least = milliseconds(100), .spread = milliseconds(900)};
// Long enough for a snapshot a second: cuts meet them being written.
const Load kWithSnapshots{.arguments = {"--snapshot-every-bytes=10000"},
                          .least = milliseconds(950),
                          .spread = milliseconds(700)};

milliseconds SomeTime(const Load& load, Random& random) {
  return load.least +
         milliseconds(random.Below(static_cast<uint64_t>(load.spread.count())));
}

// One machine from an empty disk on.
void CutPowerAgainAndAgain(const Load& load, Random& random, Counts* counts) {
  Site site;
  ASSERT_EQ(site.machine().error(), "");
  for (int cut = 0; cut <= kCutsOfAMachine; ++cut) {
    ServerProcess server(site.Options(load.arguments));
    ASSERT_TRUE(server.WaitUntilServing()) << "after cut " << cut;
    if (cut == 0) {
      ASSERT_TRUE(
          testing::CreateLedgerCollection(server, kShape.dimension).ok());
    }
    ASSERT_THAT(site.Problems(server), ::testing::IsEmpty())
        << "after cut " << cut << ", seed " << Seed();
    if (cut == kCutsOfAMachine) break;
    site.WriteThenCutPower(server, SomeTime(load, random));
    ASSERT_EQ(site.machine().error(), "");
    ++counts->cuts;
  }
  site.AddTo(*counts);
}

class PowerCutTest : public ::testing::Test {
 protected:
  // Before the first thread: they share what they can see.
  static void SetUpTestSuite() {
    obstacle_ = new std::string(testing::EnterOwnMountNamespace());
    if (obstacle_->empty()) *obstacle_ = Machine().error();
  }
  static void TearDownTestSuite() { delete obstacle_; }

  void SetUp() override {
    RecordProperty("seed", std::to_string(Seed()));
    if (!obstacle_->empty()) {
      GTEST_SKIP() << "no file system can be mounted from an image here ("
                   << *obstacle_ << "): that needs root and loop devices";
    }
  }

 private:
  static std::string* obstacle_;
};

std::string* PowerCutTest::obstacle_ = nullptr;

TEST_F(PowerCutTest, NothingAcknowledgedIsLost) {
  const int machines = testing::WantsAll() ? 20 : 2;
  Random random(Seed());
  Counts counts;
  for (int i = 0; i < machines; ++i) {
    CutPowerAgainAndAgain(i % 2 == 0 ? kPlain : kWithSnapshots, random,
                          &counts);
    if (HasFatalFailure()) break;
  }
  Print("power cuts", counts);
  EXPECT_EQ(counts.lost, 0);
  EXPECT_GT(counts.acknowledged, 50);
  EXPECT_GT(counts.snapshots, 0) << "no cut met a snapshot";
}

// What the server acknowledges before syncs stop working is synced; what comes
// later is not, and the cut takes it. Some of it has to be missed.
TEST_F(PowerCutTest, AServerWhoseSyncsDoNothingLosesAcknowledgedWrites) {
  const std::string no_library = testing::WhyNoFaultLibrary();
  if (!no_library.empty()) GTEST_SKIP() << no_library;
  constexpr int kCuts = 3;
  Random random(Seed());
  Counts counts;
  int noticed = 0;
  for (; counts.cuts < kCuts; ++counts.cuts) {
    Site site;
    ASSERT_EQ(site.machine().error(), "");
    ServerProcess::Options options = site.Options({});
    {
      ServerProcess server(options);
      ASSERT_TRUE(server.WaitUntilServing());
      ASSERT_TRUE(
          testing::CreateLedgerCollection(server, kShape.dimension).ok());
      ASSERT_EQ(server.Terminate(), 0);
    }
    options.environment = testing::FaultEnvironment(
        {.folder = site.machine().disk() / "tenants", .no_sync = true});
    ServerProcess unsafe(options);
    ASSERT_TRUE(unsafe.WaitUntilServing());
    site.WriteThenCutPower(unsafe, SomeTime(kPlain, random));
    ServerProcess server(site.Options({}));
    std::vector<std::string> problems = {"the server does not start"};
    if (server.WaitUntilServing()) problems = site.Problems(server);
    noticed += problems.empty() ? 0 : 1;
    problems.resize(std::min(problems.size(), kProblemsShown));
    for (const std::string& problem : problems) {
      std::cout << "control: " << problem << "\n";
    }
    site.AddTo(counts);
  }
  Print("control, without syncs", counts);
  EXPECT_GT(counts.acknowledged, 0);
  EXPECT_GT(noticed, 0) << "this test does not notice what it is for";
}

}  // namespace
}  // namespace mi
