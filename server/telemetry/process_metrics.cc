#include "server/telemetry/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "prometheus/metric_family.h"

namespace mi::telemetry {
namespace {

using prometheus::MetricType;

// The fields of /proc/self/stat that are of use, see proc(5).
struct ProcessStat {
  double user_ticks = 0;
  double system_ticks = 0;
  double threads = 0;
  double start_ticks = 0;  // since the machine started
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<ProcessStat> ReadStat() {
  std::ifstream in("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  // The second field is the program's name in brackets and may hold anything.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessStat stat;
  std::string skipped;
  for (int field = 3; field <= 24 && fields; ++field) {
    switch (field) {
      case 14:
        fields >> stat.user_ticks;
        break;
      case 15:
        fields >> stat.system_ticks;
        break;
      case 20:
        fields >> stat.threads;
        break;
      case 22:
        fields >> stat.start_ticks;
        break;
      case 23:
        fields >> stat.virtual_bytes;
        break;
      case 24:
        fields >> stat.resident_pages;
        break;
      default:
        fields >> skipped;
    }
  }
  if (!fields) return std::nullopt;
  return stat;
}

// When the machine started, in seconds since the epoch.
std::optional<double> ReadBootTime() {
  std::ifstream in("/proc/stat");
  for (std::string word; in >> word;) {
    double seconds = 0;
    if (word == "btime" && in >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> CountOpenFiles() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  // One of them is the folder that is being read.
  return static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

std::optional<double> MaxOpenFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

class Families {
 public:
  void Add(std::string_view name, std::string_view help, MetricType type,
           std::optional<double> value) {
    if (!value.has_value()) return;
    prometheus::MetricFamily& family = families_.emplace_back();
    family.name = name;
    family.help = help;
    family.type = type;
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    metric.counter.value = *value;
    metric.gauge.value = *value;
  }

  std::vector<prometheus::MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics::Collect() const {
  Families families;
  if (const auto stat = ReadStat()) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    families.Add("process_cpu_seconds_total",
                 "Processor time used, user and system.", MetricType::Counter,
                 (stat->user_ticks + stat->system_ticks) / ticks);
    families.Add("process_resident_memory_bytes", "Memory resident.",
                 MetricType::Gauge, stat->resident_pages * page);
    families.Add("process_virtual_memory_bytes", "Address space used.",
                 MetricType::Gauge, stat->virtual_bytes);
    families.Add("process_threads", "Threads.", MetricType::Gauge,
                 stat->threads);
    if (const auto boot_time = ReadBootTime()) {
      families.Add("process_start_time_seconds",
                   "When the process started, in seconds since the epoch.",
                   MetricType::Gauge, *boot_time + stat->start_ticks / ticks);
    }
  }
  families.Add("process_open_fds", "Open files and sockets.", MetricType::Gauge,
               CountOpenFiles());
  families.Add("process_max_fds", "Most files that may be open.",
               MetricType::Gauge, MaxOpenFiles());
  return families.Take();
}

}  // namespace mi::telemetry
