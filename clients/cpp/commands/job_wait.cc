#include "clients/cpp/commands/job_wait.h"

#include <chrono>

#include "clients/cpp/commands/job_output.h"
#include "clients/cpp/error.h"
#include "clients/cpp/output/progress.h"
#include "clients/cpp/patient_call.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval(100);

StepProgress ProgressOf(const v1::Job& job, steady_clock::time_point begin) {
  const bool says_step = !HasEnded(job) && !job.step().empty();
  return {.step = says_step ? job.step() : StateName(job),
          .share = job.progress(),
          .elapsed = steady_clock::now() - begin};
}

absl::Status StillRuns(const std::string& name) {
  return InterruptedError(fmt::format(
      "{0} goes on\n  'mi job get {0}' says how it stands (--wait follows it), "
      "'mi job cancel {0}' ends it",
      name));
}

}  // namespace

absl::StatusOr<v1::GetJobResponse> WaitForJob(Session& session,
                                              const Interrupt& interrupt,
                                              const std::string& name) {
  const auto begin = steady_clock::now();
  ProgressLine progress(session.err(), session.err_is_terminal());
  v1::GetJobRequest request;
  request.set_name(name);
  while (!interrupt.Arrived()) {
    auto answer = CallPatiently(interrupt, [&] {
      return session.Call(session.operations(), &Session::Operations::GetJob,
                          request);
    });
    if (interrupt.Arrived()) break;
    RETURN_IF_ERROR(answer.status());
    const v1::Job& job = answer->job();
    if (HasEnded(job)) {
      progress.Finish(ProgressOf(job, begin));
      RETURN_IF_ERROR(OutcomeOf(job));
      return answer;
    }
    progress.Update(ProgressOf(job, begin));
    interrupt.Sleep(kPollInterval);
  }
  return StillRuns(name);
}

}  // namespace mi::client
