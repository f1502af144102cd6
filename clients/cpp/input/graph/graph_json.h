// Nodes, edges and hyperedges from JSON: the messages of the API, with ids as
// texts or integers, and properties as property_json.h has them.
//
//   {"node": {"id": "cmp-1", "labels": ["Campaign"], "properties": {...},
//             "link": {"collection": "campaigns", "point_id": "cmp-1"}}}
//   {"edge": {"id": 7, "type": "TARGETS", "source_id": "cmp-1",
//             "target_id": "aud-3", "properties": {...},
//             "valid_time": {"from": "2026-03-01T00:00:00Z", "to": ...}}}
//   {"hyperedge": {"id": ..., "type": "SHOWN", "weight": 1, "confidence": 0.9,
//                  "members": [{"node_id": "crt-5", "role": "creative"}],
//                  "properties": {...}, "valid_time": {...}}}
//
// Only types, ends and members are required. export/graph/graph_json.h writes
// it.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_JSON_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_JSON_H_

#include <string>

#include "clients/cpp/input/graph/json_fault.h"
#include "marketing/intelligence/v1/graph.pb.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "nlohmann/json.hpp"

namespace mi::client {

// A mutation that puts the element.
MaybeFault JsonToMutation(const nlohmann::json& json,
                          marketing::intelligence::v1::GraphMutation* mutation);

// An element's id: a text of 1 to 256 bytes, or an integer from 0 to 2^53 - 1.
MaybeFault JsonToElementId(const nlohmann::json& json,
                           marketing::intelligence::v1::ElementId* id);

// What is wrong with a text as an id; nothing if all is well.
std::string IdProblem(std::string_view name);

// A name: see NameProblem.
MaybeFault JsonToName(const nlohmann::json& json, std::string* name);

// {"from", "to"}: RFC 3339 or dates; either may be missing.
MaybeFault JsonToTimeSpan(const nlohmann::json& json,
                          marketing::intelligence::v1::TimeSpan* span);

// {"collection", "point_id"}
MaybeFault JsonToLink(const nlohmann::json& json,
                      marketing::intelligence::v1::PointLink* link);

// A list of labels, no two alike.
MaybeFault JsonToLabels(const nlohmann::json& json,
                        marketing::intelligence::v1::Node* node);

// A number from `min` to `max`, both finite.
MaybeFault JsonToNumber(const nlohmann::json& json, double min, double max,
                        double* number);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_JSON_H_
