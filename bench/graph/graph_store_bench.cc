// What a graph of 100,000 nodes and 1,000,000 edges costs inside the engine:
// time of a bulk load and of single writes, memory of an edge, snapshots.
// Run: build/release/bench/graph_store_bench [nodes edges]

#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/graph/random_graph.h"
#include "engine/base/codec.h"
#include "engine/graph/mutation_codec.h"
#include "engine/graph/view_codec.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_folder.h"

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

// The same through a workspace, which makes each batch durable: two writers, as
// two streams are.
void RunDurable(size_t nodes, size_t edges) {
  testing::TemporaryFolder folder;
  testing::ManualClock clock;
  auto journal = storage::OpenSqliteJournal({.folder = folder.path()});
  if (!journal.ok()) std::abort();
  auto opened =
      workspace::Workspace::Open(*std::move(journal), {},
                                 {.clock = &clock,
                                  .lanes = {.seal = [](auto) { return false; },
                                            .merge = [](auto) { return false; },
                                            .on_error = {}}});
  if (!opened.ok()) std::abort();
  workspace::Workspace& store = **opened;
  const auto created =
      store.Write({.write = workspace::CreateGraph{.name = "graph"}}, {});
  if (!created.ok()) std::abort();
  const auto write = [&](std::vector<Mutation> batch) {
    if (!ValidateMutations(batch).ok() ||
        !store
             .Write({.write = workspace::WriteGraph{created->graph->id,
                                                    std::move(batch)}},
                    {})
             .ok()) {
      std::abort();
    }
  };
  for (auto& batch : NodeBatches(nodes)) write(std::move(batch));
  auto batches = EdgeBatches(nodes, edges);
  const auto start = steady_clock::now();
  {
    std::vector<std::jthread> writers;
    for (size_t first : {0, 1}) {
      writers.emplace_back([&, first] {
        for (size_t i = first; i < batches.size(); i += 2) {
          write(std::move(batches[i]));
        }
      });
    }
  }
  Report("edges made durable, two writers", SecondsSince(start), edges);
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
  mi::graph::RunDurable(nodes, edges);
}
