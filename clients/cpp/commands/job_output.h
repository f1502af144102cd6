// Jobs, and what they made, for people and for scripts.

#ifndef MI_CLIENTS_CPP_COMMANDS_JOB_OUTPUT_H_
#define MI_CLIENTS_CPP_COMMANDS_JOB_OUTPUT_H_

#include <string>

#include "absl/status/status.h"
#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/session.h"
#include "marketing/intelligence/v1/job.pb.h"
#include "marketing/intelligence/v1/operations_service.pb.h"

namespace mi::client {

bool HasEnded(const marketing::intelligence::v1::Job& job);

// OK unless the job failed or was cancelled; then why, with all details.
absl::Status OutcomeOf(const marketing::intelligence::v1::Job& job);

// "create_snapshot", "running".
std::string KindName(const marketing::intelligence::v1::Job& job);
std::string StateName(const marketing::intelligence::v1::Job& job);

// "42 %"; 100 % is only a job that has succeeded.
std::string ProgressText(const marketing::intelligence::v1::Job& job);

// The error as other errors stand in JSON: {"code", "message", ...}.
Json JobToJson(const marketing::intelligence::v1::Job& job);

// How it stands. JSON: {"job"}.
void PrintJob(Session& session, const marketing::intelligence::v1::Job& job);

// How it stands and what it made. JSON: {"job", "snapshot", "restored" or
// "graph_algorithm"}.
void PrintAnswer(Session& session,
                 const marketing::intelligence::v1::GetJobResponse& answer);

// What it made, in a sentence. JSON as PrintAnswer.
void PrintResult(Session& session,
                 const marketing::intelligence::v1::GetJobResponse& answer);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_JOB_OUTPUT_H_
