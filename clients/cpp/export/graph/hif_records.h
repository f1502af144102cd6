// Nodes and hyperedges as records of a HIF file; input/graph/hif.h says what
// becomes what.

#ifndef MI_CLIENTS_CPP_EXPORT_GRAPH_HIF_RECORDS_H_
#define MI_CLIENTS_CPP_EXPORT_GRAPH_HIF_RECORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/output/proto_json.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

// {"node", "weight", "attrs"}
Json ToHifNode(const marketing::intelligence::v1::Node& node);

struct HifEdge {
  Json edge;                     // {"edge", "weight", "attrs"}
  std::vector<Json> incidences;  // {"edge", "node", "direction", ...}
  bool is_directed = false;      // every incidence has a direction
};
HifEdge ToHifEdge(const marketing::intelligence::v1::Hyperedge& hyperedge);

// What a node says of the file as a whole, if it is the one that does.
struct HifFileFacts {
  std::string network_type;  // empty: follows from the incidences
  Json metadata;             // null: none
};
std::optional<HifFileFacts> ToHifFileFacts(
    const marketing::intelligence::v1::Node& node);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_GRAPH_HIF_RECORDS_H_
