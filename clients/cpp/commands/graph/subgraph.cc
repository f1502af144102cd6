// mi graph subgraph

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"
#include "clients/cpp/commands/graph/graph_options.h"
#include "clients/cpp/commands/graph/graph_output.h"
#include "clients/cpp/output/table.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

struct Options {
  std::string graph;
  StartOptions start;
  uint32_t hops = 1;
  std::string direction = "both";
  EdgeOptions edges;
  NodeOptions nodes;
  bool with_hyperedges = false;
  uint32_t max_nodes = 200;
  uint32_t max_edges = 2'000;
  ShowOptions show;
};

absl::StatusOr<v1::GetSubgraphRequest> MakeRequest(const Options& options) {
  v1::GetSubgraphRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_center(), ReadStartOptions(options.start));
  request.set_hops(options.hops);
  request.set_direction(ReadDirection(options.direction));
  ASSIGN_OR_RETURN(*request.mutable_edges(), ReadEdgeOptions(options.edges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  request.set_with_hyperedges(options.with_hyperedges);
  if (request.edges().has_as_of()) {
    *request.mutable_hyperedges()->mutable_as_of() = request.edges().as_of();
  }
  request.set_max_nodes(options.max_nodes);
  request.set_max_edges(options.max_edges);
  *request.mutable_return_elements() = ReadShowOptions(options.show);
  return request;
}

std::string NodeTable(const Options& options,
                      const v1::GetSubgraphResponse& response) {
  std::vector<Table::Column> columns = {{"HOPS", Table::Align::kRight},
                                        {"ID"},
                                        {"LABELS"},
                                        {"DEGREE", Table::Align::kRight}};
  AddPropertyColumns(options.show, "PROPERTIES", &columns);
  Table table(std::move(columns));
  for (const v1::SubgraphNode& node : response.nodes()) {
    std::vector<std::string> cells = {
        std::to_string(node.hops()), ToText(node.node().node().id()),
        LabelsText(node.node().node()), GroupDigits(node.degree())};
    AddPropertyCells(options.show, node.node().node().properties(), &cells);
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

std::string EdgeTable(const v1::GetSubgraphResponse& response) {
  Table table({{"FROM"}, {"EDGE"}, {"TO"}, {"ID"}});
  for (const v1::StoredEdge& stored : response.edges()) {
    const v1::Edge& edge = stored.edge();
    table.AddRow({ToText(edge.source_id()), edge.type(),
                  ToText(edge.target_id()), ToText(edge.id())});
  }
  return table.empty() ? "" : "\n" + table.ToString();
}

std::string HyperedgeTable(const v1::GetSubgraphResponse& response) {
  Table table({{"HYPEREDGE"}, {"TYPE"}, {"MEMBERS"}});
  for (const v1::StoredHyperedge& stored : response.hyperedges()) {
    const v1::Hyperedge& hyperedge = stored.hyperedge();
    table.AddRow(
        {ToText(hyperedge.id()), hyperedge.type(), MembersText(hyperedge)});
  }
  return table.empty() ? "" : "\n" + table.ToString();
}

absl::Status Subgraph(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const v1::GetSubgraphRequest request, MakeRequest(options));
  ASSIGN_OR_RETURN(
      const v1::GetSubgraphResponse response,
      session.Call(session.graphs(), &Session::Graphs::GetSubgraph, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  session.out() << NodeTable(options, response) << EdgeTable(response)
                << HyperedgeTable(response);
  if (response.nodes_left_out() > 0 || response.edges_left_out() > 0) {
    session.out() << fmt::format(
        "\n{} nodes and {} edges left out (--max-nodes, --max-edges)\n",
        GroupDigits(response.nodes_left_out()),
        GroupDigits(response.edges_left_out()));
  }
  return absl::OkStatus();
}

}  // namespace

void AddSubgraph(CLI::App& graph, Action* action) {
  constexpr uint32_t kMaxHops = 8;
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(
      graph, "subgraph",
      "Nodes around some, all edges between them, and hyperedges", options,
      Subgraph, action);
  AddStartOptions(*command, &options->start);
  command->add_option("--hops", options->hops, "Steps from the centre")
      ->check(CLI::Range(uint32_t{0}, kMaxHops))
      ->capture_default_str();
  AddDirectionOption(*command, &options->direction);
  AddEdgeOptions(*command, &options->edges);
  AddNodeOptions(*command, "nodes", &options->nodes);
  command->add_flag("--with-hyperedges", options->with_hyperedges,
                    "Those with two members among the nodes, too");
  command->add_option("--max-nodes", options->max_nodes, "The nearest so many")
      ->capture_default_str();
  command->add_option("--max-edges", options->max_edges, "At most so many")
      ->capture_default_str();
  AddShowOptions(*command, &options->show);
}

}  // namespace mi::client
