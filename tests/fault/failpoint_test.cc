// Breaks every call by which the real server makes files durable, one at a
// time and in every way that such a call fails. Whatever it acknowledged before
// and after must be there when it is started again on a sound disk, and nothing
// that it refused.

#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_library.h"
#include "tests/fault/ledger.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

using ::mi::testing::CountedCall;
using ::mi::testing::Fault;
using ::mi::testing::Ledger;
using ::mi::testing::ServerProcess;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint64_t kSeed = 20261123;
// A trial waits for the server most of the time, so that more of them than
// there are processors run at once.
constexpr int kLanes = 8;
constexpr char kCannotStartText[] = "exit 1";
// Bytes of a server's log that stand beside a problem.
constexpr size_t kLogTail = 3'000;
// What the server exits with: after SIGTERM, when it cannot start, when
// stopping takes it too long, and when it does not know what is durable.
constexpr int kExpectedExits[] = {0, 1, 3, 70};

// What is done to a call.
struct Action {
  std::string name;
  bool later_too = false;

  std::string Text() const { return later_too ? name + " from then on" : name; }
};

std::vector<Action> ActionsFor(const std::string& kind) {
  if (kind == "sync") return {{"kill"}, {"eio"}};
  if (kind != "write") return {{"kill"}, {"eio"}, {"enospc"}};
  return {{"kill"},   {"torn"}, {"short"},
          {"enospc"}, {"eio"},  {.name = "enospc", .later_too = true}};
}

// A server's life, from its start to SIGTERM, that the trials repeat.
struct Workload {
  std::string name;
  Ledger::Shape shape;
  // Leaves what the server finds at its start.
  std::function<void(const std::filesystem::path&, Ledger&)> prepare;
  std::function<void(ServerProcess&, const std::filesystem::path&, Ledger&)>
      run;
  // Of a row of calls of one kind on one file, the first, the last and every
  // n-th one are tried when all are.
  uint64_t every = 1;
  // Groups of calls that matter here; all when empty. Others are as elsewhere.
  std::set<std::string> groups = {};
};

std::set<std::filesystem::path> Snapshots(const std::filesystem::path& data) {
  std::set<std::filesystem::path> snapshots;
  std::error_code ignored;  // the folder is not there yet
  for (const auto& file : std::filesystem::directory_iterator(
           data / "tenants" / "default" / "snapshots", ignored)) {
    if (file.path().extension() == ".snapshot") snapshots.insert(file.path());
  }
  return snapshots;
}

// The server looks once a second whether a snapshot is due.
void WaitForSnapshot(ServerProcess& server, const std::filesystem::path& data,
                     const std::set<std::filesystem::path>& before) {
  const auto deadline = steady_clock::now() + milliseconds(1'300);
  while (steady_clock::now() < deadline && !server.HasEnded() &&
         Snapshots(data) == before) {
    std::this_thread::sleep_for(milliseconds(10));
  }
}

void WriteBatches(ServerProcess& server, Ledger& ledger, int count) {
  for (int i = 0; i < count && !server.HasEnded(); ++i) ledger.Write(server);
}

// A refused collection is asked for again: the fault was for one call.
void Create(ServerProcess& server, const Ledger::Shape& shape) {
  for (int i = 0; i < 3 && !server.HasEnded(); ++i) {
    if (testing::CreateLedgerCollection(server, shape.dimension).ok()) return;
  }
}

// From an empty folder to the third snapshot, which drops the first.
Workload FirstRun() {
  const Ledger::Shape shape{.dimension = 32, .batch = 20};
  return {.name = "first run",
          .shape = shape,
          .prepare = [](const auto&, Ledger&) {},
          .run =
              [shape](ServerProcess& server, const auto& data, Ledger& ledger) {
                Create(server, shape);
                for (int snapshot = 0; snapshot < 3; ++snapshot) {
                  const auto before = Snapshots(data);
                  WriteBatches(server, ledger, 5);
                  WaitForSnapshot(server, data, before);
                }
                WriteBatches(server, ledger, 1);
              }};
}

// A start on what a killed server left: a log that has to be moved.
Workload Recovery() {
  const Ledger::Shape shape{.dimension = 32, .batch = 20};
  return {.name = "recovery",
          .shape = shape,
          .prepare =
              [shape](const auto& data, Ledger& ledger) {
                ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                                      .data_folder = data,
                                      .arguments = {}});
                ASSERT_TRUE(server.WaitUntilServing());
                Create(server, shape);
                WriteBatches(server, ledger, 10);
                server.Kill();
              },
          .run = [](ServerProcess& server, const auto&,
                    Ledger& ledger) { WriteBatches(server, ledger, 3); }};
}

// Enough for the server to move the log into the database while it runs.
Workload Checkpoint() {
  const Ledger::Shape shape{.dimension = 300, .batch = 900};
  return {.name = "checkpoint",
          .shape = shape,
          .prepare = [](const auto&, Ledger&) {},
          .run =
              [shape](ServerProcess& server, const auto&, Ledger& ledger) {
                Create(server, shape);
                WriteBatches(server, ledger, 5);
                std::this_thread::sleep_for(milliseconds(1'200));
                WriteBatches(server, ledger, 1);
              },
          .every = 25,
          .groups = {"write .db", "sync .db", "write .db-wal", "sync .db-wal"}};
}

// What was found by a trial, or by all of a workload.
struct Findings {
  int trials = 0;
  int met = 0;  // trials in which the call came
  uint64_t acknowledged = 0;
  uint64_t lost = 0;
  std::map<std::string, int> ends;  // how those that met one ended
  std::vector<std::string> problems;

  void Add(const Findings& other) {
    trials += other.trials;
    met += other.met;
    acknowledged += other.acknowledged;
    lost += other.lost;
    for (const auto& [end, count] : other.ends) ends[end] += count;
    problems.insert(problems.end(), other.problems.begin(),
                    other.problems.end());
  }
};

// Says how a process ended; a crash or a wrong code is a problem.
std::string DescribeEnd(const std::optional<int>& status,
                        std::vector<std::string>* problems) {
  if (!status.has_value()) {
    problems->push_back("the server did not stop after SIGTERM");
    return "hung";
  }
  if (WIFSIGNALED(*status)) {
    std::string end = fmt::format("signal {}", WTERMSIG(*status));
    if (WTERMSIG(*status) != SIGKILL) problems->push_back("ended by " + end);
    return end;
  }
  const int code = WEXITSTATUS(*status);
  std::string end = fmt::format("exit {}", code);
  if (std::find(std::begin(kExpectedExits), std::end(kExpectedExits), code) ==
      std::end(kExpectedExits)) {
    problems->push_back("ended with " + end);
  }
  return end;
}

// A folder as a workload wants it, and what was written into it.
class Prepared {
 public:
  explicit Prepared(const Workload& workload)
      : ledger_("first", kSeed, workload.shape) {
    workload.prepare(folder_.path(), ledger_);
  }

  Ledger CopyTo(const std::filesystem::path& data) const {
    std::filesystem::copy(folder_.path(), data,
                          std::filesystem::copy_options::recursive);
    return ledger_;
  }

 private:
  mi::testing::TemporaryFolder folder_;
  Ledger ledger_;
};

// Runs a workload on a copy of what was prepared, with a fault at one call.
class Trial {
 public:
  Trial(const Workload& workload, const Prepared& prepared, int lane)
      : workload_(workload),
        host_(fmt::format("127.0.0.{}", 2 + lane)),
        ledger_(prepared.CopyTo(data())) {}

  Findings Run(uint64_t at, const Action& action) {
    Findings findings{.trials = 1};
    Break({.folder = data() / "tenants",
           .report = report(),
           .at = at,
           .action = action.name,
           .later_too = action.later_too},
          &findings);
    Verify(&findings);
    findings.acknowledged = ledger_.acknowledged();
    Verify(&findings);
    findings.lost = ledger_.lost();
    const std::vector<CountedCall> calls = this->calls();
    if (!calls.empty() && calls.back().number >= at) findings.met = 1;
    if (findings.met == 0 && findings.ends.contains(kCannotStartText)) {
      findings.problems.emplace_back("it did not start without a fault");
    }
    std::string call = "a call that did not come";
    if (findings.met == 1) {
      const CountedCall& met = calls.at(at - 1);
      call = fmt::format("{} of {}", met.kind, met.file.filename().string());
    }
    for (std::string& problem : findings.problems) {
      problem = fmt::format("{}, call {} ({}), {}: {}; log: {}", workload_.name,
                            at, call, action.Text(), problem, LogTail());
    }
    return findings;
  }

  // The calls of a run without a fault.
  std::vector<CountedCall> Count() {
    Findings findings;
    Break({.folder = data() / "tenants", .report = report()}, &findings);
    EXPECT_THAT(findings.problems, ::testing::IsEmpty());
    return calls();
  }

 private:
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path report() const { return folder_.path() / "calls"; }
  std::vector<CountedCall> calls() const {
    return testing::ReadReport(report());
  }

  // The last lines that the servers wrote; from where one could not start, if
  // one could not.
  std::string LogTail() const {
    std::ifstream in(data() / "server.log");
    const std::string log((std::istreambuf_iterator<char>(in)), {});
    const size_t refused = log.rfind("cannot start");
    if (refused != std::string::npos) return log.substr(refused, kLogTail);
    return log.substr(log.size() - std::min(log.size(), kLogTail));
  }

  ServerProcess::Options Options() const {
    return {.binary = std::getenv("MI_SERVER_BINARY"),
            .data_folder = data(),
            .arguments = {"--snapshot-every-bytes=10000"},
            .host = host_};
  }

  void Break(const Fault& fault, Findings* findings) {
    ServerProcess::Options options = Options();
    options.environment = testing::FaultEnvironment(fault);
    ServerProcess server(options);
    if (server.WaitUntilServing()) {
      workload_.run(server, data(), ledger_);
      server.Terminate();
    }
    ++findings->ends[DescribeEnd(server.wait_status(), &findings->problems)];
  }

  // Starts the server on a sound disk and compares; a write has to work.
  void Verify(Findings* findings) {
    ServerProcess server(Options());
    if (!server.WaitUntilServing()) {
      findings->problems.emplace_back("it does not start again");
      return;
    }
    if (!testing::CreateLedgerCollection(server, workload_.shape.dimension)
             .ok()) {
      findings->problems.emplace_back("no collection can be created");
    }
    const uint64_t points = ledger_.Check(server, &findings->problems);
    const uint64_t stored = testing::CountLedgerPoints(server);
    if (stored != points) {
      findings->problems.push_back(
          fmt::format("{} points are there, not {}", stored, points));
    }
    const grpc::Status written = ledger_.Write(server);
    if (!written.ok()) {
      findings->problems.push_back("a write fails: " + written.error_message());
    }
    if (server.Terminate() == 0) return;
    std::vector<std::string> ignored;
    findings->problems.push_back("it does not stop as it should: " +
                                 DescribeEnd(server.wait_status(), &ignored));
  }

  const Workload& workload_;
  std::string host_;
  mi::testing::TemporaryFolder folder_;
  Ledger ledger_;
};

// A call to break, and how.
struct Point {
  uint64_t at = 0;
  Action action;
};

// Calls of one kind on one kind of file.
std::string Group(const CountedCall& call) {
  const std::string extension = call.file.extension().string();
  return call.kind + " " +
         (extension.empty() ? call.file.filename().string() : extension);
}

// Every call in every way, but for the inner ones of long rows.
std::vector<Point> AllPoints(const std::vector<CountedCall>& calls,
                             uint64_t every) {
  std::vector<Point> points;
  for (size_t i = 0; i < calls.size(); ++i) {
    const bool inner = i > 0 && i + 1 < calls.size() &&
                       Group(calls[i - 1]) == Group(calls[i]) &&
                       Group(calls[i + 1]) == Group(calls[i]);
    if (inner && i % every != 0) continue;
    for (const Action& action : ActionsFor(calls[i].kind)) {
      points.push_back({.at = calls[i].number, .action = action});
    }
  }
  return points;
}

// For each kind of call on each kind of file, and each way to fail, one or
// two calls at random.
std::vector<Point> SomePoints(const std::vector<CountedCall>& calls,
                              size_t of_each) {
  std::map<std::string, std::vector<CountedCall>> groups;
  for (const CountedCall& call : calls) groups[Group(call)].push_back(call);
  Random random(kSeed);
  std::vector<Point> points;
  for (const auto& [name, group] : groups) {
    for (const Action& action : ActionsFor(group.front().kind)) {
      for (size_t i = 0; i < std::min(of_each, group.size()); ++i) {
        points.push_back(
            {.at = group[random.Below(group.size())].number, .action = action});
      }
    }
  }
  return points;
}

// Several trials at once.
Findings TryAll(const Workload& workload, const Prepared& prepared,
                const std::vector<Point>& points) {
  Findings all;
  std::mutex mutex;
  std::atomic<size_t> next{0};
  std::vector<std::thread> lanes;
  for (int lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&, lane] {
      while (true) {
        const size_t i = next++;
        if (i >= points.size()) return;
        Trial trial(workload, prepared, lane);
        const Findings findings = trial.Run(points[i].at, points[i].action);
        const std::lock_guard lock(mutex);
        all.Add(findings);
      }
    });
  }
  for (std::thread& lane : lanes) lane.join();
  return all;
}

void PrintFindings(const Workload& workload, size_t calls,
                   const Findings& findings) {
  std::cout << fmt::format(
      "failpoints, {}: {} calls, {} points tried, {} met, {} acknowledged "
      "batches, {} lost; servers ended with {}\n",
      workload.name, calls, findings.trials, findings.met,
      findings.acknowledged, findings.lost, findings.ends);
  ::testing::Test::RecordProperty("points", findings.trials);
  ::testing::Test::RecordProperty("acknowledged",
                                  std::to_string(findings.acknowledged));
  ::testing::Test::RecordProperty("lost", std::to_string(findings.lost));
}

// `some_of_each`: how many calls of each group are tried when not all are.
void BreakEveryCall(const Workload& workload, size_t some_of_each) {
  const std::string obstacle = testing::WhyNoFaultLibrary();
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
  ::testing::Test::RecordProperty("seed", std::to_string(kSeed));
  const Prepared prepared(workload);
  const std::vector<CountedCall> calls =
      Trial(workload, prepared, /*lane=*/0).Count();
  std::set<std::string> kinds;
  for (const CountedCall& call : calls) kinds.insert(call.kind);
  EXPECT_THAT(kinds, ::testing::IsSupersetOf({"open", "write", "sync"}));
  std::vector<CountedCall> chosen = calls;
  std::erase_if(chosen, [&](const CountedCall& call) {
    return !workload.groups.empty() && !workload.groups.contains(Group(call));
  });
  const std::vector<Point> points = testing::WantsAll()
                                        ? AllPoints(chosen, workload.every)
                                        : SomePoints(chosen, some_of_each);
  const Findings findings = TryAll(workload, prepared, points);
  PrintFindings(workload, calls.size(), findings);
  EXPECT_THAT(findings.problems, ::testing::IsEmpty()) << "seed " << kSeed;
  EXPECT_EQ(findings.lost, 0);
  // The order of the calls of two threads differs from run to run, and so does
  // their number a little.
  EXPECT_GE(findings.met, findings.trials * 9 / 10);
}

TEST(FailpointTest, OfAFirstRunWithSnapshots) { BreakEveryCall(FirstRun(), 1); }

TEST(FailpointTest, OfARecovery) { BreakEveryCall(Recovery(), 1); }

TEST(FailpointTest, OfACheckpointBesideWrites) {
  BreakEveryCall(Checkpoint(), 1);
}

// The control: these tests would be worth nothing if they did not notice it.
TEST(FailpointTest, ADiskThatForgetsWritesIsNoticed) {
  const std::string obstacle = testing::WhyNoFaultLibrary();
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
  const Workload workload = Recovery();
  const Prepared prepared(workload);
  const std::vector<CountedCall> calls =
      Trial(workload, prepared, /*lane=*/0).Count();
  const auto last_write = std::find_if(
      calls.rbegin(), calls.rend(),
      [](const CountedCall& call) { return Group(call) == "write .db"; });
  ASSERT_NE(last_write, calls.rend());
  const Findings findings = Trial(workload, prepared, /*lane=*/0)
                                .Run(last_write->number, {.name = "drop"});
  EXPECT_THAT(findings.problems, ::testing::Not(::testing::IsEmpty()));
  std::cout << "failpoints, control: " << findings.problems.front() << "\n";
}

}  // namespace
}  // namespace mi
