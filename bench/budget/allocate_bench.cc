// What a split costs inside the engine, on one thread: by campaigns, groups,
// draws and shape of curves.
// Run: build/release/bench/allocate_bench

#include "engine/budget/allocate.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "fmt/format.h"

namespace mi::budget {
namespace {

double CpuSeconds() {
  timespec now{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

struct Shape {
  size_t campaigns = 0;
  size_t groups = 0;
  size_t draws = 0;
  double s_shaped = 0;  // share of campaigns
};

// Hill curves with bounds, in two levels of groups of which half have a maximum
// that may bind. Half of what the campaigns could use is there to spend.
AllocationProblem Draw(const Shape& shape, uint64_t seed) {
  Random random(seed);
  AllocationProblem problem;
  const size_t platforms = std::max<size_t>(1, shape.groups / 10);
  const auto members = static_cast<double>(shape.campaigns) /
                       static_cast<double>(std::max<size_t>(1, shape.groups));
  for (size_t g = 0; g < shape.groups; ++g) {
    Group& group = problem.groups.emplace_back();
    group.id = fmt::format("g{}", g);
    if (g >= platforms) {
      group.parent_id = fmt::format("g{}", g % platforms);
      if (random.Uniform() < 0.5) {
        group.max_spend =
            static_cast<Micros>(members * 1e8 * (0.3 + random.Uniform()));
      }
    }
  }
  for (size_t i = 0; i < shape.campaigns; ++i) {
    Campaign& campaign = problem.campaigns.emplace_back();
    campaign.id = fmt::format("c{}", i);
    if (shape.groups > 0) {
      campaign.group_id =
          fmt::format("g{}", shape.groups > platforms
                                 ? platforms + i % (shape.groups - platforms)
                                 : i % shape.groups);
    }
    const bool s_shaped = random.Uniform() < shape.s_shaped;
    campaign.curve = {.kind = CurveKind::kHill,
                      .saturation = 50 + 500 * random.Uniform(),
                      .scale = 20 + 300 * random.Uniform(),
                      .shape = s_shaped ? 1.3 + random.Uniform()
                                        : 0.5 + 0.5 * random.Uniform()};
    campaign.current_spend = static_cast<Micros>(2e8 * random.Uniform());
    campaign.max_spend =
        static_cast<Micros>(1e9 * random.Uniform()) + 1'000'000;
    for (size_t d = 0; d < shape.draws; ++d) {
      ResponseCurve draw = campaign.curve;
      draw.saturation *= 0.8 + 0.4 * random.Uniform();
      campaign.draws.push_back(draw);
    }
  }
  problem.budget = static_cast<Micros>(shape.campaigns) * 100'000'000;
  return problem;
}

void Measure(const Shape& shape) {
  constexpr size_t kProblems = 5;
  std::vector<double> times;
  double gap = 0;
  size_t branches = 0;
  for (uint64_t seed = 0; seed < kProblems; ++seed) {
    const AllocationProblem problem = Draw(shape, seed);
    const double start = CpuSeconds();
    const auto allocation = Allocate(problem);
    times.push_back(CpuSeconds() - start);
    if (!allocation.ok()) {
      fmt::print("{}\n", allocation.status().ToString());
      std::exit(1);
    }
    gap = std::max(gap, allocation->certificate.relative_gap);
    branches = std::max(branches, allocation->certificate.branches);
  }
  std::sort(times.begin(), times.end());
  fmt::print(
      "{:>9} {:>7} {:>6} {:>8.0f}% {:>12.3f} {:>12.3f} {:>10.1e} {:>9}\n",
      shape.campaigns, shape.groups, shape.draws, 100 * shape.s_shaped,
      1e3 * times[kProblems / 2], 1e3 * times.back(), gap, branches);
}

void Run() {
  fmt::print("{:>9} {:>7} {:>6} {:>9} {:>12} {:>12} {:>10} {:>9}\n",
             "campaigns", "groups", "draws", "S-shaped", "median ms",
             "worst ms", "worst gap", "branches");
  for (const Shape& shape : std::vector<Shape>{
           {.campaigns = 50, .groups = 10},
           {.campaigns = 500, .groups = 50},
           {.campaigns = 5'000, .groups = 500},
           {.campaigns = 10'000, .groups = 0},
           {.campaigns = 10'000, .groups = 100},
           {.campaigns = 10'000, .groups = 1'000},
           {.campaigns = 20'000, .groups = 2'000},
           {.campaigns = 50, .groups = 10, .draws = 100},
           {.campaigns = 50, .groups = 10, .draws = 1'000},
           {.campaigns = 50, .groups = 10, .s_shaped = 0.3},
           {.campaigns = 500, .groups = 50, .s_shaped = 0.3},
           {.campaigns = 10'000, .groups = 1'000, .s_shaped = 0.3},
       }) {
    Measure(shape);
  }
}

}  // namespace
}  // namespace mi::budget

int main() { mi::budget::Run(); }
