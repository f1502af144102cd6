// Shortest paths, by edges and by weight.

#ifndef MI_SERVER_GRAPH_PATHS_H_
#define MI_SERVER_GRAPH_PATHS_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/graph_read.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Does what GraphService says of the method.
absl::Status FindShortestPaths(const GraphRead& read,
                               const v1::FindShortestPathsRequest& request,
                               v1::FindShortestPathsResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_PATHS_H_
