// The graph service of the fake server: elements in maps, batches that are
// atomic, no dangling edges, and answers to questions as a test gives them.

#ifndef MI_TESTS_CLIENTS_CPP_FAKE_GRAPHS_H_
#define MI_TESTS_CLIENTS_CPP_FAKE_GRAPHS_H_

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "grpcpp/server_context.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "tests/clients/cpp/random_graph.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

// Thread-safe. Everything public is set before the first call, and read after
// the last one.
class FakeGraphs : public v1::GraphService::Service {
 public:
  using Mutations = google::protobuf::RepeatedPtrField<v1::GraphMutation>;

  // What is stored, each kind in the order of writing.
  RandomGraph Stored(const std::string& graph) const;
  // Puts elements there, as if they had been written.
  void Store(const std::string& graph, const RandomGraph& elements);

  // The next writes of a batch answer with these, in turn.
  void FailNext(std::vector<grpc::Status> statuses);
  // Those that did not fail, in the order of their writing.
  std::vector<int> batch_sizes() const;
  // Keys of all batches that arrived, also of those refused.
  std::vector<std::string> keys() const;
  int stream_calls() const { return stream_calls_; }

  std::map<std::string, v1::Graph> graphs;
  int max_page = 7;

  // The last request, and the answer, of each question.
  v1::CreateGraphIndexRequest last_create_index;
  v1::DeleteGraphIndexRequest last_delete_index;
  v1::GetGraphStatsResponse stats;
  v1::ListNodesRequest last_list_nodes;
  v1::ListNeighborsRequest last_neighbors;
  std::vector<v1::ListNeighborsResponse> neighbors;  // pages
  v1::ExpandNodesRequest last_expand;
  v1::ExpandNodesResponse expanded;
  v1::FindShortestPathsRequest last_paths;
  v1::FindShortestPathsResponse paths;
  v1::FindHyperedgesRequest last_hyperedges;
  v1::FindHyperedgesResponse hyperedges;
  v1::FindCoMembersRequest last_co_members;
  v1::FindCoMembersResponse co_members;
  v1::GetSubgraphRequest last_subgraph;
  v1::GetSubgraphResponse subgraph;
  v1::FindSimilarNodesRequest last_similar;
  v1::FindSimilarNodesResponse similar;
  v1::RunGraphAlgorithmRequest last_run;
  v1::RunGraphAlgorithmResponse run;

  grpc::Status CreateGraph(grpc::ServerContext* context,
                           const v1::CreateGraphRequest* request,
                           v1::CreateGraphResponse* response) override;
  grpc::Status GetGraph(grpc::ServerContext* context,
                        const v1::GetGraphRequest* request,
                        v1::GetGraphResponse* response) override;
  grpc::Status ListGraphs(grpc::ServerContext* context,
                          const v1::ListGraphsRequest* request,
                          v1::ListGraphsResponse* response) override;
  grpc::Status DeleteGraph(grpc::ServerContext* context,
                           const v1::DeleteGraphRequest* request,
                           v1::DeleteGraphResponse* response) override;
  grpc::Status CreateGraphIndex(
      grpc::ServerContext* context, const v1::CreateGraphIndexRequest* request,
      v1::CreateGraphIndexResponse* response) override;
  grpc::Status DeleteGraphIndex(
      grpc::ServerContext* context, const v1::DeleteGraphIndexRequest* request,
      v1::DeleteGraphIndexResponse* response) override;
  grpc::Status GetGraphStats(grpc::ServerContext* context,
                             const v1::GetGraphStatsRequest* request,
                             v1::GetGraphStatsResponse* response) override;
  grpc::Status WriteGraph(grpc::ServerContext* context,
                          const v1::WriteGraphRequest* request,
                          v1::WriteGraphResponse* response) override;
  grpc::Status StreamWriteGraph(
      grpc::ServerContext* context,
      grpc::ServerReader<v1::StreamWriteGraphRequest>* reader,
      v1::StreamWriteGraphResponse* response) override;
  grpc::Status GetNodes(grpc::ServerContext* context,
                        const v1::GetNodesRequest* request,
                        v1::GetNodesResponse* response) override;
  grpc::Status ListNodes(grpc::ServerContext* context,
                         const v1::ListNodesRequest* request,
                         v1::ListNodesResponse* response) override;
  grpc::Status ListEdges(grpc::ServerContext* context,
                         const v1::ListEdgesRequest* request,
                         v1::ListEdgesResponse* response) override;
  grpc::Status ListHyperedges(grpc::ServerContext* context,
                              const v1::ListHyperedgesRequest* request,
                              v1::ListHyperedgesResponse* response) override;
  grpc::Status ListNeighbors(grpc::ServerContext* context,
                             const v1::ListNeighborsRequest* request,
                             v1::ListNeighborsResponse* response) override;
  grpc::Status ExpandNodes(grpc::ServerContext* context,
                           const v1::ExpandNodesRequest* request,
                           v1::ExpandNodesResponse* response) override;
  grpc::Status FindShortestPaths(
      grpc::ServerContext* context, const v1::FindShortestPathsRequest* request,
      v1::FindShortestPathsResponse* response) override;
  grpc::Status FindHyperedges(grpc::ServerContext* context,
                              const v1::FindHyperedgesRequest* request,
                              v1::FindHyperedgesResponse* response) override;
  grpc::Status FindCoMembers(grpc::ServerContext* context,
                             const v1::FindCoMembersRequest* request,
                             v1::FindCoMembersResponse* response) override;
  grpc::Status GetSubgraph(grpc::ServerContext* context,
                           const v1::GetSubgraphRequest* request,
                           v1::GetSubgraphResponse* response) override;
  grpc::Status FindSimilarNodes(
      grpc::ServerContext* context, const v1::FindSimilarNodesRequest* request,
      v1::FindSimilarNodesResponse* response) override;
  grpc::Status RunGraphAlgorithm(
      grpc::ServerContext* context, const v1::RunGraphAlgorithmRequest* request,
      v1::RunGraphAlgorithmResponse* response) override;

 private:
  // Elements of a kind by id, and the ids in the order of writing.
  template <typename Element>
  struct Elements {
    std::map<std::string, Element> by_id;
    std::vector<std::string> order;

    void Put(const Element& element);
  };
  struct Content {
    Elements<v1::Node> nodes;
    Elements<v1::Edge> edges;
    Elements<v1::Hyperedge> hyperedges;
    uint64_t next_id = 1'000'000;
  };

  grpc::Status Write(const std::string& graph, const Mutations& mutations,
                     const std::string& key);
  grpc::Status Check(const Content& content, const Mutations& mutations) const;
  static void Apply(const Mutations& mutations, Content* content);
  grpc::Status Require(const std::string& graph) const;

  mutable std::mutex mutex_;
  std::map<std::string, Content> contents_;
  std::deque<grpc::Status> failures_;
  std::vector<std::string> keys_;
  std::set<std::string> done_keys_;
  std::vector<int> batch_sizes_;
  int stream_calls_ = 0;
};

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_FAKE_GRAPHS_H_
