// A full disk: writes are refused with the reason, reads go on, nothing
// acknowledged is lost, and writes work again once there is space.

#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "server/rpc/status_proto.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::ServerProcess;

constexpr int kDimension = 256;
constexpr int kBatch = 100;

// A file system of its own size, unmounted with the test.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size)
      : mounted_(mount("tmpfs", path().c_str(), "tmpfs", 0,
                       (std::string("size=") + size).c_str()) == 0) {}
  ~SmallDisk() {
    if (mounted_) umount2(path().c_str(), MNT_DETACH);
  }

  bool mounted() const { return mounted_; }
  bool Resize(const char* size) const {
    return mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT,
                 (std::string("size=") + size).c_str()) == 0;
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  mi::testing::TemporaryFolder folder_;
  bool mounted_;
};

class DiskFullTest : public ::testing::Test {
 protected:
  void Connect(const ServerProcess& server) {
    search_ = v1::SearchService::NewStub(server.Connect());
    collections_ = v1::CollectionService::NewStub(server.Connect());
  }

  void CreateCollection() {
    v1::CreateCollectionRequest request;
    request.set_name("campaigns");
    request.mutable_config()->set_dimension(kDimension);
    request.mutable_config()->set_metric(v1::METRIC_COSINE);
    grpc::ClientContext context;
    v1::CreateCollectionResponse response;
    ASSERT_TRUE(
        collections_->CreateCollection(&context, request, &response).ok());
  }

  grpc::Status Upsert(int batch) {
    v1::UpsertPointsRequest request;
    request.set_collection("campaigns");
    for (int i = 0; i < kBatch; ++i) {
      v1::Point* point = request.add_points()->mutable_point();
      point->set_id(std::to_string(batch) + "-" + std::to_string(i));
      for (int d = 0; d < kDimension; ++d) {
        point->add_vector(static_cast<float>(batch * kBatch + i + d));
      }
    }
    grpc::ClientContext context;
    v1::UpsertPointsResponse response;
    return search_->UpsertPoints(&context, request, &response);
  }

  uint64_t Count() {
    v1::CountPointsRequest request;
    request.set_collection("campaigns");
    grpc::ClientContext context;
    v1::CountPointsResponse response;
    EXPECT_TRUE(search_->CountPoints(&context, request, &response).ok());
    return response.count();
  }

  std::unique_ptr<v1::SearchService::Stub> search_;
  std::unique_ptr<v1::CollectionService::Stub> collections_;
};

TEST_F(DiskFullTest, WritesAreRefusedReadsGoOnAndSpaceHeals) {
  const SmallDisk disk("6m");
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  ServerProcess::Options options{.binary = std::getenv("MI_SERVER_BINARY"),
                                 .data_folder = disk.path(),
                                 .arguments = {}};
  uint64_t acknowledged = 0;
  {
    ServerProcess server(options);
    ASSERT_TRUE(server.WaitUntilServing());
    Connect(server);
    CreateCollection();
    grpc::Status status;
    int batch = 0;
    for (; batch < 1000; ++batch) {
      status = Upsert(batch);
      if (!status.ok()) break;
      ++acknowledged;
    }
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
        << status.error_message();
    const auto details = GetErrorDetails(rpc::FromGrpcStatus(status));
    ASSERT_TRUE(details.has_value());
    EXPECT_EQ(details->reason, Reason::kDiskFull);
    EXPECT_GT(acknowledged, 0);
    EXPECT_EQ(Count(), acknowledged * kBatch);

    ASSERT_TRUE(disk.Resize("64m"));
    EXPECT_TRUE(Upsert(batch).ok());
    ++acknowledged;
    EXPECT_EQ(Count(), acknowledged * kBatch);
    server.Kill();
  }
  ServerProcess server(options);
  ASSERT_TRUE(server.WaitUntilServing());
  Connect(server);
  EXPECT_EQ(Count(), acknowledged * kBatch);
}

}  // namespace
}  // namespace mi
