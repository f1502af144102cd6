// Formats that a graph is exported in.

#ifndef MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_WRITER_H_
#define MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_WRITER_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "clients/cpp/export/graph/csv_columns.h"
#include "clients/cpp/output/sink.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

// Gets all nodes, then all edges, then all hyperedges. What Write returns is
// the sink's error, or an input error for what the format cannot hold.
// Thread-compatible.
class GraphWriter {
 public:
  virtual ~GraphWriter() = default;

  virtual absl::Status Write(const marketing::intelligence::v1::Node& node) = 0;
  virtual absl::Status Write(const marketing::intelligence::v1::Edge& edge) = 0;
  virtual absl::Status Write(
      const marketing::intelligence::v1::Hyperedge& hyperedge) = 0;

  // Behind the last element. Once.
  virtual absl::Status Finish() = 0;
};

// One element a line; holds everything. input/graph/graph_json.h describes it.
std::unique_ptr<GraphWriter> MakeGraphNdjsonWriter(Sink& sink);

// Nodes and edges, each into a file of their own, with the columns that were
// found in them before. Refuses hyperedges, elements with other columns, and
// names that hold the array delimiter where one stands between them.
// input/graph/csv_header.h describes it.
std::unique_ptr<GraphWriter> MakeGraphCsvWriter(Sink& nodes, Sink& edges,
                                                CsvNodeColumns node_columns,
                                                CsvEdgeColumns edge_columns,
                                                CsvDelimiters delimiters);

// Nodes and hyperedges; refuses edges. input/graph/hif.h describes it.
std::unique_ptr<GraphWriter> MakeHifWriter(Sink& sink);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_WRITER_H_
