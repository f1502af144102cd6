// Reads that go from node to node.

#ifndef MI_SERVER_GRAPH_TRAVERSALS_H_
#define MI_SERVER_GRAPH_TRAVERSALS_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/graph_read.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Each does what GraphService says of the method of its name.

absl::Status ListNeighbors(const GraphRead& read,
                           const v1::ListNeighborsRequest& request,
                           v1::ListNeighborsResponse* response);

absl::Status ExpandNodes(const GraphRead& read,
                         const v1::ExpandNodesRequest& request,
                         v1::ExpandNodesResponse* response);

absl::Status GetSubgraph(const GraphRead& read,
                         const v1::GetSubgraphRequest& request,
                         v1::GetSubgraphResponse* response);

absl::Status FindSimilarNodes(const GraphRead& read,
                              const v1::FindSimilarNodesRequest& request,
                              v1::FindSimilarNodesResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_TRAVERSALS_H_
