// Two tenants of one server never meet.

#include <fstream>
#include <regex>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/auth/api_keys.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_server.h"

namespace mi::server {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::grpc::StatusCode;
using ::mi::testing::Invoke;
using ::mi::testing::TestServer;
using ::testing::SizeIs;
using CollectionStub = v1::CollectionService::Stub;
using GraphStub = v1::GraphService::Stub;
using SearchStub = v1::SearchService::Stub;

class TenantsTest : public ::testing::Test {
 protected:
  Config WithKeys() {
    Config config;
    config.api_keys_file = (keys_.path() / "keys").string();
    std::ofstream file(config.api_keys_file);
    for (const auto& [tenant, key] :
         {std::pair{"acme", &acme_}, std::pair{"rival", &rival_}}) {
      const auto made = auth::GenerateKey(tenant);
      *key = made->key;
      file << made->line << "\n";
    }
    const auto reader = auth::GenerateKey("acme");
    acme_reader_ = reader->key;
    file << std::regex_replace(reader->line, std::regex("read,write,admin"),
                               "read")
         << "\n";
    return config;
  }

  grpc::Status Create(const std::string& key) {
    v1::CreateCollectionRequest request;
    request.set_name("campaigns");
    request.mutable_config()->set_dimension(2);
    request.mutable_config()->set_metric(v1::METRIC_COSINE);
    v1::CreateCollectionResponse response;
    return Invoke(&CollectionStub::CreateCollection, server_.collections(),
                  request, &response, key);
  }

  grpc::Status Upsert(const std::string& key, const std::string& id,
                      const std::string& idempotency_key = "") {
    v1::UpsertPointsRequest request;
    request.set_collection("campaigns");
    request.set_idempotency_key(idempotency_key);
    v1::Point* point = request.add_points()->mutable_point();
    point->set_id(id);
    point->add_vector(1);
    point->add_vector(1);
    v1::UpsertPointsResponse response;
    return Invoke(&SearchStub::UpsertPoints, server_.search(), request,
                  &response, key);
  }

  grpc::Status List(const std::string& key, v1::ListPointsResponse* response) {
    v1::ListPointsRequest request;
    request.set_collection("campaigns");
    return Invoke(&SearchStub::ListPoints, server_.search(), request, response,
                  key);
  }

  mi::testing::TemporaryFolder keys_;
  std::string acme_;
  std::string acme_reader_;
  std::string rival_;
  TestServer server_{WithKeys()};
};

TEST_F(TenantsTest, ATenantSeesItsOwnCollectionsOnly) {
  ASSERT_TRUE(Create(acme_).ok());
  ASSERT_TRUE(Upsert(acme_, "secret").ok());
  v1::ListPointsResponse listed;
  EXPECT_EQ(List(rival_, &listed).error_code(), StatusCode::NOT_FOUND);

  ASSERT_TRUE(Create(rival_).ok());  // the name is free for the other
  ASSERT_TRUE(List(rival_, &listed).ok());
  EXPECT_THAT(listed.points(), SizeIs(0));
  ASSERT_TRUE(Upsert(rival_, "own").ok());
  ASSERT_TRUE(List(acme_, &listed).ok());
  ASSERT_THAT(listed.points(), SizeIs(1));
  EXPECT_EQ(listed.points(0).point().id(), "secret");
}

TEST_F(TenantsTest, AnIdempotencyKeyBelongsToItsTenant) {
  const std::string shared = "0123456789abcdef";
  ASSERT_TRUE(Create(acme_).ok());
  ASSERT_TRUE(Create(rival_).ok());
  ASSERT_TRUE(Upsert(acme_, "a", shared).ok());
  ASSERT_TRUE(Upsert(rival_, "b", shared).ok());
  EXPECT_EQ(Upsert(acme_, "c", shared).error_code(),
            StatusCode::INVALID_ARGUMENT);
  v1::ListPointsResponse listed;
  ASSERT_TRUE(List(rival_, &listed).ok());
  ASSERT_THAT(listed.points(), SizeIs(1));
  EXPECT_EQ(listed.points(0).point().id(), "b");
}

TEST_F(TenantsTest, AGraphBelongsToItsTenant) {
  v1::CreateGraphRequest create;
  create.set_name("g");
  v1::CreateGraphResponse created;
  ASSERT_TRUE(
      Invoke(&GraphStub::CreateGraph, server_.graphs(), create, &created, acme_)
          .ok());
  v1::ListNodesRequest list;
  list.set_graph("g");
  v1::ListNodesResponse listed;
  EXPECT_TRUE(
      Invoke(&GraphStub::ListNodes, server_.graphs(), list, &listed, acme_)
          .ok());
  EXPECT_EQ(
      Invoke(&GraphStub::ListNodes, server_.graphs(), list, &listed, rival_)
          .error_code(),
      StatusCode::NOT_FOUND);
}

// What it reads anybody may compute who may read.
TEST_F(TenantsTest, AnAlgorithmThatWritesNeedsThePermission) {
  v1::CreateGraphRequest create;
  create.set_name("g");
  v1::CreateGraphResponse created;
  ASSERT_TRUE(
      Invoke(&GraphStub::CreateGraph, server_.graphs(), create, &created, acme_)
          .ok());
  v1::RunGraphAlgorithmRequest run;
  run.set_graph("g");
  run.mutable_algorithm()->mutable_connected_components();
  v1::RunGraphAlgorithmResponse ran;
  EXPECT_TRUE(Invoke(&GraphStub::RunGraphAlgorithm, server_.graphs(), run, &ran,
                     acme_reader_)
                  .ok());
  run.set_write_property("group");
  EXPECT_EQ(Invoke(&GraphStub::RunGraphAlgorithm, server_.graphs(), run, &ran,
                   acme_reader_)
                .error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(
      Invoke(&GraphStub::RunGraphAlgorithm, server_.graphs(), run, &ran, acme_)
          .ok());
}

TEST_F(TenantsTest, WithoutAKeyNothingIsAnswered) {
  EXPECT_EQ(Create("").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Create(acme_ + "x").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Create("mi_00000000.secret").error_code(),
            StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace mi::server
