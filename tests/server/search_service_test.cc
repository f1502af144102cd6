// SearchService over a real channel: what a caller gets, also for bad input.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "server/rpc/status_proto.h"
#include "tests/support/test_server.h"

namespace mi::server {
namespace {

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

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// The fields that an error names.
std::vector<std::string> FieldsOf(const grpc::Status& status) {
  std::vector<std::string> fields;
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  if (!details.has_value()) return fields;
  for (const auto& violation : details->violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

Reason ReasonOf(const grpc::Status& status) {
  const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
  return details ? details->reason : Reason::kInternal;
}

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

// --- Bad input: the exact code, the field named, nothing written.

TEST_F(SearchServiceTest, RefusesWrongDimensionsByName) {
  auto request = OnePoint();
  request.mutable_points(0)->mutable_point()->add_vector(4);
  ExpectRefusedUpsert(request, {"points[0].point.vector"});
}

TEST_F(SearchServiceTest, RefusesWhatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity(), 2e18f}) {
    auto request = OnePoint();
    request.mutable_points(0)->mutable_point()->set_vector(1, bad);
    ExpectRefusedUpsert(request, {"points[0].point.vector[1]"});
  }
}

TEST_F(SearchServiceTest, RefusesZeroVectorsUnderCosine) {
  ExpectRefusedUpsert(Parse<v1::UpsertPointsRequest>(R"(
    collection: "campaigns" points { point { id: "a" vector: [0, 0, 0] } })"),
                      {"points[0].point.vector"});
}

TEST_F(SearchServiceTest, RefusesDuplicateAndMalformedIds) {
  auto request = OnePoint();
  *request.add_points() = request.points(0);
  ExpectRefusedUpsert(request, {"points[1].point.id"});
  request = OnePoint();
  request.mutable_points(0)->mutable_point()->set_id("");
  ExpectRefusedUpsert(request, {"points[0].point.id"});
  request.mutable_points(0)->mutable_point()->set_id(std::string(257, 'x'));
  ExpectRefusedUpsert(request, {"points[0].point.id"});
  request.mutable_points(0)->mutable_point()->set_id(std::string("a\0b", 3));
  ExpectRefusedUpsert(request, {"points[0].point.id"});
}

TEST_F(SearchServiceTest, RefusesEmptyAndTooLargeBatches) {
  v1::UpsertPointsRequest request;
  request.set_collection("campaigns");
  ExpectRefusedUpsert(request, {"points"});
  for (int i = 0; i < 1001; ++i) {
    *request.add_points() = OnePoint().points(0);
  }
  ExpectRefusedUpsert(request, {"points"});
}

TEST_F(SearchServiceTest, NamesEveryFieldAtFaultAtOnce) {
  auto request = OnePoint();
  request.mutable_points(0)->mutable_point()->set_id("");
  *request.add_points() = OnePoint().points(0);
  request.mutable_points(1)->mutable_point()->clear_vector();
  ExpectRefusedUpsert(request,
                      {"points[0].point.id", "points[1].point.vector"});
}

TEST_F(SearchServiceTest, RefusesPayloadsThatCannotBeStored) {
  auto request = OnePoint();
  auto& payload =
      *request.mutable_points(0)->mutable_point()->mutable_payload();
  payload["spend"].set_float_value(std::nan(""));
  ExpectRefusedUpsert(request, {"points[0].point.payload.spend"});
  payload["spend"].Clear();
  ExpectRefusedUpsert(request, {"points[0].point.payload.spend"});
  payload["spend"].mutable_datetime_value()->set_seconds(-1);
  ExpectRefusedUpsert(request,
                      {"points[0].point.payload.spend.datetime_value"});
}

TEST_F(SearchServiceTest, RefusesKOutOfRange) {
  LoadThree();
  for (const char* k : {"0", "1000000000"}) {
    const grpc::Status status =
        Search(std::string(
                   R"(collection: "campaigns" query { point_id: "meta-1" } )") +
               "k: " + k);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(FieldsOf(status), ElementsAre("k"));
    EXPECT_THAT(status.error_message(), HasSubstr("1 to 10000"));
  }
}

TEST_F(SearchServiceTest, RefusesMalformedSearches) {
  LoadThree();
  const struct {
    const char* request;
    const char* field;
  } cases[] = {
      {"k: 1", "query"},
      {"k: 1 query { vector { components: [1, 2] } }",
       "query.vector.components"},
      {"k: 1 query { vector { components: [0, 0, 0] } }",
       "query.vector.components"},
      {"k: 1 query { point_id: 'meta-1' } options { ef_search: 5000 }",
       "options.ef_search"},
      {"k: 1 query { point_id: 'meta-1' } score_threshold: nan",
       "score_threshold"},
      {"k: 1 query { point_id: 'meta-1' } filter { }", "filter"},
      {"k: 1 query { point_id: 'meta-1' } filter { condition { path: 'x' } }",
       "filter"},
      {"k: 1 query { point_id: 'meta-1' } filter { condition { path: '' "
       "exists {} } }",
       "filter.path"},
      {"k: 1 query { point_id: 'meta-1' } filter { and { filters { condition { "
       "path: 'place' geo_radius { center { latitude: 91 } } } } } }",
       "filter.and[0].geo_radius.center"},
  };
  for (const auto& [request, field] : cases) {
    const grpc::Status status =
        Search(std::string("collection: 'campaigns' ") + request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << request;
    EXPECT_THAT(FieldsOf(status), ElementsAre(field)) << request;
  }
}

TEST_F(SearchServiceTest, UnknownFieldsInFiltersAreLegalAndMatchNothing) {
  LoadThree();
  v1::SearchResponse response;
  ASSERT_TRUE(Search(Parse<v1::SearchRequest>(R"(
                       collection: "campaigns" k: 3
                       query { point_id: "meta-1" }
                       filter { condition { path: "no.such.field"
                                            exists {} } })"),
                     &response)
                  .ok());
  EXPECT_THAT(response.points(), IsEmpty());
}

TEST_F(SearchServiceTest, MissingThingsAreNotFoundByName) {
  LoadThree();
  const grpc::Status no_collection = Search(
      "collection: 'nothing' k: 1 query { vector { components: [1, 2, 3] } }");
  EXPECT_EQ(no_collection.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(no_collection), Reason::kCollectionNotFound);
  EXPECT_EQ(GetErrorDetails(rpc::FromGrpcStatus(no_collection))->resource_name,
            "nothing");
  const grpc::Status no_point =
      Search("collection: 'campaigns' k: 1 query { point_id: 'nobody' }");
  EXPECT_EQ(no_point.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(no_point), Reason::kPointNotFound);
}

// Sends bytes as they are to a method.
grpc::Status SendRaw(const std::shared_ptr<grpc::Channel>& channel,
                     const std::string& method, const std::string& bytes) {
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(30));
  const grpc::Slice slice(bytes);
  const auto call = stub.PrepareUnaryCall(&context, method,
                                          grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

TEST_F(SearchServiceTest, BytesThatDoNotParseAreTheCallersFault) {
  const std::string method =
      "/marketing.intelligence.v1.SearchService/UpsertPoints";
  auto request = OnePoint();
  std::string bytes = request.SerializeAsString();
  bytes[bytes.find("\x01"
                   "a") +
        1] = '\xff';  // the id is no longer UTF-8
  const grpc::Status not_utf8 = SendRaw(server_.Connect(), method, bytes);
  EXPECT_EQ(not_utf8.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(not_utf8), ElementsAre("points[0].point.id"));

  const grpc::Status cut =
      SendRaw(server_.Connect(), method,
              request.SerializeAsString().substr(0, bytes.size() - 3));
  EXPECT_EQ(cut.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(cut), SizeIs(1));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SearchServiceTest, AHundredThousandNestedFiltersAreRefused) {
  // not { not { ... } }, by hand: field 3 of Filter, each a length and a tag.
  std::string filter;
  for (int i = 0; i < 100'000; ++i) {
    std::string outer = "\x1a";
    for (size_t size = filter.size(); true; size >>= 7) {
      if (size < 0x80) {
        outer.push_back(static_cast<char>(size));
        break;
      }
      outer.push_back(static_cast<char>(size | 0x80));
    }
    // Prepending would be quadratic: build backwards, then reverse.
    std::reverse(outer.begin(), outer.end());
    filter.append(outer);
  }
  std::reverse(filter.begin(), filter.end());
  std::string bytes(
      "\x0a\x09"
      "campaigns");
  bytes += "\x12";  // filter of CountPointsRequest
  for (size_t size = filter.size(); true; size >>= 7) {
    if (size < 0x80) {
      bytes.push_back(static_cast<char>(size));
      break;
    }
    bytes.push_back(static_cast<char>(size | 0x80));
  }
  bytes += filter;
  const grpc::Status status =
      SendRaw(server_.Connect(),
              "/marketing.intelligence.v1.SearchService/CountPoints", bytes);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  ASSERT_THAT(FieldsOf(status), SizeIs(1));
  EXPECT_THAT(FieldsOf(status)[0], HasSubstr("filter"));
  EXPECT_EQ(Count(), 0);  // still serving
}

TEST_F(SearchServiceTest, FiltersDeeperThanTheLimitAreRefused) {
  v1::CountPointsRequest request;
  request.set_collection("campaigns");
  v1::Filter* filter = request.mutable_filter();
  for (int i = 0; i < 64; ++i) filter = filter->mutable_not_();
  filter->mutable_condition()->set_path("x");
  filter->mutable_condition()->mutable_exists();
  v1::CountPointsResponse response;
  const grpc::Status status =
      Invoke(&Stub::CountPoints, server_.search(), request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("64"));
}

TEST_F(SearchServiceTest, MessagesOverTheLimitAreRefused) {
  auto request = OnePoint();
  (*request.mutable_points(0)->mutable_point()->mutable_payload())["text"]
      .set_string_value(std::string(20 << 20, 'x'));
  v1::UpsertPointsResponse response;
  EXPECT_EQ(Upsert(request, &response).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Count(), 0);
}

TEST_F(SearchServiceTest, AnExpiredDeadlineIsNotServed) {
  LoadThree();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now());
  v1::SearchResponse response;
  EXPECT_EQ(server_.search()
                .Search(&context, Parse<v1::SearchRequest>(R"(
                          collection: "campaigns" k: 1
                          query { point_id: "meta-1" })"),
                        &response)
                .error_code(),
            StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(SearchServiceTest, AClientThatDiesInMidStreamLeavesWholeBatches) {
  constexpr int kPointsPerBatch = 100;
  for (int round = 0; round < 5; ++round) {
    grpc::ClientContext context;
    v1::StreamUpsertPointsResponse response;
    const auto writer =
        server_.search().StreamUpsertPoints(&context, &response);
    for (int batch = 0; batch < 10; ++batch) {
      v1::StreamUpsertPointsRequest request;
      request.set_collection("campaigns");
      for (int i = 0; i < kPointsPerBatch; ++i) {
        v1::Point* point = request.add_points()->mutable_point();
        point->set_id(std::to_string(round) + "-" + std::to_string(batch) +
                      "-" + std::to_string(i));
        for (const float x : {1.f, 2.f, 3.f}) point->add_vector(x);
      }
      if (!writer->Write(request)) break;
    }
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), StatusCode::CANCELLED);
  }
  EXPECT_EQ(Count() % kPointsPerBatch, 0);
  LoadThree();  // still serving
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
