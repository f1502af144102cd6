// The nodes that a read starts from: named, selected or found by a search.

#ifndef MI_SERVER_GRAPH_START_NODES_H_
#define MI_SERVER_GRAPH_START_NODES_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/graph_read.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Finds the nodes, each once, in the order that StartNodes gives them; those
// linked to points one after the other, best point first. The points of a
// search go to `similar_points`.
//
// Errors: INVALID_ARGUMENT naming what is at fault under `field`; NOT_FOUND for
// an id or a collection; those of a search.
absl::StatusOr<std::vector<graph::NodeRow>> FindStartNodes(
    const GraphRead& read, const v1::StartNodes& start, std::string_view field,
    google::protobuf::RepeatedPtrField<v1::ScoredPoint>* similar_points);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_START_NODES_H_
