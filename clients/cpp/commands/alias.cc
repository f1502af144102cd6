// mi alias {list, create, switch, delete}

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

absl::Status List(Session& session, const v1::Alias& alias) {
  v1::ListAliasesRequest request;
  request.set_collection(alias.collection());
  ASSIGN_OR_RETURN(const v1::ListAliasesResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::ListAliases, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  Table table({{"ALIAS"}, {"COLLECTION"}});
  for (const v1::Alias& found : response.aliases()) {
    table.AddRow({found.name(), found.collection()});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

absl::Status Create(Session& session, const v1::Alias& alias) {
  v1::CreateAliasRequest request;
  *request.mutable_alias() = alias;
  ASSIGN_OR_RETURN(const v1::CreateAliasResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::CreateAlias, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("{} -> {}\n", alias.name(),
                                 alias.collection());
  }
  return absl::OkStatus();
}

absl::Status Switch(Session& session, const v1::Alias& alias) {
  v1::UpdateAliasRequest request;
  *request.mutable_alias() = alias;
  ASSIGN_OR_RETURN(const v1::UpdateAliasResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::UpdateAlias, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("{} -> {} (was {})\n", alias.name(),
                                 alias.collection(),
                                 response.previous_collection());
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const v1::Alias& alias) {
  v1::DeleteAliasRequest request;
  request.set_name(alias.name());
  ASSIGN_OR_RETURN(const v1::DeleteAliasResponse response,
                   session.Call(session.collections(),
                                &Session::Collections::DeleteAlias, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("deleted {}\n", alias.name());
  }
  return absl::OkStatus();
}

using Names = std::pair<std::string, std::string>;  // alias, collection

// Adds a verb; `add_arguments` declares which of the names it takes.
template <typename AddArguments>
void AddVerb(CLI::App& parent, const char* verb, const char* meaning,
             AddArguments add_arguments,
             absl::Status (*run)(Session&, const v1::Alias&), Action* action) {
  const auto names = std::make_shared<Names>();
  CLI::App* command = parent.add_subcommand(verb, meaning);
  add_arguments(*command, *names);
  command->callback([action, names, run] {
    *action = [names, run](Session& session) {
      v1::Alias alias;
      alias.set_name(names->first);
      alias.set_collection(names->second);
      return run(session, alias);
    };
  });
}

}  // namespace

void AddAlias(CLI::App& app, Action* action) {
  CLI::App* alias = app.add_subcommand("alias", "Second names of collections");
  alias->require_subcommand(1);
  const auto both = [](CLI::App& command, Names& names) {
    command.add_option("ALIAS", names.first)->required();
    command.add_option("COLLECTION", names.second)->required();
  };
  const auto alias_only = [](CLI::App& command, Names& names) {
    command.add_option("ALIAS", names.first)->required();
  };
  const auto maybe_collection = [](CLI::App& command, Names& names) {
    command.add_option("COLLECTION", names.second, "Only those of this one");
  };
  AddVerb(*alias, "list", "All aliases", maybe_collection, List, action);
  AddVerb(*alias, "create", "Gives a collection a second name", both, Create,
          action);
  AddVerb(*alias, "switch",
          "Points an alias at another collection, in one step", both, Switch,
          action);
  AddVerb(*alias, "delete", "Removes an alias; the collection stays",
          alias_only, Delete, action);
}

}  // namespace mi::client
