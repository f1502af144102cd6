#include "clients/cpp/app.h"

#include <string_view>
#include <utility>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/error.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr double kMaxTimeoutSeconds = 86'400;

void AddGlobalOptions(CLI::App& app, GlobalOptions* options) {
  app.add_option("--server", options->server, "Address of the server")
      ->envname("MI_SERVER")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--api-key", options->api_key,
                 "Sent as 'authorization: Bearer KEY'; better set in the "
                 "environment, where other users cannot see it")
      ->envname("MI_API_KEY")
      ->type_name("KEY");
  app.add_flag("--tls", options->tls, "Connects with TLS")->envname("MI_TLS");
  app.add_option("--timeout", options->timeout_seconds,
                 "How long a call may take")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, kMaxTimeoutSeconds))
      ->capture_default_str();
  app.add_flag("--json", options->json,
               "Answers as one line of JSON on standard output");
}

absl::Status WrongCommandLine(std::string_view what) {
  return UsageError(
      fmt::format("{}\n  'mi --help' lists the commands and 'mi "
                  "COMMAND --help' their options",
                  what));
}

int Report(const absl::Status& status, const GlobalOptions& options,
           const Streams& streams) {
  if (status.ok()) return kExitOk;
  streams.err << DescribeError(status) << '\n';
  if (options.json) streams.out << ErrorToJson(status).dump() << '\n';
  return ExitCodeOf(status);
}

}  // namespace

int Run(const std::vector<std::string>& arguments, const Streams& streams,
        const Connect& connect) {
  GlobalOptions options;
  Action action;
  CLI::App app("Talks to a Marketing Intelligence server.", "mi");
  app.require_subcommand(0, 1);  // CLI11 would not say which word is unknown
  app.fallthrough();             // global options may stand behind the command
  app.footer(
      "Exit codes: 0 done, 1 refused by the server, 2 wrong command line, "
      "3 a file is at fault, 4 no answer from the server, 130 interrupted.");
  AddGlobalOptions(app, &options);
  AddCommands(app, &action);

  // CLI11 takes them from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // help
      app.exit(error, streams.out, streams.err);
      return kExitOk;
    }
    return Report(WrongCommandLine(error.what()), options, streams);
  }
  if (!action) {
    return Report(WrongCommandLine("a command is required"), options, streams);
  }
  Session session(options, connect(options), streams);
  const absl::Status status = action(session);
  streams.out.flush();
  if (status.ok() && !streams.out) {
    return Report(InputError("standard output cannot be written"), options,
                  streams);
  }
  return Report(status, options, streams);
}

}  // namespace mi::client
