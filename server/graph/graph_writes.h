// Writes to graphs.

#ifndef MI_SERVER_GRAPH_GRAPH_WRITES_H_
#define MI_SERVER_GRAPH_GRAPH_WRITES_H_

#include <string>

#include "absl/status/status.h"
#include "engine/workspace/workspace.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "server/graph/mutation_proto.h"
#include "server/idempotency/write_once.h"
#include "server/rpc/call.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// Each does what GraphService says of the method of its name, once if there is
// a key.

absl::Status CreateGraph(workspace::Workspace& workspace, const rpc::Call& call,
                         const OptionalKey& key,
                         const v1::CreateGraphRequest& request,
                         v1::CreateGraphResponse* response);
absl::Status DeleteGraph(workspace::Workspace& workspace, const rpc::Call& call,
                         const OptionalKey& key,
                         const v1::DeleteGraphRequest& request,
                         v1::DeleteGraphResponse* response);
absl::Status CreateGraphIndex(workspace::Workspace& workspace,
                              const rpc::Call& call, const OptionalKey& key,
                              const v1::CreateGraphIndexRequest& request,
                              v1::CreateGraphIndexResponse* response);
absl::Status DeleteGraphIndex(workspace::Workspace& workspace,
                              const rpc::Call& call, const OptionalKey& key,
                              const v1::DeleteGraphIndexRequest& request,
                              v1::DeleteGraphIndexResponse* response);

absl::Status WriteGraph(workspace::Workspace& workspace, const rpc::Call& call,
                        const OptionalKey& key,
                        const v1::WriteGraphRequest& request,
                        v1::WriteGraphResponse* response);

// One batch: what WriteGraph and each message of StreamWriteGraph do.
absl::Status WriteMutations(workspace::Workspace& workspace,
                            const rpc::Call& call, const OptionalKey& key,
                            const std::string& graph,
                            const ProtoMutations& mutations,
                            v1::WriteGraphResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_GRAPH_WRITES_H_
