#include "bench/vector/machine_state.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace mi::bench {
namespace {

std::string Processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("model name", 0) == 0) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown processor";
}

double WallOverCpu() {
  const auto wall = std::chrono::steady_clock::now();
  const double cpu = ThreadCpuSeconds();
  // The empty statement may use `i`, for all that the compiler knows.
  for (uint64_t i = 0; i < 200'000'000; ++i) asm volatile("" : : "r"(i));
  const std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - wall;
  return elapsed.count() / (ThreadCpuSeconds() - cpu);
}

}  // namespace

double ThreadCpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::string DescribeMachine() {
  double load[3] = {};
  getloadavg(load, 3);
  return fmt::format(
      "{:%Y-%m-%d %H:%M}Z, {}, load {:.2f}, wall/CPU of a fixed loop {:.2f}",
      fmt::gmtime(std::time(nullptr)), Processor(), load[0], WallOverCpu());
}

}  // namespace mi::bench
