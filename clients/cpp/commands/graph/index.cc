// mi graph index {create, list, delete}

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct Options {
  std::string graph;
  std::string label;
  std::string property;
  bool unique = false;
  std::string type;
};

absl::Status Create(Session& session, const Options& options) {
  v1::CreateGraphIndexRequest request;
  request.set_graph(options.graph);
  v1::GraphIndex& index = *request.mutable_index();
  index.set_label(options.label);
  index.set_property(options.property);
  index.set_unique(options.unique);
  if (!options.type.empty()) {
    ASSIGN_OR_RETURN(const v1::PropertyType type,
                     ReadPropertyType(options.type));
    index.set_required_type(type);
  }
  ASSIGN_OR_RETURN(const v1::CreateGraphIndexResponse response,
                   session.Call(session.graphs(),
                                &Session::Graphs::CreateGraphIndex, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("indexed {}.{}\n", options.label,
                                 options.property);
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const Options& options) {
  v1::DeleteGraphIndexRequest request;
  request.set_graph(options.graph);
  request.set_label(options.label);
  request.set_property(options.property);
  ASSIGN_OR_RETURN(const v1::DeleteGraphIndexResponse response,
                   session.Call(session.graphs(),
                                &Session::Graphs::DeleteGraphIndex, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("deleted the index of {}.{}\n", options.label,
                                 options.property);
  }
  return absl::OkStatus();
}

absl::Status List(Session& session, const Options& options) {
  v1::GetGraphRequest request;
  request.set_name(options.graph);
  ASSIGN_OR_RETURN(
      const v1::GetGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::GetGraph, request));
  if (session.json()) {
    Json indexes = Json::array();
    for (const v1::GraphIndex& index : response.graph().indexes()) {
      indexes.push_back(ToJson(index));
    }
    session.PrintJson({{"indexes", std::move(indexes)}});
    return absl::OkStatus();
  }
  Table table({{"LABEL"}, {"PROPERTY"}, {"TYPE"}, {"UNIQUE"}});
  for (const v1::GraphIndex& index : response.graph().indexes()) {
    table.AddRow({index.label(), index.property(),
                  PropertyTypeName(index.required_type()),
                  index.unique() ? "yes" : "no"});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

void AddProperty(CLI::App* command, Options* options) {
  command->add_option("LABEL", options->label)->required();
  command->add_option("PROPERTY", options->property)->required();
}

}  // namespace

void AddGraphIndex(CLI::App& graph, Action* action) {
  CLI::App* index = graph.add_subcommand(
      "index", "Makes looking up nodes by a property fast");
  index->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* create = AddGraphCommand(
      *index, "create", "Indexes a property of the nodes with a label", options,
      Create, action);
  AddProperty(create, options.get());
  create->add_flag("--unique", options->unique,
                   "Refuses two nodes with the same value");
  create->add_option("--type", options->type, "Refuses values of other types")
      ->type_name("TYPE");
  AddProperty(AddGraphCommand(*index, "delete", "Removes an index", options,
                              Delete, action),
              options.get());
  AddGraphCommand(*index, "list", "The indexes of a graph", options, List,
                  action);
}

}  // namespace mi::client
