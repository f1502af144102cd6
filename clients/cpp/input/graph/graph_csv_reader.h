// CSV files of nodes or edges. csv_header.h describes their first line.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_CSV_READER_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_CSV_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cpp/input/graph/graph_reader.h"

namespace mi::client {

struct GraphCsvOptions {
  char delimiter = ',';
  char array_delimiter = ';';
  // For all nodes, beside those of the column :LABEL.
  std::vector<std::string> labels;
  // For edges without a column :TYPE, or with an empty cell there.
  std::string type;
};

// What is in a file, by its header.
enum class GraphCsvKind { kNodes, kEdges };

// Errors: an input error if there is no such file or its header is at fault.
absl::StatusOr<GraphCsvKind> DetectGraphCsv(const std::string& path,
                                            char delimiter);

absl::StatusOr<std::unique_ptr<GraphReader>> OpenGraphCsv(
    const std::string& path, const GraphCsvOptions& options);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_CSV_READER_H_
