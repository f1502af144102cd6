// mi graph neighbors

#include <algorithm>
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

constexpr uint32_t kPageSize = 1'000;

struct Options {
  std::string graph;
  IdOptions id;
  std::string direction = "both";
  EdgeOptions edges;
  NodeOptions nodes;
  ShowOptions show;
  uint64_t limit = 100;
};

absl::StatusOr<v1::ListNeighborsRequest> MakeRequest(const Options& options) {
  v1::ListNeighborsRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_node_id(),
                   ReadId(options.id.ids.front(), options.id.are_integers));
  request.set_direction(ReadDirection(options.direction));
  ASSIGN_OR_RETURN(*request.mutable_edges(), ReadEdgeOptions(options.edges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  *request.mutable_return_elements() = ReadShowOptions(options.show);
  return request;
}

std::vector<std::string> Cells(const Options& options,
                               const v1::ElementId& node_id,
                               const v1::Neighbor& neighbor) {
  const v1::Edge& edge = neighbor.edge().edge();
  const bool starts_here =
      edge.source_id().SerializeAsString() == node_id.SerializeAsString();
  const v1::Node& node = neighbor.node().node();
  std::vector<std::string> cells = {
      starts_here ? fmt::format("-[{}]->", edge.type())
                  : fmt::format("<-[{}]-", edge.type()),
      ToText(node.id()), LabelsText(node), ToText(edge.id())};
  AddPropertyCells(options.show, node.properties(), &cells);
  if (options.show.all) {
    const ShowOptions all = {.all = true};
    AddPropertyCells(all, edge.properties(), &cells);
  }
  return cells;
}

absl::Status Neighbors(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(v1::ListNeighborsRequest request, MakeRequest(options));
  std::vector<Table::Column> columns = {
      {"EDGE"}, {"NEIGHBOR"}, {"LABELS"}, {"EDGE ID"}};
  AddPropertyColumns(options.show, "PROPERTIES", &columns);
  if (options.show.all) columns.push_back({"PROPERTIES OF THE EDGE"});
  Table table(std::move(columns));
  v1::ListNeighborsResponse all;
  uint64_t rest = options.limit;
  do {
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(rest, kPageSize)));
    ASSIGN_OR_RETURN(const v1::ListNeighborsResponse page,
                     session.Call(session.graphs(),
                                  &Session::Graphs::ListNeighbors, request));
    for (const v1::Neighbor& neighbor : page.neighbors()) {
      table.AddRow(Cells(options, request.node_id(), neighbor));
    }
    all.mutable_neighbors()->MergeFrom(page.neighbors());
    all.set_next_page_token(page.next_page_token());
    rest -= std::min(rest, static_cast<uint64_t>(page.neighbors_size()));
    request.set_page_token(page.next_page_token());
  } while (rest > 0 && !request.page_token().empty());
  if (session.json()) {
    session.PrintJson(all);
    return absl::OkStatus();
  }
  session.out() << table.ToString();
  if (!request.page_token().empty()) {
    session.err() << fmt::format("stopped after {} (--limit)\n",
                                 GroupDigits(options.limit));
  }
  return absl::OkStatus();
}

}  // namespace

void AddNeighbors(CLI::App& graph, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddGraphCommand(graph, "neighbors",
                      "The edges of a node, and the nodes at their other ends",
                      options, Neighbors, action);
  AddIdOptions(*command, "ID", "Id of the node", /*several=*/false,
               &options->id);
  AddDirectionOption(*command, &options->direction);
  AddEdgeOptions(*command, &options->edges);
  AddNodeOptions(*command, "neighbors", &options->nodes);
  command->add_option("--limit", options->limit, "At most this many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddShowOptions(*command, &options->show);
}

}  // namespace mi::client
