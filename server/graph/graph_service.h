// GraphService: property graphs.

#ifndef MI_SERVER_GRAPH_GRAPH_SERVICE_H_
#define MI_SERVER_GRAPH_GRAPH_SERVICE_H_

#include "engine/base/clock.h"
#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "server/graph/graph_read.h"
#include "server/idempotency/write_once.h"
#include "server/jobs/job_table.h"
#include "server/rpc/calls.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The raw form of every method; see RawSearchService.
using RawGraphService = v1::GraphService::WithRawCallbackMethod_CreateGraph<v1::GraphService::WithRawCallbackMethod_GetGraph<
    v1::GraphService::WithRawCallbackMethod_ListGraphs<v1::GraphService::WithRawCallbackMethod_DeleteGraph<
        v1::GraphService::WithRawCallbackMethod_CreateGraphIndex<v1::GraphService::WithRawCallbackMethod_DeleteGraphIndex<
            v1::GraphService::WithRawCallbackMethod_GetGraphStats<v1::GraphService::WithRawCallbackMethod_WriteGraph<
                v1::GraphService::WithRawCallbackMethod_StreamWriteGraph<v1::GraphService::WithRawCallbackMethod_GetNodes<
                    v1::GraphService::WithRawCallbackMethod_GetEdges<v1::GraphService::WithRawCallbackMethod_GetHyperedges<
                        v1::GraphService::WithRawCallbackMethod_ListNodes<v1::GraphService::WithRawCallbackMethod_ListEdges<
                            v1::GraphService::WithRawCallbackMethod_ListHyperedges<
                                v1::GraphService::WithRawCallbackMethod_ListNeighbors<
                                    v1::GraphService::WithRawCallbackMethod_ExpandNodes<
                                        v1::GraphService::WithRawCallbackMethod_FindShortestPaths<
                                            v1::GraphService::WithRawCallbackMethod_FindHyperedges<
                                                v1::GraphService::WithRawCallbackMethod_FindCoMembers<
                                                    v1::GraphService::WithRawCallbackMethod_GetSubgraph<
                                                        v1::GraphService::WithRawCallbackMethod_FindSimilarNodes<
                                                            v1::GraphService::WithRawCallbackMethod_RunGraphAlgorithm<
                                                                v1::GraphService::
                                                                    Service>>>>>>>>>>>>>>>>>>>>>>>;

// What a write of a method does, and what a read does.
template <typename Request, typename Response>
using GraphWrite = absl::Status (*)(workspace::Workspace&, const rpc::Call&,
                                    const OptionalKey&, const Request&,
                                    Response*);
template <typename Request, typename Response>
using GraphReader = absl::Status (*)(const GraphRead&, const Request&,
                                     Response*);

// Thread-safe; holds no state of its own.
class GraphService final : public RawGraphService {
 public:
  // All arguments must outlive the service.
  GraphService(rpc::Calls& calls, workspace::Directory& workspaces,
               JobTable& jobs, const Clock& clock)
      : calls_(calls), workspaces_(workspaces), jobs_(jobs), clock_(clock) {}

  grpc::ServerUnaryReactor* CreateGraph(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetGraph(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListGraphs(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteGraph(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateGraphIndex(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteGraphIndex(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetGraphStats(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* WriteGraph(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* StreamWriteGraph(
      grpc::CallbackServerContext* context,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetNodes(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetEdges(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetHyperedges(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListNodes(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListEdges(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListHyperedges(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListNeighbors(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ExpandNodes(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* FindShortestPaths(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* FindHyperedges(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* FindCoMembers(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetSubgraph(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* FindSimilarNodes(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RunGraphAlgorithm(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  // Answers a call that writes, once if it has a key.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response,
                                  const rpc::MethodInfo& method,
                                  GraphWrite<Request, Response> write);

  // Answers a call that reads one state of the graph that it names.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response,
                                 const rpc::MethodInfo& method,
                                 GraphReader<Request, Response> read);

  absl::Status RunNowOrAsJob(rpc::Call& call,
                             const v1::RunGraphAlgorithmRequest& request,
                             v1::RunGraphAlgorithmResponse* response);

  rpc::Calls& calls_;
  workspace::Directory& workspaces_;
  JobTable& jobs_;
  const Clock& clock_;
};

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_GRAPH_SERVICE_H_
