// What keeps the real server from starting: it says so in its log, ends with
// exit code 1, and has changed nothing.

#include <sys/mount.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "server/rpc/status_proto.h"
#include "tests/fault/ledger.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

namespace fs = std::filesystem;
namespace v1 = ::marketing::intelligence::v1;
using ::mi::testing::Ledger;
using ::mi::testing::ServerProcess;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kCannotStart = 1;

class StartTest : public ::testing::Test {
 protected:
  ServerProcess::Options Options(std::vector<std::string> arguments = {}) {
    return {.binary = std::getenv("MI_SERVER_BINARY"),
            .data_folder = folder_.path(),
            .arguments = std::move(arguments)};
  }

  // A server writes some points and, if asked, a snapshot, and stops.
  void Fill(bool with_snapshot) {
    ServerProcess server(Options());
    ASSERT_TRUE(server.WaitUntilServing());
    ASSERT_TRUE(testing::CreateLedgerCollection(server, 8).ok());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(ledger_.Write(server).ok());
    if (with_snapshot) WriteSnapshot(server);
    ASSERT_EQ(server.Terminate(), 0);
  }

  static void WriteSnapshot(const ServerProcess& server) {
    const auto stub = v1::OperationsService::NewStub(server.Connect());
    grpc::ClientContext context;
    v1::CreateSnapshotResponse created;
    ASSERT_TRUE(stub->CreateSnapshot(&context, {}, &created).ok());
    v1::GetJobResponse job;
    while (!job.job().has_end_time()) {
      v1::GetJobRequest request;
      request.set_name(created.job().name());
      grpc::ClientContext get_context;
      ASSERT_TRUE(stub->GetJob(&get_context, request, &job).ok());
    }
    ASSERT_EQ(job.job().state(), v1::JOB_STATE_SUCCEEDED);
  }

  // Starts the server, which must refuse, and returns the end of its log.
  std::string Refusal(std::vector<std::string> arguments = {}) {
    ServerProcess server(Options(std::move(arguments)));
    EXPECT_FALSE(server.WaitUntilServing());
    const auto status = server.wait_status();
    EXPECT_TRUE(status && WIFEXITED(*status) &&
                WEXITSTATUS(*status) == kCannotStart)
        << status.value_or(-1);
    std::ifstream log(folder_.path() / "server.log");
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    const size_t at = text.rfind("cannot start");
    EXPECT_NE(at, std::string::npos) << text;
    return at == std::string::npos ? "" : text.substr(at);
  }

  // Every file but the log, and its bytes.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(folder_.path())) {
      if (!file.is_regular_file() || file.path().filename() == "server.log") {
        continue;
      }
      std::ifstream in(file.path(), std::ios::binary);
      files[file.path().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return files;
  }

  void ExpectEverythingIsThere(std::vector<std::string> arguments = {}) {
    ServerProcess server(Options(std::move(arguments)));
    ASSERT_TRUE(server.WaitUntilServing());
    std::vector<std::string> problems;
    ledger_.Check(server, &problems);
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(server.Terminate(), 0);
  }

  fs::path Tenant() const { return folder_.path() / "tenants" / "default"; }

  mi::testing::TemporaryFolder folder_;
  Ledger ledger_{"client", /*seed=*/1, {.dimension = 8, .batch = 10}};
};

TEST_F(StartTest, TwoServersDoNotShareADataFolder) {
  ServerProcess first(Options());
  ASSERT_TRUE(first.WaitUntilServing());
  ASSERT_TRUE(testing::CreateLedgerCollection(first, 8).ok());
  EXPECT_THAT(Refusal(), HasSubstr("is in use by another server"));
  EXPECT_TRUE(ledger_.Write(first).ok());
  EXPECT_EQ(first.Terminate(), 0);
  ExpectEverythingIsThere();
}

TEST_F(StartTest, AFileInPlaceOfTheDataFolder) {
  std::ofstream(folder_.path() / "tenants") << "a file";
  EXPECT_THAT(Refusal(), HasSubstr("cannot create the data folder"));
}

TEST_F(StartTest, AReadOnlyDisk) {
  Fill(/*with_snapshot=*/true);
  const fs::path tenants = folder_.path() / "tenants";
  // Bound to itself, a folder can be made read-only.
  if (mount(tenants.c_str(), tenants.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    GTEST_SKIP() << "needs the right to mount";
  }
  const bool read_only = mount(nullptr, tenants.c_str(), nullptr,
                               MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
  const auto before = Files();
  const std::string refusal = read_only ? Refusal() : "";
  const auto after = Files();
  ASSERT_EQ(umount2(tenants.c_str(), MNT_DETACH), 0);
  if (!read_only) GTEST_SKIP() << "needs the right to mount";
  EXPECT_THAT(refusal, HasSubstr("Read-only file system"));
  EXPECT_EQ(before, after);
  ExpectEverythingIsThere();
}

TEST_F(StartTest, ADiskThatIsMissing) {
  Fill(/*with_snapshot=*/true);
  // The journal's disk is not mounted; the snapshots lie elsewhere.
  fs::rename(Tenant() / "journal", folder_.path() / "aside");
  EXPECT_THAT(Refusal(), HasSubstr("--restore-missing-journal"));
  fs::remove_all(Tenant() / "journal");
  fs::rename(folder_.path() / "aside", Tenant() / "journal");
  ExpectEverythingIsThere();

  fs::remove_all(Tenant() / "journal");
  ExpectEverythingIsThere({"--restore-missing-journal"});
  ExpectEverythingIsThere();
}

TEST_F(StartTest, AJournalOfAnotherProgram) {
  Fill(/*with_snapshot=*/false);
  {
    std::fstream file(Tenant() / "journal" / "journal.db",
                      std::ios::in | std::ios::out | std::ios::binary);
    constexpr int kApplicationId = 68;  // its place in SQLite's header
    file.seekp(kApplicationId);
    file << "abcd";
  }
  const auto before = Files();
  EXPECT_THAT(Refusal(), HasSubstr("a file of another program"));
  EXPECT_EQ(before, Files());
}

TEST_F(StartTest, ASnapshotFolderThatCannotBe) {
  Fill(/*with_snapshot=*/false);
  std::ofstream(folder_.path() / "file") << "no folder";
  EXPECT_THAT(Refusal({"--snapshot-dir=" + (folder_.path() / "file").string()}),
              HasSubstr("Not a directory"));
  ExpectEverythingIsThere();
}

// Until everything is read, probes say so, and calls are told to come again.
TEST_F(StartTest, ItIsNotServingWhileItReadsWhatIsStored) {
  Ledger large("large", /*seed=*/1, {.dimension = 256, .batch = 900});
  {
    ServerProcess server(Options({"--snapshot-every-bytes=0"}));
    ASSERT_TRUE(server.WaitUntilServing());
    ASSERT_TRUE(testing::CreateLedgerCollection(server, 256).ok());
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(large.Write(server).ok());
    server.Kill();
  }
  ServerProcess server(Options({"--snapshot-every-bytes=0"}));
  int not_serving = 0;
  int refused = 0;
  for (bool serving = false; !serving;) {
    ASSERT_FALSE(server.HasEnded());
    const auto channel = server.Connect();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(1));
    grpc::health::v1::HealthCheckResponse health;
    const grpc::Status asked =
        grpc::health::v1::Health::NewStub(channel)->Check(&context, {},
                                                          &health);
    if (!asked.ok()) continue;  // it does not listen yet
    serving = health.status() == grpc::health::v1::HealthCheckResponse::SERVING;
    if (serving) break;
    ++not_serving;
    grpc::ClientContext count_context;
    v1::CountPointsRequest request;
    request.set_collection("campaigns");
    v1::CountPointsResponse response;
    const grpc::Status counted =
        v1::SearchService::NewStub(channel)->CountPoints(&count_context,
                                                         request, &response);
    // It may have been loaded in between.
    if (counted.ok()) continue;
    EXPECT_EQ(counted.error_code(), grpc::StatusCode::UNAVAILABLE);
    const auto details = GetErrorDetails(rpc::FromGrpcStatus(counted));
    ASSERT_TRUE(details.has_value());
    EXPECT_EQ(details->reason, Reason::kNotReady);
    EXPECT_TRUE(details->retry_after.has_value());
    ++refused;
  }
  EXPECT_GT(not_serving, 0);
  EXPECT_GT(refused, 0);
  std::vector<std::string> problems;
  large.Check(server, &problems);
  EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace mi
