// Idempotency keys over a real channel: every write may be sent again.

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "google/protobuf/unknown_field_set.h"
#include "tests/server/search_service_fixture.h"

namespace mi::server {
namespace {

using ::testing::Each;

constexpr char kKey[] = "0f8fad5b-d9cb-469f-a165-70867728950e";

// One call of a method that writes: given a key, or none, returns its status
// and, when it is OK, the bytes of the answer.
struct Call {
  std::string method;
  std::function<std::pair<grpc::Status, std::string>(const std::string& key)>
      send;
};

class IdempotencyServiceTest : public SearchServiceTest {
 protected:
  template <typename ServiceStub, typename Request, typename Response>
  std::pair<grpc::Status, std::string> Send(
      grpc::Status (ServiceStub::*method)(grpc::ClientContext*, const Request&,
                                          Response*),
      ServiceStub& stub, Request request, const std::string& key) {
    request.set_idempotency_key(key);
    Response response;
    const grpc::Status status = Invoke(method, stub, request, &response);
    return {status, response.SerializeAsString()};
  }

  template <typename ServiceStub, typename Request, typename Response>
  Call MakeCall(const std::string& name,
                grpc::Status (ServiceStub::*method)(grpc::ClientContext*,
                                                    const Request&, Response*),
                ServiceStub& (TestServer::*stub)(), const std::string& text) {
    return {name, [=, this](const std::string& key) {
              return Send(method, (server_.*stub)(), Parse<Request>(text), key);
            }};
  }

  Call MakeStreamCall(const std::vector<std::string>& messages) {
    return {"StreamUpsertPoints", [=, this](const std::string& key) {
              grpc::ClientContext context;
              v1::StreamUpsertPointsResponse response;
              auto stream =
                  server_.search().StreamUpsertPoints(&context, &response);
              for (size_t i = 0; i < messages.size(); ++i) {
                auto message =
                    Parse<v1::StreamUpsertPointsRequest>(messages[i]);
                message.set_idempotency_key(key.empty() ? key
                                                        : key + char('a' + i));
                if (!stream->Write(message)) break;
              }
              stream->WritesDone();
              const grpc::Status status = stream->Finish();
              return std::pair(status, response.SerializeAsString());
            }};
  }

  // Each can be carried out after those before it, but none of them twice with
  // the same answer.
  std::vector<Call> EveryWrite() {
    using C = CollectionStub;
    constexpr auto collections = &TestServer::collections;
    constexpr auto search = &TestServer::search;
    return {
        MakeCall("CreateCollection", &C::CreateCollection, collections,
                 "name: 'two' config { dimension: 2 metric: METRIC_DOT }"),
        MakeCall("UpdateCollection", &C::UpdateCollection, collections,
                 "name: 'two' update_mask { paths: 'index' } "
                 "config { index { flat {} } }"),
        MakeCall("CreateAlias", &C::CreateAlias, collections,
                 "alias { name: 'live' collection: 'two' }"),
        MakeCall("UpdateAlias", &C::UpdateAlias, collections,
                 "alias { name: 'live' collection: 'campaigns' }"),
        MakeCall("DeleteAlias", &C::DeleteAlias, collections, "name: 'live'"),
        MakeCall("DeleteCollection", &C::DeleteCollection, collections,
                 "name: 'two'"),
        MakeCall("UpsertPoints", &Stub::UpsertPoints, search,
                 "collection: 'campaigns' "
                 "points { point { id: 'a' vector: [1, 2, 3] } } "
                 "points { point { id: 'b' vector: [1, 2, 4] payload { "
                 "key: 'spend' value { float_value: 5 } } } }"),
        MakeCall("DeletePoints", &Stub::DeletePoints, search,
                 "collection: 'campaigns' ids { ids: 'a' ids: 'x' }"),
        MakeCall("DeletePoints", &Stub::DeletePoints, search,
                 "collection: 'campaigns' filter { condition { path: 'spend' "
                 "equal { float_value: 5 } } }"),
        MakeStreamCall({"collection: 'campaigns' "
                        "points { point { id: 's' vector: [1, 2, 3] } }",
                        "points { point { id: 't' vector: [1, 2, 3] } }"})};
  }
};

std::string KeyOf(size_t number) {
  return "key of call number " + std::to_string(number);
}

TEST_F(IdempotencyServiceTest, EveryWriteIsAnsweredTheSameByteForByte) {
  const std::vector<Call> calls = EveryWrite();
  std::vector<std::string> answers;
  for (size_t i = 0; i < calls.size(); ++i) {
    const auto [status, answer] = calls[i].send(KeyOf(i));
    ASSERT_TRUE(status.ok()) << calls[i].method << status.error_message();
    EXPECT_FALSE(answer.empty());
    answers.push_back(answer);
  }
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < calls.size(); ++i) {
      const auto [status, answer] = calls[i].send(KeyOf(i));
      ASSERT_TRUE(status.ok()) << calls[i].method << status.error_message();
      EXPECT_EQ(answer, answers[i]) << calls[i].method;
    }
    server_.Restart();
  }
  // Nothing of it was carried out again: what comes next has the sequence
  // behind the fixture's write and these.
  v1::UpsertPointsResponse next;
  ASSERT_TRUE(Upsert(OnePoint(), &next).ok());
  EXPECT_EQ(next.version(), 1 + calls.size() + 2);  // two of the stream's
}

TEST_F(IdempotencyServiceTest, WithoutAKeyEveryWriteIsOneOfItsOwn) {
  for (const Call& call : EveryWrite()) {
    const auto [status, first] = call.send("");
    ASSERT_TRUE(status.ok()) << call.method << status.error_message();
    const auto [again, second] = call.send("");
    EXPECT_TRUE(!again.ok() || first != second) << call.method;
  }
}

TEST_F(IdempotencyServiceTest, MalformedKeysAreRefusedByEveryWrite) {
  for (const Call& call : EveryWrite()) {
    for (const std::string& key :
         {std::string("0123456789abcd"), std::string(65, 'k'),
          std::string("0123456789abcdef\n"),
          std::string("0123456789abcdef\x7f"),
          std::string("0123456789abcdef\xc3\xa9")}) {
      const grpc::Status status = call.send(key).first;
      EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
      EXPECT_THAT(FieldsOf(status), ElementsAre("idempotency_key"))
          << call.method << " " << key;
    }
  }
  EXPECT_EQ(Count(), 0);
}

TEST_F(IdempotencyServiceTest, KeysOfTheLongestAndShortestLengthAreTaken) {
  auto request = OnePoint();
  for (const size_t length : {16, 64}) {
    request.set_idempotency_key(std::string(length, '~'));
    v1::UpsertPointsResponse response;
    EXPECT_TRUE(Upsert(request, &response).ok()) << length;
  }
}

TEST_F(IdempotencyServiceTest, AKeyOfAnotherRequestIsRefused) {
  v1::UpsertPointsRequest request = OnePoint();
  request.set_idempotency_key(kKey);
  v1::UpsertPointsResponse response;
  ASSERT_TRUE(Upsert(request, &response).ok());
  request.mutable_points(0)->mutable_point()->set_vector(2, 3.5f);
  const grpc::Status status = Upsert(request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), Reason::kIdempotencyKeyReused);
  EXPECT_THAT(FieldsOf(status), ElementsAre("idempotency_key"));
}

TEST_F(IdempotencyServiceTest, AKeyBelongsToItsMethod) {
  v1::UpsertPointsRequest upsert = OnePoint();
  upsert.set_idempotency_key(kKey);
  v1::UpsertPointsResponse upserted;
  ASSERT_TRUE(Upsert(upsert, &upserted).ok());
  auto removal = Parse<v1::DeletePointsRequest>(
      "collection: 'campaigns' ids { ids: 'a' }");
  removal.set_idempotency_key(kKey);
  v1::DeletePointsResponse removed;
  ASSERT_TRUE(
      Invoke(&Stub::DeletePoints, server_.search(), removal, &removed).ok());
  EXPECT_EQ(removed.deleted_count(), 1);
}

// Two requests with the same fields, however they are written down.
TEST_F(IdempotencyServiceTest, OrderOfMapsAndUnknownFieldsDoesNotCount) {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f", "g"};
  std::vector<std::string> answers;
  for (const bool forwards : {true, false}) {
    v1::UpsertPointsRequest request = OnePoint();
    request.set_idempotency_key(kKey);
    v1::Point& point = *request.mutable_points(0)->mutable_point();
    auto& payload = *point.mutable_payload();
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[forwards ? i : names.size() - 1 - i];
      payload[name].set_string_value("of " + name);
    }
    for (const int number : {1001, 1002}) {
      const int field = forwards ? number : 2003 - number;
      for (google::protobuf::Message* message :
           std::vector<google::protobuf::Message*>{&request, &point,
                                                   &payload["c"]}) {
        message->GetReflection()->MutableUnknownFields(message)->AddVarint(
            field, 7);
      }
    }
    v1::UpsertPointsResponse response;
    ASSERT_TRUE(Upsert(request, &response).ok());
    answers.push_back(response.SerializeAsString());
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST_F(IdempotencyServiceTest, ACallThatFailsLeavesItsKeyUnused) {
  v1::UpsertPointsRequest request = OnePoint();
  request.set_idempotency_key(kKey);
  request.mutable_points(0)->mutable_point()->add_vector(4);
  v1::UpsertPointsResponse response;
  EXPECT_EQ(FieldsOf(Upsert(request, &response)).size(), 1);
  request.mutable_points(0)->mutable_point()->mutable_vector()->RemoveLast();
  EXPECT_TRUE(Upsert(request, &response).ok());
}

TEST_F(IdempotencyServiceTest, ADeletionByFilterIsNotRepeated) {
  LoadThree();
  auto request = Parse<v1::DeletePointsRequest>(
      "collection: 'campaigns' filter { condition { path: 'platform' "
      "equal { string_value: 'meta' } } }");
  request.set_idempotency_key(kKey);
  v1::DeletePointsResponse first;
  ASSERT_TRUE(
      Invoke(&Stub::DeletePoints, server_.search(), request, &first).ok());
  EXPECT_EQ(first.deleted_count(), 2);
  LoadThree();
  v1::DeletePointsResponse again;
  ASSERT_TRUE(
      Invoke(&Stub::DeletePoints, server_.search(), request, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Count(), 3);
}

// What was written on a stream that broke counts on the next as it did then,
// also where a message names the collection that the first stream knew already.
TEST_F(IdempotencyServiceTest, AStreamGoesOnWhereAnotherBroke) {
  const std::string named = "collection: 'campaigns' ";
  const std::string a = "points { point { id: 'a' vector: [1, 2, 3] } }";
  const std::string b = "points { point { id: 'b' vector: [1, 2, 3] } }";
  const std::string bad = "points { point { id: 'c' vector: [1, 2] } }";
  const std::string c = "points { point { id: 'c' vector: [1, 2, 3] } }";
  EXPECT_FALSE(MakeStreamCall({named + a, b, bad}).send(kKey).first.ok());
  EXPECT_EQ(Count(), 2);
  const auto [status, answer] =
      MakeStreamCall({named + a, named + b, c}).send(kKey);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::StreamUpsertPointsResponse response;
  ASSERT_TRUE(response.ParseFromString(answer));
  EXPECT_EQ(response.batch_count(), 3);
  EXPECT_EQ(response.inserted_count(), 3);
  EXPECT_EQ(response.replaced_count(), 0);
  EXPECT_EQ(Count(), 3);
}

// The collection can be deleted once: whoever comes late finds it gone, and
// must get the answer all the same.
TEST_F(IdempotencyServiceTest, ConcurrentCallsWithOneKeyGetOneAnswer) {
  const Call deletion =
      MakeCall("DeleteCollection", &CollectionStub::DeleteCollection,
               &TestServer::collections, "name: 'campaigns'");
  constexpr size_t kCallers = 12;
  std::vector<std::string> answers(kCallers);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const auto [status, answer] = deletion.send(kKey);
      EXPECT_TRUE(status.ok()) << status.error_message();
      answers[i] = answer;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(answers, Each(answers[0]));
  EXPECT_NE(answers[0], "");
}

TEST(IdempotencyLimitTest, KeysBeyondTheLimitAreRefusedByName) {
  Config config;
  config.max_idempotency_keys = 1;
  TestServer server(config);
  auto request = Parse<v1::CreateCollectionRequest>(
      "name: 'a' config { dimension: 2 metric: METRIC_DOT }");
  v1::CreateCollectionResponse response;
  const auto create = [&](const std::string& name, const std::string& key) {
    request.set_name(name);
    request.set_idempotency_key(key);
    return Invoke(&CollectionStub::CreateCollection, server.collections(),
                  request, &response);
  };
  ASSERT_TRUE(create("a", kKey).ok());
  const grpc::Status refused = create("b", "another key of a client");
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), Reason::kQuotaExceeded);
  EXPECT_THAT(refused.error_message(),
              HasSubstr("at most 1 idempotency keys a tenant"));
  EXPECT_TRUE(create("b", "").ok());
}

}  // namespace
}  // namespace mi::server
