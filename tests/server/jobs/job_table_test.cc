#include "server/jobs/job_table.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"

namespace mi::server {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr v1::JobKind kKind = v1::JOB_KIND_CREATE_SNAPSHOT;

class JobTableTest : public ::testing::Test {
 protected:
  static JobOptions Options() {
    JobOptions options;
    options.threads = 1;
    options.max_open_per_tenant = 3;
    options.max_ended = 5;
    return options;
  }

  v1::GetJobResponse WaitForEnd(const std::string& name) {
    while (true) {
      auto job = jobs_.Get("acme", name);
      EXPECT_OK(job);
      if (!job.ok() || job->job().has_end_time()) return *job;
      std::this_thread::yield();
    }
  }

  static JobTable::Outcome Nothing(Progress&) { return v1::GetJobResponse(); }

  std::vector<std::string> Names(const std::string& before, size_t count) {
    std::vector<std::string> names;
    for (const v1::Job& job : jobs_.List("acme", before, count)) {
      names.push_back(job.name());
    }
    return names;
  }

  mi::testing::ManualClock clock_;
  JobTable jobs_{clock_, Options()};
};

TEST_F(JobTableTest, AJobRunsReportsAndHasAResult) {
  Notification half;
  Notification go_on;
  ASSERT_OK_AND_ASSIGN(
      const v1::Job started,
      jobs_.Start("acme", kKind, [&](Progress& progress) -> JobTable::Outcome {
        progress.Begin("working", 1);
        EXPECT_OK(progress.At(0.5));
        half.Notify();
        go_on.Wait();
        v1::GetJobResponse result;
        result.mutable_snapshot()->set_name("made");
        return result;
      }));
  EXPECT_EQ(started.kind(), kKind);
  EXPECT_EQ(started.state(), v1::JOB_STATE_QUEUED);
  half.Wait();
  ASSERT_OK_AND_ASSIGN(const auto running, jobs_.Get("acme", started.name()));
  EXPECT_EQ(running.job().state(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(running.job().step(), "working");
  EXPECT_EQ(running.job().progress(), 0.5);
  EXPECT_TRUE(running.job().has_start_time());
  EXPECT_FALSE(running.has_snapshot());
  go_on.Notify();
  const auto ended = WaitForEnd(started.name());
  EXPECT_EQ(ended.job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ended.job().progress(), 1);
  EXPECT_EQ(ended.snapshot().name(), "made");
  EXPECT_FALSE(ended.job().has_error());
}

TEST_F(JobTableTest, AFailureIsTold) {
  ASSERT_OK_AND_ASSIGN(
      const v1::Job started, jobs_.Start("acme", kKind, [](Progress&) {
        return JobTable::Outcome(InvalidField("name", "is wrong"));
      }));
  const auto ended = WaitForEnd(started.name());
  EXPECT_EQ(ended.job().state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(ended.job().error().code(),
            static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ended.job().error().message(), ::testing::HasSubstr("is wrong"));
  EXPECT_GT(ended.job().error().details_size(), 0);
}

TEST_F(JobTableTest, ARunningJobIsCancelled) {
  Notification running;
  ASSERT_OK_AND_ASSIGN(
      const v1::Job started,
      jobs_.Start("acme", kKind, [&](Progress& progress) -> JobTable::Outcome {
        running.Notify();
        while (progress.At(0).ok()) std::this_thread::yield();
        return progress.At(0);
      }));
  running.Wait();
  ASSERT_OK(jobs_.Cancel("acme", started.name()));
  EXPECT_EQ(WaitForEnd(started.name()).job().state(), v1::JOB_STATE_CANCELLED);
  // Once more changes nothing.
  ASSERT_OK_AND_ASSIGN(const auto again, jobs_.Cancel("acme", started.name()));
  EXPECT_EQ(again.state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(JobTableTest, AJobThatWaitsIsCancelledAtOnceAndNeverRuns) {
  Notification go_on;
  ASSERT_OK_AND_ASSIGN(const v1::Job first,
                       jobs_.Start("acme", kKind, [&](Progress& progress) {
                         go_on.Wait();
                         return Nothing(progress);
                       }));
  ASSERT_OK_AND_ASSIGN(const v1::Job second,
                       jobs_.Start("acme", kKind, [](Progress& progress) {
                         ADD_FAILURE() << "it runs";
                         return Nothing(progress);
                       }));
  ASSERT_OK_AND_ASSIGN(const v1::Job cancelled,
                       jobs_.Cancel("acme", second.name()));
  EXPECT_EQ(cancelled.state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(cancelled.has_end_time());
  go_on.Notify();
  EXPECT_EQ(WaitForEnd(first.name()).job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(JobTableTest, JobsOfAnotherTenantAreNotThere) {
  ASSERT_OK_AND_ASSIGN(const v1::Job started,
                       jobs_.Start("acme", kKind, Nothing));
  EXPECT_THAT(jobs_.Get("rival", started.name()),
              StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_THAT(jobs_.Cancel("rival", started.name()),
              StatusIs(absl::StatusCode::kNotFound, _));
  EXPECT_THAT(jobs_.List("rival", "", 10), SizeIs(0));
  for (const char* name : {"", "job-", "job-0", "job--1", "job-1x", "17"}) {
    EXPECT_THAT(jobs_.Get("acme", name),
                StatusIs(absl::StatusCode::kNotFound, _));
  }
}

TEST_F(JobTableTest, ATenantHasOnlySoManyOpenJobs) {
  Notification go_on;
  const auto wait = [&](Progress& progress) {
    go_on.Wait();
    return Nothing(progress);
  };
  for (int i = 0; i < 3; ++i) ASSERT_OK(jobs_.Start("acme", kKind, wait));
  EXPECT_THAT(jobs_.Start("acme", kKind, wait),
              StatusIs(absl::StatusCode::kResourceExhausted, _));
  EXPECT_OK(jobs_.Start("rival", kKind, wait));
  go_on.Notify();
  jobs_.Stop();
}

TEST_F(JobTableTest, JobsAreListedNewestFirstAndForgotten) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_OK_AND_ASSIGN(const v1::Job job,
                         jobs_.Start("acme", kKind, Nothing));
    WaitForEnd(job.name());
  }
  EXPECT_THAT(Names("", 2), ElementsAre("job-4", "job-3"));
  EXPECT_THAT(Names("job-3", 10), ElementsAre("job-2", "job-1"));
  clock_.Advance(std::chrono::hours(25));
  ASSERT_OK_AND_ASSIGN(const v1::Job job, jobs_.Start("acme", kKind, Nothing));
  WaitForEnd(job.name());
  EXPECT_THAT(Names("", 10), ElementsAre("job-5"));
  for (int i = 0; i < 9; ++i) {
    ASSERT_OK_AND_ASSIGN(const v1::Job next,
                         jobs_.Start("acme", kKind, Nothing));
    WaitForEnd(next.name());
  }
  EXPECT_THAT(Names("", 100), SizeIs(6)) << "five that ended before, and one";
}

TEST_F(JobTableTest, StopEndsWhatRunsAndRefusesMore) {
  Notification running;
  ASSERT_OK_AND_ASSIGN(
      const v1::Job started,
      jobs_.Start("acme", kKind, [&](Progress& progress) -> JobTable::Outcome {
        running.Notify();
        while (progress.At(0).ok()) std::this_thread::yield();
        return progress.At(0);
      }));
  running.Wait();
  jobs_.Stop();
  EXPECT_EQ(WaitForEnd(started.name()).job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(jobs_.Start("acme", kKind, Nothing),
              StatusIs(absl::StatusCode::kUnavailable, _));
}

}  // namespace
}  // namespace mi::server
