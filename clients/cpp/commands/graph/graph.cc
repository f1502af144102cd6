// mi graph

#include "CLI/CLI.hpp"
#include "clients/cpp/commands/graph/graph_commands.h"

namespace mi::client {

void AddGraph(CLI::App& app, Action* action) {
  CLI::App* graph = app.add_subcommand(
      "graph",
      "Property graphs: nodes, edges and hyperedges, and questions about them");
  graph->require_subcommand(1);
  AddManageGraphs(*graph, action);
  AddGraphStats(*graph, action);
  AddGraphIndex(*graph, action);
  AddGraphLoad(*graph, action);
  AddGraphExport(*graph, action);
  AddGraphNodes(*graph, action);
  AddNeighbors(*graph, action);
  AddExpand(*graph, action);
  AddPath(*graph, action);
  AddSubgraph(*graph, action);
  AddHyperedges(*graph, action);
  AddSimilar(*graph, action);
  AddRunAlgorithm(*graph, action);
}

}  // namespace mi::client
