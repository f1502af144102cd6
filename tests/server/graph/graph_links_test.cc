// Nodes that stand for points of collections: searches that say what a graph
// knows, and reads of graphs that start from a search.

#include <string>

#include "tests/server/graph/graph_service_fixture.h"

namespace mi::server {
namespace {

using SearchStub = v1::SearchService::Stub;
using CollectionStub = v1::CollectionService::Stub;

class GraphLinksTest : public GraphServiceTest {
 protected:
  GraphLinksTest() {
    LoadCampaigns();
    Invoke<v1::CreateCollectionRequest, v1::CreateCollectionResponse>(
        &CollectionStub::CreateCollection, server_.collections(), R"(
          name: "creatives" config { dimension: 2 metric: METRIC_COSINE })");
    Invoke<v1::CreateAliasRequest, v1::CreateAliasResponse>(
        &CollectionStub::CreateAlias, server_.collections(),
        "alias { name: 'current' collection: 'creatives' }");
    Invoke<v1::UpsertPointsRequest, v1::UpsertPointsResponse>(
        &SearchStub::UpsertPoints, server_.search(), R"(
          collection: "creatives"
          points { point { id: "p-video" vector: [1, 0] } }
          points { point { id: "p-banner" vector: [3, 4] } }
          points { point { id: "p-other" vector: [0, 1] } })");
    Write(R"(
      mutations { patch_node { id { name: "video" }
        link { collection: "creatives" point_id: "p-video" } } }
      mutations { patch_node { id { name: "banner" }
        link { collection: "current" point_id: "p-banner" } } })");
  }

  template <typename Request, typename Response, typename Stub>
  Response Invoke(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                               const Request&, Response*),
                  Stub& stub, const std::string& request) {
    Response response;
    const grpc::Status status =
        mi::testing::Invoke(method, stub, Parse<Request>(request), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  v1::SearchResponse Search(const std::string& context) {
    return Invoke<v1::SearchRequest, v1::SearchResponse>(&SearchStub::Search,
                                                         server_.search(), R"(
          collection: "creatives" k: 3
          query { vector { components: [1, 0] } } )" + context);
  }
};

TEST_F(GraphLinksTest, ASearchSaysWhatTheGraphKnows) {
  auto found = Search(R"(graph_context { graph: "g" })");
  ASSERT_THAT(found.points(), SizeIs(3));
  ASSERT_THAT(found.points(0).linked_nodes(), SizeIs(1));
  const v1::LinkedNode& video = found.points(0).linked_nodes(0);
  EXPECT_EQ(IdOf(video.node()), "video");
  EXPECT_THAT(IdsOf(video.neighbors()), ElementsAre("spring", "runners"));
  EXPECT_EQ(IdOf(video.neighbors(0).edge()), "e1");
  EXPECT_FALSE(video.limited());
  // Linked under an alias.
  EXPECT_THAT(IdsOf(found.points(1).linked_nodes()), ElementsAre("banner"));
  EXPECT_THAT(found.points(2).linked_nodes(), IsEmpty());
  EXPECT_THAT(Search("").points(0).linked_nodes(), IsEmpty());

  found = Search(R"(graph_context {
    graph: "g" direction: DIRECTION_IN limit: 1 with_properties: true })");
  const v1::LinkedNode& banner = found.points(1).linked_nodes(0);
  ASSERT_THAT(IdsOf(banner.neighbors()), ElementsAre("spring"));
  EXPECT_TRUE(banner.limited());
  EXPECT_TRUE(
      banner.neighbors(0).node().node().properties().contains("budget"));
  found = Search("graph_context { graph: 'g' limit: 0 }");
  EXPECT_THAT(found.points(0).linked_nodes(0).neighbors(), IsEmpty());
  EXPECT_TRUE(found.points(0).linked_nodes(0).limited());
}

TEST_F(GraphLinksTest, ABatchOfSearchesDoesSo) {
  const auto found = Invoke<v1::BatchSearchRequest, v1::BatchSearchResponse>(
      &SearchStub::BatchSearch, server_.search(), R"(
        collection: "creatives"
        searches { collection: "creatives" k: 1
                   query { vector { components: [1, 0] } }
                   graph_context { graph: "g" } })");
  EXPECT_THAT(IdsOf(found.responses(0).points(0).linked_nodes()),
              ElementsAre("video"));
}

TEST_F(GraphLinksTest, AWalkStartsFromASearch) {
  const std::string start = R"(
    similar { collection: "current" k: 2
              query { vector { components: [3, 4] } } })";
  const auto found = Get(&GraphStub::ExpandNodes,
                         "graph: 'g' direction: DIRECTION_OUT max_hops: 2 "
                         "edges { types: 'SHOWN_TO' } start {" +
                             start + "}");
  EXPECT_THAT(IdsOf(found.nodes()), ElementsAre("banner", "runners", "cooks"));
  ASSERT_THAT(found.similar_points(), SizeIs(2));
  EXPECT_EQ(found.similar_points(0).point().id(), "p-banner");
  EXPECT_FLOAT_EQ(found.similar_points(1).score(), 0.8f);

  const auto drawn =
      Get(&GraphStub::GetSubgraph, "graph: 'g' hops: 0 center {" + start + "}");
  EXPECT_THAT(IdsOf(drawn.nodes()), ElementsAre("banner"));
  EXPECT_THAT(drawn.similar_points(), SizeIs(2));
}

TEST_F(GraphLinksTest, SaysWhatIsWrongWithASearch) {
  v1::SearchResponse response;
  const auto search = [&](const std::string& context) {
    return mi::testing::Invoke(&SearchStub::Search, server_.search(),
                               Parse<v1::SearchRequest>(R"(
        collection: "creatives" k: 3
        query { vector { components: [1, 0] } } graph_context {)" +
                                                        context + "}"),
                               &response);
  };
  EXPECT_EQ(search("graph: 'none'").error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(FieldsOf(search("graph: 'g' limit: 1001")),
              ElementsAre("graph_context.limit"));
  EXPECT_THAT(FieldsOf(search("graph: 'g' nodes { any_label: '' }")),
              ElementsAre("graph_context.nodes.any_label[0]"));

  const auto expand = [this](const std::string& similar) {
    return Call(&GraphStub::ExpandNodes,
                "graph: 'g' start { similar {" + similar + "} }");
  };
  EXPECT_EQ(expand("collection: 'none'").error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(FieldsOf(expand("collection: 'creatives' k: 1 query { vector { "
                              "components: [1] } }")),
              ElementsAre("start.similar.query.vector.components"));
  EXPECT_THAT(
      FieldsOf(expand("collection: 'creatives' graph_context { graph: 'g' }")),
      ElementsAre("start.similar.graph_context"));
}

}  // namespace
}  // namespace mi::server
