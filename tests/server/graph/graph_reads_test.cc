// Reads of GraphService over a real channel, on a graph whose answers can be
// seen by eye.

#include <string>

#include "tests/server/graph/graph_service_fixture.h"

namespace mi::server {
namespace {

using ::testing::UnorderedElementsAre;

TEST_F(GraphServiceTest, GetsElementsInTheOrderAskedFor) {
  LoadCampaigns();
  const auto nodes = Get(&GraphStub::GetNodes, R"(
    graph: "g" ids { name: "summer" } ids { name: "gone" } ids { number: 5 }
    ids { name: "spring" })");
  EXPECT_THAT(IdsOf(nodes.nodes()), ElementsAre("summer", "spring"));
  EXPECT_EQ(nodes.nodes(0).node().properties().at("budget").integer_value(),
            900);
  EXPECT_THAT(nodes.nodes(0).node().labels(), ElementsAre("Campaign"));
  EXPECT_GT(nodes.nodes(0).version(), 0);

  const auto edges = Get(&GraphStub::GetEdges,
                         "graph: 'g' ids { name: 'e3' } ids { name: 'e1' }");
  ASSERT_THAT(IdsOf(edges.edges()), ElementsAre("e3", "e1"));
  const v1::Edge& edge = edges.edges(0).edge();
  EXPECT_EQ(edge.type(), "HAS");
  EXPECT_EQ(edge.source_id().name(), "summer");
  EXPECT_EQ(edge.target_id().name(), "banner");
  EXPECT_EQ(edge.valid_time().from().seconds(), 1000);
  EXPECT_EQ(edge.valid_time().to().seconds(), 2000);

  const auto hyperedges =
      Get(&GraphStub::GetHyperedges, "graph: 'g' ids { name: 'h1' }");
  ASSERT_THAT(hyperedges.hyperedges(), SizeIs(1));
  const v1::Hyperedge& hyperedge = hyperedges.hyperedges(0).hyperedge();
  EXPECT_EQ(hyperedge.weight(), 2);
  EXPECT_EQ(hyperedge.confidence(), 0.5);
  ASSERT_THAT(hyperedge.members(), SizeIs(3));
  EXPECT_EQ(hyperedge.members(0).role(), "audience");
  EXPECT_EQ(hyperedge.members(0).node_id().name(), "runners");
}

TEST_F(GraphServiceTest, ListsPageByPageThroughAnIndexOrALabel) {
  LoadCampaigns();
  auto page = Get(&GraphStub::ListNodes, "graph: 'g' page_size: 3");
  EXPECT_THAT(IdsOf(page.nodes()), ElementsAre("spring", "summer", "video"));
  EXPECT_EQ(page.plan().kind(), v1::NodeScanPlan::KIND_ALL_NODES);
  page = Get(&GraphStub::ListNodes, "graph: 'g' page_size: 3 page_token: '" +
                                        page.next_page_token() + "'");
  EXPECT_THAT(IdsOf(page.nodes()), ElementsAre("banner", "runners", "cooks"));
  page = Get(&GraphStub::ListNodes, "graph: 'g' page_size: 3 page_token: '" +
                                        page.next_page_token() + "'");
  EXPECT_THAT(IdsOf(page.nodes()), ElementsAre("meta"));
  EXPECT_EQ(page.next_page_token(), "");

  const std::string rich = R"(
    graph: "g" selector { any_label: "Campaign" conditions {
      property: "budget" greater_than { float_value: 500.5 } } })";
  page = Get(&GraphStub::ListNodes, rich);
  EXPECT_THAT(IdsOf(page.nodes()), ElementsAre("summer"));
  EXPECT_EQ(page.plan().kind(), v1::NodeScanPlan::KIND_LABEL);
  EXPECT_THAT(page.plan().labels(), ElementsAre("Campaign"));
  EXPECT_EQ(page.plan().scanned_count(), 2);

  Get(&GraphStub::CreateGraphIndex,
      "graph: 'g' index { label: 'Campaign' property: 'budget' }");
  page = Get(&GraphStub::ListNodes, R"(
    graph: "g" selector { all_labels: "Campaign" conditions {
      property: "budget" greater_than { float_value: 500.5 } } })");
  EXPECT_THAT(IdsOf(page.nodes()), ElementsAre("summer"));
  EXPECT_EQ(page.plan().kind(), v1::NodeScanPlan::KIND_INDEX);
  EXPECT_EQ(page.plan().property(), "budget");
  EXPECT_EQ(page.plan().scanned_count(), 1);

  page = Get(&GraphStub::ListNodes,
             "graph: 'g' selector { all_labels: 'Unheard' }");
  EXPECT_THAT(page.nodes(), IsEmpty());
  EXPECT_EQ(page.plan().kind(), v1::NodeScanPlan::KIND_NOTHING);
}

TEST_F(GraphServiceTest, ListsEdgesAndHyperedgesThatAreMeant) {
  LoadCampaigns();
  EXPECT_THAT(IdsOf(Get(&GraphStub::ListEdges,
                        "graph: 'g' selector { types: 'SHOWN_TO' }")
                        .edges()),
              ElementsAre("e4", "e5", "e6"));
  EXPECT_THAT(IdsOf(Get(&GraphStub::ListEdges, R"(
      graph: "g" selector { types: "HAS" as_of { seconds: 2000 } })")
                        .edges()),
              ElementsAre("e1", "e2"));
  EXPECT_THAT(IdsOf(Get(&GraphStub::ListEdges, R"(
      graph: "g" selector { as_of { seconds: 1999 } conditions {
        property: "share" exists: false } } page_size: 1)")
                        .edges()),
              ElementsAre("e3"));
  const auto page = Get(&GraphStub::ListHyperedges, "graph: 'g' page_size: 1");
  EXPECT_THAT(IdsOf(page.hyperedges()), ElementsAre("h1"));
  EXPECT_THAT(
      IdsOf(Get(&GraphStub::ListHyperedges,
                "graph: 'g' page_token: '" + page.next_page_token() + "'")
                .hyperedges()),
      ElementsAre("h2"));
}

TEST_F(GraphServiceTest, ListsNeighborsByDirectionTypeAndProperty) {
  LoadCampaigns();
  const auto ids = [this](const std::string& more) {
    return IdsOf(Get(&GraphStub::ListNeighbors,
                     "graph: 'g' node_id { name: 'banner' } " + more)
                     .neighbors());
  };
  EXPECT_THAT(ids("direction: DIRECTION_IN"), ElementsAre("spring", "summer"));
  EXPECT_THAT(ids("direction: DIRECTION_OUT"), ElementsAre("runners", "cooks"));
  EXPECT_THAT(ids(""), ElementsAre("spring", "summer", "runners", "cooks"));
  EXPECT_THAT(ids("edges { types: 'HAS' as_of { seconds: 1 } }"),
              ElementsAre("spring"));
  EXPECT_THAT(ids("nodes { conditions { property: 'budget' "
                  "in { values { integer_value: 900 } } } }"),
              ElementsAre("summer"));
  EXPECT_THAT(ids("edges { types: 'UNHEARD' }"), IsEmpty());

  std::vector<std::string> paged;
  std::string token;
  do {
    const auto page = Get(&GraphStub::ListNeighbors,
                          "graph: 'g' node_id { name: 'banner' } page_size: 1 "
                          "return_elements { with_properties: true } "
                          "page_token: '" +
                              token + "'");
    ASSERT_THAT(page.neighbors(), SizeIs(1));
    paged.push_back(IdOf(page.neighbors(0)));
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_THAT(paged, ElementsAre("spring", "summer", "runners", "cooks"));
}

TEST_F(GraphServiceTest, ExpandsAndSaysWhatCutItOff) {
  LoadCampaigns();
  const std::string from_spring =
      "graph: 'g' start { ids { ids { name: 'spring' } } } "
      "direction: DIRECTION_OUT ";
  auto found = Get(&GraphStub::ExpandNodes, from_spring + "max_hops: 2");
  EXPECT_THAT(IdsOf(found.nodes()),
              ElementsAre("spring", "video", "banner", "runners", "cooks"));
  EXPECT_EQ(found.nodes(4).hops(), 2);
  EXPECT_EQ(IdOf(found.nodes(4).edge()), "e6");
  EXPECT_FALSE(found.nodes(0).has_edge());
  EXPECT_FALSE(found.nodes_limited() || found.edges_scanned_limited() ||
               found.edges_per_node_limited());

  EXPECT_THAT(IdsOf(Get(&GraphStub::ExpandNodes,
                        from_spring + "min_hops: 2 max_hops: 2")
                        .nodes()),
              ElementsAre("runners", "cooks"));

  found =
      Get(&GraphStub::ExpandNodes, from_spring + "max_hops: 9 max_nodes: 2");
  EXPECT_THAT(IdsOf(found.nodes()), ElementsAre("spring", "video", "banner"));
  EXPECT_TRUE(found.nodes_limited());

  found = Get(&GraphStub::ExpandNodes,
              from_spring + "max_hops: 2 max_edges_per_node: 1");
  EXPECT_THAT(IdsOf(found.nodes()), ElementsAre("spring", "video", "runners"));
  EXPECT_TRUE(found.edges_per_node_limited());

  found = Get(&GraphStub::ExpandNodes,
              from_spring + "max_hops: 2 max_edges_scanned: 1");
  EXPECT_THAT(IdsOf(found.nodes()), ElementsAre("spring", "video"));
  EXPECT_TRUE(found.edges_scanned_limited());
  EXPECT_EQ(found.edges_scanned(), 1);

  EXPECT_THAT(IdsOf(Get(&GraphStub::ExpandNodes, R"(
      graph: "g" start { selector { any_label: "Campaign" } }
      edges { types: "HAS" } direction: DIRECTION_OUT min_hops: 1)")
                        .nodes()),
              ElementsAre("video", "banner"));
}

TEST_F(GraphServiceTest, FindsPathsByEdgesAndByWeight) {
  LoadCampaigns();
  const std::string ends =
      "graph: 'g' source_id { name: 'spring' } "
      "target_id { name: 'runners' } direction: DIRECTION_OUT ";
  auto found = Get(&GraphStub::FindShortestPaths, ends + "max_paths: 5");
  ASSERT_THAT(found.paths(), SizeIs(2));
  EXPECT_THAT(IdsOf(found.paths(0).nodes()),
              ElementsAre("spring", "video", "runners"));
  EXPECT_THAT(IdsOf(found.paths(0).edges()), ElementsAre("e1", "e4"));
  EXPECT_EQ(found.paths(0).length(), 2);
  EXPECT_FALSE(found.more_paths());
  found = Get(&GraphStub::FindShortestPaths, ends);
  EXPECT_THAT(found.paths(), SizeIs(1));
  EXPECT_TRUE(found.more_paths());

  found = Get(&GraphStub::FindShortestPaths,
              ends + "weight_property: 'share' default_weight: 0.25");
  ASSERT_THAT(found.paths(), SizeIs(1));
  EXPECT_THAT(IdsOf(found.paths(0).edges()), ElementsAre("e1", "e4"));
  EXPECT_DOUBLE_EQ(found.paths(0).length(), 0.75);

  EXPECT_THAT(Get(&GraphStub::FindShortestPaths, ends + "max_hops: 1").paths(),
              IsEmpty());
  const grpc::Status status =
      Call(&GraphStub::FindShortestPaths, ends + "max_visited: 1");
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), Reason::kTooMuchToSearch);
}

TEST_F(GraphServiceTest, FindsHyperedgesAndWhoSharesThem) {
  LoadCampaigns();
  const auto ids = [this](const std::string& request) {
    return IdsOf(
        Get(&GraphStub::FindHyperedges, "graph: 'g' " + request).hyperedges());
  };
  EXPECT_THAT(ids("node_ids { name: 'meta' }"), ElementsAre("h1", "h2"));
  EXPECT_THAT(ids("node_ids { name: 'meta' } node_ids { name: 'cooks' } "
                  "all_nodes: true"),
              ElementsAre("h2"));
  EXPECT_THAT(ids("node_ids { name: 'meta' } roles: 'creative'"), IsEmpty());
  EXPECT_THAT(ids("node_ids { name: 'meta' } hyperedges { types: 'NONE' }"),
              IsEmpty());

  const auto shared =
      Get(&GraphStub::FindCoMembers, "graph: 'g' node_ids { name: 'meta' }");
  EXPECT_EQ(shared.total_count(), 4);
  EXPECT_FALSE(shared.limited());
  EXPECT_THAT(IdsOf(shared.members()),
              UnorderedElementsAre("banner", "cooks", "video", "runners"));
  EXPECT_EQ(shared.members(0).strength(), 3);  // h2: 3 * 1
  EXPECT_EQ(shared.members(3).strength(), 1);  // h1: 2 * 0.5
  EXPECT_EQ(shared.members(0).shared_count(), 1);
  EXPECT_THAT(IdsOf(Get(&GraphStub::FindCoMembers, R"(
      graph: "g" node_ids { name: "meta" } nodes { any_label: "Audience" }
      limit: 1)")
                        .members()),
              ElementsAre("cooks"));
}

TEST_F(GraphServiceTest, DrawsTheNeighbourhood) {
  LoadCampaigns();
  auto drawn = Get(&GraphStub::GetSubgraph, R"(
    graph: "g" center { ids { ids { name: "video" } } } hops: 1
    with_hyperedges: true)");
  EXPECT_THAT(IdsOf(drawn.nodes()), ElementsAre("video", "spring", "runners"));
  EXPECT_THAT(IdsOf(drawn.edges()), UnorderedElementsAre("e1", "e4"));
  EXPECT_THAT(IdsOf(drawn.hyperedges()), ElementsAre("h1"));
  EXPECT_EQ(drawn.nodes(1).hops(), 1);
  EXPECT_EQ(drawn.nodes(2).degree(), 2);
  EXPECT_EQ(drawn.nodes_left_out(), 0);

  drawn = Get(&GraphStub::GetSubgraph, R"(
    graph: "g" center { ids { ids { name: "banner" } } } hops: 2 max_nodes: 3
    max_edges: 1)");
  EXPECT_THAT(drawn.nodes(), SizeIs(3));
  EXPECT_THAT(drawn.edges(), SizeIs(1));
  EXPECT_EQ(drawn.nodes_left_out(), 3);
  EXPECT_GT(drawn.edges_left_out(), 0);

  drawn = Get(&GraphStub::GetSubgraph, R"(
    graph: "g" center { ids { ids { name: "banner" } } } hops: 0)");
  EXPECT_THAT(IdsOf(drawn.nodes()), ElementsAre("banner"));
}

TEST_F(GraphServiceTest, FindsNodesWithLikeNeighbours) {
  LoadCampaigns();
  const auto find = [this](const std::string& more) {
    return Get(&GraphStub::FindSimilarNodes,
               "graph: 'g' node_id { name: 'spring' } "
               "direction: DIRECTION_OUT " +
                   more);
  };
  // spring: {video, banner}; summer: {banner}.
  auto similar = find("");
  ASSERT_THAT(IdsOf(similar.nodes()), ElementsAre("summer"));
  EXPECT_DOUBLE_EQ(similar.nodes(0).score(), 0.5);
  EXPECT_EQ(similar.nodes(0).common_neighbor_count(), 1);
  similar = find("similarity: NEIGHBORHOOD_SIMILARITY_OVERLAP");
  EXPECT_DOUBLE_EQ(similar.nodes(0).score(), 1);
  similar = find("similarity: NEIGHBORHOOD_SIMILARITY_ADAMIC_ADAR");
  EXPECT_NEAR(similar.nodes(0).score(), 1 / std::log(2.0), 1e-12);
  EXPECT_THAT(find("nodes { any_label: 'Creative' }").nodes(), IsEmpty());
  EXPECT_THAT(find("edges { types: 'SHOWN_TO' }").nodes(), IsEmpty());
}

}  // namespace
}  // namespace mi::server
