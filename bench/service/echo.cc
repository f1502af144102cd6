#include "bench/service/echo.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/byte_buffer.h"

namespace mi::bench {
namespace {

// What a request asks for stands in its first bytes.
struct Order {
  uint32_t response_bytes = 0;
  uint32_t memory_micros = 0;
};

Order ReadOrder(const grpc::ByteBuffer& bytes) {
  Order order;
  std::vector<grpc::Slice> slices;
  if (bytes.Dump(&slices).ok() && !slices.empty() &&
      slices[0].size() >= sizeof(order)) {
    std::memcpy(&order, slices[0].begin(), sizeof(order));
  }
  return order;
}

// Reads at random places for as long as is asked. Thread-compatible.
class MemoryReader {
 public:
  void Read(std::chrono::microseconds duration) {
    constexpr int kReadsBetweenLooks = 100;
    const auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end) {
      for (int i = 0; i < kReadsBetweenLooks; ++i) {
        sum_ += words_[random_.Below(words_.size())];
      }
    }
    // Never true, but the compiler does not know.
    if (sum_ == 1) std::abort();
  }

 private:
  std::vector<uint64_t> words_ = std::vector<uint64_t>(20'000'000);
  Random random_{1};
  uint64_t sum_ = 0;
};

class EchoReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit EchoReactor(MemoryReader* memory) : memory_(memory) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    const Order order = ReadOrder(request_);
    memory_->Read(std::chrono::microseconds(order.memory_micros));
    grpc::Slice slice(order.response_bytes);
    response_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&response_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  MemoryReader* const memory_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class EchoService final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext*) override {
    return new EchoReactor(&memory_);
  }

 private:
  MemoryReader memory_;  // there is one client, so one call at a time
};

[[noreturn]] void Serve(int port_pipe) {
  EchoService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) _exit(1);
  server->Wait();
  _exit(0);
}

}  // namespace

EchoServer::EchoServer() {
  int ends[2];
  if (pipe(ends) != 0) return;
  pid_ = fork();
  if (pid_ == 0) Serve(ends[1]);
  close(ends[1]);
  if (read(ends[0], &port_, sizeof(port_)) != sizeof(port_)) port_ = 0;
  close(ends[0]);
}

EchoServer::~EchoServer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

EchoServer::Figures EchoServer::Measure(const Call& asked, size_t calls) const {
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(port_),
                                           grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  const Order order = {static_cast<uint32_t>(asked.response_bytes),
                       static_cast<uint32_t>(asked.memory_micros)};
  std::string bytes(std::max(asked.request_bytes, sizeof(order)), 'x');
  std::memcpy(bytes.data(), &order, sizeof(order));
  const grpc::Slice slice(bytes);

  grpc::CompletionQueue queue;
  std::vector<double> micros;
  micros.reserve(calls);
  const double cpu = CpuSeconds();
  for (size_t i = 0; i < calls; ++i) {
    grpc::ClientContext context;
    const auto start = std::chrono::steady_clock::now();
    const auto call = stub.PrepareUnaryCall(
        &context, "/echo/Echo", grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    micros.push_back(std::chrono::duration<double, std::micro>(
                         std::chrono::steady_clock::now() - start)
                         .count());
  }
  Figures figures;
  figures.server_cpu_micros =
      (CpuSeconds() - cpu) * 1e6 / static_cast<double>(calls);
  std::sort(micros.begin(), micros.end());
  figures.p50_micros = micros[micros.size() / 2];
  figures.p99_micros = micros[micros.size() * 99 / 100];
  return figures;
}

double EchoServer::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace mi::bench
