// Waiting for a job that the server does.

#ifndef MI_CLIENTS_CPP_COMMANDS_JOB_WAIT_H_
#define MI_CLIENTS_CPP_COMMANDS_JOB_WAIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/session.h"
#include "marketing/intelligence/v1/operations_service.pb.h"

namespace mi::client {

// Asks again and again until the job has succeeded, showing its progress.
// Errors: the job's, when it failed or was cancelled; interrupted, and then the
// job goes on.
absl::StatusOr<marketing::intelligence::v1::GetJobResponse> WaitForJob(
    Session& session, const Interrupt& interrupt, const std::string& name);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_JOB_WAIT_H_
