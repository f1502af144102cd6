// mi graph expand

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
  uint32_t min_hops = 0;
  std::string direction = "both";
  EdgeOptions edges;
  NodeOptions nodes;
  ShowOptions show;
  uint32_t max_nodes = 1'000;
  uint32_t max_edges_per_node = 0;
  uint32_t max_edges_scanned = 0;
};

absl::StatusOr<v1::ExpandNodesRequest> MakeRequest(const Options& options) {
  v1::ExpandNodesRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_start(), ReadStartOptions(options.start));
  request.set_min_hops(options.min_hops);
  request.set_max_hops(options.hops);
  request.set_direction(ReadDirection(options.direction));
  ASSIGN_OR_RETURN(*request.mutable_edges(), ReadEdgeOptions(options.edges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  request.set_max_nodes(options.max_nodes);
  request.set_max_edges_per_node(options.max_edges_per_node);
  request.set_max_edges_scanned(options.max_edges_scanned);
  *request.mutable_return_elements() = ReadShowOptions(options.show);
  return request;
}

// "cmp-1 -[TARGETS]-> ": how the node was met.
std::string Via(const v1::ExpandedNode& node) {
  if (!node.has_edge()) return "";
  const v1::Edge& edge = node.edge().edge();
  return edge.target_id().SerializeAsString() ==
                 node.node().node().id().SerializeAsString()
             ? fmt::format("{} -[{}]->", ToText(edge.source_id()), edge.type())
             : fmt::format("{} <-[{}]-", ToText(edge.target_id()), edge.type());
}

std::string LimitsText(const v1::ExpandNodesResponse& response) {
  std::vector<std::string> limits;
  if (response.nodes_limited()) limits.emplace_back("--max-nodes");
  if (response.edges_per_node_limited()) {
    limits.emplace_back("--max-edges-per-node");
  }
  if (response.edges_scanned_limited()) {
    limits.emplace_back("--max-edges-scanned");
  }
  return limits.empty()
             ? ""
             : fmt::format("; cut off by {}", fmt::join(limits, ", "));
}

absl::Status Expand(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const v1::ExpandNodesRequest request, MakeRequest(options));
  ASSIGN_OR_RETURN(
      const v1::ExpandNodesResponse response,
      session.Call(session.graphs(), &Session::Graphs::ExpandNodes, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<Table::Column> columns = {
      {"HOPS", Table::Align::kRight}, {"ID"}, {"LABELS"}, {"MET BY"}};
  AddPropertyColumns(options.show, "PROPERTIES", &columns);
  Table table(std::move(columns));
  for (const v1::ExpandedNode& node : response.nodes()) {
    std::vector<std::string> cells = {
        std::to_string(node.hops()), ToText(node.node().node().id()),
        LabelsText(node.node().node()), Via(node)};
    AddPropertyCells(options.show, node.node().node().properties(), &cells);
    table.AddRow(std::move(cells));
  }
  session.out() << table.ToString()
                << fmt::format("{} nodes, {} edges looked at{}\n",
                               GroupDigits(static_cast<uint64_t>(
                                   response.nodes_size())),
                               GroupDigits(response.edges_scanned()),
                               LimitsText(response));
  return absl::OkStatus();
}

}  // namespace

void AddExpand(CLI::App& graph, Action* action) {
  constexpr uint32_t kMaxHops = 32;
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(
      graph, "expand", "What is within some steps along edges, nearest first",
      options, Expand, action);
  AddStartOptions(*command, &options->start);
  command->add_option("--hops", options->hops, "At most so many steps")
      ->check(CLI::Range(uint32_t{1}, kMaxHops))
      ->capture_default_str();
  command->add_option("--min-hops", options->min_hops, "At least so many steps")
      ->capture_default_str();
  AddDirectionOption(*command, &options->direction);
  AddEdgeOptions(*command, &options->edges);
  AddNodeOptions(*command, "nodes", &options->nodes);
  command->add_option("--max-nodes", options->max_nodes, "Ends with so many")
      ->capture_default_str();
  command->add_option("--max-edges-per-node", options->max_edges_per_node,
                      "Follows at most so many edges from a node");
  command->add_option("--max-edges-scanned", options->max_edges_scanned,
                      "Looks at no more edges");
  AddShowOptions(*command, &options->show);
}

}  // namespace mi::client
