// Two tenants of one server never meet.

#include <fstream>
#include <string>

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
using SearchStub = v1::SearchService::Stub;

class TenantsTest : public ::testing::Test {
 protected:
  static Config WithKeys(const mi::testing::TemporaryFolder& folder,
                         std::string* acme, std::string* rival) {
    const auto first = auth::GenerateKey("acme");
    const auto second = auth::GenerateKey("rival");
    *acme = first->key;
    *rival = second->key;
    Config config;
    config.api_keys_file = (folder.path() / "keys").string();
    std::ofstream(config.api_keys_file) << first->line << "\n"
                                        << second->line << "\n";
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
  std::string rival_;
  TestServer server_{WithKeys(keys_, &acme_, &rival_)};
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

TEST_F(TenantsTest, WithoutAKeyNothingIsAnswered) {
  EXPECT_EQ(Create("").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Create(acme_ + "x").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Create("mi_00000000.secret").error_code(),
            StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace mi::server
