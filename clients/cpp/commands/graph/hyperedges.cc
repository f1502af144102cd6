// mi graph hyperedges, mi graph co-members

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
  bool all = false;
  std::vector<std::string> roles;
  EdgeOptions hyperedges;
  NodeOptions nodes;
  ShowOptions show;
  uint64_t limit = 100;
};

absl::StatusOr<v1::FindHyperedgesRequest> MakeRequest(const Options& options) {
  v1::FindHyperedgesRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(const auto ids, ReadIds(options.ids));
  request.mutable_node_ids()->Add(ids.begin(), ids.end());
  request.set_all_nodes(options.all);
  for (const std::string& role : options.roles) request.add_roles(role);
  ASSIGN_OR_RETURN(*request.mutable_hyperedges(),
                   ReadHyperedgeOptions(options.hyperedges));
  return request;
}

absl::Status Hyperedges(Session& session, const Options& options) {
  ASSIGN_OR_RETURN(v1::FindHyperedgesRequest request, MakeRequest(options));
  std::vector<Table::Column> columns = {{"ID"},
                                        {"TYPE"},
                                        {"WEIGHT", Table::Align::kRight},
                                        {"CONFIDENCE", Table::Align::kRight},
                                        {"MEMBERS"},
                                        {"VALID"}};
  AddPropertyColumns(options.show, "PROPERTIES", &columns);
  Table table(std::move(columns));
  v1::FindHyperedgesResponse all;
  uint64_t rest = options.limit;
  do {
    request.set_page_size(
        static_cast<uint32_t>(std::min<uint64_t>(rest, kPageSize)));
    ASSIGN_OR_RETURN(const v1::FindHyperedgesResponse page,
                     session.Call(session.graphs(),
                                  &Session::Graphs::FindHyperedges, request));
    for (const v1::StoredHyperedge& stored : page.hyperedges()) {
      const v1::Hyperedge& hyperedge = stored.hyperedge();
      std::vector<std::string> cells = {
          ToText(hyperedge.id()),
          hyperedge.type(),
          fmt::format("{:.4g}", hyperedge.weight()),
          fmt::format("{:.4g}", hyperedge.confidence()),
          MembersText(hyperedge),
          SpanText(hyperedge.valid_time())};
      AddPropertyCells(options.show, hyperedge.properties(), &cells);
      table.AddRow(std::move(cells));
    }
    all.mutable_hyperedges()->MergeFrom(page.hyperedges());
    all.set_next_page_token(page.next_page_token());
    rest -= std::min(rest, static_cast<uint64_t>(page.hyperedges_size()));
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

absl::Status CoMembers(Session& session, const Options& options) {
  v1::FindCoMembersRequest request;
  request.set_graph(options.graph);
  ASSIGN_OR_RETURN(const auto ids, ReadIds(options.ids));
  request.mutable_node_ids()->Add(ids.begin(), ids.end());
  ASSIGN_OR_RETURN(*request.mutable_hyperedges(),
                   ReadHyperedgeOptions(options.hyperedges));
  ASSIGN_OR_RETURN(*request.mutable_nodes(), ReadNodeOptions(options.nodes));
  request.set_limit(static_cast<uint32_t>(options.limit));
  *request.mutable_return_elements() = ReadShowOptions(options.show);
  ASSIGN_OR_RETURN(
      const v1::FindCoMembersResponse response,
      session.Call(session.graphs(), &Session::Graphs::FindCoMembers, request));
  if (session.json()) {
    session.PrintJson(response);
    return absl::OkStatus();
  }
  std::vector<Table::Column> columns = {{"ID"},
                                        {"LABELS"},
                                        {"SHARED", Table::Align::kRight},
                                        {"STRENGTH", Table::Align::kRight}};
  AddPropertyColumns(options.show, "PROPERTIES", &columns);
  Table table(std::move(columns));
  for (const v1::CoMember& member : response.members()) {
    const v1::Node& node = member.node().node();
    std::vector<std::string> cells = {ToText(node.id()), LabelsText(node),
                                      GroupDigits(member.shared_count()),
                                      fmt::format("{:.4g}", member.strength())};
    AddPropertyCells(options.show, node.properties(), &cells);
    table.AddRow(std::move(cells));
  }
  session.out() << table.ToString()
                << fmt::format("{} of {} that share a hyperedge\n",
                               response.members_size(),
                               GroupDigits(response.total_count()));
  return absl::OkStatus();
}

void AddLimit(CLI::App* command, Options* options) {
  constexpr uint64_t kMaxLimit = 1'000'000;
  command->add_option("--limit", options->limit, "At most this many")
      ->check(CLI::Range(uint64_t{1}, kMaxLimit))
      ->capture_default_str();
}

}  // namespace

void AddHyperedges(CLI::App& graph, Action* action) {
  const auto found = std::make_shared<Options>();
  CLI::App* command = AddGraphCommand(graph, "hyperedges",
                                      "The hyperedges that some nodes are in",
                                      found, Hyperedges, action);
  AddIdOptions(*command, "ID", "Ids of nodes", /*several=*/true, &found->ids);
  command->add_flag("--all", found->all,
                    "Only those that all of the nodes are in");
  command->add_option("--role", found->roles, "That the nodes have in them")
      ->type_name("ROLE,...")
      ->delimiter(',');
  AddHyperedgeOptions(*command, &found->hyperedges);
  AddLimit(command, found.get());
  AddShowOptions(*command, &found->show);

  const auto members = std::make_shared<Options>();
  command = AddGraphCommand(
      graph, "co-members",
      "The nodes that share hyperedges with some nodes, strongest first",
      members, CoMembers, action);
  AddIdOptions(*command, "ID", "Ids of nodes", /*several=*/true, &members->ids);
  AddHyperedgeOptions(*command, &members->hyperedges);
  AddNodeOptions(*command, "nodes", &members->nodes);
  AddLimit(command, members.get());
  AddShowOptions(*command, &members->show);
}

}  // namespace mi::client
