// Graphs, their indexes and their statistics between the API and the engine.

#ifndef MI_SERVER_GRAPH_GRAPHS_PROTO_H_
#define MI_SERVER_GRAPH_GRAPHS_PROTO_H_

#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/statistics.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/change.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Errors: INVALID_ARGUMENT naming every field at fault.
absl::StatusOr<workspace::CreateGraph> FromProto(
    const v1::CreateGraphRequest& request);
absl::StatusOr<graph::IndexDefinition> FromProto(
    const v1::CreateGraphIndexRequest& request);

// A graph with what is in it at the moment.
void ToProto(const workspace::GraphEntry& entry, const graph::GraphView& view,
             v1::Graph* out);
// A graph as it is created.
void ToProto(const workspace::GraphEntry& entry,
             const v1::CreateGraphRequest& request, uint64_t sequence,
             v1::Graph* out);

void ToProto(const graph::GraphStatistics& statistics, uint64_t sequence,
             v1::GetGraphStatsResponse* out);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_GRAPHS_PROTO_H_
