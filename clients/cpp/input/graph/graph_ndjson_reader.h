// NDJSON of graphs: one element a line, in the form of graph_json.h.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_NDJSON_READER_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_NDJSON_READER_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "clients/cpp/input/graph/graph_reader.h"

namespace mi::client {

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphNdjson(
    const std::string& path);

// Reads the text of one element. What is wrong with it, if it is not empty,
// begins with the place: "column 17: 'node.id' is empty".
std::string ReadGraphLine(std::string_view text,
                          marketing::intelligence::v1::GraphMutation* mutation);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_NDJSON_READER_H_
