// Hypergraphs from HIF files; hif.h says what becomes what.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_HIF_READER_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_HIF_READER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "clients/cpp/input/graph/graph_reader.h"
#include "clients/cpp/input/graph/hif.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

struct HifOptions {
  // Of edges that say nothing of a type.
  std::string type = std::string(kHifDefaultType);
  // For all nodes, beside those that they have.
  std::vector<std::string> labels;
};

// The rows are the nodes and then the hyperedges, each in the order in which
// the file first names it. Incidences of an edge may be anywhere, so the whole
// file is read first and held: memory of about its size.
class HifReader : public GraphReader {
 public:
  static constexpr uint64_t kMaxBytes = uint64_t{1} << 30;

  // Nodes that incidences name and "nodes" does not. Putting one would take its
  // labels and properties from a node that exists already.
  virtual std::vector<marketing::intelligence::v1::ElementId> mentioned_nodes()
      const = 0;

  // Makes no rows of those mentioned nodes. To be called before the first row.
  virtual void PassOver(
      const std::vector<marketing::intelligence::v1::ElementId>& mentioned) = 0;
};

// Errors: an input error with the place where the file is no HIF, or more than
// kMaxBytes. A record at fault makes a row at fault: an incidence the
// hyperedge's.
absl::StatusOr<std::unique_ptr<HifReader>> OpenHif(const std::string& path,
                                                   const HifOptions& options);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_HIF_READER_H_
