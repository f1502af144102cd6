// Hyperedges by their members, and nodes by the hyperedges that they share.

#ifndef MI_SERVER_GRAPH_HYPEREDGE_READS_H_
#define MI_SERVER_GRAPH_HYPEREDGE_READS_H_

#include "absl/status/status.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/graph_read.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Each does what GraphService says of the method of its name.

absl::Status FindHyperedges(const GraphRead& read,
                            const v1::FindHyperedgesRequest& request,
                            v1::FindHyperedgesResponse* response);

absl::Status FindCoMembers(const GraphRead& read,
                           const v1::FindCoMembersRequest& request,
                           v1::FindCoMembersResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_HYPEREDGE_READS_H_
