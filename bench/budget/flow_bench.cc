// Flows and cuts beside the libraries, called bare, on the same networks in the
// same run; CPU time of one thread, the best of five.
// Run: build/release/bench/flow_bench

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string_view>

#include "bench/budget/flow_peers.h"
#include "engine/base/random.h"
#include "engine/flow/max_flow.h"
#include "fmt/format.h"

namespace mi::flow {
namespace {

double CpuSeconds() {
  timespec now{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Run>
void Time(std::string_view what, Run&& run) {
  double best = std::numeric_limits<double>::infinity();
  int64_t value = 0;
  for (int i = 0; i < 5; ++i) {
    const double start = CpuSeconds();
    value = run();
    best = std::min(best, CpuSeconds() - start);
  }
  fmt::print("  {:<46}{:>10.2f} ms   value {}\n", what, 1e3 * best, value);
}

// Account -> campaigns -> audiences -> done, each campaign with arcs to some
// audiences: the shape of an allocation network.
Network CampaignNetwork(uint32_t campaigns, uint32_t audiences,
                        uint32_t arcs_each) {
  Random random(3);
  Network network{.nodes = campaigns + audiences + 2};
  const uint32_t source = campaigns + audiences;
  const auto any = [&random](uint64_t most) {
    return static_cast<int64_t>(1 + random.Below(most));
  };
  for (uint32_t c = 0; c < campaigns; ++c) {
    network.arcs.push_back({source, c, any(1'000)});
    for (uint32_t a = 0; a < arcs_each; ++a) {
      network.arcs.push_back(
          {c, campaigns + static_cast<uint32_t>(random.Below(audiences)),
           any(200)});
    }
  }
  for (uint32_t a = 0; a < audiences; ++a) {
    network.arcs.push_back(
        {campaigns + a, source + 1, any(500 * campaigns / audiences)});
  }
  return network;
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) std::abort();
  return *std::move(result);
}

void CompareMaxFlow(const Network& network) {
  const uint32_t source = network.nodes - 2;
  const uint32_t target = network.nodes - 1;
  fmt::print("max flow, {} nodes, {} arcs\n", network.nodes,
             network.arcs.size());
  Time("ours: flow by arc, cut, any order of arcs",
       [&] { return OrDie(ComputeMaxFlow(network, source, target)).value; });
  Time("LEMON preflow, value alone",
       [&] { return bench::LemonMaxFlow(network, source, target); });
  Time("Boost push-relabel, value alone",
       [&] { return bench::BoostMaxFlow(network, source, target); });
}

void CompareGlobalMinCut(uint32_t nodes, size_t edges) {
  Random random(5);
  Network network{.nodes = nodes};
  for (size_t e = 0; e < edges; ++e) {
    network.arcs.push_back({static_cast<uint32_t>(random.Below(nodes)),
                            static_cast<uint32_t>(random.Below(nodes)),
                            static_cast<int64_t>(1 + random.Below(100))});
  }
  // A ring, so that no node hangs on by one edge.
  for (uint32_t node = 0; node < nodes; ++node) {
    network.arcs.push_back({node, (node + 1) % nodes, 400});
  }
  fmt::print("global min cut, {} nodes, {} edges\n", nodes,
             network.arcs.size());
  Time("ours", [&] { return OrDie(ComputeGlobalMinCut(network)).value; });
  Time("Boost Stoer-Wagner", [&] { return bench::BoostGlobalMinCut(network); });
}

}  // namespace
}  // namespace mi::flow

int main() {
  using mi::flow::CampaignNetwork;
  mi::flow::CompareMaxFlow(CampaignNetwork(100, 50, 10));
  mi::flow::CompareMaxFlow(CampaignNetwork(1'000, 200, 10));
  mi::flow::CompareMaxFlow(CampaignNetwork(10'000, 1'000, 10));
  mi::flow::CompareGlobalMinCut(1'000, 10'000);
}
