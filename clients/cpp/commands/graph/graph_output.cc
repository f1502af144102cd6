#include "clients/cpp/commands/graph/graph_output.h"

#include <map>
#include <string_view>

#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr std::string_view kNothing = "-";

std::string AllProperties(
    const google::protobuf::Map<std::string, v1::PropertyValue>& properties) {
  std::map<std::string_view, const v1::PropertyValue*> sorted;
  for (const auto& [name, value] : properties) sorted.emplace(name, &value);
  std::string text;
  for (const auto& [name, value] : sorted) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{}: {}", name, ToText(*value));
  }
  return text;
}

// "4,711 nodes", "1 node".
std::string Count(uint64_t count, const char* what) {
  return fmt::format("{} {}{}", GroupDigits(count), what,
                     count == 1 ? "" : "s");
}

std::string GroupTable(const v1::GraphAlgorithmResult& result) {
  Table table({{"GROUP", Table::Align::kRight},
               {"SIZE", Table::Align::kRight},
               {"SOME OF ITS NODES"}});
  for (const v1::NodeGroup& group : result.top_groups()) {
    std::vector<std::string> examples;
    for (const v1::ElementId& id : group.example_ids()) {
      examples.push_back(ToText(id));
    }
    table.AddRow({std::to_string(group.group()), GroupDigits(group.size()),
                  fmt::format("{}", fmt::join(examples, ", "))});
  }
  return table.ToString();
}

std::string NodeTable(const v1::GraphAlgorithmResult& result) {
  Table table({{"ID"}, {"SCORE", Table::Align::kRight}});
  for (const v1::NodeScore& node : result.top_nodes()) {
    table.AddRow({ToText(node.node_id()), fmt::format("{:.6g}", node.score())});
  }
  return table.ToString();
}

}  // namespace

void AddShowOptions(CLI::App& command, ShowOptions* options) {
  command.add_flag("--with-properties", options->all,
                   "Shows all properties, in one column");
  command
      .add_option("--properties", options->properties,
                  "Shows these properties, each in a column")
      ->type_name("NAME,...")
      ->delimiter(',');
}

v1::ReturnElements ReadShowOptions(const ShowOptions& options) {
  v1::ReturnElements elements;
  elements.set_with_properties(options.all || !options.properties.empty());
  return elements;
}

void AddPropertyColumns(const ShowOptions& options, const char* title,
                        std::vector<Table::Column>* columns) {
  for (const std::string& name : options.properties) {
    columns->push_back({name});
  }
  if (options.all) columns->push_back({title});
}

void AddPropertyCells(
    const ShowOptions& options,
    const google::protobuf::Map<std::string, v1::PropertyValue>& properties,
    std::vector<std::string>* cells) {
  for (const std::string& name : options.properties) {
    const auto found = properties.find(name);
    cells->push_back(found == properties.end() ? std::string(kNothing)
                                               : ToText(found->second));
  }
  if (options.all) cells->push_back(AllProperties(properties));
}

std::string LabelsText(const v1::Node& node) {
  return fmt::format("{}", fmt::join(node.labels(), ", "));
}

std::string SpanText(const v1::TimeSpan& span) {
  if (!span.has_from() && !span.has_to()) return "";
  return fmt::format("{} - {}",
                     span.has_from() ? FormatDateTime(span.from()) : "",
                     span.has_to() ? FormatDateTime(span.to()) : "");
}

std::string MembersText(const v1::Hyperedge& hyperedge) {
  constexpr int kMaxShown = 5;
  std::string text;
  for (int i = 0; i < hyperedge.members_size(); ++i) {
    if (i > 0) text += ", ";
    if (i == kMaxShown) {
      return text + fmt::format("and {} more", hyperedge.members_size() - i);
    }
    const v1::HyperedgeMember& member = hyperedge.members(i);
    if (!member.role().empty()) text += member.role() + ": ";
    text += ToText(member.node_id());
  }
  return text;
}

std::string AlgorithmText(const v1::GraphAlgorithmResult& result) {
  constexpr double kMicrosPerMilli = 1000;
  std::string text;
  if (result.top_nodes_size() > 0) text += NodeTable(result);
  if (result.top_groups_size() > 0) text += GroupTable(result);
  if (result.group_count() > 0) {
    text += Count(result.group_count(), "group") + " of ";
  }
  text += fmt::format(
      "{} and {} in {:.1f} ms", Count(result.node_count(), "node"),
      Count(result.edge_count(), "edge"),
      static_cast<double>(result.elapsed_micros()) / kMicrosPerMilli);
  if (result.has_modularity()) {
    text += fmt::format("; modularity {:.4f} after {}", result.modularity(),
                        Count(result.iteration_count(), "level"));
  }
  if (result.has_residual()) {
    text += fmt::format("; {} after {}, residual {:.2g}",
                        result.converged() ? "converged" : "not converged",
                        Count(result.iteration_count(), "iteration"),
                        result.residual());
  }
  if (result.written_count() > 0) {
    text +=
        fmt::format("; written to {}", Count(result.written_count(), "node"));
  }
  return text + "\n";
}

}  // namespace mi::client
