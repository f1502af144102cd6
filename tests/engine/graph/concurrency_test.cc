// Readers beside a writer: each sees whole states only, and keeps the one that
// it holds. Made for ThreadSanitizer as well.

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/graph/graph.h"
#include "engine/graph/graph_edit.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

constexpr int64_t kNodes = 200;
constexpr int kBatches = 1'500;

Value Id(uint64_t number) {
  return Value::Integer(static_cast<int64_t>(number));
}

// Whether tables, adjacency and columns say the same. Every batch keeps the sum
// of all nodes' "balance" at zero, so that half a batch would show.
void ExpectWhole(const GraphView& view) {
  size_t out = 0;
  size_t in = 0;
  int64_t sum = 0;
  const auto balance = view.keys.Find("balance");
  for (NodeRow row = 0; row < view.nodes.size(); ++row) {
    if (view.nodes[row].version == 0) continue;
    ASSERT_LE(view.nodes[row].version, view.sequence);
    const Adjacency& touches = view.adjacency[row];
    for (auto at = touches.out.Begin(); !at.done(); at.Next()) {
      ASSERT_EQ(view.edges[at->edge].source, row);
      ASSERT_TRUE(
          view.adjacency[at->neighbor].in.Contains({at->type, row, at->edge}));
      ++out;
    }
    in += touches.in.size();
    const Value* value =
        balance ? view.node_properties.Find(*balance, row) : nullptr;
    if (value != nullptr) sum += value->integer();
  }
  ASSERT_EQ(out, view.edge_count());
  ASSERT_EQ(in, view.edge_count());
  ASSERT_EQ(sum, 0);
}

std::vector<Mutation> Nodes() {
  std::vector<Mutation> batch;
  for (int64_t i = 0; i < kNodes; ++i) {
    PutNode put;
    put.id = Value::Integer(i);
    put.properties = {{"balance", Value::Integer(0)}};
    batch.push_back(put);
  }
  return batch;
}

// Moves an amount between two nodes, and changes some edges.
std::vector<Mutation> Transfer(const GraphView& view, Random& random) {
  const auto key = *view.keys.Find("balance");
  const uint64_t from = random.Below(kNodes);
  const uint64_t to = (from + 1 + random.Below(kNodes - 1)) % kNodes;
  const auto amount = static_cast<int64_t>(random.Below(100));
  std::vector<Mutation> batch;
  for (const auto& [node, change] : {std::pair(from, -amount), {to, amount}}) {
    PatchNode patch;
    patch.id = Id(node);
    const Value& before =
        *view.node_properties.Find(key, *view.FindNode(patch.id));
    patch.properties = {{"balance", Value::Integer(before.integer() + change)}};
    batch.push_back(patch);
  }
  for (int i = 0; i < 4; ++i) {
    PutEdge put;
    put.type = "PAID";
    put.source = Id(random.Below(kNodes));
    put.target = Id(random.Below(kNodes));
    batch.push_back(put);
    batch.push_back(DeleteEdge{.id = Id(random.Below(view.edges.size() + 1))});
  }
  return batch;
}

TEST(GraphConcurrencyTest, ReadersSeeWholeStatesOnly) {
  constexpr uint64_t kSeed = 5;
  Graph graph(EmptyGraph(1));
  uint64_t sequence = 1;
  const auto write = [&](const std::vector<Mutation>& batch) {
    auto edited = EditGraph(*graph.View(), batch, ++sequence, graph.NextEdit());
    ASSERT_OK(edited);
    graph.Publish(std::move(edited->view));
  };
  write(Nodes());

  std::atomic<bool> done{false};
  std::atomic<uint64_t> reads{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      uint64_t last = 0;
      const auto kept = graph.View();
      const uint64_t kept_sequence = kept->sequence;
      const size_t kept_edges = kept->edge_count();
      while (!done) {
        const auto view = graph.View();
        ASSERT_GE(view->sequence, last);
        last = view->sequence;
        ASSERT_NO_FATAL_FAILURE(ExpectWhole(*view));
        ++reads;
      }
      EXPECT_EQ(kept->sequence, kept_sequence);
      EXPECT_EQ(kept->edge_count(), kept_edges);
      ExpectWhole(*kept);
    });
  }
  Random random(kSeed);
  for (int i = 0; i < kBatches; ++i) {
    write(Transfer(*graph.View(), random));
  }
  while (reads < 10) std::this_thread::yield();
  done = true;
}

}  // namespace
}  // namespace mi::graph
