// A server with one small collection, and short ways to call it.

#ifndef MI_TESTS_SERVER_SEARCH_SERVICE_FIXTURE_H_
#define MI_TESTS_SERVER_SEARCH_SERVICE_FIXTURE_H_

#include <string>
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
using Stub = v1::SearchService::Stub;
using CollectionStub = v1::CollectionService::Stub;

class SearchServiceTest : public ::testing::Test {
 protected:
  SearchServiceTest() {
    const auto request = Parse<v1::CreateCollectionRequest>(R"(
      name: "campaigns"
      config {
        dimension: 3
        metric: METRIC_COSINE
        payload_fields { path: "platform" type: PAYLOAD_FIELD_TYPE_KEYWORD }
        payload_fields { path: "spend" type: PAYLOAD_FIELD_TYPE_FLOAT }
      })");
    v1::CreateCollectionResponse response;
    EXPECT_TRUE(Invoke(&CollectionStub::CreateCollection, server_.collections(),
                       request, &response)
                    .ok());
  }

  grpc::Status Upsert(const v1::UpsertPointsRequest& request,
                      v1::UpsertPointsResponse* response) {
    return Invoke(&Stub::UpsertPoints, server_.search(), request, response);
  }
  grpc::Status Upsert(const std::string& text) {
    v1::UpsertPointsResponse response;
    return Upsert(Parse<v1::UpsertPointsRequest>(text), &response);
  }
  grpc::Status Search(const v1::SearchRequest& request,
                      v1::SearchResponse* response) {
    return Invoke(&Stub::Search, server_.search(), request, response);
  }
  grpc::Status Search(const std::string& text) {
    v1::SearchResponse response;
    return Search(Parse<v1::SearchRequest>(text), &response);
  }

  // Three campaigns; by hand, the cosines with (1, 0, 0) are 1, 0.6 and 0.
  void LoadThree() {
    ASSERT_TRUE(Upsert(R"(
      collection: "campaigns"
      points { point {
        id: "meta-1" vector: [2, 0, 0]
        payload { key: "platform" value { string_value: "meta" } }
        payload { key: "spend" value { float_value: 10.5 } } } }
      points { point {
        id: "meta-2" vector: [3, 4, 0]
        payload { key: "platform" value { string_value: "meta" } }
        payload { key: "spend" value { integer_value: 200 } } } }
      points { point {
        id: "google-1" vector: [0, 0, 5]
        payload { key: "platform" value { string_value: "google" } } } })")
                    .ok());
  }

  size_t Count() {
    v1::CountPointsRequest request;
    request.set_collection("campaigns");
    v1::CountPointsResponse response;
    EXPECT_TRUE(
        Invoke(&Stub::CountPoints, server_.search(), request, &response).ok());
    return response.count();
  }

  // The call must fail with INVALID_ARGUMENT about exactly these fields, and
  // leave nothing behind.
  void ExpectRefusedUpsert(const v1::UpsertPointsRequest& request,
                           const std::vector<std::string>& fields) {
    v1::UpsertPointsResponse response;
    const grpc::Status status = Upsert(request, &response);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT)
        << status.error_message();
    EXPECT_EQ(FieldsOf(status), fields) << status.error_message();
    EXPECT_EQ(Count(), 0);
  }

  static v1::UpsertPointsRequest OnePoint() {
    return Parse<v1::UpsertPointsRequest>(R"(
      collection: "campaigns"
      points { point { id: "a" vector: [1, 2, 3] } })");
  }

  TestServer server_;
};

}  // namespace mi::server

#endif  // MI_TESTS_SERVER_SEARCH_SERVICE_FIXTURE_H_
