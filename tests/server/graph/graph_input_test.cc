// What GraphService says of wrong input: the field at fault, with nothing
// changed and the server up.

#include <string>
#include <vector>

#include "tests/server/graph/graph_service_fixture.h"

namespace mi::server {
namespace {

class GraphInputTest : public GraphServiceTest {
 protected:
  GraphInputTest() { LoadCampaigns(); }

  // The call fails with INVALID_ARGUMENT about exactly these fields.
  template <typename Request, typename Response>
  void Refused(grpc::Status (GraphStub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
               const std::string& request,
               const std::vector<std::string>& fields) {
    const grpc::Status status = Call(method, request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
        << request << ": " << status.error_message();
    EXPECT_EQ(FieldsOf(status), fields)
        << request << ": " << status.error_message();
  }
  void RefusedWrite(const std::string& mutation,
                    const std::vector<std::string>& fields) {
    const auto before = Get(&GraphStub::GetGraph, "name: 'g'");
    Refused(&GraphStub::WriteGraph,
            "graph: 'g' mutations { put_node { node { id { name: 'ok' } } } } "
            "mutations {" +
                mutation + "}",
            fields);
    EXPECT_EQ(Get(&GraphStub::GetGraph, "name: 'g'").ShortDebugString(),
              before.ShortDebugString());
  }
};

TEST_F(GraphInputTest, NamesOfGraphsAndIndexes) {
  Refused(&GraphStub::CreateGraph, "", {"name"});
  Refused(&GraphStub::CreateGraph, "name: 'Capital'", {"name"});
  Refused(&GraphStub::CreateGraph, "name: '" + std::string(65, 'a') + "'",
          {"name"});
  Refused(&GraphStub::CreateGraph,
          "name: 'x' indexes { label: '' property: 'p' }",
          {"indexes[0].label"});
  std::string many = "name: 'x' ";
  for (int i = 0; i < 65; ++i) {
    many += "indexes { label: 'L" + std::to_string(i) + "' property: 'p' } ";
  }
  Refused(&GraphStub::CreateGraph, many, {"indexes"});
  Refused(&GraphStub::CreateGraphIndex,
          "graph: 'g' index { label: 'L' property: 'p' required_type: 99 }",
          {"index.required_type"});
  Refused(&GraphStub::CreateGraphIndex, "graph: 'g'",
          {"index.label", "index.property"});
  Refused(&GraphStub::DeleteGraphIndex, "graph: 'g' label: 'L'", {"property"});
}

TEST_F(GraphInputTest, Mutations) {
  Refused(&GraphStub::WriteGraph, "graph: 'g'", {"mutations"});
  RefusedWrite("", {"mutations[1]"});
  RefusedWrite(
      "put_node { node { labels: '" + std::string(10'000, 'x') + "' } }",
      {"mutations[1].put_node.node.labels[0]"});
  RefusedWrite("put_node { node { id { name: '' } } }",
               {"mutations[1].put_node.node.id"});
  RefusedWrite("put_node { node { id { number: 9007199254740992 } } }",
               {"mutations[1].put_node.node.id"});
  RefusedWrite("put_node { node { labels: 'A' labels: 'A' } }",
               {"mutations[1].put_node.node.labels[1]"});
  RefusedWrite("put_node { node { properties { key: 'p' value { } } } }",
               {"mutations[1].put_node.node.properties.p"});
  RefusedWrite(
      "put_node { node { properties { key: 'p' value { date_value: "
      "'2026-02-30' } } } }",
      {"mutations[1].put_node.node.properties.p"});
  RefusedWrite("patch_node { }", {"mutations[1].patch_node.id"});
  RefusedWrite(
      "put_edge { edge { source_id { name: 'video' } "
      "target_id { name: 'meta' } } }",
      {"mutations[1].put_edge.edge.type"});
  RefusedWrite("put_edge { edge { type: 'T' } }",
               {"mutations[1].put_edge.edge.source_id",
                "mutations[1].put_edge.edge.target_id"});
  RefusedWrite(
      "put_edge { edge { type: 'T' source_id { name: 'video' } "
      "target_id { name: 'meta' } valid_time { from { seconds: -1 } } "
      "} }",
      {"mutations[1].put_edge.edge.valid_time.from"});
  RefusedWrite(
      "put_edge { edge { type: 'T' source_id { name: 'video' } "
      "target_id { name: 'meta' } valid_time { from { seconds: 9 } "
      "to { seconds: 9 } } } }",
      {"mutations[1].put_edge.edge.valid_time"});
  RefusedWrite("put_hyperedge { hyperedge { type: 'T' } }",
               {"mutations[1].put_hyperedge.hyperedge.members"});
  RefusedWrite(
      "put_hyperedge { hyperedge { type: 'T' members { node_id { "
      "name: 'meta' } } confidence: 1.5 weight: inf } }",
      {"mutations[1].put_hyperedge.hyperedge.weight",
       "mutations[1].put_hyperedge.hyperedge.confidence"});
}

// A hyperedge is never a member: its id names no node, so that membership can
// have no cycle.
TEST_F(GraphInputTest, AHyperedgeIsNoMember) {
  const grpc::Status status = TryWrite(R"(
    mutations { put_hyperedge { hyperedge { id { name: "loop" } type: "T"
      members { node_id { name: "loop" } } } } })");
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(
      FieldsOf(status),
      ElementsAre("mutations[0].put_hyperedge.hyperedge.members[0].node_id"));
}

// Protobuf itself stops at a depth of 100: the server says so instead of
// breaking the connection.
TEST_F(GraphInputTest, DeeplyNestedMaps) {
  for (const int depth : {32, 33, 1'000}) {
    v1::PropertyValue value;
    v1::PropertyValue* at = &value;
    for (int i = 1; i < depth; ++i) {
      at = &(*at->mutable_map_value()->mutable_entries())["k"];
    }
    at->set_integer_value(1);
    v1::WriteGraphRequest request;
    request.set_graph("g");
    auto* node = request.add_mutations()->mutable_put_node()->mutable_node();
    (*node->mutable_properties())["deep"] = value;
    v1::WriteGraphResponse response;
    const grpc::Status status =
        Invoke(&GraphStub::WriteGraph, server_.graphs(), request, &response);
    if (depth == 32) {
      EXPECT_TRUE(status.ok()) << status.error_message();
    } else {
      EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
          << depth << ": " << status.error_message();
    }
  }
  EXPECT_THAT(Nodes(), SizeIs(8));
}

TEST_F(GraphInputTest, TooManyDifferentLabels) {
  Create("wide");
  constexpr int kPerNode = 64;
  constexpr int kPerBatch = 2'000;
  int made = 0;
  grpc::Status status;
  while (status.ok() && made < 1'000'000) {
    v1::WriteGraphRequest request;
    request.set_graph("wide");
    for (int i = 0; i < kPerBatch / kPerNode; ++i) {
      auto* node = request.add_mutations()->mutable_put_node()->mutable_node();
      for (int j = 0; j < kPerNode; ++j) {
        node->add_labels("label" + std::to_string(made++));
      }
    }
    v1::WriteGraphResponse response;
    status =
        Invoke(&GraphStub::WriteGraph, server_.graphs(), request, &response);
  }
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED)
      << status.error_message();
  EXPECT_GT(made, 65'536);
  EXPECT_LT(made, 65'536 + 2 * kPerBatch);
  EXPECT_THAT(Nodes(), SizeIs(7)) << "the server answers";
}

TEST_F(GraphInputTest, Lookups) {
  Refused(&GraphStub::GetNodes, "graph: 'g'", {"ids"});
  Refused(&GraphStub::GetEdges, "graph: 'g' ids { }", {"ids[0]"});
  Refused(&GraphStub::GetHyperedges,
          "graph: 'g' ids { name: '" + std::string(257, 'x') + "' }",
          {"ids[0]"});
  Refused(&GraphStub::ListNodes, "graph: 'g' page_size: 10001", {"page_size"});
  for (const std::string token : {"x", "-1", "1.2", "4294967295", "1 "}) {
    Refused(&GraphStub::ListNodes, "graph: 'g' page_token: '" + token + "'",
            {"page_token"});
  }
  Refused(&GraphStub::ListEdges,
          "graph: 'g' selector { conditions { property: 'p' } }",
          {"selector.conditions[0]"});
  Refused(&GraphStub::ListEdges,
          "graph: 'g' selector { conditions { property: '' exists: true } }",
          {"selector.conditions[0].property"});
  Refused(&GraphStub::ListHyperedges,
          "graph: 'g' selector { as_of { nanos: -1 } }", {"selector.as_of"});
  Refused(&GraphStub::ListNodes,
          "graph: 'g' selector { conditions { property: 'p' "
          "in { values { time_value: 'noon' } } } }",
          {"selector.conditions[0].in.values[0]"});
}

TEST_F(GraphInputTest, Walks) {
  const std::string video = "graph: 'g' node_id { name: 'video' } ";
  Refused(&GraphStub::ListNeighbors, "graph: 'g'", {"node_id"});
  Refused(&GraphStub::ListNeighbors, video + "direction: 9", {"direction"});
  Refused(&GraphStub::ListNeighbors, video + "page_token: '1.2'",
          {"page_token"});
  const grpc::Status status =
      Call(&GraphStub::ListNeighbors, "graph: 'g' node_id { name: 'nobody' }");
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), Reason::kNodeNotFound);
  EXPECT_THAT(FieldsOf(status), ElementsAre("node_id"));

  const std::string start =
      "graph: 'g' start { ids { ids { name: 'video' } } } ";
  Refused(&GraphStub::ExpandNodes, "graph: 'g'", {"start"});
  Refused(&GraphStub::ExpandNodes,
          "graph: 'g' start { ids { ids { name: 'video' } "
          "ids { name: 'video' } } }",
          {"start.ids.ids[1]"});
  Refused(&GraphStub::ExpandNodes, start + "max_hops: 33", {"max_hops"});
  Refused(&GraphStub::ExpandNodes, start + "min_hops: 2", {"min_hops"});
  Refused(&GraphStub::ExpandNodes, start + "max_nodes: 100001", {"max_nodes"});
  Refused(&GraphStub::ExpandNodes, start + "max_edges_scanned: 10000001",
          {"max_edges_scanned"});
  Refused(&GraphStub::GetSubgraph,
          "graph: 'g' center { ids { ids { name: 'video' } } } hops: 9 "
          "max_nodes: 10001 max_edges: 100001 max_hyperedges: 10001",
          {"hops", "max_nodes", "max_edges", "max_hyperedges"});
  Refused(&GraphStub::FindSimilarNodes, video + "similarity: 17 limit: 10001",
          {"similarity", "limit"});
}

TEST_F(GraphInputTest, PathsAndHyperedges) {
  const std::string ends =
      "graph: 'g' source_id { name: 'spring' } target_id { name: 'cooks' } ";
  Refused(&GraphStub::FindShortestPaths, "graph: 'g'", {"source_id"});
  Refused(&GraphStub::FindShortestPaths,
          ends +
              "max_hops: 1001 max_paths: 1001 max_visited: 10000001 "
              "default_weight: 1",
          {"max_visited", "max_hops", "max_paths", "default_weight"});
  Refused(&GraphStub::FindShortestPaths,
          ends +
              "weight_property: 'share' default_weight: -1 max_hops: 2 "
              "max_paths: 2",
          {"default_weight", "max_hops", "max_paths"});
  Write(R"(mutations { patch_edge { id { name: "e6" }
    properties { key: "share" value { string_value: "x" } } } })");
  const grpc::Status status =
      Call(&GraphStub::FindShortestPaths, ends + "weight_property: 'share'");
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), Reason::kElementDiffers);

  Refused(&GraphStub::FindHyperedges, "graph: 'g'", {"node_ids"});
  Refused(&GraphStub::FindHyperedges,
          "graph: 'g' node_ids { name: 'meta' } roles: ''", {"roles[0]"});
  Refused(&GraphStub::FindCoMembers,
          "graph: 'g' node_ids { name: 'meta' } limit: 10001", {"limit"});
}

}  // namespace
}  // namespace mi::server
