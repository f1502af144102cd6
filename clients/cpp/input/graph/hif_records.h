// Single records of a HIF file: hif.h says what becomes what.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_HIF_RECORDS_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_HIF_RECORDS_H_

#include <optional>
#include <string>

#include "clients/cpp/input/graph/json_fault.h"
#include "marketing/intelligence/v1/graph.pb.h"
#include "marketing/intelligence/v1/property_value.pb.h"
#include "nlohmann/json.hpp"

namespace mi::client {

// The id of a record: its member "node" or "edge".
MaybeFault ReadHifId(const nlohmann::json& record, std::string_view member,
                     marketing::intelligence::v1::ElementId* id);

// Each fills in what the record says beside the id, and refuses what it does
// not know.
MaybeFault ReadHifNode(const nlohmann::json& record,
                       marketing::intelligence::v1::Node* node);
MaybeFault ReadHifEdge(const nlohmann::json& record,
                       marketing::intelligence::v1::Hyperedge* hyperedge);

struct HifIncidence {
  marketing::intelligence::v1::HyperedgeMember member;
  // The entry of "hif_incidences", where there is a weight or an attribute.
  std::optional<marketing::intelligence::v1::PropertyValue> entry;
};
MaybeFault ReadHifIncidence(const nlohmann::json& record,
                            HifIncidence* incidence);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_HIF_RECORDS_H_
