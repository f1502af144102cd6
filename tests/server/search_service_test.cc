// SearchService over a real channel: what a caller gets.

#include <string>

#include "tests/server/search_service_fixture.h"

namespace mi::server {
namespace {

TEST_F(SearchServiceTest, FindsTheNearestWithScorePayloadAndVector) {
  LoadThree();
  const auto request = Parse<v1::SearchRequest>(R"(
    collection: "campaigns"
    query { vector { components: [1, 0, 0] } }
    k: 2
    return_fields { with_vector: true with_payload: true })");
  v1::SearchResponse response;
  ASSERT_TRUE(Search(request, &response).ok());
  ASSERT_THAT(response.points(), SizeIs(2));
  EXPECT_EQ(response.points(0).point().id(), "meta-1");
  EXPECT_FLOAT_EQ(response.points(0).score(), 1);
  EXPECT_THAT(response.points(0).point().vector(), ElementsAre(2, 0, 0));
  EXPECT_EQ(response.points(0).point().payload().at("spend").float_value(),
            10.5);
  EXPECT_EQ(response.points(1).point().id(), "meta-2");
  EXPECT_FLOAT_EQ(response.points(1).score(), 0.6f);
  EXPECT_EQ(response.points(1).point().payload().at("spend").integer_value(),
            200);
  EXPECT_EQ(response.plan().estimated_matches(), 3);
  EXPECT_GE(response.plan().vectors_scanned(), 3);
}

TEST_F(SearchServiceTest, FiltersThresholdsAndSearchesByPoint) {
  LoadThree();
  auto request = Parse<v1::SearchRequest>(R"(
    collection: "campaigns"
    query { point_id: "meta-1" }
    k: 10
    filter { condition { path: "spend" range {
      greater_than { integer_value: 10 } } } })");
  v1::SearchResponse response;
  ASSERT_TRUE(Search(request, &response).ok());
  ASSERT_THAT(response.points(), SizeIs(1));
  EXPECT_EQ(response.points(0).point().id(), "meta-2");

  request.clear_filter();
  request.set_score_threshold(0.7f);
  ASSERT_TRUE(Search(request, &response).ok());
  EXPECT_THAT(response.points(), IsEmpty());
  request.set_score_threshold(0.5f);
  ASSERT_TRUE(Search(request, &response).ok());
  EXPECT_THAT(response.points(), SizeIs(1));
}

TEST_F(SearchServiceTest, RangeSearchCountsBeyondItsLimit) {
  LoadThree();
  const auto request = Parse<v1::RangeSearchRequest>(R"(
    collection: "campaigns"
    query { vector { components: [1, 0, 0] } }
    score_threshold: 0.5
    limit: 1)");
  v1::RangeSearchResponse response;
  ASSERT_TRUE(
      Invoke(&Stub::RangeSearch, server_.search(), request, &response).ok());
  EXPECT_THAT(response.points(), SizeIs(1));
  EXPECT_EQ(response.total_count(), 2);
}

TEST_F(SearchServiceTest, BatchSearchesAnswerInOrder) {
  LoadThree();
  const auto request = Parse<v1::BatchSearchRequest>(R"(
    collection: "campaigns"
    searches { query { vector { components: [0, 0, 1] } } k: 1 }
    searches { query { vector { components: [1, 0, 0] } } k: 1 })");
  v1::BatchSearchResponse response;
  ASSERT_TRUE(
      Invoke(&Stub::BatchSearch, server_.search(), request, &response).ok());
  ASSERT_THAT(response.responses(), SizeIs(2));
  EXPECT_EQ(response.responses(0).points(0).point().id(), "google-1");
  EXPECT_EQ(response.responses(1).points(0).point().id(), "meta-1");
}

TEST_F(SearchServiceTest, GetsListsCountsAndDeletes) {
  LoadThree();
  const auto get = Parse<v1::GetPointsRequest>(R"(
    collection: "campaigns" ids: "google-1" ids: "nobody" ids: "meta-1"
    return_fields { with_payload: true payload_fields: "platform" })");
  v1::GetPointsResponse got;
  ASSERT_TRUE(Invoke(&Stub::GetPoints, server_.search(), get, &got).ok());
  ASSERT_THAT(got.points(), SizeIs(2));
  EXPECT_EQ(got.points(0).point().id(), "google-1");
  EXPECT_THAT(got.points(1).point().payload(), SizeIs(1));
  EXPECT_THAT(got.points(1).point().vector(), IsEmpty());

  v1::ListPointsRequest list;
  list.set_collection("campaigns");
  list.set_page_size(2);
  v1::ListPointsResponse page;
  ASSERT_TRUE(Invoke(&Stub::ListPoints, server_.search(), list, &page).ok());
  ASSERT_THAT(page.points(), SizeIs(2));
  EXPECT_EQ(page.points(0).point().id(), "google-1");
  list.set_page_token(page.next_page_token());
  ASSERT_TRUE(Invoke(&Stub::ListPoints, server_.search(), list, &page).ok());
  ASSERT_THAT(page.points(), SizeIs(1));
  EXPECT_EQ(page.points(0).point().id(), "meta-2");
  EXPECT_EQ(page.next_page_token(), "");

  const auto by_filter = Parse<v1::DeletePointsRequest>(R"(
    collection: "campaigns"
    filter { condition { path: "platform"
                         equal { string_value: "meta" } } })");
  v1::DeletePointsResponse deleted;
  ASSERT_TRUE(
      Invoke(&Stub::DeletePoints, server_.search(), by_filter, &deleted).ok());
  EXPECT_EQ(deleted.deleted_count(), 2);
  const auto by_id = Parse<v1::DeletePointsRequest>(
      R"(collection: "campaigns" ids { ids: "google-1" ids: "nobody" })");
  ASSERT_TRUE(
      Invoke(&Stub::DeletePoints, server_.search(), by_id, &deleted).ok());
  EXPECT_EQ(deleted.deleted_count(), 1);
  EXPECT_EQ(deleted.missing_count(), 1);
  EXPECT_EQ(Count(), 0);
}

TEST_F(SearchServiceTest, ExpectedVersionsPreventLostUpdates) {
  LoadThree();
  auto request = Parse<v1::UpsertPointsRequest>(R"(
    collection: "campaigns"
    points { point { id: "meta-1" vector: [1, 1, 1] } expected_version: 99 })");
  v1::UpsertPointsResponse response;
  const grpc::Status stale = Upsert(request, &response);
  EXPECT_EQ(stale.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), Reason::kVersionConflict);

  v1::SearchResponse found;
  ASSERT_TRUE(Search(Parse<v1::SearchRequest>(R"(
                       collection: "campaigns" k: 1
                       query { vector { components: [1, 0, 0] } })"),
                     &found)
                  .ok());
  request.mutable_points(0)->set_expected_version(found.points(0).version());
  ASSERT_TRUE(Upsert(request, &response).ok());
  EXPECT_EQ(response.replaced_count(), 1);
  EXPECT_GT(response.version(), found.points(0).version());
}

TEST_F(SearchServiceTest, StreamsOfBatchesAreWrittenOneByOne) {
  grpc::ClientContext context;
  v1::StreamUpsertPointsResponse response;
  const auto writer = server_.search().StreamUpsertPoints(&context, &response);
  for (int batch = 0; batch < 20; ++batch) {
    v1::StreamUpsertPointsRequest request;
    if (batch == 0) request.set_collection("campaigns");
    for (int i = 0; i < 50; ++i) {
      v1::Point* point = request.add_points()->mutable_point();
      point->set_id(std::to_string(batch) + "-" + std::to_string(i));
      for (const float x : {1.f, 2.f, 3.f}) point->add_vector(x);
    }
    ASSERT_TRUE(writer->Write(request));
  }
  writer->WritesDone();
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.batch_count(), 20);
  EXPECT_EQ(response.inserted_count(), 1000);
  EXPECT_EQ(Count(), 1000);
}

TEST_F(SearchServiceTest, ARefusedBatchLeavesThoseBeforeItWritten) {
  grpc::ClientContext context;
  v1::StreamUpsertPointsResponse response;
  const auto writer = server_.search().StreamUpsertPoints(&context, &response);
  auto good = Parse<v1::StreamUpsertPointsRequest>(R"(
    collection: "campaigns" points { point { id: "a" vector: [1, 2, 3] } })");
  ASSERT_TRUE(writer->Write(good));
  good.mutable_points(0)->mutable_point()->add_vector(4);
  writer->Write(good);
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(status), ElementsAre("points[0].point.vector"));
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  EXPECT_THAT(details->metadata,
              ::testing::Contains(::testing::Pair("committed_batches", "1")));
  EXPECT_EQ(Count(), 1);
}

TEST_F(SearchServiceTest, EverythingAnsweredIsThereAfterARestart) {
  LoadThree();
  server_.Restart();
  EXPECT_EQ(Count(), 3);
  v1::SearchResponse response;
  ASSERT_TRUE(Search(Parse<v1::SearchRequest>(R"(
                       collection: "campaigns" k: 1
                       query { vector { components: [1, 0, 0] } }
                       return_fields { with_payload: true })"),
                     &response)
                  .ok());
  EXPECT_EQ(response.points(0).point().id(), "meta-1");
  EXPECT_EQ(response.points(0).point().payload().at("platform").string_value(),
            "meta");
}

}  // namespace
}  // namespace mi::server
