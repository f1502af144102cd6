// Elements by id, and by what they are like.

#ifndef MI_SERVER_GRAPH_LOOKUPS_H_
#define MI_SERVER_GRAPH_LOOKUPS_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/graph_read.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Each does what GraphService says of the method of its name.

absl::Status GetNodes(const GraphRead& read, const v1::GetNodesRequest& request,
                      v1::GetNodesResponse* response);
absl::Status GetEdges(const GraphRead& read, const v1::GetEdgesRequest& request,
                      v1::GetEdgesResponse* response);
absl::Status GetHyperedges(const GraphRead& read,
                           const v1::GetHyperedgesRequest& request,
                           v1::GetHyperedgesResponse* response);

absl::Status ListNodes(const GraphRead& read,
                       const v1::ListNodesRequest& request,
                       v1::ListNodesResponse* response);
absl::Status ListEdges(const GraphRead& read,
                       const v1::ListEdgesRequest& request,
                       v1::ListEdgesResponse* response);
absl::Status ListHyperedges(const GraphRead& read,
                            const v1::ListHyperedgesRequest& request,
                            v1::ListHyperedgesResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_LOOKUPS_H_
