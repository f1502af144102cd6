// A server with a small campaign graph, and short ways to call it.

#ifndef MI_TESTS_SERVER_GRAPH_GRAPH_SERVICE_FIXTURE_H_
#define MI_TESTS_SERVER_GRAPH_GRAPH_SERVICE_FIXTURE_H_

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/messages.h"
#include "tests/support/test_server.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;
using ::grpc::StatusCode;
using ::mi::testing::Invoke;
using ::mi::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using GraphStub = v1::GraphService::Stub;
using OperationsStub = v1::OperationsService::Stub;

// "name" or "#number".
inline std::string IdText(const v1::ElementId& id) {
  return id.has_name() ? id.name() : "#" + std::to_string(id.number());
}

// Ids of anything that IdOf below knows, in order.
inline std::string IdOf(const v1::StoredNode& node) {
  return IdText(node.node().id());
}
inline std::string IdOf(const v1::StoredEdge& edge) {
  return IdText(edge.edge().id());
}
inline std::string IdOf(const v1::StoredHyperedge& hyperedge) {
  return IdText(hyperedge.hyperedge().id());
}
template <typename HasNode>
std::string IdOf(const HasNode& element) {
  return IdOf(element.node());
}
template <typename Elements>
std::vector<std::string> IdsOf(const Elements& elements) {
  std::vector<std::string> ids;
  for (const auto& element : elements) ids.push_back(IdOf(element));
  return ids;
}

class GraphServiceTest : public ::testing::Test {
 protected:
  // Calls a method with a request in text form: Call(&GraphStub::GetNodes,
  // "graph: 'g' ids { name: 'a' }", &response).
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (GraphStub::*method)(grpc::ClientContext*,
                                                      const Request&,
                                                      Response*),
                    const std::string& request, Response* response) {
    return Invoke(method, server_.graphs(), Parse<Request>(request), response);
  }
  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (GraphStub::*method)(grpc::ClientContext*,
                                                      const Request&,
                                                      Response*),
                    const std::string& request) {
    Response response;
    return Call(method, request, &response);
  }
  // The same; must succeed.
  template <typename Request, typename Response>
  Response Get(grpc::Status (GraphStub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
               const std::string& request) {
    Response response;
    const grpc::Status status = Call(method, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message() << "\n" << request;
    return response;
  }

  // The job once it has ended.
  v1::GetJobResponse WaitFor(const std::string& name) {
    v1::GetJobRequest request;
    request.set_name(name);
    while (true) {
      v1::GetJobResponse response;
      const grpc::Status status = Invoke(
          &OperationsStub::GetJob, server_.operations(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok() || response.job().has_end_time()) return response;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  void Create(const std::string& name) {
    Get(&GraphStub::CreateGraph, "name: '" + name + "'");
  }
  // Writes mutations to graph "g".
  v1::WriteGraphResponse Write(const std::string& mutations) {
    return Get(&GraphStub::WriteGraph, "graph: 'g' " + mutations);
  }
  grpc::Status TryWrite(const std::string& mutations) {
    return Call(&GraphStub::WriteGraph, "graph: 'g' " + mutations);
  }
  std::vector<std::string> Nodes() {
    return IdsOf(Get(&GraphStub::ListNodes, "graph: 'g'").nodes());
  }
  std::vector<std::string> Edges() {
    return IdsOf(Get(&GraphStub::ListEdges, "graph: 'g'").edges());
  }

  // Graph "g":
  //   spring -HAS-> video, banner        summer -HAS-> banner
  //   video -SHOWN_TO-> runners          banner -SHOWN_TO-> runners, cooks
  // and hyperedges {video, runners, meta} and {banner, cooks, meta}.
  void LoadCampaigns() {
    Create("g");
    Write(R"(
      mutations { put_node { node { id { name: "spring" } labels: "Campaign"
        properties { key: "budget" value { integer_value: 500 } } } } }
      mutations { put_node { node { id { name: "summer" } labels: "Campaign"
        properties { key: "budget" value { integer_value: 900 } } } } }
      mutations { put_node { node { id { name: "video" } labels: "Creative" } } }
      mutations { put_node { node { id { name: "banner" } labels: "Creative" } } }
      mutations { put_node { node { id { name: "runners" } labels: "Audience" } } }
      mutations { put_node { node { id { name: "cooks" } labels: "Audience" } } }
      mutations { put_node { node { id { name: "meta" } labels: "Channel" } } }
      mutations { put_edge { edge { id { name: "e1" } type: "HAS"
        source_id { name: "spring" } target_id { name: "video" }
        properties { key: "share" value { float_value: 0.5 } } } } }
      mutations { put_edge { edge { id { name: "e2" } type: "HAS"
        source_id { name: "spring" } target_id { name: "banner" }
        properties { key: "share" value { float_value: 2 } } } } }
      mutations { put_edge { edge { id { name: "e3" } type: "HAS"
        source_id { name: "summer" } target_id { name: "banner" }
        valid_time { from { seconds: 1000 } to { seconds: 2000 } } } } }
      mutations { put_edge { edge { id { name: "e4" } type: "SHOWN_TO"
        source_id { name: "video" } target_id { name: "runners" } } } }
      mutations { put_edge { edge { id { name: "e5" } type: "SHOWN_TO"
        source_id { name: "banner" } target_id { name: "runners" } } } }
      mutations { put_edge { edge { id { name: "e6" } type: "SHOWN_TO"
        source_id { name: "banner" } target_id { name: "cooks" } } } }
      mutations { put_hyperedge { hyperedge { id { name: "h1" } type: "RAN"
        members { node_id { name: "video" } role: "creative" }
        members { node_id { name: "runners" } role: "audience" }
        members { node_id { name: "meta" } role: "channel" }
        weight: 2 confidence: 0.5 } } }
      mutations { put_hyperedge { hyperedge { id { name: "h2" } type: "RAN"
        members { node_id { name: "banner" } role: "creative" }
        members { node_id { name: "cooks" } role: "audience" }
        members { node_id { name: "meta" } role: "channel" }
        weight: 3 } } })");
  }

  TestServer server_;
};

}  // namespace mi::server

#endif  // MI_TESTS_SERVER_GRAPH_GRAPH_SERVICE_FIXTURE_H_
