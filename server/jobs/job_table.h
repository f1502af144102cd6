// Work that takes longer than a call should: started by one call, followed and
// cancelled by others.

#ifndef MI_SERVER_JOBS_JOB_TABLE_H_
#define MI_SERVER_JOBS_JOB_TABLE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/mutex.h"
#include "engine/base/progress.h"
#include "marketing/intelligence/v1/operations_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

struct JobOptions {
  size_t threads = 2;
  // Jobs of one tenant that have not ended; more are refused.
  size_t max_open_per_tenant = 8;
  // Jobs that have ended are forgotten when they are older, or more.
  std::chrono::microseconds kept_for = std::chrono::hours(24);
  size_t max_ended = 1000;
  // Told of each end. May be empty.
  std::function<void(v1::JobKind, v1::JobState)> on_end;
};

// All jobs of a server, in memory. Thread-safe.
class JobTable {
 public:
  // What a job does: returns its result in the field of GetJobResponse that is
  // meant for it. Asked to stop through `progress`.
  using Outcome = absl::StatusOr<v1::GetJobResponse>;
  using Work = std::function<Outcome(Progress& progress)>;

  // `clock` must outlive the table.
  JobTable(const Clock& clock, const JobOptions& options);
  // Stops.
  ~JobTable();

  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;

  // Starts a job, or queues it. What `work` refers to must outlive the table.
  // Errors: RESOURCE_EXHAUSTED with Reason::kQuotaExceeded and a delay when the
  // tenant has too many; UNAVAILABLE once Stop was called.
  absl::StatusOr<v1::Job> Start(const std::string& tenant, v1::JobKind kind,
                                Work work);

  // A job as it stands, with its result once it has succeeded. Errors:
  // NOT_FOUND, for another tenant's too.
  absl::StatusOr<v1::GetJobResponse> Get(std::string_view tenant,
                                         std::string_view name) const;

  // Jobs of a tenant, newest first: at most `count`, older than the one that is
  // named `before`, or the newest if that is empty.
  std::vector<v1::Job> List(std::string_view tenant, std::string_view before,
                            size_t count) const;

  // Asks a job to stop; one that waits ends at once. Errors: as Get.
  absl::StatusOr<v1::Job> Cancel(std::string_view tenant,
                                 std::string_view name);

  // Asks all jobs to stop, waits until they have, and refuses new ones.
  void Stop();

 private:
  struct Job {
    std::string tenant;
    v1::GetJobResponse answer;
    std::stop_source stop;
    TimeMicros ended = 0;  // 0: not yet
  };
  using JobPtr = std::shared_ptr<Job>;

  void Run(const JobPtr& job, const Work& work);
  // False when it was cancelled while it waited.
  bool Begin(Job& job);
  void End(Job& job, Outcome result);
  void EndLocked(Job& job, v1::JobState state)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(jobs_mutex_);
  absl::StatusOr<JobPtr> FindLocked(std::string_view tenant,
                                    std::string_view name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(jobs_mutex_);
  void ForgetLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(jobs_mutex_);

  const Clock& clock_;
  const JobOptions options_;
  mutable Mutex jobs_mutex_;
  // By number; a job's name has it.
  std::map<uint64_t, JobPtr> jobs_ ABSL_GUARDED_BY(jobs_mutex_);
  uint64_t last_number_ ABSL_GUARDED_BY(jobs_mutex_) = 0;
  Executor executor_;  // last: its threads use the rest
};

}  // namespace mi::server

#endif  // MI_SERVER_JOBS_JOB_TABLE_H_
