#include "server/graph/graph_service.h"

#include <memory>
#include <utility>

#include "engine/base/progress.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/statistics.h"
#include "server/graph/algorithm_proto.h"
#include "server/graph/algorithm_run.h"
#include "server/graph/graph_writes.h"
#include "server/graph/graphs_proto.h"
#include "server/graph/hyperedge_reads.h"
#include "server/graph/lookups.h"
#include "server/graph/paths.h"
#include "server/graph/traversals.h"
#include "server/graph/write_stream.h"

namespace mi::server {
namespace {

using rpc::Call;
using rpc::CallClass;
using rpc::MethodInfo;

constexpr char kService[] = "marketing.intelligence.v1.GraphService";
constexpr MethodInfo kCreateGraph{kService, "CreateGraph", CallClass::kWrite};
constexpr MethodInfo kGetGraph{kService, "GetGraph", CallClass::kAdmin};
constexpr MethodInfo kListGraphs{kService, "ListGraphs", CallClass::kAdmin};
constexpr MethodInfo kDeleteGraph{kService, "DeleteGraph", CallClass::kWrite};
constexpr MethodInfo kCreateGraphIndex{kService, "CreateGraphIndex",
                                       CallClass::kWrite};
constexpr MethodInfo kDeleteGraphIndex{kService, "DeleteGraphIndex",
                                       CallClass::kWrite};
constexpr MethodInfo kGetGraphStats{kService, "GetGraphStats",
                                    CallClass::kAdmin};
constexpr MethodInfo kWriteGraph{kService, "WriteGraph", CallClass::kWrite};
constexpr MethodInfo kStreamWriteGraph{kService, "StreamWriteGraph",
                                       CallClass::kWrite};
constexpr MethodInfo kGetNodes{kService, "GetNodes", CallClass::kRead};
constexpr MethodInfo kGetEdges{kService, "GetEdges", CallClass::kRead};
constexpr MethodInfo kGetHyperedges{kService, "GetHyperedges",
                                    CallClass::kRead};
constexpr MethodInfo kListNodes{kService, "ListNodes", CallClass::kRead};
constexpr MethodInfo kListEdges{kService, "ListEdges", CallClass::kRead};
constexpr MethodInfo kListHyperedges{kService, "ListHyperedges",
                                     CallClass::kRead};
constexpr MethodInfo kListNeighbors{kService, "ListNeighbors",
                                    CallClass::kRead};
constexpr MethodInfo kExpandNodes{kService, "ExpandNodes", CallClass::kRead};
constexpr MethodInfo kFindShortestPaths{kService, "FindShortestPaths",
                                        CallClass::kRead};
constexpr MethodInfo kFindHyperedges{kService, "FindHyperedges",
                                     CallClass::kRead};
constexpr MethodInfo kFindCoMembers{kService, "FindCoMembers",
                                    CallClass::kRead};
constexpr MethodInfo kGetSubgraph{kService, "GetSubgraph", CallClass::kRead};
constexpr MethodInfo kFindSimilarNodes{kService, "FindSimilarNodes",
                                       CallClass::kRead};
constexpr MethodInfo kRunGraphAlgorithm{kService, "RunGraphAlgorithm",
                                        CallClass::kWrite};

absl::Status GetGraphStats(const GraphRead& read,
                           const v1::GetGraphStatsRequest&,
                           v1::GetGraphStatsResponse* response) {
  constexpr size_t kMaxConnections = 1'000;
  ASSIGN_OR_RETURN(
      const graph::GraphStatistics statistics,
      graph::ComputeStatistics(read.view, kMaxConnections, read.stop));
  ToProto(statistics, read.view.sequence, response);
  return absl::OkStatus();
}

}  // namespace

template <typename Request, typename Response>
grpc::ServerUnaryReactor* GraphService::Write(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response, const MethodInfo& method,
    GraphWrite<Request, Response> write) {
  return calls_.Unary<Request, Response>(
      context, request, response, method,
      [this, &method, write](Call& call, const Request& request,
                             Response* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(method, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return write(*workspace, call, key, request, response);
      });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* GraphService::Read(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response, const MethodInfo& method,
    GraphReader<Request, Response> read) {
  return calls_.Unary<Request, Response>(
      context, request, response, method,
      [this, read](Call& call, const Request& request,
                   Response* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        const auto catalog = workspace->catalog();
        ASSIGN_OR_RETURN(const auto entry,
                         catalog->ResolveGraph(request.graph()));
        const auto view = entry->graph->View();
        return read({*catalog, *view, clock_, call.stop()}, request, response);
      });
}

// RunGraphAlgorithm.
absl::Status GraphService::RunNowOrAsJob(
    Call& call, const v1::RunGraphAlgorithmRequest& request,
    v1::RunGraphAlgorithmResponse* response) {
  if (!request.write_property().empty()) {
    RETURN_IF_ERROR(call.Require(auth::Permission::kWrite, "write_property"));
  }
  AlgorithmTarget target;
  ASSIGN_OR_RETURN(target.workspace, workspaces_.Open(call.tenant()));
  ASSIGN_OR_RETURN(const auto entry,
                   target.workspace->catalog()->ResolveGraph(request.graph()));
  target.graph_id = entry->id;
  target.view = entry->graph->View();
  ASSIGN_OR_RETURN(const AlgorithmRun run, FromProto(request, *target.view));
  if (!request.as_job()) {
    Progress progress(call.stop());
    ASSIGN_OR_RETURN(*response->mutable_result(),
                     RunAlgorithm(target, run, clock_, progress));
    return absl::OkStatus();
  }
  const auto work = [target, run,
                     &clock = clock_](Progress& progress) -> JobTable::Outcome {
    v1::GetJobResponse outcome;
    ASSIGN_OR_RETURN(*outcome.mutable_graph_algorithm(),
                     RunAlgorithm(target, run, clock, progress));
    return outcome;
  };
  ASSIGN_OR_RETURN(*response->mutable_job(),
                   jobs_.Start(call.tenant().tenant(),
                               v1::JOB_KIND_RUN_GRAPH_ALGORITHM, work));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* GraphService::CreateGraph(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Write<v1::CreateGraphRequest, v1::CreateGraphResponse>(
      context, request, response, kCreateGraph, server::CreateGraph);
}

grpc::ServerUnaryReactor* GraphService::GetGraph(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetGraphRequest, v1::GetGraphResponse>(
      context, request, response, kGetGraph,
      [this](Call& call, const v1::GetGraphRequest& request,
             v1::GetGraphResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        ASSIGN_OR_RETURN(const auto entry,
                         workspace->catalog()->ResolveGraph(request.name()));
        ToProto(*entry, *entry->graph->View(), response->mutable_graph());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* GraphService::ListGraphs(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListGraphsRequest, v1::ListGraphsResponse>(
      context, request, response, kListGraphs,
      [this](Call& call, const v1::ListGraphsRequest&,
             v1::ListGraphsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        for (const auto& [name, entry] : workspace->catalog()->graphs) {
          ToProto(*entry, *entry->graph->View(), response->add_graphs());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* GraphService::DeleteGraph(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Write<v1::DeleteGraphRequest, v1::DeleteGraphResponse>(
      context, request, response, kDeleteGraph, server::DeleteGraph);
}

grpc::ServerUnaryReactor* GraphService::CreateGraphIndex(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Write<v1::CreateGraphIndexRequest, v1::CreateGraphIndexResponse>(
      context, request, response, kCreateGraphIndex, server::CreateGraphIndex);
}

grpc::ServerUnaryReactor* GraphService::DeleteGraphIndex(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Write<v1::DeleteGraphIndexRequest, v1::DeleteGraphIndexResponse>(
      context, request, response, kDeleteGraphIndex, server::DeleteGraphIndex);
}

grpc::ServerUnaryReactor* GraphService::GetGraphStats(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::GetGraphStatsRequest, v1::GetGraphStatsResponse>(
      context, request, response, kGetGraphStats, server::GetGraphStats);
}

grpc::ServerUnaryReactor* GraphService::WriteGraph(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Write<v1::WriteGraphRequest, v1::WriteGraphResponse>(
      context, request, response, kWriteGraph, server::WriteGraph);
}

grpc::ServerReadReactor<grpc::ByteBuffer>* GraphService::StreamWriteGraph(
    grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
  return calls_
      .ClientStream<v1::StreamWriteGraphRequest, v1::StreamWriteGraphResponse>(
          context, response, kStreamWriteGraph, [this] {
            return std::make_unique<WriteStream>(kStreamWriteGraph,
                                                 workspaces_);
          });
}

grpc::ServerUnaryReactor* GraphService::GetNodes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::GetNodesRequest, v1::GetNodesResponse>(
      context, request, response, kGetNodes, server::GetNodes);
}

grpc::ServerUnaryReactor* GraphService::GetEdges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::GetEdgesRequest, v1::GetEdgesResponse>(
      context, request, response, kGetEdges, server::GetEdges);
}

grpc::ServerUnaryReactor* GraphService::GetHyperedges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::GetHyperedgesRequest, v1::GetHyperedgesResponse>(
      context, request, response, kGetHyperedges, server::GetHyperedges);
}

grpc::ServerUnaryReactor* GraphService::ListNodes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::ListNodesRequest, v1::ListNodesResponse>(
      context, request, response, kListNodes, server::ListNodes);
}

grpc::ServerUnaryReactor* GraphService::ListEdges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::ListEdgesRequest, v1::ListEdgesResponse>(
      context, request, response, kListEdges, server::ListEdges);
}

grpc::ServerUnaryReactor* GraphService::ListHyperedges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::ListHyperedgesRequest, v1::ListHyperedgesResponse>(
      context, request, response, kListHyperedges, server::ListHyperedges);
}

grpc::ServerUnaryReactor* GraphService::ListNeighbors(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::ListNeighborsRequest, v1::ListNeighborsResponse>(
      context, request, response, kListNeighbors, server::ListNeighbors);
}

grpc::ServerUnaryReactor* GraphService::ExpandNodes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::ExpandNodesRequest, v1::ExpandNodesResponse>(
      context, request, response, kExpandNodes, server::ExpandNodes);
}

grpc::ServerUnaryReactor* GraphService::FindShortestPaths(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::FindShortestPathsRequest, v1::FindShortestPathsResponse>(
      context, request, response, kFindShortestPaths,
      server::FindShortestPaths);
}

grpc::ServerUnaryReactor* GraphService::FindHyperedges(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::FindHyperedgesRequest, v1::FindHyperedgesResponse>(
      context, request, response, kFindHyperedges, server::FindHyperedges);
}

grpc::ServerUnaryReactor* GraphService::FindCoMembers(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::FindCoMembersRequest, v1::FindCoMembersResponse>(
      context, request, response, kFindCoMembers, server::FindCoMembers);
}

grpc::ServerUnaryReactor* GraphService::GetSubgraph(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::GetSubgraphRequest, v1::GetSubgraphResponse>(
      context, request, response, kGetSubgraph, server::GetSubgraph);
}

grpc::ServerUnaryReactor* GraphService::FindSimilarNodes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Read<v1::FindSimilarNodesRequest, v1::FindSimilarNodesResponse>(
      context, request, response, kFindSimilarNodes, server::FindSimilarNodes);
}

grpc::ServerUnaryReactor* GraphService::RunGraphAlgorithm(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_
      .Unary<v1::RunGraphAlgorithmRequest, v1::RunGraphAlgorithmResponse>(
          context, request, response, kRunGraphAlgorithm,
          [this](Call& call, const v1::RunGraphAlgorithmRequest& request,
                 v1::RunGraphAlgorithmResponse* response) {
            return RunNowOrAsJob(call, request, response);
          });
}

}  // namespace mi::server
