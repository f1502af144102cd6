// Nodes, edges and hyperedges as JSON that loads again as it was:
// input/graph/graph_json.h describes it.

#ifndef MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_JSON_H_
#define MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_JSON_H_

#include "clients/cpp/output/proto_json.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

// A text or an integer.
Json IdToJson(const marketing::intelligence::v1::ElementId& id);

// {"from", "to"}, without the ends that are open.
Json TimeSpanToJson(const marketing::intelligence::v1::TimeSpan& span);

Json LinkToJson(const marketing::intelligence::v1::PointLink& link);

// The element with its kind: {"node": {...}}. What is at its default is left
// out.
Json ElementToJson(const marketing::intelligence::v1::Node& node);
Json ElementToJson(const marketing::intelligence::v1::Edge& edge);
Json ElementToJson(const marketing::intelligence::v1::Hyperedge& hyperedge);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_GRAPH_GRAPH_JSON_H_
