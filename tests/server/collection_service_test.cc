// CollectionService and OperationsService over a real channel.

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "server/rpc/status_proto.h"
#include "tests/server/messages.h"
#include "tests/support/test_server.h"

namespace mi::server {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::grpc::StatusCode;
using ::mi::testing::Invoke;
using ::mi::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using Stub = v1::CollectionService::Stub;
using SearchStub = v1::SearchService::Stub;

class CollectionServiceTest : public ::testing::Test {
 protected:
  grpc::Status Create(const std::string& name,
                      v1::CreateCollectionResponse* response = nullptr) {
    return CreateFrom(
        "name: '" + name + "' config { dimension: 2 metric: METRIC_DOT }",
        response);
  }

  grpc::Status CreateFrom(const std::string& text,
                          v1::CreateCollectionResponse* response = nullptr) {
    v1::CreateCollectionResponse ignored;
    return Invoke(&Stub::CreateCollection, server_.collections(),
                  Parse<v1::CreateCollectionRequest>(text),
                  response != nullptr ? response : &ignored);
  }

  template <typename Response, typename Request>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const std::string& request, Response* response) {
    return Invoke(method, server_.collections(), Parse<Request>(request),
                  response);
  }

  TestServer server_;
};

TEST_F(CollectionServiceTest, CreatesWithDefaultsFilledIn) {
  v1::CreateCollectionResponse response;
  ASSERT_TRUE(Create("campaigns", &response).ok());
  const v1::CollectionConfig& config = response.collection().config();
  EXPECT_EQ(config.index().hnsw().m(), 16);
  EXPECT_EQ(config.index().hnsw().ef_construction(), 200);
  EXPECT_GT(response.collection().create_time().seconds(), 1'700'000'000);
  EXPECT_GT(response.collection().version(), 0);
  EXPECT_FALSE(response.commit_token().empty());

  v1::GetCollectionResponse got;
  ASSERT_TRUE(Call(&Stub::GetCollection, "name: 'campaigns'", &got).ok());
  EXPECT_EQ(got.collection().SerializeAsString(),
            response.collection().SerializeAsString());
}

TEST_F(CollectionServiceTest, RefusesMalformedConfigurationsByField) {
  const struct {
    const char* request;
    std::vector<std::string> fields;
  } cases[] = {
      {"", {"name", "config", "config.dimension", "config.metric"}},
      {"name: 'Big' config { dimension: 2 metric: METRIC_DOT }", {"name"}},
      {"name: '../x' config { dimension: 2 metric: METRIC_DOT }", {"name"}},
      {"name: 'a' config { dimension: 4097 metric: METRIC_DOT }",
       {"config.dimension"}},
      {"name: 'a' config { dimension: 2 metric: METRIC_DOT index { } }",
       {"config.index"}},
      {"name: 'a' config { dimension: 2 metric: METRIC_DOT index { hnsw { m: 3 "
       "ef_construction: 7 } } }",
       {"config.index.hnsw.m", "config.index.hnsw.ef_construction"}},
      {"name: 'a' config { dimension: 2 metric: METRIC_DOT index { ivf { "
       "n_lists: 4 n_probe: 5 } } }",
       {"config.index.ivf.n_probe"}},
      {"name: 'a' config { dimension: 2 metric: METRIC_DOT payload_fields { "
       "path: 'x' } }",
       {"config.payload_fields[0].type"}},
  };
  for (const auto& [request, fields] : cases) {
    const grpc::Status status = CreateFrom(request);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << request;
    EXPECT_EQ(FieldsOf(status), fields) << request;
  }
}

TEST_F(CollectionServiceTest, NamesAreTakenOnce) {
  ASSERT_TRUE(Create("campaigns").ok());
  EXPECT_EQ(Create("campaigns").error_code(), StatusCode::ALREADY_EXISTS);
}

TEST_F(CollectionServiceTest, ListsPageByPage) {
  for (const char* name : {"c", "a", "b"}) ASSERT_TRUE(Create(name).ok());
  v1::ListCollectionsResponse page;
  ASSERT_TRUE(Call(&Stub::ListCollections, "page_size: 2", &page).ok());
  ASSERT_THAT(page.collections(), SizeIs(2));
  EXPECT_EQ(page.collections(0).name(), "a");
  ASSERT_TRUE(Call(&Stub::ListCollections,
                   "page_token: '" + page.next_page_token() + "'", &page)
                  .ok());
  ASSERT_THAT(page.collections(), SizeIs(1));
  EXPECT_EQ(page.collections(0).name(), "c");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(CollectionServiceTest, UpdatesIndexAndFieldsUnderAVersion) {
  v1::CreateCollectionResponse created;
  ASSERT_TRUE(Create("campaigns", &created).ok());
  v1::UpdateCollectionResponse updated;
  ASSERT_TRUE(Call(&Stub::UpdateCollection,
                   "name: 'campaigns' update_mask { paths: 'index' } "
                   "config { index { flat {} } } expected_version: " +
                       std::to_string(created.collection().version()),
                   &updated)
                  .ok());
  EXPECT_TRUE(updated.collection().config().index().has_flat());
  EXPECT_EQ(Call(&Stub::UpdateCollection,
                 "name: 'campaigns' update_mask { paths: 'index' } "
                 "config { index { flat {} } } expected_version: " +
                     std::to_string(created.collection().version()),
                 &updated)
                .error_code(),
            StatusCode::ABORTED);
  const grpc::Status fixed =
      Call(&Stub::UpdateCollection,
           "name: 'campaigns' update_mask { paths: 'dimension' }", &updated);
  EXPECT_EQ(fixed.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(FieldsOf(fixed), ElementsAre("update_mask"));
}

TEST_F(CollectionServiceTest, AliasesStandForCollections) {
  ASSERT_TRUE(Create("v1").ok());
  ASSERT_TRUE(Create("v2").ok());
  v1::CreateAliasResponse created;
  ASSERT_TRUE(Call(&Stub::CreateAlias,
                   "alias { name: 'live' collection: 'v1' }", &created)
                  .ok());
  v1::GetCollectionResponse got;
  ASSERT_TRUE(Call(&Stub::GetCollection, "name: 'live'", &got).ok());
  EXPECT_EQ(got.collection().name(), "v1");

  v1::DeleteCollectionResponse deleted;
  EXPECT_EQ(Call(&Stub::DeleteCollection, "name: 'v1'", &deleted).error_code(),
            StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(
      Call(&Stub::DeleteCollection, "name: 'live'", &deleted).error_code(),
      StatusCode::INVALID_ARGUMENT);

  v1::UpdateAliasResponse switched;
  ASSERT_TRUE(Call(&Stub::UpdateAlias,
                   "alias { name: 'live' collection: 'v2' }", &switched)
                  .ok());
  EXPECT_EQ(switched.previous_collection(), "v1");
  ASSERT_TRUE(Call(&Stub::DeleteCollection, "name: 'v1'", &deleted).ok());

  v1::ListAliasesResponse aliases;
  ASSERT_TRUE(Call(&Stub::ListAliases, "", &aliases).ok());
  ASSERT_THAT(aliases.aliases(), SizeIs(1));
  EXPECT_EQ(aliases.aliases(0).collection(), "v2");
  v1::DeleteAliasResponse gone;
  ASSERT_TRUE(Call(&Stub::DeleteAlias, "name: 'live'", &gone).ok());
  EXPECT_EQ(Call(&Stub::DeleteAlias, "name: 'live'", &gone).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(CollectionServiceTest, StatisticsAreComputed) {
  ASSERT_TRUE(Create("campaigns").ok());
  v1::UpsertPointsRequest upsert;
  upsert.set_collection("campaigns");
  for (int i = 0; i < 100; ++i) {
    v1::Point* point = upsert.add_points()->mutable_point();
    point->set_id("p" + std::to_string(i));
    point->add_vector(1);
    point->add_vector(static_cast<float>(i));
    (*point->mutable_payload())["name"].set_string_value("campaign");
  }
  v1::UpsertPointsResponse upserted;
  ASSERT_TRUE(
      Invoke(&SearchStub::UpsertPoints, server_.search(), upsert, &upserted)
          .ok());
  upsert.mutable_points()->DeleteSubrange(10, 90);
  ASSERT_TRUE(
      Invoke(&SearchStub::UpsertPoints, server_.search(), upsert, &upserted)
          .ok());
  v1::GetCollectionStatsResponse response;
  ASSERT_TRUE(
      Call(&Stub::GetCollectionStats, "name: 'campaigns'", &response).ok());
  const v1::CollectionStats& stats = response.stats();
  EXPECT_EQ(stats.live_points(), 100);
  EXPECT_EQ(stats.tombstoned_points(), 10);
  EXPECT_EQ(stats.sequence(), upserted.version());
  EXPECT_GE(stats.memory().vector_bytes(), 110 * 2 * sizeof(float));
  EXPECT_GT(stats.memory().payload_bytes(), 110 * 8);
  EXPECT_GT(stats.journal_bytes_on_disk(), 1000);
}

TEST_F(CollectionServiceTest, SaysWhatTheServerIs) {
  v1::GetServerInfoResponse info;
  ASSERT_TRUE(Invoke(&v1::OperationsService::Stub::GetServerInfo,
                     server_.operations(), v1::GetServerInfoRequest(), &info)
                  .ok());
  EXPECT_EQ(info.tenant(), "default");
  EXPECT_EQ(info.durability(), v1::DURABILITY_CLASS_MACHINE);
  EXPECT_EQ(info.limits().max_points_per_upsert(), 1000);
  EXPECT_FALSE(info.version().empty());
  EXPECT_FALSE(info.vector_kernels().empty());
}

TEST_F(CollectionServiceTest, HealthIsServedUnderTheNamesThatProbesUse) {
  const auto stub = grpc::health::v1::Health::NewStub(server_.Connect());
  for (const char* service : {"", "startup", "readiness", "liveness"}) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    ASSERT_TRUE(stub->Check(&context, request, &response).ok()) << service;
    EXPECT_EQ(response.status(),
              grpc::health::v1::HealthCheckResponse::SERVING);
  }
}

}  // namespace
}  // namespace mi::server
