#include "server/jobs/job_table.h"

#include <charconv>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "google/rpc/status.pb.h"
#include "server/convert/value_proto.h"
#include "server/rpc/status_proto.h"

namespace mi::server {
namespace {

constexpr std::string_view kPrefix = "job-";
constexpr auto kTryAgain = std::chrono::milliseconds(5000);
constexpr size_t kMaxQueued = 10'000;

std::string NameOf(uint64_t number) {
  return fmt::format("{}{}", kPrefix, number);
}

// 0 for what is no job's name.
uint64_t NumberOf(std::string_view name) {
  uint64_t number = 0;
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

}  // namespace

JobTable::JobTable(const Clock& clock, const JobOptions& options)
    : clock_(clock),
      options_(options),
      executor_({.name = "job",
                 .threads = options.threads,
                 .max_queued = kMaxQueued,
                 .nice = 5}) {}

JobTable::~JobTable() { Stop(); }

void JobTable::Stop() {
  {
    MutexLock lock(jobs_mutex_);
    for (const auto& [number, job] : jobs_) job->stop.request_stop();
  }
  executor_.Shutdown();
}

absl::StatusOr<v1::Job> JobTable::Start(const std::string& tenant,
                                        v1::JobKind kind, Work work) {
  const auto job = std::make_shared<Job>();
  job->tenant = tenant;
  v1::Job* const shown = job->answer.mutable_job();
  shown->set_kind(kind);
  shown->set_state(v1::JOB_STATE_QUEUED);
  *shown->mutable_create_time() = TimestampFromMicros(clock_.Now());
  v1::Job started;
  uint64_t number = 0;
  {
    MutexLock lock(jobs_mutex_);
    ForgetLocked();
    size_t open = 0;
    for (const auto& [unused, other] : jobs_) {
      if (other->tenant == tenant && other->ended == 0) ++open;
    }
    if (open >= options_.max_open_per_tenant) {
      return RetryLater(
          absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
          fmt::format("{} jobs have not ended; at most {} may be open", open,
                      options_.max_open_per_tenant),
          kTryAgain);
    }
    number = ++last_number_;
    shown->set_name(NameOf(number));
    jobs_.emplace(number, job);
    started = *shown;
  }
  const bool queued = executor_.TrySubmit(
      [this, job, work = std::move(work)] { Run(job, work); });
  if (queued) return started;
  MutexLock lock(jobs_mutex_);
  jobs_.erase(number);
  return RetryLater(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down", kTryAgain);
}

void JobTable::Run(const JobPtr& job, const Work& work) {
  if (!Begin(*job)) return;
  Progress progress(job->stop.get_token(),
                    [&](std::string_view step, double done) {
                      MutexLock lock(jobs_mutex_);
                      v1::Job* const shown = job->answer.mutable_job();
                      shown->set_step(std::string(step));
                      shown->set_progress(done);
                    });
  End(*job, work(progress));
}

bool JobTable::Begin(Job& job) {
  MutexLock lock(jobs_mutex_);
  if (job.ended != 0) return false;
  v1::Job* const shown = job.answer.mutable_job();
  shown->set_state(v1::JOB_STATE_RUNNING);
  *shown->mutable_start_time() = TimestampFromMicros(clock_.Now());
  return true;
}

void JobTable::End(Job& job, Outcome result) {
  MutexLock lock(jobs_mutex_);
  if (result.ok()) {
    result->clear_job();
    job.answer.MergeFrom(*result);
    job.answer.mutable_job()->set_progress(1);
    EndLocked(job, v1::JOB_STATE_SUCCEEDED);
    return;
  }
  // As the answer of a call would have it.
  v1::Job* const shown = job.answer.mutable_job();
  const grpc::Status error = rpc::ToGrpcStatus(result.status(), shown->name());
  if (!shown->mutable_error()->ParseFromString(error.error_details())) {
    shown->mutable_error()->set_code(error.error_code());
    shown->mutable_error()->set_message(error.error_message());
  }
  EndLocked(job, absl::IsCancelled(result.status()) ? v1::JOB_STATE_CANCELLED
                                                    : v1::JOB_STATE_FAILED);
}

void JobTable::EndLocked(Job& job, v1::JobState state) {
  job.ended = clock_.Now();
  v1::Job* const shown = job.answer.mutable_job();
  shown->set_state(state);
  *shown->mutable_end_time() = TimestampFromMicros(job.ended);
  if (options_.on_end) options_.on_end(shown->kind(), state);
}

absl::StatusOr<JobTable::JobPtr> JobTable::FindLocked(
    std::string_view tenant, std::string_view name) const {
  const auto found = jobs_.find(NumberOf(name));
  if (found != jobs_.end() && found->second->tenant == tenant) {
    return found->second;
  }
  return ResourceError(absl::StatusCode::kNotFound, Reason::kJobNotFound, "job",
                       name,
                       fmt::format("there is no job '{}': jobs are forgotten a "
                                   "day after their end, and at a restart",
                                   name));
}

absl::StatusOr<v1::GetJobResponse> JobTable::Get(std::string_view tenant,
                                                 std::string_view name) const {
  MutexLock lock(jobs_mutex_);
  ASSIGN_OR_RETURN(const JobPtr job, FindLocked(tenant, name));
  return job->answer;
}

std::vector<v1::Job> JobTable::List(std::string_view tenant,
                                    std::string_view before,
                                    size_t count) const {
  MutexLock lock(jobs_mutex_);
  const uint64_t limit = before.empty() ? last_number_ + 1 : NumberOf(before);
  std::vector<v1::Job> found;
  auto next = jobs_.lower_bound(limit);
  while (next != jobs_.begin() && found.size() < count) {
    --next;
    if (next->second->tenant == tenant) {
      found.push_back(next->second->answer.job());
    }
  }
  return found;
}

absl::StatusOr<v1::Job> JobTable::Cancel(std::string_view tenant,
                                         std::string_view name) {
  JobPtr job;
  v1::Job shown;
  {
    MutexLock lock(jobs_mutex_);
    ASSIGN_OR_RETURN(job, FindLocked(tenant, name));
    if (job->answer.job().state() == v1::JOB_STATE_QUEUED) {
      job->answer.mutable_job()->mutable_error()->set_code(
          static_cast<int>(absl::StatusCode::kCancelled));
      job->answer.mutable_job()->mutable_error()->set_message(
          "cancelled before it began");
      EndLocked(*job, v1::JOB_STATE_CANCELLED);
    }
    shown = job->answer.job();
  }
  job->stop.request_stop();
  return shown;
}

void JobTable::ForgetLocked() {
  const TimeMicros oldest = clock_.Now() - options_.kept_for.count();
  size_t ended = 0;
  for (const auto& [number, job] : jobs_) ended += job->ended != 0 ? 1 : 0;
  for (auto next = jobs_.begin(); next != jobs_.end();) {
    const TimeMicros end = next->second->ended;
    const bool forget =
        end != 0 && (end <= oldest || ended > options_.max_ended);
    if (forget) --ended;
    next = forget ? jobs_.erase(next) : std::next(next);
  }
}

}  // namespace mi::server
