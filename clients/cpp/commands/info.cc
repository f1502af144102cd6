// mi info

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

std::string DurabilityMeaning(v1::DurabilityClass durability) {
  switch (durability) {
    case v1::DURABILITY_CLASS_PROCESS:
      return "acknowledged writes survive the process, not the machine";
    case v1::DURABILITY_CLASS_MACHINE:
      return "acknowledged writes survive a crash of the machine";
    case v1::DURABILITY_CLASS_REGION:
      return "acknowledged writes survive the loss of the machine";
    default:
      return v1::DurabilityClass_Name(durability);
  }
}

absl::Status RunInfo(Session& session) {
  ASSIGN_OR_RETURN(
      const v1::GetServerInfoResponse info,
      session.Call(session.operations(), &Session::Operations::GetServerInfo,
                   v1::GetServerInfoRequest()));
  if (session.json()) {
    session.PrintJson(info);
    return absl::OkStatus();
  }
  const v1::Limits& limits = info.limits();
  session.out() << fmt::format(
      "server       {}\n"
      "version      {} ({})\n"
      "started      {}\n"
      "tenant       {}\n"
      "durability   {}\n"
      "kernels      {}\n"
      "limits       {} components, {} points an upsert, k {}, {} a message, "
      "{} collections\n",
      session.options().server, info.version(), info.revision(),
      FormatDateTime(info.start_time()), info.tenant(),
      DurabilityMeaning(info.durability()), info.vector_kernels(),
      GroupDigits(limits.max_dimension()),
      GroupDigits(limits.max_points_per_upsert()), GroupDigits(limits.max_k()),
      FormatBytes(limits.max_message_bytes()),
      GroupDigits(limits.max_collections()));
  return absl::OkStatus();
}

}  // namespace

void AddInfo(CLI::App& app, Action* action) {
  app.add_subcommand("info", "Version, limits and durability of the server")
      ->callback([action] { *action = RunInfo; });
}

}  // namespace mi::client
