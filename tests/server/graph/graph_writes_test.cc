// Writes of GraphService over a real channel: what is done, what is refused,
// and that a refused batch leaves nothing behind.

#include <memory>
#include <string>

#include "tests/server/graph/graph_service_fixture.h"

namespace mi::server {
namespace {

using ::testing::UnorderedElementsAre;

TEST_F(GraphServiceTest, CreatesListsAndDeletesGraphs) {
  v1::CreateGraphResponse created;
  ASSERT_TRUE(Call(&GraphStub::CreateGraph, R"(
      name: "b" indexes { label: "Campaign" property: "budget"
                          required_type: PROPERTY_TYPE_INTEGER })",
                   &created)
                  .ok());
  EXPECT_EQ(created.graph().name(), "b");
  EXPECT_GT(created.graph().create_time().seconds(), 1'700'000'000);
  EXPECT_THAT(created.graph().indexes(), SizeIs(1));
  EXPECT_THAT(created.commit_token(), HasSubstr(":"));
  Create("a");
  const grpc::Status again = Call(&GraphStub::CreateGraph, "name: 'a'");
  EXPECT_EQ(again.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(again), Reason::kGraphExists);

  const auto listed = Get(&GraphStub::ListGraphs, "");
  ASSERT_THAT(listed.graphs(), SizeIs(2));
  EXPECT_EQ(listed.graphs(0).name(), "a");
  EXPECT_EQ(listed.graphs(1).indexes(0).required_type(),
            v1::PROPERTY_TYPE_INTEGER);

  Get(&GraphStub::DeleteGraph, "name: 'a'");
  const grpc::Status gone = Call(&GraphStub::GetGraph, "name: 'a'");
  EXPECT_EQ(gone.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(gone), Reason::kGraphNotFound);
  EXPECT_EQ(Call(&GraphStub::ListNodes, "graph: 'a'").error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(GraphServiceTest, KeepsAllTypesOfPropertiesAcrossARestart) {
  Create("g");
  const std::string properties = R"(
    properties { key: "bool" value { boolean_value: true } }
    properties { key: "int" value { integer_value: -9223372036854775808 } }
    properties { key: "float" value { float_value: -0.5 } }
    properties { key: "text" value { string_value: "h\303\251" } }
    properties { key: "list" value { list_value {
      values { integer_value: 1 } values { null_value: NULL_VALUE }
      values { string_value: "x" } } } }
    properties { key: "map" value { map_value {
      entries { key: "k" value { float_value: 1 } } } } }
    properties { key: "date" value { date_value: "2026-03-01" } }
    properties { key: "local" value { local_time_value: "09:30:00.5" } }
    properties { key: "time" value { time_value: "09:30:00+01:00" } }
    properties { key: "at" value {
      local_date_time_value: "2026-03-01T09:30:00" } }
    properties { key: "zoned" value {
      zoned_date_time_value: "2026-03-01T09:30:00+01:00[Europe/Berlin]" } }
    properties { key: "span" value { duration_value: "P1Y2M3DT4H5M6.5S" } }
    properties { key: "place" value { point_value {
      reference: REFERENCE_WGS_84 x: 13.4 y: 52.5 } } })";
  Write("mutations { put_node { node { id { name: 'n' } " + properties +
        " link { collection: 'campaigns' point_id: 'p' } } } }");
  const auto before = Get(&GraphStub::GetNodes, "graph: 'g' ids { name: 'n' }");
  ASSERT_THAT(before.nodes(), SizeIs(1));
  const auto expected = Parse<v1::Node>(properties);
  for (const auto& [key, value] : expected.properties()) {
    ASSERT_TRUE(before.nodes(0).node().properties().contains(key)) << key;
    EXPECT_EQ(before.nodes(0).node().properties().at(key).SerializeAsString(),
              value.SerializeAsString())
        << key << ": "
        << before.nodes(0).node().properties().at(key).ShortDebugString();
  }
  EXPECT_EQ(before.nodes(0).node().properties_size(),
            expected.properties_size());
  EXPECT_EQ(before.nodes(0).node().link().point_id(), "p");

  server_.Restart();
  const auto after = Get(&GraphStub::GetNodes, "graph: 'g' ids { name: 'n' }");
  EXPECT_EQ(after.ShortDebugString(), before.ShortDebugString());
}

TEST_F(GraphServiceTest, CountsWhatABatchDidAndNamesTheIdsItMadeUp) {
  Create("g");
  const auto first = Write(R"(
    mutations { put_node { node { labels: "A" } } }
    mutations { put_node { node { id { name: "n" } } } }
    mutations { put_edge { edge { type: "T" source_id { number: 1 }
                                  target_id { name: "n" } } } }
    mutations { delete_node { id { name: "never" } } })");
  EXPECT_EQ(first.counts().nodes_created(), 2);
  EXPECT_EQ(first.counts().edges_created(), 1);
  EXPECT_EQ(first.counts().missing(), 1);
  ASSERT_THAT(first.assigned_ids(), SizeIs(2));
  EXPECT_EQ(first.assigned_ids(0).mutation(), 0);
  EXPECT_EQ(first.assigned_ids(0).id().number(), 1);
  EXPECT_EQ(first.assigned_ids(1).mutation(), 2);

  // Merging finds the same edge.
  const auto merged = Write(R"(
    mutations { put_edge { merge: true edge { type: "T"
      source_id { number: 1 } target_id { name: "n" } } } })");
  EXPECT_EQ(merged.counts().edges_updated(), 1);
  EXPECT_EQ(merged.assigned_ids(0).id().number(),
            first.assigned_ids(1).id().number());

  const auto last = Write(R"(
    mutations { patch_node { id { name: "n" } add_labels: "B"
      properties { key: "x" value { integer_value: 1 } } } }
    mutations { delete_node { id { number: 1 } detach: true } })");
  EXPECT_EQ(last.counts().nodes_updated(), 1);
  EXPECT_EQ(last.counts().nodes_deleted(), 1);
  EXPECT_EQ(last.counts().edges_deleted(), 1);
  EXPECT_GT(last.version(), merged.version());
  EXPECT_THAT(Edges(), IsEmpty());
  const auto graph = Get(&GraphStub::GetGraph, "name: 'g'").graph();
  EXPECT_EQ(graph.node_count(), 1);
  EXPECT_EQ(graph.sequence(), last.version());
}

TEST_F(GraphServiceTest, PatchesAndDeletesEdgesAndHyperedges) {
  LoadCampaigns();
  Write(R"(
    mutations { patch_edge { id { name: "e1" }
      properties { key: "share" value { null_value: NULL_VALUE } }
      properties { key: "note" value { string_value: "x" } }
      valid_time { from { seconds: 5 } } } }
    mutations { patch_hyperedge { id { name: "h1" } confidence: 0.25 } }
    mutations { delete_edge { id { name: "e2" } } }
    mutations { delete_hyperedge { id { name: "h2" } } })");
  const auto edge = Get(&GraphStub::GetEdges, "graph: 'g' ids { name: 'e1' }")
                        .edges(0)
                        .edge();
  EXPECT_FALSE(edge.properties().contains("share"));
  EXPECT_EQ(edge.properties().at("note").string_value(), "x");
  EXPECT_EQ(edge.valid_time().from().seconds(), 5);
  EXPECT_FALSE(edge.valid_time().has_to());
  EXPECT_THAT(Edges(), ElementsAre("e1", "e3", "e4", "e5", "e6"));
  const auto hyperedges = Get(&GraphStub::ListHyperedges, "graph: 'g'");
  ASSERT_THAT(IdsOf(hyperedges.hyperedges()), ElementsAre("h1"));
  EXPECT_EQ(hyperedges.hyperedges(0).hyperedge().confidence(), 0.25);
  EXPECT_EQ(hyperedges.hyperedges(0).hyperedge().weight(), 2);
}

TEST_F(GraphServiceTest, ARefusedBatchLeavesNothingBehind) {
  LoadCampaigns();
  const auto before = Get(&GraphStub::GetGraph, "name: 'g'");
  const std::string good =
      "mutations { put_node { node { id { name: 'new' } } } } "
      "mutations { delete_edge { id { name: 'e1' } } } ";
  const auto expect = [&](const std::string& bad, StatusCode code,
                          Reason reason, const std::string& field) {
    const grpc::Status status = TryWrite(good + bad);
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_EQ(ReasonOf(status), reason) << status.error_message();
    EXPECT_THAT(FieldsOf(status), ElementsAre(field));
  };
  expect(R"(mutations { put_edge { edge { type: "T"
              source_id { name: "new" } target_id { name: "nobody" } } } })",
         StatusCode::NOT_FOUND, Reason::kNodeNotFound,
         "mutations[2].put_edge.edge.target_id");
  expect("mutations { patch_edge { id { name: 'e1' } } }",
         StatusCode::NOT_FOUND, Reason::kEdgeNotFound,
         "mutations[2].patch_edge.id");
  expect("mutations { patch_hyperedge { id { name: 'e2' } } }",
         StatusCode::NOT_FOUND, Reason::kHyperedgeNotFound,
         "mutations[2].patch_hyperedge.id");
  expect("mutations { delete_node { id { name: 'banner' } } }",
         StatusCode::FAILED_PRECONDITION, Reason::kNodeIsConnected,
         "mutations[2].delete_node.detach");
  expect("mutations { put_node { node { id { name: 'new' } } } }",
         StatusCode::INVALID_ARGUMENT, Reason::kInvalidField,
         "mutations[2].put_node.node.id");
  expect(R"(mutations { put_edge { edge { id { name: "e4" } type: "HAS"
              source_id { name: "video" } target_id { name: "runners" } } } })",
         StatusCode::FAILED_PRECONDITION, Reason::kElementDiffers,
         "mutations[2].put_edge.edge.id");
  expect(R"(mutations { put_node { expected_version: 0
              node { id { name: "spring" } } } })",
         StatusCode::ABORTED, Reason::kVersionConflict,
         "mutations[2].put_node.expected_version");
  const auto after = Get(&GraphStub::GetGraph, "name: 'g'");
  EXPECT_EQ(after.ShortDebugString(), before.ShortDebugString());
}

TEST_F(GraphServiceTest, ExpectedVersionsHoldOrNothingIsWritten) {
  Create("g");
  const auto version = Write(
                           "mutations { put_node { node { id { name: 'n' } } "
                           "expected_version: 0 } }")
                           .version();
  const auto patch = [](uint64_t expected) {
    return "mutations { patch_node { id { name: 'n' } expected_version: " +
           std::to_string(expected) + " } }";
  };
  const grpc::Status stale = TryWrite(patch(version + 1));
  EXPECT_EQ(stale.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), Reason::kVersionConflict);
  EXPECT_TRUE(TryWrite(patch(version)).ok());
  EXPECT_EQ(TryWrite(patch(version)).error_code(), StatusCode::ABORTED);
}

TEST_F(GraphServiceTest, AnIndexHoldsTypesAndUniqueness) {
  LoadCampaigns();
  Get(&GraphStub::CreateGraphIndex, R"(
    graph: "g" index { label: "Campaign" property: "budget" unique: true
                       required_type: PROPERTY_TYPE_INTEGER })");
  grpc::Status status = TryWrite(R"(
    mutations { patch_node { id { name: "spring" }
      properties { key: "budget" value { string_value: "much" } } } })");
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), Reason::kPropertyType);
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("mutations[0].patch_node.properties.budget"));
  status = TryWrite(R"(
    mutations { patch_node { id { name: "spring" }
      properties { key: "budget" value { integer_value: 900 } } } })");
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(status), Reason::kNotUnique);

  status = Call(&GraphStub::CreateGraphIndex,
                "graph: 'g' index { label: 'Campaign' property: 'budget' }");
  EXPECT_EQ(status.error_code(), StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(ReasonOf(status), Reason::kGraphIndexExists);
  Get(&GraphStub::DeleteGraphIndex,
      "graph: 'g' label: 'Campaign' property: 'budget'");
  status = Call(&GraphStub::DeleteGraphIndex,
                "graph: 'g' label: 'Campaign' property: 'budget'");
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), Reason::kGraphIndexNotFound);
  EXPECT_TRUE(TryWrite(R"(
    mutations { patch_node { id { name: "spring" }
      properties { key: "budget" value { string_value: "much" } } } })")
                  .ok());
  // What is there does not fit the index.
  status = Call(&GraphStub::CreateGraphIndex, R"(
    graph: "g" index { label: "Campaign" property: "budget"
                       required_type: PROPERTY_TYPE_INTEGER })");
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), Reason::kPropertyType);
}

TEST_F(GraphServiceTest, AKeyMakesAWriteHappenOnce) {
  Create("g");
  const std::string write =
      "mutations { put_node { node { labels: 'A' } } } idempotency_key: "
      "'graph-write-key-0001'";
  const auto first = Write(write);
  EXPECT_EQ(Write(write).ShortDebugString(), first.ShortDebugString());
  server_.Restart();
  EXPECT_EQ(Write(write).ShortDebugString(), first.ShortDebugString());
  EXPECT_THAT(Nodes(), SizeIs(1));
  const grpc::Status other = TryWrite(
      "mutations { put_node { node { labels: 'B' } } } idempotency_key: "
      "'graph-write-key-0001'");
  EXPECT_EQ(ReasonOf(other), Reason::kIdempotencyKeyReused);

  for (int i = 0; i < 2; ++i) {
    Get(&GraphStub::CreateGraph,
        "name: 'once' idempotency_key: 'graph-create-key-001'");
  }
  for (int i = 0; i < 2; ++i) {
    Get(&GraphStub::DeleteGraph,
        "name: 'once' idempotency_key: 'graph-delete-key-001'");
  }
}

// A stream of batches: sends them, and returns how it ended.
class Stream {
 public:
  explicit Stream(GraphStub& stub)
      : writer_(stub.StreamWriteGraph(&context_, &response_)) {}

  bool Send(const std::string& message) {
    return writer_->Write(Parse<v1::StreamWriteGraphRequest>(message));
  }
  grpc::Status Finish() {
    writer_->WritesDone();
    return writer_->Finish();
  }
  const v1::StreamWriteGraphResponse& response() const { return response_; }

 private:
  grpc::ClientContext context_;
  v1::StreamWriteGraphResponse response_;
  std::unique_ptr<grpc::ClientWriter<v1::StreamWriteGraphRequest>> writer_;
};

TEST_F(GraphServiceTest, AStreamWritesBatchByBatch) {
  Create("g");
  Stream stream(server_.graphs());
  stream.Send(R"(graph: "g"
    mutations { put_node { node { id { name: "a" } } } }
    mutations { put_node { node { id { name: "b" } } } })");
  stream.Send(R"(mutations { put_edge { edge { type: "T"
    source_id { name: "a" } target_id { name: "b" } } } })");
  ASSERT_TRUE(stream.Finish().ok());
  EXPECT_EQ(stream.response().batch_count(), 2);
  EXPECT_EQ(stream.response().counts().nodes_created(), 2);
  EXPECT_EQ(stream.response().counts().edges_created(), 1);
  server_.Restart();
  EXPECT_THAT(Nodes(), ElementsAre("a", "b"));
  EXPECT_THAT(Edges(), SizeIs(1));
}

TEST_F(GraphServiceTest, ARefusedBatchEndsAStreamAndTheOnesBeforeStay) {
  Create("g");
  Stream stream(server_.graphs());
  stream.Send(
      "graph: 'g' mutations { put_node { node { id { name: 'a' } } } }");
  stream.Send(R"(
    mutations { put_node { node { id { name: "b" } } } }
    mutations { patch_node { id { name: "gone" } } })");
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(FieldsOf(status), ElementsAre("mutations[1].patch_node.id"));
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  ASSERT_TRUE(details.has_value());
  EXPECT_THAT(details->metadata,
              ::testing::Contains(std::pair<std::string, std::string>(
                  "committed_batches", "1")));
  EXPECT_THAT(Nodes(), ElementsAre("a"));
}

TEST_F(GraphServiceTest, ASnapshotHoldsGraphsAndRestoresThem) {
  LoadCampaigns();
  const auto before = Get(&GraphStub::GetGraph, "name: 'g'");
  v1::CreateSnapshotResponse started;
  ASSERT_TRUE(Invoke(&OperationsStub::CreateSnapshot, server_.operations(),
                     v1::CreateSnapshotRequest(), &started)
                  .ok());
  const auto snapshot = WaitFor(started.job().name()).snapshot();
  EXPECT_EQ(snapshot.graph_count(), 1);
  EXPECT_EQ(snapshot.node_count(), 7);
  EXPECT_EQ(snapshot.edge_count(), 6);
  EXPECT_EQ(snapshot.hyperedge_count(), 2);

  Get(&GraphStub::DeleteGraph, "name: 'g'");
  Create("later");
  v1::RestoreSnapshotRequest restore;
  restore.set_name(snapshot.name());
  restore.set_discard_present_state(true);
  v1::RestoreSnapshotResponse restoring;
  ASSERT_TRUE(Invoke(&OperationsStub::RestoreSnapshot, server_.operations(),
                     restore, &restoring)
                  .ok());
  EXPECT_EQ(WaitFor(restoring.job().name()).job().state(),
            v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Get(&GraphStub::GetGraph, "name: 'g'").ShortDebugString(),
            before.ShortDebugString());
  EXPECT_EQ(Call(&GraphStub::GetGraph, "name: 'later'").error_code(),
            StatusCode::NOT_FOUND);
  Write("mutations { put_node { node { id { name: 'new' } } } }");
  server_.Restart();
  EXPECT_THAT(Nodes(), SizeIs(8));
}

TEST_F(GraphServiceTest, CountsWhatIsInAGraph) {
  LoadCampaigns();
  Get(&GraphStub::CreateGraphIndex,
      "graph: 'g' index { label: 'Campaign' property: 'budget' }");
  const auto stats = Get(&GraphStub::GetGraphStats, "graph: 'g'");
  EXPECT_EQ(stats.node_count(), 7);
  EXPECT_EQ(stats.edge_count(), 6);
  EXPECT_EQ(stats.hyperedge_count(), 2);
  std::vector<std::string> labels;
  for (const auto& label : stats.labels()) {
    labels.push_back(label.name() + std::to_string(label.count()));
  }
  EXPECT_THAT(labels, UnorderedElementsAre("Campaign2", "Creative2",
                                           "Audience2", "Channel1"));
  ASSERT_THAT(stats.edge_types(), SizeIs(2));
  EXPECT_EQ(stats.edge_types(0).type(), "HAS");
  EXPECT_EQ(stats.edge_types(0).count(), 3);
  EXPECT_EQ(stats.edge_types(0).out_degree().node_count(), 2);
  EXPECT_EQ(stats.edge_types(0).out_degree().mean(), 1.5);
  EXPECT_EQ(stats.edge_types(0).out_degree().max(), 2);
  ASSERT_THAT(stats.connections(), SizeIs(2));
  EXPECT_EQ(stats.connections(0).source_label(), "Campaign");
  EXPECT_EQ(stats.connections(0).target_label(), "Creative");
  ASSERT_THAT(stats.indexes(), SizeIs(1));
  EXPECT_EQ(stats.indexes(0).entry_count(), 2);
  EXPECT_EQ(stats.indexes(0).min().integer_value(), 500);
  EXPECT_EQ(stats.indexes(0).max().integer_value(), 900);
  EXPECT_EQ(stats.hyperedge_types(0).count(), 2);
  EXPECT_EQ(stats.node_properties(0).name(), "budget");
  EXPECT_GT(stats.memory_bytes(), 1'000);
}

}  // namespace
}  // namespace mi::server
