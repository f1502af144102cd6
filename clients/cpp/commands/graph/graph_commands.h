// The commands of `mi graph`: each function adds one.

#ifndef MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_COMMANDS_H_
#define MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_COMMANDS_H_

#include "clients/cpp/commands/commands.h"

namespace mi::client {

// create, list, info, delete
void AddManageGraphs(CLI::App& graph, Action* action);
void AddGraphStats(CLI::App& graph, Action* action);
void AddGraphIndex(CLI::App& graph, Action* action);
void AddGraphLoad(CLI::App& graph, Action* action);
void AddGraphExport(CLI::App& graph, Action* action);
void AddGraphNodes(CLI::App& graph, Action* action);
void AddNeighbors(CLI::App& graph, Action* action);
void AddExpand(CLI::App& graph, Action* action);
void AddPath(CLI::App& graph, Action* action);
void AddSubgraph(CLI::App& graph, Action* action);
// hyperedges, co-members
void AddHyperedges(CLI::App& graph, Action* action);
void AddSimilar(CLI::App& graph, Action* action);
void AddRunAlgorithm(CLI::App& graph, Action* action);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_COMMANDS_H_
