// RunGraphAlgorithm over a real channel: known answers, properties written,
// and jobs.

#include <string>

#include "tests/server/graph/graph_service_fixture.h"

namespace mi::server {
namespace {

class GraphAlgorithmsTest : public GraphServiceTest {
 protected:
  // Two groups of `size` nodes, each joined to each, with one edge between the
  // groups: nodes 1 to size, and size + 1 to 2 size.
  void LoadTwoCliques(int size) {
    Create("g");
    std::string mutations;
    for (int node = 0; node < 2 * size; ++node) {
      mutations += "mutations { put_node { node { labels: 'Audience' } } } ";
    }
    const auto join = [&mutations](int from, int to) {
      mutations +=
          "mutations { put_edge { edge { type: 'NEAR' source_id { "
          "number: " +
          std::to_string(from) +
          " } target_id { number: " + std::to_string(to) + " } } } } ";
    };
    for (int first = 1; first <= size + 1; first += size) {
      for (int a = 0; a < size; ++a) {
        for (int b = a + 1; b < size; ++b) join(first + a, first + b);
      }
    }
    join(size, size + 1);
    Write(mutations);
  }

  v1::GraphAlgorithmResult Run(const std::string& request) {
    return Get(&GraphStub::RunGraphAlgorithm, "graph: 'g' " + request).result();
  }
};

TEST_F(GraphAlgorithmsTest, PageRankOfAStarIsItsClosedForm) {
  Create("g");
  Write(R"(
    mutations { put_node { node { id { name: "hub" } } } }
    mutations { put_node { node { id { name: "a" } } } }
    mutations { put_node { node { id { name: "b" } } } }
    mutations { put_node { node { id { name: "c" } } } }
    mutations { put_edge { edge { type: "T" source_id { name: "a" }
                                  target_id { name: "hub" } } } }
    mutations { put_edge { edge { type: "T" source_id { name: "b" }
                                  target_id { name: "hub" } } } }
    mutations { put_edge { edge { type: "T" source_id { name: "c" }
                                  target_id { name: "hub" } } } })");
  const auto result = Run("algorithm { page_rank { damping: 0.5 } }");
  // With n = 4, damping 1/2 and the hub a dead end: each leaf has
  // x = 1/8 + h / 8, the hub h = x + 3 x / 2; and h + 3 x = 1.
  ASSERT_THAT(result.top_nodes(), SizeIs(4));
  EXPECT_EQ(IdText(result.top_nodes(0).node_id()), "hub");
  EXPECT_NEAR(result.top_nodes(0).score(), 5.0 / 11, 1e-8);
  EXPECT_EQ(IdText(result.top_nodes(1).node_id()), "a");
  EXPECT_NEAR(result.top_nodes(1).score(), 2.0 / 11, 1e-8);
  EXPECT_TRUE(result.converged());
  EXPECT_LT(result.residual(), 1e-9);
  EXPECT_EQ(result.node_count(), 4);
  EXPECT_EQ(result.edge_count(), 3);

  const auto personal = Run(R"(
    limit: 1 algorithm { page_rank {
      start_ids { name: "b" } max_iterations: 1000 } })");
  ASSERT_THAT(personal.top_nodes(), SizeIs(1));
  EXPECT_EQ(IdText(personal.top_nodes(0).node_id()), "b");
  EXPECT_NEAR(personal.top_nodes(0).score(), 1 / 1.85, 1e-8);
  const auto one = Run("algorithm { page_rank { max_iterations: 1 } }");
  EXPECT_EQ(one.iteration_count(), 1);
  EXPECT_FALSE(one.converged());
}

TEST_F(GraphAlgorithmsTest, FindsComponentsAndCommunities) {
  LoadTwoCliques(5);
  Write("mutations { put_node { node { id { name: 'alone' } } } }");
  auto result = Run("algorithm { connected_components { } }");
  EXPECT_EQ(result.group_count(), 2);
  EXPECT_EQ(result.top_groups(0).size(), 10);
  EXPECT_EQ(IdText(result.top_groups(1).example_ids(0)), "alone");
  result = Run("algorithm { connected_components { strong: true } }");
  EXPECT_EQ(result.group_count(), 11);  // every edge goes upwards

  result = Run(R"(algorithm { louvain_communities { } }
                  projection { node_labels: "Audience" })");
  EXPECT_EQ(result.node_count(), 10);
  EXPECT_EQ(result.group_count(), 2);
  // 20 of 21 edges inside, half of the degrees each: 20/21 - 1/2.
  EXPECT_NEAR(result.modularity(), 20.0 / 21 - 0.5, 1e-12);
}

TEST_F(GraphAlgorithmsTest, BetweennessIsHighestWherePathsMustPass) {
  LoadTwoCliques(4);
  const auto result = Run("algorithm { betweenness { } } limit: 3");
  ASSERT_THAT(result.top_nodes(), SizeIs(3));
  EXPECT_EQ(IdText(result.top_nodes(0).node_id()), "#4");
  EXPECT_EQ(IdText(result.top_nodes(1).node_id()), "#5");
  EXPECT_DOUBLE_EQ(result.top_nodes(0).score(), 3 * 4);
  EXPECT_DOUBLE_EQ(result.top_nodes(2).score(), 0);
  const auto normalized =
      Run("algorithm { betweenness { normalized: true } } limit: 1");
  EXPECT_DOUBLE_EQ(normalized.top_nodes(0).score(), 12.0 / 21);
}

TEST_F(GraphAlgorithmsTest, WritesTheOutcomeToAProperty) {
  LoadTwoCliques(3);
  const auto result =
      Run("algorithm { louvain_communities { } } write_property: 'community'");
  EXPECT_EQ(result.written_count(), 6);
  server_.Restart();
  EXPECT_THAT(IdsOf(Get(&GraphStub::ListNodes, R"(
      graph: "g" selector { conditions { property: "community"
                                         equal { integer_value: 1 } } })")
                        .nodes()),
              ElementsAre("#4", "#5", "#6"));
}

TEST_F(GraphAlgorithmsTest, AJobDoesTheSameAndCanBeCancelled) {
  LoadTwoCliques(30);
  const auto job = Get(&GraphStub::RunGraphAlgorithm, R"(
    graph: "g" as_job: true algorithm { page_rank { } } limit: 0
    write_property: "rank")")
                       .job();
  EXPECT_EQ(job.kind(), v1::JOB_KIND_RUN_GRAPH_ALGORITHM);
  const auto ended = WaitFor(job.name());
  EXPECT_EQ(ended.job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(ended.job().progress(), 1);
  EXPECT_EQ(ended.graph_algorithm().written_count(), 60);
  EXPECT_THAT(ended.graph_algorithm().top_nodes(), IsEmpty());

  // A thousand rounds that never settle, over and over, until one is caught.
  const std::string long_run = R"(
    graph: "g" as_job: true algorithm { page_rank {
      max_iterations: 1000 tolerance: 0 damping: 0.999999 } })";
  for (int attempt = 0; attempt < 50; ++attempt) {
    const auto started = Get(&GraphStub::RunGraphAlgorithm, long_run).job();
    v1::CancelJobRequest cancel;
    cancel.set_name(started.name());
    v1::CancelJobResponse cancelled;
    ASSERT_TRUE(Invoke(&OperationsStub::CancelJob, server_.operations(), cancel,
                       &cancelled)
                    .ok());
    if (WaitFor(started.name()).job().state() == v1::JOB_STATE_CANCELLED) {
      return;
    }
  }
  FAIL() << "no job was caught in time";
}

TEST_F(GraphAlgorithmsTest, RefusesWhatItCannotDo) {
  LoadTwoCliques(3);
  Write(R"(mutations { put_edge { edge { type: "W"
    source_id { number: 1 } target_id { number: 2 }
    properties { key: "w" value { float_value: -1 } } } } })");
  const auto expect = [this](const std::string& request, StatusCode code,
                             const std::string& field) {
    const grpc::Status status =
        Call(&GraphStub::RunGraphAlgorithm, "graph: 'g' " + request);
    EXPECT_EQ(status.error_code(), code) << request;
    EXPECT_THAT(FieldsOf(status), ElementsAre(field)) << request;
  };
  constexpr StatusCode kInvalid = StatusCode::INVALID_ARGUMENT;
  expect("", kInvalid, "algorithm");
  expect("algorithm { page_rank { damping: 1 } }", kInvalid,
         "algorithm.page_rank.damping");
  expect("algorithm { page_rank { damping: nan } }", kInvalid,
         "algorithm.page_rank.damping");
  expect("algorithm { page_rank { max_iterations: 1001 } }", kInvalid,
         "algorithm.page_rank.max_iterations");
  expect("algorithm { page_rank { tolerance: -1 } }", kInvalid,
         "algorithm.page_rank.tolerance");
  expect("algorithm { page_rank { start_ids { name: 'x' } } }",
         StatusCode::NOT_FOUND, "algorithm.page_rank.start_ids[0]");
  expect(R"(algorithm { page_rank { start_ids { number: 1 } } }
            projection { node_labels: "Campaign" })",
         kInvalid, "algorithm.page_rank.start_ids[0]");
  expect("algorithm { louvain_communities { resolution: 0 } }", kInvalid,
         "algorithm.louvain_communities.resolution");
  expect("algorithm { louvain_communities { max_levels: 101 } }", kInvalid,
         "algorithm.louvain_communities.max_levels");
  expect("algorithm { betweenness { sample_size: 2000000 } }", kInvalid,
         "algorithm.betweenness.sample_size");
  expect("algorithm { connected_components { } } limit: 10001", kInvalid,
         "limit");
  expect(R"(algorithm { page_rank { } } projection { weight_property: "w" })",
         kInvalid, "projection.weight_property");
  expect("algorithm { connected_components { } } write_property: '" +
             std::string(256, 'x') + "'",
         kInvalid, "write_property");
}

}  // namespace
}  // namespace mi::server
