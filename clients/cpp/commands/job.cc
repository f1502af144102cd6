// mi job {list, get, cancel}

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/job_output.h"
#include "clients/cpp/commands/job_wait.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

absl::StatusOr<v1::ListJobsResponse> ListAll(Session& session) {
  v1::ListJobsResponse all;
  v1::ListJobsRequest request;
  do {
    ASSIGN_OR_RETURN(const v1::ListJobsResponse page,
                     session.Call(session.operations(),
                                  &Session::Operations::ListJobs, request));
    all.mutable_jobs()->MergeFrom(page.jobs());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(const v1::ListJobsResponse all, ListAll(session));
  if (session.json()) {
    Json jobs = Json::array();
    for (const v1::Job& job : all.jobs()) jobs.push_back(JobToJson(job));
    session.PrintJson({{"jobs", std::move(jobs)}});
    return absl::OkStatus();
  }
  Table table({{"NAME"},
               {"KIND"},
               {"STATE"},
               {"PROGRESS", Table::Align::kRight},
               {"STEP"},
               {"CREATED"},
               {"ERROR"}});
  for (const v1::Job& job : all.jobs()) {
    table.AddRow({job.name(), KindName(job), StateName(job), ProgressText(job),
                  job.step(), FormatDateTime(job.create_time()),
                  job.error().message()});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

absl::Status Get(Session& session, const std::string& name) {
  v1::GetJobRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const v1::GetJobResponse answer,
                   session.Call(session.operations(),
                                &Session::Operations::GetJob, request));
  PrintAnswer(session, answer);
  return absl::OkStatus();
}

absl::Status Follow(Session& session, const std::string& name) {
  const Interrupt interrupt;
  ASSIGN_OR_RETURN(const v1::GetJobResponse answer,
                   WaitForJob(session, interrupt, name));
  PrintAnswer(session, answer);
  return absl::OkStatus();
}

absl::Status Cancel(Session& session, const std::string& name) {
  v1::CancelJobRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const v1::CancelJobResponse response,
                   session.Call(session.operations(),
                                &Session::Operations::CancelJob, request));
  PrintJob(session, response.job());
  return absl::OkStatus();
}

void AddGetJob(CLI::App& parent, Action* action) {
  struct Options {
    std::string name;
    bool wait = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      parent.add_subcommand("get", "How a job stands, and what it made");
  command->add_option("NAME", options->name)->required();
  command->add_flag("--wait", options->wait,
                    "Waits until it has ended; an error if it failed");
  command->callback([action, options] {
    *action = [options](Session& session) {
      return options->wait ? Follow(session, options->name)
                           : Get(session, options->name);
    };
  });
}

void AddCancelJob(CLI::App& parent, Action* action) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(
      "cancel", "Asks a job to stop; one that has ended stays as it is");
  command->add_option("NAME", *name)->required();
  command->callback([action, name] {
    *action = [name](Session& session) { return Cancel(session, *name); };
  });
}

}  // namespace

void AddJob(CLI::App& app, Action* action) {
  CLI::App* job =
      app.add_subcommand("job", "Work that the server does while nobody waits");
  job->require_subcommand(1);
  job->add_subcommand("list", "All jobs of the tenant, newest first")
      ->callback([action] { *action = List; });
  AddGetJob(*job, action);
  AddCancelJob(*job, action);
}

}  // namespace mi::client
