#include "tests/support/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"

namespace mi::testing {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr auto kPollInterval = std::chrono::milliseconds(5);

// A port that was free a moment ago.
int FreePort(const std::string& host) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = inet_addr(host.c_str());
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  // A failure shows as a server that cannot listen.
  (void)bind(socket_fd, generic, size);
  getsockname(socket_fd, generic, &size);
  close(socket_fd);
  return ntohs(address.sin_port);
}

// What a call of the exec family takes; `texts` has to outlive it.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ServerProcess::ServerProcess(Options options)
    : host_(options.host), port_(FreePort(options.host)) {
  std::vector<std::string> arguments = {
      options.binary.string(),
      "--listen=" + address(),
      "--metrics-listen=127.0.0.1:0",
      "--data-dir=" + options.data_folder.string(),
      "--insecure-single-tenant",
  };
  arguments.insert(arguments.end(), options.arguments.begin(),
                   options.arguments.end());
  // The first of two of one name counts.
  for (char** variable = environ; *variable != nullptr; ++variable) {
    options.environment.emplace_back(*variable);
  }
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> environment = Pointers(options.environment);
  const std::string log = (options.data_folder / "server.log").string();
  pid_ = fork();
  if (pid_ == 0) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execve(argv[0], argv.data(), environment.data());
    _exit(127);
  }
}

ServerProcess::~ServerProcess() { Kill(); }

bool ServerProcess::WaitUntilServing(std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (HasEnded()) return false;
    // A fresh channel each time: a failed one waits before it tries again.
    const auto stub = v1::OperationsService::NewStub(Connect());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(1));
    v1::GetServerInfoResponse response;
    if (stub->GetServerInfo(&context, {}, &response).ok()) return true;
    std::this_thread::sleep_for(kPollInterval);
  }
  return false;
}

std::shared_ptr<grpc::Channel> ServerProcess::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  return grpc::CreateCustomChannel(
      address(), grpc::InsecureChannelCredentials(), arguments);
}

void ServerProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int ServerProcess::Terminate(std::chrono::seconds timeout) {
  if (!HasEnded()) kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (HasEnded() && wait_status_.has_value()) {
      const int status = *wait_status_;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return -1;
}

bool ServerProcess::HasEnded() {
  if (pid_ <= 0) return true;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pid_ = -1;
  wait_status_ = status;
  return true;
}

double ServerProcess::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // Behind the name, which may contain anything, stand the fields from 3 on.
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

size_t ServerProcess::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace mi::testing
