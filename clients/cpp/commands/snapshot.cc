// mi snapshot {create, list, get, delete, restore}

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/commands/job_output.h"
#include "clients/cpp/commands/job_wait.h"
#include "clients/cpp/error.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct CreateOptions {
  std::string description;
  bool no_wait = false;
};

struct RestoreOptions {
  std::string name;
  bool discard_present_state = false;
  bool yes = false;
  bool no_wait = false;
};

std::string TriggerName(const v1::Snapshot& snapshot) {
  return ShortName(v1::SnapshotTrigger_Name(snapshot.trigger()),
                   "SNAPSHOT_TRIGGER_");
}

std::string YesOrNo(bool is_so) { return is_so ? "yes" : "no"; }

absl::StatusOr<v1::ListSnapshotsResponse> ListAll(Session& session) {
  v1::ListSnapshotsResponse all;
  v1::ListSnapshotsRequest request;
  do {
    ASSIGN_OR_RETURN(
        const v1::ListSnapshotsResponse page,
        session.Call(session.operations(), &Session::Operations::ListSnapshots,
                     request));
    all.mutable_snapshots()->MergeFrom(page.snapshots());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(const v1::ListSnapshotsResponse all, ListAll(session));
  if (session.json()) {
    session.PrintJson(all);
    return absl::OkStatus();
  }
  Table table({{"NAME"},
               {"CREATED"},
               {"SIZE", Table::Align::kRight},
               {"POINTS", Table::Align::kRight},
               {"TRIGGER"},
               {"CURRENT"},
               {"COMPLETE"}});
  for (const v1::Snapshot& snapshot : all.snapshots()) {
    table.AddRow({snapshot.name(), FormatDateTime(snapshot.create_time()),
                  FormatBytes(snapshot.byte_count()),
                  GroupDigits(snapshot.point_count()), TriggerName(snapshot),
                  YesOrNo(snapshot.current()), YesOrNo(snapshot.complete())});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

absl::StatusOr<v1::GetSnapshotResponse> Find(Session& session,
                                             const std::string& name) {
  v1::GetSnapshotRequest request;
  request.set_name(name);
  return session.Call(session.operations(), &Session::Operations::GetSnapshot,
                      request);
}

absl::Status Get(Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const v1::GetSnapshotResponse response, Find(session, name));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  const v1::Snapshot& snapshot = response.snapshot();
  session.out() << fmt::format(
      "name         {}\n"
      "created      {}\n"
      "epoch        {}\n"
      "sequence     {}\n"
      "current      {}\n"
      "complete     {}\n"
      "size         {}\n"
      "sha256       {}\n"
      "collections  {}\n"
      "points       {}\n"
      "trigger      {}\n"
      "creator      {}\n",
      snapshot.name(), FormatDateTime(snapshot.create_time()), snapshot.epoch(),
      snapshot.sequence(), YesOrNo(snapshot.current()),
      YesOrNo(snapshot.complete()), FormatBytes(snapshot.byte_count()),
      snapshot.sha256(), GroupDigits(snapshot.collection_count()),
      GroupDigits(snapshot.point_count()), TriggerName(snapshot),
      snapshot.creator());
  if (!snapshot.description().empty()) {
    session.out() << fmt::format("description  {}\n", snapshot.description());
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const std::string& name) {
  v1::DeleteSnapshotRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const v1::DeleteSnapshotResponse response,
                   session.Call(session.operations(),
                                &Session::Operations::DeleteSnapshot, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("deleted {}\n", name);
  }
  return absl::OkStatus();
}

// Starts a job and sees it through, unless nobody wants to wait.
template <typename Request, typename Response>
absl::Status RunJob(Session& session,
                    grpc::Status (Session::Operations::*start)(
                        grpc::ClientContext*, const Request&, Response*),
                    const Request& request, bool no_wait) {
  // From here on, or Ctrl-C could leave a job behind whose name nobody knows.
  const Interrupt interrupt;
  ASSIGN_OR_RETURN(const Response started,
                   session.Call(session.operations(), start, request));
  if (no_wait) {
    PrintJob(session, started.job());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const v1::GetJobResponse done,
                   WaitForJob(session, interrupt, started.job().name()));
  PrintResult(session, done);
  return absl::OkStatus();
}

absl::Status Create(Session& session, const CreateOptions& options) {
  v1::CreateSnapshotRequest request;
  request.set_description(options.description);
  return RunJob(session, &Session::Operations::CreateSnapshot, request,
                options.no_wait);
}

std::string RestoreQuestion(const std::string& tenant,
                            const v1::Snapshot& snapshot,
                            const RestoreOptions& options) {
  return fmt::format(
      "Snapshot {} of {}, with {} points, replaces everything that tenant '{}' "
      "has stored.\n{}\nType the name of the tenant to go on: ",
      snapshot.name(), FormatDateTime(snapshot.create_time()),
      GroupDigits(snapshot.point_count()), tenant,
      options.discard_present_state
          ? "The present state is NOT kept (--discard-present-state)."
          : "A snapshot of the present state is written first.");
}

// Has a person type which tenant is about to lose its state.
absl::Status Confirm(Session& session, const RestoreOptions& options) {
  if (options.yes) return absl::OkStatus();
  std::istream* const person = session.person();
  if (person == nullptr) {
    return UsageError(
        "restore replaces everything that the tenant has stored: --yes is "
        "required where nobody can be asked");
  }
  ASSIGN_OR_RETURN(const v1::GetSnapshotResponse found,
                   Find(session, options.name));
  ASSIGN_OR_RETURN(
      const v1::GetServerInfoResponse info,
      session.Call(session.operations(), &Session::Operations::GetServerInfo,
                   v1::GetServerInfoRequest()));
  session.err() << RestoreQuestion(info.tenant(), found.snapshot(), options)
                << std::flush;
  std::string typed;
  std::getline(*person, typed);
  if (typed != info.tenant()) {
    return UsageError(fmt::format(
        "that is not '{}': nothing was restored, nothing has changed",
        info.tenant()));
  }
  return absl::OkStatus();
}

absl::Status Restore(Session& session, const RestoreOptions& options) {
  RETURN_IF_ERROR(Confirm(session, options));
  v1::RestoreSnapshotRequest request;
  request.set_name(options.name);
  request.set_discard_present_state(options.discard_present_state);
  return RunJob(session, &Session::Operations::RestoreSnapshot, request,
                options.no_wait);
}

void AddNoWait(CLI::App& command, bool* no_wait) {
  command.add_flag("--no-wait", *no_wait,
                   "Prints the job and returns; 'mi job get' follows it");
}

void AddCreate(CLI::App& parent, Action* action) {
  const auto options = std::make_shared<CreateOptions>();
  CLI::App* command = parent.add_subcommand(
      "create",
      "Writes a snapshot of all collections as they are now, beside reads and "
      "writes");
  command
      ->add_option("--description", options->description,
                   "For whoever reads the list later")
      ->type_name("TEXT");
  AddNoWait(*command, &options->no_wait);
  command->callback([action, options] {
    *action = [options](Session& session) { return Create(session, *options); };
  });
}

void AddRestore(CLI::App& parent, Action* action) {
  const auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = parent.add_subcommand(
      "restore",
      "Replaces everything that the tenant has stored by what a snapshot "
      "holds, in one step");
  command->add_option("NAME", options->name)->required();
  command->add_flag(
      "--discard-present-state", options->discard_present_state,
      "Writes no snapshot of the present state first; there is no way back");
  command->add_flag("--yes", options->yes,
                    "Does not ask; required where nobody can be asked");
  AddNoWait(*command, &options->no_wait);
  command->callback([action, options] {
    *action = [options](Session& session) {
      return Restore(session, *options);
    };
  });
}

void AddNamed(CLI::App& parent, const char* verb, const char* meaning,
              absl::Status (*run)(Session&, const std::string&),
              Action* action) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand(verb, meaning);
  command->add_option("NAME", *name)->required();
  command->callback([action, name, run] {
    *action = [name, run](Session& session) { return run(session, *name); };
  });
}

}  // namespace

void AddSnapshot(CLI::App& app, Action* action) {
  CLI::App* snapshot = app.add_subcommand(
      "snapshot", "The state of all collections at one moment, as a file");
  snapshot->require_subcommand(1);
  AddCreate(*snapshot, action);
  snapshot->add_subcommand("list", "All snapshots of the tenant, newest first")
      ->callback([action] { *action = List; });
  AddNamed(*snapshot, "get", "Everything about a snapshot", Get, action);
  AddNamed(*snapshot, "delete", "Removes a snapshot for good", Delete, action);
  AddRestore(*snapshot, action);
}

}  // namespace mi::client
