#include "server/telemetry/process_metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "prometheus/metric_family.h"

namespace mi::telemetry {
namespace {

std::map<std::string, double> Values() {
  std::map<std::string, double> values;
  for (const auto& family : ProcessMetrics().Collect()) {
    EXPECT_EQ(family.metric.size(), 1u) << family.name;
    const auto& metric = family.metric.at(0);
    values[family.name] = family.type == prometheus::MetricType::Counter
                              ? metric.counter.value
                              : metric.gauge.value;
  }
  return values;
}

TEST(ProcessMetricsTest, FollowsTheFilesThatAreOpen) {
  const double before = Values()["process_open_fds"];
  std::vector<int> files;
  for (int i = 0; i < 5; ++i) files.push_back(open("/dev/null", O_RDONLY));
  EXPECT_EQ(Values()["process_open_fds"], before + 5);
  for (const int file : files) close(file);
  EXPECT_EQ(Values()["process_open_fds"], before);
}

TEST(ProcessMetricsTest, FollowsThreadsAndMemory) {
  auto before = Values();
  constexpr size_t kBytes = 64 << 20;
  std::vector<char> memory(kBytes, 'x');
  std::jthread thread([](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  auto after = Values();
  EXPECT_EQ(after["process_threads"], before["process_threads"] + 1);
  EXPECT_GT(after["process_resident_memory_bytes"],
            before["process_resident_memory_bytes"] + 0.9 * kBytes);
  EXPECT_GT(after["process_virtual_memory_bytes"],
            after["process_resident_memory_bytes"]);
  EXPECT_EQ(memory.back(), 'x');
}

TEST(ProcessMetricsTest, AgreesWithTheSystemsOwnClocks) {
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  auto values = Values();
  const double used =
      static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9;
  // The file counts in hundredths of a second.
  EXPECT_NEAR(values["process_cpu_seconds_total"], used, 0.5);
  const auto now = static_cast<double>(time(nullptr));
  EXPECT_LE(values["process_start_time_seconds"], now + 1);
  EXPECT_GT(values["process_start_time_seconds"], now - 600);
  EXPECT_GE(values["process_max_fds"], values["process_open_fds"]);
}

}  // namespace
}  // namespace mi::telemetry
