// mi snapshot and mi job, against a fake server whose jobs stand as each test
// says.

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/error.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/clients/cpp/fake_server.h"
#include "tests/clients/cpp/run_mi.h"

namespace mi::client {
namespace {

using Json = nlohmann::json;
using google::protobuf::TextFormat;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kName[] = "00000000000000000042-1a2b3c4d";

constexpr char kQueued[] = R"(
  job { name: "job-17" kind: JOB_KIND_CREATE_SNAPSHOT state: JOB_STATE_QUEUED
        create_time { seconds: 1772357400 } })";
constexpr char kRunning[] = R"(
  job { name: "job-17" kind: JOB_KIND_CREATE_SNAPSHOT state: JOB_STATE_RUNNING
        step: "writing" progress: 0.999
        create_time { seconds: 1772357400 }
        start_time { seconds: 1772357401 } })";
constexpr char kWritten[] = R"(
  job { name: "job-17" kind: JOB_KIND_CREATE_SNAPSHOT
        state: JOB_STATE_SUCCEEDED progress: 1
        create_time { seconds: 1772357400 }
        start_time { seconds: 1772357401 } end_time { seconds: 1772357402 } }
  snapshot { name: "00000000000000000042-1a2b3c4d" point_count: 20000
             collection_count: 3 byte_count: 1536 })";
constexpr char kRestored[] = R"(
  job { name: "job-17" kind: JOB_KIND_RESTORE_SNAPSHOT
        state: JOB_STATE_SUCCEEDED progress: 1 }
  restored { snapshot: "00000000000000000042-1a2b3c4d" epoch: "e2" sequence: 42
             previous_state: "00000000000000000050-1a2b3c4d"
             collection_count: 3 point_count: 20000 })";

class SnapshotTest : public ::testing::Test {
 protected:
  Outcome Mi(std::vector<std::string> arguments,
             const std::optional<std::string>& typed = std::nullopt) {
    arguments.insert(arguments.begin(), {"--server", server_.address()});
    return RunMi(arguments, typed);
  }

  FakeOperations& operations() { return server_.operations; }

  void JobStands(const std::vector<const char*>& texts) {
    for (const char* text : texts) {
      ASSERT_TRUE(
          TextFormat::ParseFromString(text, &operations().job.emplace_back()));
    }
  }
  void JobFailsWith(v1::JobState state, const grpc::Status& error) {
    JobStands({kRunning, kRunning});
    v1::Job& job = *operations().job.back().mutable_job();
    job.set_state(state);
    job.mutable_error()->ParseFromString(error.error_details());
    job.mutable_error()->set_code(error.error_code());
    job.mutable_error()->set_message(error.error_message());
  }
  void AddSnapshot(const char* text) {
    ASSERT_TRUE(TextFormat::ParseFromString(
        text, &operations().snapshots.emplace_back()));
  }
  void AddSnapshots() {
    AddSnapshot(R"(
      name: "00000000000000000050-1a2b3c4d" create_time { seconds: 1772357400 }
      current: true byte_count: 1536 point_count: 20000 complete: true
      trigger: SNAPSHOT_TRIGGER_BEFORE_RESTORE)");
    AddSnapshot(R"(
      name: "00000000000000000042-1a2b3c4d" create_time { seconds: 1772353800 }
      epoch: "e1" sequence: 42 byte_count: 0 point_count: 7
      sha256: "abc" creator: "mi-server 0.1.0" description: "before the sale"
      trigger: SNAPSHOT_TRIGGER_REQUEST)");
    AddSnapshot(R"(
      name: "00000000000000000001-1a2b3c4d" create_time { seconds: 1772350200 }
      trigger: SNAPSHOT_TRIGGER_SCHEDULE complete: true)");
  }

  FakeServer server_;
};

TEST_F(SnapshotTest, CreateWaitsUntilItIsWritten) {
  JobStands({kQueued, kRunning, kWritten});
  const Outcome outcome =
      Mi({"snapshot", "create", "--description", "before the sale"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.out,
            "wrote snapshot 00000000000000000042-1a2b3c4d: 20,000 points in 3 "
            "collections, 1.5 KiB\n");
  EXPECT_EQ(operations().last_create.description(), "before the sale");
  EXPECT_EQ(operations().get_job_calls(), 3);
}

TEST_F(SnapshotTest, CreateAnswersScriptsWithJobAndSnapshot) {
  JobStands({kQueued, kWritten});
  const Outcome outcome = Mi({"snapshot", "create", "--json"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["job"]["state"], "JOB_STATE_SUCCEEDED");
  EXPECT_EQ(json["snapshot"]["name"], kName);
  EXPECT_EQ(json["snapshot"]["point_count"], 20'000);
}

TEST_F(SnapshotTest, NoWaitPrintsTheJobAndReturns) {
  JobStands({kQueued});
  const Outcome outcome = Mi({"snapshot", "create", "--no-wait"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.out,
            "job          job-17\n"
            "kind         create_snapshot\n"
            "state        queued\n"
            "progress     0 %\n"
            "created      2026-03-01T09:30:00Z\n");
  EXPECT_EQ(operations().get_job_calls(), 0);
  EXPECT_EQ(
      Json::parse(
          Mi({"snapshot", "create", "--no-wait", "--json"}).out)["job"]["name"],
      "job-17");
}

grpc::Status DiskFull() {
  google::rpc::ErrorInfo info;
  info.set_reason("DISK_FULL");
  info.set_domain("marketing.intelligence");
  google::rpc::Status status;
  status.add_details()->PackFrom(info);
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "the disk is full",
          status.SerializeAsString()};
}

TEST_F(SnapshotTest, AFailedJobIsAnErrorWithItsDetails) {
  JobFailsWith(v1::JOB_STATE_FAILED, DiskFull());
  const Outcome outcome = Mi({"snapshot", "create", "--json"});
  EXPECT_EQ(outcome.exit_code, kExitRefused);
  EXPECT_THAT(outcome.err,
              HasSubstr("RESOURCE_EXHAUSTED: job-17: the disk is full"));
  EXPECT_THAT(outcome.err, HasSubstr("reason: DISK_FULL"));
  EXPECT_EQ(Json::parse(outcome.out)["error"]["reason"], "DISK_FULL");
}

// The server answers; it is the job that had no answer from somewhere.
TEST_F(SnapshotTest, AJobThatFailedAsUnavailableWasRefusedAllTheSame) {
  JobFailsWith(v1::JOB_STATE_FAILED, {grpc::StatusCode::UNAVAILABLE, "busy"});
  EXPECT_EQ(Mi({"snapshot", "create"}).exit_code, kExitRefused);
}

TEST_F(SnapshotTest, ACancelledJobIsAnError) {
  JobFailsWith(v1::JOB_STATE_CANCELLED, grpc::Status::OK);
  const Outcome outcome = Mi({"snapshot", "create"});
  EXPECT_EQ(outcome.exit_code, kExitRefused);
  EXPECT_THAT(outcome.err, HasSubstr("CANCELLED: job-17"));
}

TEST_F(SnapshotTest, CtrlCLeavesTheJobRunning) {
  JobStands({kRunning});
  operations().on_get_job = [](int call) {
    if (call == 1) std::raise(SIGINT);
    return grpc::Status::OK;
  };
  const Outcome outcome = Mi({"snapshot", "create"});
  EXPECT_EQ(outcome.exit_code, kExitInterrupted);
  EXPECT_THAT(outcome.err, HasSubstr("error: interrupted: job-17 goes on"));
  EXPECT_THAT(outcome.err, HasSubstr("'mi job get job-17'"));
  EXPECT_EQ(operations().get_job_calls(), 2);
}

TEST_F(SnapshotTest, WaitingOutlastsABusyServer) {
  JobStands({kRunning, kRunning, kWritten});
  operations().on_get_job = [](int call) {
    return call == 1 ? Unavailable(std::chrono::milliseconds(1))
                     : grpc::Status::OK;
  };
  const Outcome outcome = Mi({"snapshot", "create"});
  EXPECT_EQ(outcome.exit_code, kExitOk) << outcome.err;
}

TEST_F(SnapshotTest, ListIsATable) {
  AddSnapshots();
  const Outcome outcome = Mi({"snapshot", "list"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(
      outcome.out,
      "NAME                           CREATED                  SIZE  POINTS  "
      "TRIGGER         CURRENT  COMPLETE\n"
      "00000000000000000050-1a2b3c4d  2026-03-01T09:30:00Z  1.5 KiB  20,000  "
      "before_restore  yes      yes\n"
      "00000000000000000042-1a2b3c4d  2026-03-01T08:30:00Z      0 B       7  "
      "request         no       no\n"
      "00000000000000000001-1a2b3c4d  2026-03-01T07:30:00Z      0 B       0  "
      "schedule        no       yes\n");
  const Json json = Json::parse(Mi({"snapshot", "list", "--json"}).out);
  EXPECT_THAT(json["snapshots"], SizeIs(3));
  EXPECT_EQ(json["snapshots"][1]["name"], kName);
}

TEST_F(SnapshotTest, GetShowsEverything) {
  AddSnapshots();
  const Outcome outcome = Mi({"snapshot", "get", kName});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("sha256       abc\n"));
  EXPECT_THAT(outcome.out, HasSubstr("description  before the sale\n"));
  EXPECT_EQ(
      Json::parse(
          Mi({"snapshot", "get", kName, "--json"}).out)["snapshot"]["sequence"],
      42);
  EXPECT_EQ(Mi({"snapshot", "get", "other"}).exit_code, kExitRefused);
}

TEST_F(SnapshotTest, DeleteRemovesOne) {
  AddSnapshots();
  const Outcome outcome = Mi({"snapshot", "delete", kName});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.out, fmt::format("deleted {}\n", kName));
  EXPECT_THAT(operations().snapshots, SizeIs(2));
  EXPECT_EQ(Mi({"snapshot", "delete", kName}).exit_code, kExitRefused);
}

TEST_F(SnapshotTest, RestoreHasTheTenantTyped) {
  AddSnapshots();
  JobStands({kRunning, kRestored});
  const Outcome outcome = Mi({"snapshot", "restore", kName}, "acme\n");
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("with 7 points, replaces everything that "
                                     "tenant 'acme' has stored"));
  EXPECT_THAT(outcome.err,
              HasSubstr("snapshot of the present state is written first"));
  EXPECT_EQ(outcome.out,
            "restored snapshot 00000000000000000042-1a2b3c4d: 20,000 points in "
            "3 collections\n"
            "the history goes on as epoch e2, behind sequence 42\n"
            "the state before is snapshot 00000000000000000050-1a2b3c4d\n");
  EXPECT_EQ(operations().last_restore.name(), kName);
  EXPECT_FALSE(operations().last_restore.discard_present_state());
}

TEST_F(SnapshotTest, RestoreDoesNothingUnlessItIsConfirmed) {
  AddSnapshots();
  JobStands({kRestored});
  for (const char* typed : {"", "\n", "yes\n", "Acme\n", "acme corp\n"}) {
    const Outcome outcome = Mi({"snapshot", "restore", kName}, typed);
    EXPECT_EQ(outcome.exit_code, kExitUsage) << typed;
    EXPECT_THAT(outcome.err, HasSubstr("nothing has changed"));
  }
  const Outcome nobody = Mi({"snapshot", "restore", kName});
  EXPECT_EQ(nobody.exit_code, kExitUsage);
  EXPECT_THAT(nobody.err, HasSubstr("--yes is required"));
  EXPECT_EQ(operations().restores(), 0);

  // Found out before anybody is asked.
  const Outcome unknown = Mi({"snapshot", "restore", "other"}, "acme\n");
  EXPECT_EQ(unknown.exit_code, kExitRefused);
  EXPECT_THAT(unknown.err, Not(HasSubstr("Type the name")));
  EXPECT_EQ(operations().restores(), 0);
}

TEST_F(SnapshotTest, RestoreWithYesAsksNobody) {
  JobStands({kRestored});
  operations().job[0].mutable_restored()->clear_previous_state();
  const Outcome outcome =
      Mi({"snapshot", "restore", kName, "--yes", "--discard-present-state"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("the state before was discarded"));
  EXPECT_TRUE(operations().last_restore.discard_present_state());
  const Json json =
      Json::parse(Mi({"snapshot", "restore", kName, "--yes", "--json"}).out);
  EXPECT_EQ(json["restored"]["sequence"], 42);
}

TEST_F(SnapshotTest, DiscardingIsPartOfTheQuestion) {
  AddSnapshots();
  EXPECT_THAT(
      Mi({"snapshot", "restore", kName, "--discard-present-state"}, "").err,
      HasSubstr("present state is NOT kept"));
}

TEST_F(SnapshotTest, JobsAreListed) {
  JobFailsWith(v1::JOB_STATE_FAILED, DiskFull());
  const Outcome outcome = Mi({"job", "list"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_EQ(outcome.out,
            "NAME    KIND             STATE    PROGRESS  STEP     CREATED      "
            "         ERROR\n"
            "job-17  create_snapshot  running      99 %  writing  "
            "2026-03-01T09:30:00Z\n"
            "job-17  create_snapshot  failed       99 %  writing  "
            "2026-03-01T09:30:00Z  the disk is full\n");
  const Json jobs = Json::parse(Mi({"job", "list", "--json"}).out)["jobs"];
  ASSERT_THAT(jobs, SizeIs(2));
  EXPECT_EQ(jobs[1]["error"]["reason"], "DISK_FULL");
  EXPECT_EQ(jobs[1]["error"]["code"], "RESOURCE_EXHAUSTED");
}

TEST_F(SnapshotTest, GetShowsHowAJobStands) {
  JobStands({kRunning, kWritten});
  const Outcome running = Mi({"job", "get", "job-17"});
  ASSERT_EQ(running.exit_code, kExitOk) << running.err;
  EXPECT_THAT(running.out, HasSubstr("progress     99 %\n"
                                     "step         writing\n"));
  const Outcome done = Mi({"job", "get", "job-17"});
  EXPECT_THAT(done.out, HasSubstr("ended        2026-03-01T09:30:02Z\n"));
  EXPECT_THAT(done.out, HasSubstr("wrote snapshot 0"));
  EXPECT_EQ(Mi({"job", "get", "job-18"}).exit_code, kExitRefused);
}

// That a job failed is an answer; with --wait it is an error.
TEST_F(SnapshotTest, GetOfAFailedJobSaysWhy) {
  JobFailsWith(v1::JOB_STATE_FAILED, DiskFull());
  operations().job.erase(operations().job.begin());
  const Outcome outcome = Mi({"job", "get", "job-17"});
  EXPECT_EQ(outcome.exit_code, kExitOk);
  EXPECT_THAT(outcome.out, HasSubstr("state        failed"));
  EXPECT_THAT(outcome.out, HasSubstr("RESOURCE_EXHAUSTED: the disk is full"));
  EXPECT_EQ(Mi({"job", "get", "job-17", "--wait"}).exit_code, kExitRefused);
}

TEST_F(SnapshotTest, GetWithWaitFollowsAJob) {
  JobStands({kRunning, kRunning, kWritten});
  const Outcome outcome = Mi({"job", "get", "job-17", "--wait"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("state        succeeded"));
  EXPECT_EQ(operations().get_job_calls(), 3);
}

TEST_F(SnapshotTest, CancelShowsHowTheJobStandsThen) {
  JobFailsWith(v1::JOB_STATE_CANCELLED, {grpc::StatusCode::CANCELLED, "asked"});
  const Outcome outcome = Mi({"job", "cancel", "job-17"});
  ASSERT_EQ(outcome.exit_code, kExitOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("state        cancelled"));
  EXPECT_EQ(Mi({"job", "cancel", "job-18"}).exit_code, kExitRefused);
}

TEST_F(SnapshotTest, AVerbIsRequired) {
  for (const char* command : {"snapshot", "job"}) {
    const Outcome outcome = Mi({command});
    EXPECT_EQ(outcome.exit_code, kExitUsage);
  }
}

}  // namespace
}  // namespace mi::client
