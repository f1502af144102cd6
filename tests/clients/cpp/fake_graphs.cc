#include "tests/clients/cpp/fake_graphs.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "tests/clients/cpp/fake_errors.h"

namespace mi::client {
namespace {

std::string KeyOf(const v1::ElementId& id) { return id.SerializeAsString(); }

grpc::Status NotThere(const std::string& what, const std::string& name) {
  return {grpc::StatusCode::NOT_FOUND, fmt::format("no {} '{}'", what, name)};
}

}  // namespace

template <typename Element>
void FakeGraphs::Elements<Element>::Put(const Element& element) {
  const std::string key = KeyOf(element.id());
  if (by_id.insert_or_assign(key, element).second) order.push_back(key);
}

RandomGraph FakeGraphs::Stored(const std::string& graph) const {
  const std::lock_guard lock(mutex_);
  RandomGraph stored;
  const auto found = contents_.find(graph);
  if (found == contents_.end()) return stored;
  const Content& content = found->second;
  for (const auto& key : content.nodes.order) {
    stored.nodes.push_back(content.nodes.by_id.at(key));
  }
  for (const auto& key : content.edges.order) {
    stored.edges.push_back(content.edges.by_id.at(key));
  }
  for (const auto& key : content.hyperedges.order) {
    stored.hyperedges.push_back(content.hyperedges.by_id.at(key));
  }
  return stored;
}

void FakeGraphs::Store(const std::string& graph, const RandomGraph& elements) {
  graphs[graph].set_name(graph);
  Content& content = contents_[graph];
  for (const auto& node : elements.nodes) content.nodes.Put(node);
  for (const auto& edge : elements.edges) content.edges.Put(edge);
  for (const auto& hyperedge : elements.hyperedges) {
    content.hyperedges.Put(hyperedge);
  }
}

void FakeGraphs::FailNext(std::vector<grpc::Status> statuses) {
  const std::lock_guard lock(mutex_);
  failures_.insert(failures_.end(), statuses.begin(), statuses.end());
}

std::vector<int> FakeGraphs::batch_sizes() const {
  const std::lock_guard lock(mutex_);
  return batch_sizes_;
}

std::vector<std::string> FakeGraphs::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

grpc::Status FakeGraphs::Require(const std::string& graph) const {
  return graphs.contains(graph) ? grpc::Status::OK : NotThere("graph", graph);
}

grpc::Status FakeGraphs::CreateGraph(grpc::ServerContext* /*context*/,
                                     const v1::CreateGraphRequest* request,
                                     v1::CreateGraphResponse* response) {
  const std::lock_guard lock(mutex_);
  if (graphs.contains(request->name())) {
    return {grpc::StatusCode::ALREADY_EXISTS, "exists"};
  }
  v1::Graph& graph = graphs[request->name()];
  graph.set_name(request->name());
  *graph.mutable_indexes() = request->indexes();
  *response->mutable_graph() = graph;
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::GetGraph(grpc::ServerContext* /*context*/,
                                  const v1::GetGraphRequest* request,
                                  v1::GetGraphResponse* response) {
  const std::lock_guard lock(mutex_);
  grpc::Status there = Require(request->name());
  if (!there.ok()) return there;
  const Content& content = contents_[request->name()];
  v1::Graph& graph = *response->mutable_graph();
  graph = graphs[request->name()];
  graph.set_node_count(content.nodes.order.size());
  graph.set_edge_count(content.edges.order.size());
  graph.set_hyperedge_count(content.hyperedges.order.size());
  graph.set_sequence(graph.sequence() + batch_sizes_.size());
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::ListGraphs(grpc::ServerContext* /*context*/,
                                    const v1::ListGraphsRequest* /*request*/,
                                    v1::ListGraphsResponse* response) {
  for (const auto& [name, graph] : graphs) *response->add_graphs() = graph;
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::DeleteGraph(grpc::ServerContext* /*context*/,
                                     const v1::DeleteGraphRequest* request,
                                     v1::DeleteGraphResponse* /*response*/) {
  const std::lock_guard lock(mutex_);
  contents_.erase(request->name());
  return graphs.erase(request->name()) > 0 ? grpc::Status::OK
                                           : NotThere("graph", request->name());
}

grpc::Status FakeGraphs::Check(const Content& content,
                               const Mutations& mutations) const {
  std::set<std::string> nodes;
  std::set<std::string> written;
  const auto check_node = [&](const v1::ElementId& id, int i,
                              const std::string& field) {
    if (nodes.contains(KeyOf(id)) || content.nodes.by_id.contains(KeyOf(id))) {
      return grpc::Status::OK;
    }
    return BadFields(
        {{fmt::format("mutations[{}].{}", i, field), "no such node"}},
        grpc::StatusCode::NOT_FOUND);
  };
  for (int i = 0; i < mutations.size(); ++i) {
    const v1::GraphMutation& mutation = mutations[i];
    grpc::Status status;
    if (mutation.has_put_node()) {
      const std::string key = KeyOf(mutation.put_node().node().id());
      nodes.insert(key);
      if (!written.insert("n" + key).second) {
        status = BadFields({{fmt::format("mutations[{}].put_node.node.id", i),
                             "is written twice"}});
      }
    } else if (mutation.has_put_edge()) {
      const v1::Edge& edge = mutation.put_edge().edge();
      status = check_node(edge.source_id(), i, "put_edge.source_id");
      if (status.ok()) {
        status = check_node(edge.target_id(), i, "put_edge.target_id");
      }
    } else {
      for (const auto& member :
           mutation.put_hyperedge().hyperedge().members()) {
        if (status.ok()) {
          status = check_node(member.node_id(), i, "put_hyperedge.members");
        }
      }
    }
    if (!status.ok()) return status;
  }
  return grpc::Status::OK;
}

void FakeGraphs::Apply(const Mutations& mutations, Content* content) {
  for (const v1::GraphMutation& mutation : mutations) {
    if (mutation.has_put_node()) {
      content->nodes.Put(mutation.put_node().node());
    } else if (mutation.has_put_edge()) {
      v1::Edge edge = mutation.put_edge().edge();
      if (!edge.has_id()) edge.mutable_id()->set_number(content->next_id++);
      content->edges.Put(edge);
    } else {
      v1::Hyperedge hyperedge = mutation.put_hyperedge().hyperedge();
      if (!hyperedge.has_id()) {
        hyperedge.mutable_id()->set_number(content->next_id++);
      }
      if (!hyperedge.has_weight()) hyperedge.set_weight(1);
      if (!hyperedge.has_confidence()) hyperedge.set_confidence(1);
      content->hyperedges.Put(hyperedge);
    }
  }
}

grpc::Status FakeGraphs::Write(const std::string& graph,
                               const Mutations& mutations,
                               const std::string& key) {
  const std::lock_guard lock(mutex_);
  keys_.push_back(key);
  if (!failures_.empty()) {
    grpc::Status status = failures_.front();
    failures_.pop_front();
    if (!status.ok()) return status;
  }
  grpc::Status status = Require(graph);
  if (!status.ok()) return status;
  if (done_keys_.contains(key)) return grpc::Status::OK;
  Content& content = contents_[graph];
  status = Check(content, mutations);
  if (!status.ok()) return status;
  Apply(mutations, &content);
  done_keys_.insert(key);
  batch_sizes_.push_back(mutations.size());
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::WriteGraph(grpc::ServerContext* /*context*/,
                                    const v1::WriteGraphRequest* request,
                                    v1::WriteGraphResponse* /*response*/) {
  return Write(request->graph(), request->mutations(),
               request->idempotency_key());
}

grpc::Status FakeGraphs::StreamWriteGraph(
    grpc::ServerContext* /*context*/,
    grpc::ServerReader<v1::StreamWriteGraphRequest>* reader,
    v1::StreamWriteGraphResponse* response) {
  {
    const std::lock_guard lock(mutex_);
    ++stream_calls_;
  }
  int committed = 0;
  v1::StreamWriteGraphRequest request;
  while (reader->Read(&request)) {
    const grpc::Status status =
        Write(request.graph(), request.mutations(), request.idempotency_key());
    if (!status.ok()) return WithCommitted(status, committed);
    ++committed;
  }
  response->set_batch_count(static_cast<uint64_t>(committed));
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::GetNodes(grpc::ServerContext* /*context*/,
                                  const v1::GetNodesRequest* request,
                                  v1::GetNodesResponse* response) {
  const std::lock_guard lock(mutex_);
  grpc::Status there = Require(request->graph());
  if (!there.ok()) return there;
  const auto& nodes = contents_[request->graph()].nodes.by_id;
  for (const v1::ElementId& id : request->ids()) {
    const auto found = nodes.find(KeyOf(id));
    if (found == nodes.end()) continue;
    *response->add_nodes()->mutable_node() = found->second;
  }
  return grpc::Status::OK;
}

// A page of `all`: the token is where the next one begins.
template <typename Element, typename Request, typename Add, typename Response>
void Page(const std::vector<Element>& all, const Request& request, int max,
          const Add& add, Response* response) {
  const size_t begin =
      request.page_token().empty() ? 0 : std::stoul(request.page_token());
  const size_t end = std::min({all.size(), begin + request.page_size(),
                               begin + static_cast<size_t>(max)});
  for (size_t i = begin; i < end; ++i) add(all[i]);
  if (end < all.size()) response->set_next_page_token(std::to_string(end));
}

grpc::Status FakeGraphs::ListNodes(grpc::ServerContext* /*context*/,
                                   const v1::ListNodesRequest* request,
                                   v1::ListNodesResponse* response) {
  last_list_nodes = *request;
  Page(
      Stored(request->graph()).nodes, *request, max_page,
      [&](const v1::Node& node) {
        *response->add_nodes()->mutable_node() = node;
      },
      response);
  response->mutable_plan()->set_kind(v1::NodeScanPlan::KIND_ALL_NODES);
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::ListEdges(grpc::ServerContext* /*context*/,
                                   const v1::ListEdgesRequest* request,
                                   v1::ListEdgesResponse* response) {
  Page(
      Stored(request->graph()).edges, *request, max_page,
      [&](const v1::Edge& edge) {
        *response->add_edges()->mutable_edge() = edge;
      },
      response);
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::ListHyperedges(
    grpc::ServerContext* /*context*/, const v1::ListHyperedgesRequest* request,
    v1::ListHyperedgesResponse* response) {
  Page(
      Stored(request->graph()).hyperedges, *request, max_page,
      [&](const v1::Hyperedge& hyperedge) {
        *response->add_hyperedges()->mutable_hyperedge() = hyperedge;
      },
      response);
  return grpc::Status::OK;
}

grpc::Status FakeGraphs::ListNeighbors(grpc::ServerContext* /*context*/,
                                       const v1::ListNeighborsRequest* request,
                                       v1::ListNeighborsResponse* response) {
  last_neighbors = *request;
  const size_t page =
      request->page_token().empty() ? 0 : std::stoul(request->page_token());
  if (page < neighbors.size()) *response = neighbors[page];
  if (page + 1 < neighbors.size()) {
    response->set_next_page_token(std::to_string(page + 1));
  }
  return grpc::Status::OK;
}

// The questions that are answered as the test says.
#define MI_CANNED(Method, request_field, answer_field)                \
  grpc::Status FakeGraphs::Method(grpc::ServerContext* /*context*/,   \
                                  const v1::Method##Request* request, \
                                  v1::Method##Response* response) {   \
    request_field = *request;                                         \
    *response = answer_field;                                         \
    return grpc::Status::OK;                                          \
  }
MI_CANNED(ExpandNodes, last_expand, expanded)
MI_CANNED(FindShortestPaths, last_paths, paths)
MI_CANNED(FindHyperedges, last_hyperedges, hyperedges)
MI_CANNED(FindCoMembers, last_co_members, co_members)
MI_CANNED(GetSubgraph, last_subgraph, subgraph)
MI_CANNED(FindSimilarNodes, last_similar, similar)
MI_CANNED(RunGraphAlgorithm, last_run, run)
MI_CANNED(CreateGraphIndex, last_create_index, v1::CreateGraphIndexResponse())
MI_CANNED(DeleteGraphIndex, last_delete_index, v1::DeleteGraphIndexResponse())
#undef MI_CANNED

grpc::Status FakeGraphs::GetGraphStats(
    grpc::ServerContext* /*context*/,
    const v1::GetGraphStatsRequest* /*request*/,
    v1::GetGraphStatsResponse* response) {
  *response = stats;
  return grpc::Status::OK;
}

}  // namespace mi::client
