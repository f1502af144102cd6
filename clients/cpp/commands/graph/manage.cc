// mi graph create, mi graph list, mi graph info, mi graph delete

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

void PrintGraph(Session& session, const v1::Graph& graph) {
  session.out() << fmt::format(
      "name         {}\n"
      "nodes        {}\n"
      "edges        {}\n"
      "hyperedges   {}\n"
      "created      {}\n"
      "sequence     {}\n",
      graph.name(), GroupDigits(graph.node_count()),
      GroupDigits(graph.edge_count()), GroupDigits(graph.hyperedge_count()),
      FormatDateTime(graph.create_time()), graph.sequence());
  for (const v1::GraphIndex& index : graph.indexes()) {
    session.out() << fmt::format("indexed      {}.{}: {}{}\n", index.label(),
                                 index.property(),
                                 PropertyTypeName(index.required_type()),
                                 index.unique() ? ", unique" : "");
  }
}

struct CreateOptions {
  std::string graph;
  std::vector<std::string> indexes;
};

absl::Status Create(Session& session, const CreateOptions& options) {
  v1::CreateGraphRequest request;
  request.set_name(options.graph);
  for (const std::string& text : options.indexes) {
    ASSIGN_OR_RETURN(*request.add_indexes(), ReadGraphIndex(text));
  }
  ASSIGN_OR_RETURN(
      const v1::CreateGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::CreateGraph, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    PrintGraph(session, response.graph());
  }
  return absl::OkStatus();
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(const v1::ListGraphsResponse response,
                   session.Call(session.graphs(), &Session::Graphs::ListGraphs,
                                v1::ListGraphsRequest()));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  Table table({{"NAME"},
               {"NODES", Table::Align::kRight},
               {"EDGES", Table::Align::kRight},
               {"HYPEREDGES", Table::Align::kRight},
               {"INDEXES", Table::Align::kRight},
               {"CREATED"}});
  for (const v1::Graph& graph : response.graphs()) {
    table.AddRow({graph.name(), GroupDigits(graph.node_count()),
                  GroupDigits(graph.edge_count()),
                  GroupDigits(graph.hyperedge_count()),
                  std::to_string(graph.indexes_size()),
                  FormatDateTime(graph.create_time())});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

absl::Status Info(Session& session, const GraphCommandOptions& options) {
  v1::GetGraphRequest request;
  request.set_name(options.graph);
  ASSIGN_OR_RETURN(
      const v1::GetGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::GetGraph, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    PrintGraph(session, response.graph());
  }
  return absl::OkStatus();
}

absl::Status Delete(Session& session, const GraphCommandOptions& options) {
  v1::DeleteGraphRequest request;
  request.set_name(options.graph);
  ASSIGN_OR_RETURN(
      const v1::DeleteGraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::DeleteGraph, request));
  if (session.json()) {
    session.PrintJson(response);
  } else {
    session.out() << fmt::format("deleted {}\n", options.graph);
  }
  return absl::OkStatus();
}

}  // namespace

void AddManageGraphs(CLI::App& graph, Action* action) {
  const auto create = std::make_shared<CreateOptions>();
  CLI::App* command = AddGraphCommand(graph, "create", "Creates an empty graph",
                                      create, Create, action);
  command
      ->add_option("--index", create->indexes,
                   "Properties of nodes to index; 'mi graph index create' "
                   "adds more later")
      ->type_name("LABEL:PROPERTY[:unique][:TYPE],...")
      ->delimiter(',');
  graph.add_subcommand("list", "All graphs of the tenant")->callback([action] {
    *action = List;
  });
  AddGraphCommand(graph, "info", "Size and indexes of a graph",
                  std::make_shared<GraphCommandOptions>(), Info, action);
  AddGraphCommand(graph, "delete", "Deletes a graph with all that is in it",
                  std::make_shared<GraphCommandOptions>(), Delete, action);
}

}  // namespace mi::client
