// What a graph of 100,000 nodes and 1,000,000 edges costs inside the engine:
// time of a bulk load and of single writes, memory of an edge, snapshots.
// Run: build/release/bench/graph_store_bench [nodes edges]

#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/graph/random_graph.h"
#include "engine/base/codec.h"
#include "engine/graph/mutation_codec.h"
#include "engine/graph/view_codec.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

using std::chrono::steady_clock;

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

// Bytes that the program has taken from the allocator.
double BytesInUse() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

class Store {
 public:
  void Write(const std::vector<Mutation>& batch) {
    auto edited = EditGraph(*view_, batch, ++sequence_, ++edit_);
    if (!edited.ok()) {
      fmt::print("{}\n", edited.status().ToString());
      std::abort();
    }
    view_ = std::move(edited->view);
  }
  const GraphView& view() const { return *view_; }

 private:
  std::shared_ptr<const GraphView> view_ = EmptyGraph(1);
  uint64_t sequence_ = 1;
  Edit edit_ = 1;
};

void Report(const char* what, double seconds, size_t count) {
  fmt::print("{:<42}{:>10.3f} s {:>12.0f} a second\n", what, seconds,
             static_cast<double>(count) / seconds);
}

void Run(size_t nodes, size_t edges) {
  const auto node_batches = NodeBatches(nodes);
  const auto edge_batches = EdgeBatches(nodes, edges);
  Store store;
  const double empty = BytesInUse();
  auto start = steady_clock::now();
  for (const auto& batch : node_batches) store.Write(batch);
  Report("nodes written, in batches of 10,000", SecondsSince(start), nodes);
  const double with_nodes = BytesInUse();
  start = steady_clock::now();
  for (const auto& batch : edge_batches) store.Write(batch);
  Report("edges written, in batches of 10,000", SecondsSince(start), edges);
  const double with_edges = BytesInUse();
  fmt::print("{:<42}{:>10.1f} bytes\n", "memory of a node",
             (with_nodes - empty) / static_cast<double>(nodes));
  fmt::print("{:<42}{:>10.1f} bytes\n", "memory of an edge, both directions",
             (with_edges - with_nodes) / static_cast<double>(edges));

  start = steady_clock::now();
  size_t bytes = 0;
  for (const auto& batch : edge_batches) {
    Writer out;
    WriteMutations(batch, out);
    bytes += std::move(out).Take().size();
  }
  Report("edges into journal records", SecondsSince(start), edges);
  fmt::print("{:<42}{:>10.1f} bytes\n", "record of an edge",
             static_cast<double>(bytes) / static_cast<double>(edges));

  Random random(11);
  constexpr size_t kSingles = 20'000;
  start = steady_clock::now();
  for (size_t i = 0; i < kSingles; ++i) {
    store.Write({RandomEdge(nodes, random)});
  }
  Report("edges written one by one", SecondsSince(start), kSingles);

  start = steady_clock::now();
  Writer out;
  WriteView(store.view(), out);
  const std::string snapshot = std::move(out).Take();
  Report("snapshot written, by edges", SecondsSince(start), edges);
  start = steady_clock::now();
  const auto read = ReadView(snapshot);
  if (!read.ok()) std::abort();
  Report("snapshot read, by edges", SecondsSince(start), edges);
  fmt::print("{:<42}{:>10.1f} bytes\n", "snapshot of an edge",
             static_cast<double>(snapshot.size()) / static_cast<double>(edges));
}

}  // namespace
}  // namespace mi::graph

int main(int argc, char** argv) {
  const size_t nodes = argc > 1 ? std::stoul(argv[1]) : 100'000;
  const size_t edges = argc > 2 ? std::stoul(argv[2]) : 1'000'000;
  mi::graph::Run(nodes, edges);
}
