#include "clients/cpp/commands/graph/graph_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/filter/condition_parser.h"
#include "clients/cpp/input/graph/graph_json.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr std::string_view kTypePrefix = "PROPERTY_TYPE_";

template <typename Selector>
absl::Status ReadConditions(const std::string& flag, const std::string& where,
                            Selector* selector) {
  if (where.empty()) return absl::OkStatus();
  const auto conditions = ParseConditions(where);
  if (!conditions.ok()) {
    return UsageError(fmt::format("{}: {}", flag,
                                  std::string(conditions.status().message())));
  }
  for (const auto& condition : *conditions) {
    *selector->add_conditions() = condition;
  }
  return absl::OkStatus();
}

// What edges and hyperedges are chosen by.
template <typename Selector>
absl::StatusOr<Selector> ReadTyped(const char* flag,
                                   const EdgeOptions& options) {
  Selector selector;
  for (const std::string& type : options.types) selector.add_types(type);
  RETURN_IF_ERROR(ReadConditions(flag, options.where, &selector));
  if (options.as_of.empty()) return selector;
  const auto time = ParseDateTime(options.as_of);
  if (!time) {
    return UsageError(fmt::format(
        "--as-of: '{}' is not a date or an RFC 3339 time", options.as_of));
  }
  *selector.mutable_as_of() = *time;
  return selector;
}

void AddTypedOptions(CLI::App& command, const char* flag, const char* what,
                     EdgeOptions* options) {
  command
      .add_option("--type", options->types,
                  fmt::format("Only {} of these types", what))
      ->type_name("TYPE,...")
      ->delimiter(',');
  command
      .add_option(flag, options->where,
                  fmt::format("Only {} that match, such as 'share > 0.5 and "
                              "status == \"active\"'",
                              what))
      ->type_name("CONDITIONS");
  command
      .add_option("--as-of", options->as_of,
                  fmt::format("Only {} that are valid then", what))
      ->type_name("TIME");
}

}  // namespace

void AddIdOptions(CLI::App& command, const char* name, const char* meaning,
                  bool several, IdOptions* options) {
  CLI::Option* ids = command.add_option(name, options->ids, meaning);
  ids->required();
  if (!several) ids->expected(1);
  command.add_flag("--integer-ids", options->are_integers,
                   "Ids given here are integers, not texts");
}

absl::StatusOr<v1::ElementId> ReadId(const std::string& text, bool is_integer) {
  nlohmann::json json = text;
  if (is_integer) {
    const auto number = ParseInteger(text);
    if (!number || *number < 0) {
      return UsageError(fmt::format("'{}' is not an integer id", text));
    }
    json = static_cast<uint64_t>(*number);
  }
  v1::ElementId id;
  if (const MaybeFault fault = JsonToElementId(json, &id)) {
    return UsageError(fmt::format("the id '{}' {}", text, fault->what));
  }
  return id;
}

absl::StatusOr<std::vector<v1::ElementId>> ReadIds(const IdOptions& options) {
  std::vector<v1::ElementId> ids;
  for (const std::string& text : options.ids) {
    ASSIGN_OR_RETURN(v1::ElementId id, ReadId(text, options.are_integers));
    ids.push_back(std::move(id));
  }
  return ids;
}

void AddNodeOptions(CLI::App& command, const char* of, NodeOptions* options) {
  command
      .add_option("--label", options->labels,
                  fmt::format("Only {} with one of these labels", of))
      ->type_name("LABEL,...")
      ->delimiter(',');
  command
      .add_option("--where", options->where,
                  fmt::format("Only {} that match, such as 'platform == "
                              "\"meta\" and budget > 100'",
                              of))
      ->type_name("CONDITIONS");
}

absl::StatusOr<v1::NodeSelector> ReadNodeOptions(const NodeOptions& options) {
  v1::NodeSelector selector;
  for (const std::string& label : options.labels) {
    selector.add_any_label(label);
  }
  RETURN_IF_ERROR(ReadConditions("--where", options.where, &selector));
  return selector;
}

void AddEdgeOptions(CLI::App& command, EdgeOptions* options) {
  AddTypedOptions(command, "--edge-where", "edges", options);
}

absl::StatusOr<v1::EdgeSelector> ReadEdgeOptions(const EdgeOptions& options) {
  return ReadTyped<v1::EdgeSelector>("--edge-where", options);
}

void AddHyperedgeOptions(CLI::App& command, EdgeOptions* options) {
  AddTypedOptions(command, "--hyperedge-where", "hyperedges", options);
}

absl::StatusOr<v1::HyperedgeSelector> ReadHyperedgeOptions(
    const EdgeOptions& options) {
  return ReadTyped<v1::HyperedgeSelector>("--hyperedge-where", options);
}

void AddDirectionOption(CLI::App& command, std::string* direction) {
  command
      .add_option("--direction", *direction,
                  "Edges that start at a node, that end there, or both")
      ->check(CLI::IsMember({"out", "in", "both"}))
      ->capture_default_str();
}

v1::Direction ReadDirection(const std::string& direction) {
  if (direction == "out") return v1::DIRECTION_OUT;
  if (direction == "in") return v1::DIRECTION_IN;
  return v1::DIRECTION_BOTH;
}

void AddStartOptions(CLI::App& command, StartOptions* options) {
  constexpr uint32_t kMaxK = 10'000;
  command.add_option("ID", options->ids.ids, "Nodes to start from");
  command.add_flag("--integer-ids", options->ids.are_integers,
                   "Ids given here are integers, not texts");
  command
      .add_option("--from-label", options->nodes.labels,
                  "Starts from the nodes with one of these labels")
      ->type_name("LABEL,...")
      ->delimiter(',');
  command
      .add_option("--from-where", options->nodes.where,
                  "Starts from the nodes that match")
      ->type_name("CONDITIONS");
  CLI::Option* similar =
      command
          .add_option("--similar-to", options->similar_to,
                      "Starts from the nodes that are linked to the points "
                      "nearest to this one")
          ->type_name("POINT");
  CLI::Option* collection = command.add_option(
      "--collection", options->collection, "Where that point is");
  similar->needs(collection);
  collection->needs(similar);
  command.add_option("-k", options->k, "How many points")
      ->check(CLI::Range(uint32_t{1}, kMaxK))
      ->capture_default_str()
      ->needs(similar);
}

absl::StatusOr<v1::StartNodes> ReadStartOptions(const StartOptions& options) {
  const bool by_selector =
      !options.nodes.labels.empty() || !options.nodes.where.empty();
  const int given = (options.ids.ids.empty() ? 0 : 1) + (by_selector ? 1 : 0) +
                    (options.similar_to.empty() ? 0 : 1);
  if (given != 1) {
    return UsageError(
        "a walk starts from one of: ids, --from-label with --from-where, "
        "--similar-to");
  }
  v1::StartNodes start;
  if (by_selector) {
    v1::NodeSelector& selector = *start.mutable_selector();
    for (const std::string& label : options.nodes.labels) {
      selector.add_any_label(label);
    }
    RETURN_IF_ERROR(
        ReadConditions("--from-where", options.nodes.where, &selector));
  } else if (!options.similar_to.empty()) {
    v1::SearchRequest& search = *start.mutable_similar();
    search.set_collection(options.collection);
    search.mutable_query()->set_point_id(options.similar_to);
    search.set_k(options.k);
  } else {
    ASSIGN_OR_RETURN(const auto ids, ReadIds(options.ids));
    start.mutable_ids()->mutable_ids()->Add(ids.begin(), ids.end());
  }
  return start;
}

absl::StatusOr<v1::PropertyType> ReadPropertyType(const std::string& name) {
  std::string long_name(kTypePrefix);
  for (const char c : name) {
    long_name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  v1::PropertyType type = v1::PROPERTY_TYPE_UNSPECIFIED;
  if (!v1::PropertyType_Parse(long_name, &type) ||
      type == v1::PROPERTY_TYPE_UNSPECIFIED) {
    return UsageError(fmt::format(
        "'{}' is no type of a property; there are boolean, integer, float, "
        "string, list, map, date, local_time, time, local_date_time, "
        "zoned_date_time, duration, point",
        name));
  }
  return type;
}

std::string PropertyTypeName(v1::PropertyType type) {
  if (type == v1::PROPERTY_TYPE_UNSPECIFIED) return "any";
  return ShortName(v1::PropertyType_Name(type), kTypePrefix);
}

absl::StatusOr<v1::GraphIndex> ReadGraphIndex(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) {
    return UsageError(fmt::format(
        "--index '{}': expected LABEL:PROPERTY[:unique][:TYPE]", text));
  }
  v1::GraphIndex index;
  index.set_label(parts[0]);
  index.set_property(parts[1]);
  for (size_t i = 2; i < parts.size(); ++i) {
    if (parts[i] == "unique") {
      index.set_unique(true);
      continue;
    }
    ASSIGN_OR_RETURN(const v1::PropertyType type, ReadPropertyType(parts[i]));
    index.set_required_type(type);
  }
  return index;
}

}  // namespace mi::client
