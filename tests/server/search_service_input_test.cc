// SearchService over a real channel, with bad input: the exact code, the field
// named, nothing written, and the server stays up.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "grpcpp/generic/generic_stub.h"
#include "tests/server/search_service_fixture.h"

namespace mi::server {
namespace {

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
  context.set_deadline(std::chrono::system_clock::now() -
                       std::chrono::seconds(1));
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

}  // namespace
}  // namespace mi::server
