// Groups of options that commands of graphs share.

#ifndef MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OPTIONS_H_
#define MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/commands/commands.h"
#include "clients/cpp/session.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::client {

// A command of `mi graph` that works on one graph: its first argument.
struct GraphCommandOptions {
  std::string graph;
};
template <typename Options>
CLI::App* AddGraphCommand(CLI::App& parent, const char* verb,
                          const char* meaning,
                          const std::shared_ptr<Options>& options,
                          absl::Status (*run)(Session&, const Options&),
                          Action* action) {
  CLI::App* command = parent.add_subcommand(verb, meaning);
  command->add_option("GRAPH", options->graph)->required();
  command->callback([action, options, run] {
    *action = [options, run](Session& session) {
      return run(session, *options);
    };
  });
  return command;
}

// ID... and --integer-ids: "7" is a text otherwise.
struct IdOptions {
  std::vector<std::string> ids;
  bool are_integers = false;
};
void AddIdOptions(CLI::App& command, const char* name, const char* meaning,
                  bool several, IdOptions* options);
// Errors: usage.
absl::StatusOr<marketing::intelligence::v1::ElementId> ReadId(
    const std::string& text, bool is_integer);
absl::StatusOr<std::vector<marketing::intelligence::v1::ElementId>> ReadIds(
    const IdOptions& options);

// --label and --where.
struct NodeOptions {
  std::vector<std::string> labels;
  std::string where;
};
void AddNodeOptions(CLI::App& command, const char* of, NodeOptions* options);
absl::StatusOr<marketing::intelligence::v1::NodeSelector> ReadNodeOptions(
    const NodeOptions& options);

// --type, --edge-where (or --where) and --as-of.
struct EdgeOptions {
  std::vector<std::string> types;
  std::string where;
  std::string as_of;
};
void AddEdgeOptions(CLI::App& command, EdgeOptions* options);
absl::StatusOr<marketing::intelligence::v1::EdgeSelector> ReadEdgeOptions(
    const EdgeOptions& options);
void AddHyperedgeOptions(CLI::App& command, EdgeOptions* options);
absl::StatusOr<marketing::intelligence::v1::HyperedgeSelector>
ReadHyperedgeOptions(const EdgeOptions& options);

// --direction.
void AddDirectionOption(CLI::App& command, std::string* direction);
marketing::intelligence::v1::Direction ReadDirection(
    const std::string& direction);

// Where a walk starts: ID..., or --from-label and --from-where, or --similar-to
// and --collection.
struct StartOptions {
  IdOptions ids;
  NodeOptions nodes;
  std::string similar_to;
  std::string collection;
  uint32_t k = 10;
};
void AddStartOptions(CLI::App& command, StartOptions* options);
absl::StatusOr<marketing::intelligence::v1::StartNodes> ReadStartOptions(
    const StartOptions& options);

// "LABEL:PROPERTY", and behind it ":unique" and a type: ":integer".
absl::StatusOr<marketing::intelligence::v1::GraphIndex> ReadGraphIndex(
    const std::string& text);

// PROPERTY_TYPE_INTEGER for "integer". Errors: usage.
absl::StatusOr<marketing::intelligence::v1::PropertyType> ReadPropertyType(
    const std::string& name);
std::string PropertyTypeName(marketing::intelligence::v1::PropertyType type);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OPTIONS_H_
