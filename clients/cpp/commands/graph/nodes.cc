// mi graph nodes

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
  IdOptions ids;
  NodeOptions nodes;
  ShowOptions show;
  uint64_t limit = 100;
};

Table NodeTable(const ShowOptions& show) {
  std::vector<Table::Column> columns = {
      {"ID"}, {"LABELS"}, {"VERSION", Table::Align::kRight}};
  AddPropertyColumns(show, "PROPERTIES", &columns);
  return Table(std::move(columns));
}

void AddTo(Table& table, const ShowOptions& show, const v1::StoredNode& node) {
  std::vector<std::string> cells = {ToText(node.node().id()),
                                    LabelsText(node.node()),
                                    std::to_string(node.version())};
  AddPropertyCells(show, node.node().properties(), &cells);
  table.AddRow(std::move(cells));
}

absl::Status Get(Session& session, const Options& options) {
  v1::GetNodesRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(const auto ids, ReadIds(options.ids));
  request.mutable_ids()->Add(ids.begin(), ids.end());
  ASSIGN_OR_RETURN(
      const v1::GetNodesResponse response,
      session.Call(session.graphs(), &Session::Graphs::GetNodes, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  Table table = NodeTable(options.show);
  for (const auto& node : response.nodes()) AddTo(table, options.show, node);
  session.out() << table.ToString();
  const auto missing = ids.size() - static_cast<size_t>(response.nodes_size());
  if (missing > 0) session.err() << missing << " of the ids do not exist\n";
  return absl::OkStatus();
}

std::string PlanText(const v1::NodeScanPlan& plan) {
  switch (plan.kind()) {
    case v1::NodeScanPlan::KIND_INDEX:
      return fmt::format("by the index of {}.{}",
                         fmt::join(plan.labels(), ", "), plan.property());
    case v1::NodeScanPlan::KIND_LABEL:
      return fmt::format("by the label {}", fmt::join(plan.labels(), ", "));
    case v1::NodeScanPlan::KIND_NOTHING:
      return "without a look at any: the graph has no such label or property";
    default:
      return "among all nodes";
  }
}

// Prints page by page: with --json a node a line.
absl::Status List(Session& session, const Options& options) {
  v1::ListNodesRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(*request.mutable_selector(), ReadNodeOptions(options.nodes));
  uint64_t rest = options.limit;
  uint64_t scanned = 0;
  v1::NodeScanPlan plan;
  Table table = NodeTable(options.show);
  do {
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(rest, kPageSize)));
    ASSIGN_OR_RETURN(
        const v1::ListNodesResponse page,
        session.Call(session.graphs(), &Session::Graphs::ListNodes, request));
    for (const auto& node : page.nodes()) {
      if (session.json()) {
        session.PrintJson(node);
      } else {
        AddTo(table, options.show, node);
      }
    }
    plan = page.plan();
    scanned += plan.scanned_count();
    rest -= std::min(rest, static_cast<uint64_t>(page.nodes_size()));
    request.set_page_token(page.next_page_token());
  } while (rest > 0 && !request.page_token().empty());
  if (session.json()) return absl::OkStatus();
  session.out() << table.ToString()
                << fmt::format("{} found {}; looked at {}\n",
                               GroupDigits(options.limit - rest),
                               PlanText(plan), GroupDigits(scanned));
  if (!request.page_token().empty()) {
    session.err() << fmt::format("stopped after {} (--limit)\n",
                                 GroupDigits(options.limit));
  }
  return absl::OkStatus();
}

absl::Status Nodes(Session& session, const Options& options) {
  if (options.ids.ids.empty()) return List(session, options);
  if (!options.nodes.labels.empty() || !options.nodes.where.empty()) {
    return UsageError("nodes are chosen either by ids or by --label, --where");
  }
  return Get(session, options);
}

}  // namespace

void AddGraphNodes(CLI::App& graph, Action* action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      AddGraphCommand(graph, "nodes", "Nodes by id, by label or by property",
                      options, Nodes, action);
  AddIdOptions(*command, "ID", "Ids of nodes", /*several=*/true, &options->ids);
  command->get_option("ID")->required(false);
  AddNodeOptions(*command, "nodes", &options->nodes);
  command->add_option("--limit", options->limit, "At most this many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  AddShowOptions(*command, &options->show);
}

}  // namespace mi::client
