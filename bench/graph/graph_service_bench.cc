// A graph as a client sees it: durable bulk load through the stream, look-ups
// and walks over loopback, and single writes beside a reader; on request with
// Kuzu on the same graph.
//
// Run: build/release/bench/graph_service_bench [--kuzu] [nodes edges]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/service/echo.h"
#include "bench/vector/machine_state.h"
#include "engine/base/random.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/graph_service.grpc.pb.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi::bench {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using std::chrono::steady_clock;
using testing::ServerProcess;

constexpr char kGraph[] = "bench";
constexpr size_t kBatch = 10'000;
constexpr size_t kStreams = 2;
constexpr size_t kReads = 20'000;
constexpr size_t kWriters = 16;
constexpr double kAskedWriteRate = 5'000;  // a second, of all writers together
constexpr auto kWriteTime = std::chrono::seconds(8);

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

void Check(const grpc::Status& status, const char* what) {
  if (status.ok()) return;
  fmt::print(stderr, "{}: {} ({})\n", what, status.error_message(),
             static_cast<int>(status.error_code()));
  std::exit(1);
}

struct Latencies {
  std::vector<double> micros;

  double At(double share) {
    if (micros.empty()) return 0;
    const auto at =
        micros.begin() +
        static_cast<ptrdiff_t>(share * static_cast<double>(micros.size() - 1));
    std::nth_element(micros.begin(), at, micros.end());
    return *at;
  }
};

struct RandomGraph {
  size_t nodes = 0;
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  std::vector<uint32_t> starts;

  RandomGraph(size_t node_count, size_t edge_count) : nodes(node_count) {
    Random random(7);
    const auto node = [&] {
      return static_cast<uint32_t>(random.Below(nodes));
    };
    for (size_t i = 0; i < edge_count; ++i) edges.emplace_back(node(), node());
    for (size_t i = 0; i < kReads; ++i) starts.push_back(node());
  }

  std::vector<v1::StreamWriteGraphRequest> NodeMessages() const {
    std::vector<v1::StreamWriteGraphRequest> messages;
    for (size_t i = 0; i < nodes; ++i) {
      if (i % kBatch == 0) messages.emplace_back().set_graph(kGraph);
      v1::Node* put =
          messages.back().add_mutations()->mutable_put_node()->mutable_node();
      put->mutable_id()->set_number(i);
      put->add_labels("Campaign");
    }
    return messages;
  }

  std::vector<v1::StreamWriteGraphRequest> EdgeMessages() const {
    std::vector<v1::StreamWriteGraphRequest> messages;
    for (size_t i = 0; i < edges.size(); ++i) {
      if (i % kBatch == 0) messages.emplace_back().set_graph(kGraph);
      SetEdge(edges[i], messages.back().add_mutations()->mutable_put_edge());
    }
    return messages;
  }

  static void SetEdge(std::pair<uint32_t, uint32_t> ends, v1::PutEdge* put) {
    put->mutable_edge()->set_type("SHOWN_TO");
    put->mutable_edge()->mutable_source_id()->set_number(ends.first);
    put->mutable_edge()->mutable_target_id()->set_number(ends.second);
  }

  void WriteFiles(const std::filesystem::path& folder) const {
    std::ofstream nodes_file(folder / "nodes.csv");
    for (size_t i = 0; i < nodes; ++i) nodes_file << i << '\n';
    std::ofstream edges_file(folder / "edges.csv");
    for (const auto& [source, target] : edges) {
      edges_file << source << ',' << target << '\n';
    }
    std::ofstream starts_file(folder / "starts.csv");
    for (const uint32_t start : starts) starts_file << start << '\n';
  }
};

void SendAll(const ServerProcess& server,
             const std::vector<v1::StreamWriteGraphRequest>& messages,
             size_t first, size_t step) {
  const auto stub = v1::GraphService::NewStub(server.Connect());
  grpc::ClientContext context;
  v1::StreamWriteGraphResponse response;
  auto writer = stub->StreamWriteGraph(&context, &response);
  for (size_t i = first; i < messages.size(); i += step) {
    if (!writer->Write(messages[i])) break;
  }
  writer->WritesDone();
  Check(writer->Finish(), "StreamWriteGraph");
}

void MeasureLoad(const ServerProcess& server, const RandomGraph& graph) {
  const auto load = [&](const char* what, const auto& messages, size_t count,
                        size_t streams) {
    const double cpu = server.CpuSeconds();
    const auto start = steady_clock::now();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < streams; ++i) {
      threads.emplace_back([&, i] { SendAll(server, messages, i, streams); });
    }
    for (auto& thread : threads) thread.join();
    const double seconds = SecondsSince(start);
    fmt::print("{:<34} {:>7.2f} s {:>10.0f} a second, server cpu {:.2f} s\n",
               what, seconds, static_cast<double>(count) / seconds,
               server.CpuSeconds() - cpu);
  };
  const auto before = static_cast<double>(server.ResidentBytes());
  load("nodes, durable, one stream", graph.NodeMessages(), graph.nodes, 1);
  const auto messages = graph.EdgeMessages();
  const auto half =
      messages.begin() + static_cast<ptrdiff_t>(messages.size() / 2);
  const std::vector<v1::StreamWriteGraphRequest> first(messages.begin(), half);
  const std::vector<v1::StreamWriteGraphRequest> second(half, messages.end());
  load("edges, durable, one stream", first, graph.edges.size() / 2, 1);
  load("edges, durable, two streams", second, graph.edges.size() / 2, kStreams);
  fmt::print("{:<34} {:>7.0f} MB more than empty\n", "resident memory",
             (static_cast<double>(server.ResidentBytes()) - before) / 1e6);
}

// One client in a closed loop over the starts.
template <typename Call>
void MeasureReads(const char* what, const RandomGraph& graph,
                  const EchoServer& echo, Call&& call) {
  Latencies latencies;
  size_t found = 0;
  size_t request_bytes = 0;
  size_t response_bytes = 0;
  for (const uint32_t start : graph.starts) {
    const auto begin = steady_clock::now();
    found += call(start, &request_bytes, &response_bytes);
    latencies.micros.push_back(SecondsSince(begin) * 1e6);
  }
  const auto bare = echo.Measure(
      {.request_bytes = request_bytes, .response_bytes = response_bytes},
      kReads);
  fmt::print(
      "ours  {:<26} p50 {:>9.1f} us   p99 {:>9.1f} us   found {} from {}; echo "
      "of {} and {} bytes: p50 {:.1f} us\n",
      what, latencies.At(0.5), latencies.At(0.99), found, graph.starts.size(),
      request_bytes, response_bytes, bare.p50_micros);
}

v1::ExpandNodesRequest TwoHopsFrom(uint32_t start) {
  v1::ExpandNodesRequest request;
  request.set_graph(kGraph);
  request.mutable_start()->mutable_ids()->add_ids()->set_number(start);
  request.set_min_hops(1);
  request.set_max_hops(2);
  request.set_direction(v1::DIRECTION_OUT);
  request.set_max_nodes(100'000);
  return request;
}

void MeasureAllReads(const ServerProcess& server, const RandomGraph& graph,
                     const EchoServer& echo) {
  const auto stub = v1::GraphService::NewStub(server.Connect());
  MeasureReads("look-up by id", graph, echo,
               [&](uint32_t start, size_t* sent, size_t* received) {
                 v1::GetNodesRequest request;
                 request.set_graph(kGraph);
                 request.add_ids()->set_number(start);
                 v1::GetNodesResponse response;
                 grpc::ClientContext context;
                 Check(stub->GetNodes(&context, request, &response),
                       "GetNodes");
                 *sent = request.ByteSizeLong();
                 *received = response.ByteSizeLong();
                 return response.nodes_size();
               });
  for (const bool ids_only : {true, false}) {
    MeasureReads(ids_only ? "one hop, ids only" : "one hop", graph, echo,
                 [&](uint32_t start, size_t* sent, size_t* received) {
                   v1::ListNeighborsRequest request;
                   request.set_graph(kGraph);
                   request.mutable_node_id()->set_number(start);
                   request.set_direction(v1::DIRECTION_OUT);
                   request.mutable_return_elements()->set_ids_only(ids_only);
                   v1::ListNeighborsResponse response;
                   grpc::ClientContext context;
                   Check(stub->ListNeighbors(&context, request, &response),
                         "ListNeighbors");
                   *sent = request.ByteSizeLong();
                   *received = response.ByteSizeLong();
                   return response.neighbors_size();
                 });
  }
  for (const bool ids_only : {true, false}) {
    MeasureReads(
        ids_only ? "one and two hops, ids only" : "one and two hops, distinct",
        graph, echo, [&](uint32_t start, size_t* sent, size_t* received) {
          v1::ExpandNodesRequest request = TwoHopsFrom(start);
          request.mutable_return_elements()->set_ids_only(ids_only);
          v1::ExpandNodesResponse response;
          grpc::ClientContext context;
          Check(stub->ExpandNodes(&context, request, &response), "ExpandNodes");
          *sent = request.ByteSizeLong();
          *received = response.ByteSizeLong();
          return response.nodes_size();
        });
  }
}

// Walks two hops until told to stop, with a pause after each.
Latencies Expand(const ServerProcess& server, const RandomGraph& graph,
                 const std::atomic<bool>& stop) {
  const auto stub = v1::GraphService::NewStub(server.Connect());
  Latencies latencies;
  for (size_t i = 0; !stop; ++i) {
    const v1::ExpandNodesRequest request =
        TwoHopsFrom(graph.starts[i % graph.starts.size()]);
    v1::ExpandNodesResponse response;
    grpc::ClientContext context;
    const auto start = steady_clock::now();
    Check(stub->ExpandNodes(&context, request, &response), "ExpandNodes");
    latencies.micros.push_back(SecondsSince(start) * 1e6);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return latencies;
}

// Single edges, at most at the rate asked for.
size_t WriteSingles(const ServerProcess& server, const RandomGraph& graph,
                    size_t writer, const std::atomic<bool>& stop) {
  const auto stub = v1::GraphService::NewStub(server.Connect());
  Random random(100 + writer);
  const auto pace = std::chrono::duration_cast<steady_clock::duration>(
      std::chrono::duration<double>(kWriters / kAskedWriteRate));
  auto next = steady_clock::now();
  size_t written = 0;
  for (; !stop; ++written) {
    std::this_thread::sleep_until(next);
    next += pace;
    v1::WriteGraphRequest request;
    request.set_graph(kGraph);
    RandomGraph::SetEdge({static_cast<uint32_t>(random.Below(graph.nodes)),
                          static_cast<uint32_t>(random.Below(graph.nodes))},
                         request.add_mutations()->mutable_put_edge());
    v1::WriteGraphResponse response;
    grpc::ClientContext context;
    Check(stub->WriteGraph(&context, request, &response), "WriteGraph");
  }
  return written;
}

void MeasureWritesBesideReader(const ServerProcess& server,
                               const RandomGraph& graph) {
  const auto measure = [&](size_t writers) {
    std::atomic<bool> stop{false};
    std::atomic<size_t> written{0};
    Latencies latencies;
    std::vector<std::thread> threads;
    threads.emplace_back([&] { latencies = Expand(server, graph, stop); });
    for (size_t i = 0; i < writers; ++i) {
      threads.emplace_back(
          [&, i] { written += WriteSingles(server, graph, i, stop); });
    }
    std::this_thread::sleep_for(kWriteTime);
    stop = true;
    for (auto& thread : threads) thread.join();
    fmt::print(
        "reader beside {:>2} writers: p50 {:>7.0f} us, p99 {:>7.0f} us; "
        "{:.0f} edges written a second\n",
        writers, latencies.At(0.5), latencies.At(0.99),
        static_cast<double>(written) /
            std::chrono::duration<double>(kWriteTime).count());
    return latencies.At(0.99);
  };
  const double quiet = measure(0);
  const double busy = measure(kWriters);
  fmt::print("the reader's p99 grows {:.1f} times\n", busy / quiet);
}

void Run(const std::filesystem::path& binary, size_t nodes, size_t edges,
         bool kuzu) {
  const EchoServer echo;
  fmt::print("{}\n", DescribeMachine());
  const RandomGraph graph(nodes, edges);
  testing::TemporaryFolder folder;
  auto server = std::make_unique<ServerProcess>(
      ServerProcess::Options{.binary = binary,
                             .data_folder = folder.path() / "data",
                             .arguments = {"--log-level=warning"}});
  if (!server->WaitUntilServing()) std::exit(1);
  const auto stub = v1::GraphService::NewStub(server->Connect());
  v1::CreateGraphRequest create;
  create.set_name(kGraph);
  v1::CreateGraphResponse created;
  grpc::ClientContext context;
  Check(stub->CreateGraph(&context, create, &created), "CreateGraph");
  MeasureLoad(*server, graph);
  MeasureAllReads(*server, graph, echo);
  MeasureWritesBesideReader(*server, graph);
  server.reset();
  if (!kuzu) return;
  graph.WriteFiles(folder.path());
  const std::string command =
      fmt::format("bench/graph/kuzu/run '{}'", folder.path().string());
  if (std::system(command.c_str()) != 0) std::exit(1);
}

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) {
  const auto binary =
      std::filesystem::absolute(argv[0]).parent_path() / "../bin/mi-server";
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool kuzu = !arguments.empty() && arguments[0] == "--kuzu";
  if (kuzu) arguments.erase(arguments.begin());
  mi::bench::Run(
      binary, !arguments.empty() ? std::stoul(arguments[0]) : 100'000,
      arguments.size() > 1 ? std::stoul(arguments[1]) : 1'000'000, kuzu);
}
