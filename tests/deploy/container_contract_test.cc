// What Cloud Run asks of a container, tried with the real program and the
// environment of deploy/cloudrun/service.yaml: it listens where it is told,
// answers the probes that the file names, and ends within ten seconds of
// SIGTERM.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/support/free_port.h"
#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"
#include "yaml-cpp/yaml.h"

namespace mi::deploy {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

// Cloud Run kills what still runs this long after SIGTERM.
constexpr auto kGracePeriod = std::chrono::seconds(10);

YAML::Node Container() {
  return YAML::LoadFile(
      (testing::SourceDir() / "deploy/cloudrun/service.yaml")
          .string())["spec"]["template"]["spec"]["containers"][0];
}

class ContainerContractTest : public ::testing::Test {
 protected:
  ContainerContractTest() {
    for (const YAML::Node& variable : Container()["env"]) {
      environment_[variable["name"].as<std::string>()] =
          variable["value"].as<std::string>();
    }
    // What a container has to itself, moved to where a test may write.
    environment_["MI_LISTEN"] = "0.0.0.0:" + std::to_string(port_);
    environment_["MI_METRICS_LISTEN"] = "127.0.0.1:0";
    environment_["MI_DATA_DIR"] = (folder_.path() / "data").string();
    environment_["MI_API_KEYS_FILE"] = (folder_.path() / "api-keys").string();
    std::ofstream(folder_.path() / "api-keys")
        << "acme mi_00000000 " << std::string(64, '0') << "\n";
    // What the platform adds.
    environment_["PORT"] = std::to_string(port_);
    environment_["K_SERVICE"] = "mi-server";
    environment_["K_REVISION"] = "mi-server-00001";
    environment_["K_CONFIGURATION"] = "mi-server";
  }

  ~ContainerContractTest() override {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  void Start() {
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment_) {
      assignments.push_back(name + "=" + value);
    }
    std::vector<char*> environment;
    for (std::string& text : assignments) environment.push_back(text.data());
    environment.push_back(nullptr);
    const char* binary = std::getenv("MI_SERVER_BINARY");
    ASSERT_NE(binary, nullptr) << "set MI_SERVER_BINARY, as ctest does";
    std::string program = binary;
    char* arguments[] = {program.data(), nullptr};
    posix_spawn_file_actions_t output;
    posix_spawn_file_actions_init(&output);
    posix_spawn_file_actions_addopen(&output, STDOUT_FILENO, LogFile().c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&output, STDOUT_FILENO, STDERR_FILENO);
    ASSERT_EQ(posix_spawn(&pid_, program.c_str(), &output, nullptr, arguments,
                          environment.data()),
              0);
    posix_spawn_file_actions_destroy(&output);
  }

  // The exit code, or -1 when the program still runs after `timeout`.
  int WaitForExit(std::chrono::seconds timeout) {
    const auto deadline = Clock::now() + timeout;
    while (Clock::now() < deadline) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return -1;
  }

  // Asks as the platform does: often, with the service that the probe names.
  bool BecomesHealthy(const std::string& probe) {
    HealthCheckRequest request;
    request.set_service(
        Container()[probe]["grpc"]["service"].as<std::string>());
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < deadline) {
      // A new channel each time: a refused one waits before it tries again.
      grpc::ChannelArguments own_connection;
      own_connection.SetInt("grpc.use_local_subchannel_pool", 1);
      const auto stub = Health::NewStub(grpc::CreateCustomChannel(
          "127.0.0.1:" + std::to_string(port_),
          grpc::InsecureChannelCredentials(), own_connection));
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::seconds(2));
      HealthCheckResponse response;
      if (stub->Check(&context, request, &response).ok() &&
          response.status() == HealthCheckResponse::SERVING) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }

  std::string LogFile() const { return (folder_.path() / "log").string(); }

  std::string Log() const {
    std::ifstream file(LogFile());
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const int port_ = testing::FreePort();
  testing::TemporaryFolder folder_;
  std::map<std::string, std::string> environment_;
  pid_t pid_ = -1;
};

TEST_F(ContainerContractTest, AnswersTheProbesAndEndsInTimeOnSigterm) {
  Start();
  ASSERT_TRUE(BecomesHealthy("startupProbe")) << Log();
  EXPECT_TRUE(BecomesHealthy("livenessProbe")) << Log();
  kill(pid_, SIGTERM);
  EXPECT_EQ(WaitForExit(kGracePeriod), 0) << Log();
}

TEST_F(ContainerContractTest, RefusesADiskThatIsMemoryUnlessTold) {
  environment_.erase("MI_EPHEMERAL");
  Start();
  const int code = WaitForExit(kGracePeriod);
  EXPECT_GT(code, 0);
  EXPECT_THAT(Log(), HasSubstr("ephemeral"));
}

}  // namespace
}  // namespace mi::deploy
