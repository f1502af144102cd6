// mi graph path

#include <memory>
#include <optional>
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
  std::string from;
  std::string to;
  bool integer_ids = false;
  std::string direction = "both";
  EdgeOptions edges;
  NodeOptions nodes;
  std::string weight;
  std::optional<double> default_weight;
  uint32_t max_hops = 0;
  uint32_t max_paths = 0;
  uint32_t max_visited = 0;
  ShowOptions show;
};

absl::StatusOr<v1::FindShortestPathsRequest> MakeRequest(
    const Options& options) {
  v1::FindShortestPathsRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_source_id(),
                   ReadId(options.from, options.integer_ids));
  ASSIGN_OR_RETURN(*request.mutable_target_id(),
                   ReadId(options.to, options.integer_ids));
  request.set_direction(ReadDirection(options.direction));
  ASSIGN_OR_RETURN(*request.mutable_edges(), ReadEdgeOptions(options.edges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  request.set_weight_property(options.weight);
  if (options.default_weight) {
    request.set_default_weight(*options.default_weight);
  }
  request.set_max_hops(options.max_hops);
  request.set_max_paths(options.max_paths);
  request.set_max_visited(options.max_visited);
  *request.mutable_return_elements() = ReadShowOptions(options.show);
  return request;
}

// "cmp-1 -[TARGETS]-> aud-5 <-[TARGETS]- cmp-2  (length 2)"
std::string PathText(const v1::Path& path) {
  std::string text;
  for (int i = 0; i < path.nodes_size(); ++i) {
    const v1::ElementId& id = path.nodes(i).node().id();
    if (i > 0 && i <= path.edges_size()) {
      const v1::Edge& edge = path.edges(i - 1).edge();
      text += edge.target_id().SerializeAsString() == id.SerializeAsString()
                  ? fmt::format(" -[{}]-> ", edge.type())
                  : fmt::format(" <-[{}]- ", edge.type());
    }
    text += ToText(id);
  }
  return fmt::format("{}  (length {})\n", text, path.length());
}

absl::Status Path(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(const v1::FindShortestPathsRequest request,
                   MakeRequest(options));
  ASSIGN_OR_RETURN(const v1::FindShortestPathsResponse response,
                   session.Call(session.graphs(),
                                &Session::Graphs::FindShortestPaths, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  for (const v1::Path& path : response.paths()) {
    session.out() << PathText(path);
  }
  if (response.paths().empty()) session.out() << "no path\n";
  session.out() << fmt::format("{} nodes visited\n",
                               GroupDigits(response.visited_count()));
  return absl::OkStatus();
}

}  // namespace

void AddPath(CLI::App& graph, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddGraphCommand(graph, "path", "A shortest path between two nodes",
                      options, Path, action);
  command->add_option("FROM", options->from, "Id of the first node")
      ->required();
  command->add_option("TO", options->to, "Id of the last node")->required();
  command->add_flag("--integer-ids", options->integer_ids,
                    "Ids given here are integers, not texts");
  AddDirectionOption(*command, &options->direction);
  AddEdgeOptions(*command, &options->edges);
  AddNodeOptions(*command, "nodes between the two", &options->nodes);
  command
      ->add_option("--weight", options->weight,
                   "Property of edges that is their length; otherwise each "
                   "counts 1")
      ->type_name("PROPERTY");
  command->add_option("--default-weight", options->default_weight,
                      "Length of edges without it. Default: 1");
  command->add_option("--max-hops", options->max_hops,
                      "No longer paths. Default: 100");
  command->add_option("--max-paths", options->max_paths,
                      "So many of the shortest. Default: 1");
  command->add_option("--max-visited", options->max_visited,
                      "Gives up after so many nodes. Default: 1,000,000");
  AddShowOptions(*command, &options->show);
}

}  // namespace mi::client
