// mi graph stats

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
using Counts = google::protobuf::RepeatedPtrField<v1::NameCount>;

void PrintCounts(Session& session, const char* title, const Counts& counts) {
  if (counts.empty()) return;
  Table table({{title}, {"COUNT", Table::Align::kRight}});
  for (const v1::NameCount& count : counts) {
    table.AddRow({count.name(), GroupDigits(count.count())});
  }
  session.out() << '\n' << table.ToString();
}

std::string Degrees(const v1::DegreeStats& degrees) {
  return fmt::format("{:.1f} / {} / {} / {}", degrees.mean(), degrees.p50(),
                     degrees.p99(), degrees.max());
}

void PrintEdgeTypes(Session& session, const v1::GetGraphStatsResponse& stats) {
  if (stats.edge_types().empty()) return;
  Table table({{"EDGE TYPE"},
               {"COUNT", Table::Align::kRight},
               {"OUT: MEAN / P50 / P99 / MAX", Table::Align::kRight},
               {"IN: MEAN / P50 / P99 / MAX", Table::Align::kRight}});
  for (const v1::EdgeTypeStats& type : stats.edge_types()) {
    table.AddRow({type.type(), GroupDigits(type.count()),
                  Degrees(type.out_degree()), Degrees(type.in_degree())});
  }
  session.out() << '\n' << table.ToString();
}

void PrintConnections(Session& session,
                      const v1::GetGraphStatsResponse& stats) {
  if (stats.connections().empty()) return;
  Table table({{"FROM"}, {"EDGE"}, {"TO"}, {"COUNT", Table::Align::kRight}});
  for (const v1::ConnectionCount& connection : stats.connections()) {
    table.AddRow({connection.source_label(), connection.edge_type(),
                  connection.target_label(), GroupDigits(connection.count())});
  }
  session.out() << '\n' << table.ToString();
}

void PrintIndexes(Session& session, const v1::GetGraphStatsResponse& stats) {
  if (stats.indexes().empty()) return;
  Table table({{"INDEX"},
               {"TYPE"},
               {"UNIQUE"},
               {"ENTRIES", Table::Align::kRight},
               {"DISTINCT", Table::Align::kRight},
               {"MIN"},
               {"MAX"}});
  for (const v1::GraphIndexStats& index : stats.indexes()) {
    table.AddRow(
        {fmt::format("{}.{}", index.index().label(), index.index().property()),
         PropertyTypeName(index.index().required_type()),
         index.index().unique() ? "yes" : "no",
         GroupDigits(index.entry_count()), GroupDigits(index.distinct_count()),
         index.has_min() ? ToText(index.min()) : "-",
         index.has_max() ? ToText(index.max()) : "-"});
  }
  session.out() << '\n' << table.ToString();
}

absl::Status Stats(Session& session, const GraphCommandOptions& options) {
  v1::GetGraphStatsRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(
      const v1::GetGraphStatsResponse stats,
      session.Call(session.graphs(), &Session::Graphs::GetGraphStats, request));
  if (session.json()) {
    session.PrintJson(stats);
    return absl::OkStatus();
  }
  session.out() << fmt::format(
      "nodes        {}\n"
      "edges        {}\n"
      "hyperedges   {}\n"
      "memory       {}\n"
      "sequence     {}\n",
      GroupDigits(stats.node_count()), GroupDigits(stats.edge_count()),
      GroupDigits(stats.hyperedge_count()), FormatBytes(stats.memory_bytes()),
      stats.sequence());
  PrintCounts(session, "LABEL", stats.labels());
  PrintEdgeTypes(session, stats);
  PrintCounts(session, "HYPEREDGE TYPE", stats.hyperedge_types());
  PrintConnections(session, stats);
  PrintCounts(session, "PROPERTY OF NODES", stats.node_properties());
  PrintCounts(session, "PROPERTY OF EDGES", stats.edge_properties());
  PrintCounts(session, "PROPERTY OF HYPEREDGES", stats.hyperedge_properties());
  PrintIndexes(session, stats);
  return absl::OkStatus();
}

}  // namespace

void AddGraphStats(CLI::App& graph, Action* action) {
  AddGraphCommand(graph, "stats",
                  "Counts, degrees, indexes and memory of a graph",
                  std::make_shared<GraphCommandOptions>(), Stats, action);
}

}  // namespace mi::client
