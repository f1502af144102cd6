// mi graph similar

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
  IdOptions id;
  std::string measure = "jaccard";
  std::string direction = "both";
  EdgeOptions edges;
  NodeOptions nodes;
  uint32_t limit = 10;
};

v1::NeighborhoodSimilarity MeasureOf(const std::string& name) {
  if (name == "adamic-adar") return v1::NEIGHBORHOOD_SIMILARITY_ADAMIC_ADAR;
  if (name == "common") return v1::NEIGHBORHOOD_SIMILARITY_COMMON_NEIGHBORS;
  if (name == "overlap") return v1::NEIGHBORHOOD_SIMILARITY_OVERLAP;
  return v1::NEIGHBORHOOD_SIMILARITY_JACCARD;
}

absl::Status Similar(Session& session, const Options& options) {
  v1::FindSimilarNodesRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_node_id(),
                   ReadId(options.id.ids.front(), options.id.are_integers));
  request.set_similarity(MeasureOf(options.measure));
  request.set_direction(ReadDirection(options.direction));
  ASSIGN_OR_RETURN(*request.mutable_edges(), ReadEdgeOptions(options.edges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  request.set_limit(options.limit);
  ASSIGN_OR_RETURN(const v1::FindSimilarNodesResponse response,
                   session.Call(session.graphs(),
                                &Session::Graphs::FindSimilarNodes, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  Table table({{"ID"},
               {"LABELS"},
               {"SCORE", Table::Align::kRight},
               {"COMMON NEIGHBORS", Table::Align::kRight}});
  for (const v1::SimilarNode& node : response.nodes()) {
    table.AddRow({ToText(node.node().node().id()),
                  LabelsText(node.node().node()),
                  fmt::format("{:.4f}", node.score()),
                  GroupDigits(node.common_neighbor_count())});
  }
  session.out() << table.ToString();
  return absl::OkStatus();
}

}  // namespace

void AddSimilar(CLI::App& graph, Action* action) {
  constexpr uint32_t kMaxLimit = 10'000;
  const auto options = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(
      graph, "similar", "The nodes whose neighbours are most like a node's",
      options, Similar, action);
  AddIdOptions(*command, "ID", "Id of the node", /*several=*/false,
               &options->id);
  command->add_option("--measure", options->measure, "How alike two sets are")
      ->check(CLI::IsMember({"jaccard", "adamic-adar", "common", "overlap"}))
      ->capture_default_str();
  AddDirectionOption(*command, &options->direction);
  AddEdgeOptions(*command, &options->edges);
  AddNodeOptions(*command, "nodes", &options->nodes);
  command->add_option("--limit", options->limit, "At most this many")
      ->check(CLI::Range(uint32_t{1}, kMaxLimit))
      ->capture_default_str();
}

}  // namespace mi::client
