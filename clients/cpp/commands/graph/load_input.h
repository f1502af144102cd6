// Files that `mi graph load` reads: what they are and how they are opened.

#ifndef MI_CLIENTS_CPP_COMMANDS_GRAPH_LOAD_INPUT_H_
#define MI_CLIENTS_CPP_COMMANDS_GRAPH_LOAD_INPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "clients/cpp/input/graph/graph_reader.h"
#include "clients/cpp/input/graph/hif_reader.h"
#include "clients/cpp/session.h"

namespace mi::client {

// --format and what the formats need.
struct GraphInputOptions {
  std::string format;
  std::string delimiter = ",";
  std::string array_delimiter = ";";
  std::vector<std::string> labels;
  std::string type;
};
void AddGraphInputOptions(CLI::App& command, GraphInputOptions* options);

struct GraphInput {
  std::string path;
  std::string format;  // "nodes-csv", "edges-csv", "ndjson", "hif"
};

// What each file is, by --format or its name and, of CSV, its header; files of
// nodes first and files of edges last. Errors: usage; a file at fault.
absl::StatusOr<std::vector<GraphInput>> FindGraphInputs(
    const std::vector<std::string>& paths, const GraphInputOptions& options);

// The file, ready to be read. With a session, nodes that a HIF file only
// mentions are left alone if `graph` has them.
absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphInput(
    const GraphInput& input, const GraphInputOptions& options);
absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphInput(
    const GraphInput& input, const GraphInputOptions& options, Session& session,
    const std::string& graph);

// Everything that decides which elements the rows make.
std::string DescribeGraphInput(const GraphInput& input,
                               const GraphInputOptions& options);

// One character, or "\t". Errors: usage.
absl::StatusOr<char> ReadDelimiter(const std::string& flag,
                                   const std::string& text);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_GRAPH_LOAD_INPUT_H_
