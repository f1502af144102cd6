#include "server/telemetry/log.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "fmt/format.h"
#include "server/telemetry/json_text.h"
#include "spdlog/async_logger.h"
#include "spdlog/details/thread_pool.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/sink.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace mi::telemetry {

// Passes lines on, and knows how many flushes came through: spdlog's own flush
// only queues a request.
class Log::CountingSink final : public spdlog::sinks::sink {
 public:
  explicit CountingSink(std::shared_ptr<spdlog::sinks::sink> next)
      : next_(std::move(next)) {}

  void log(const spdlog::details::log_msg& line) override { next_->log(line); }
  void flush() override {
    next_->flush();
    MutexLock lock(flushes_mutex_);
    ++flushes_;
    flushed_.NotifyAll();
  }
  void set_pattern(const std::string& pattern) override {
    next_->set_pattern(pattern);
  }
  void set_formatter(
      std::unique_ptr<spdlog::formatter> sink_formatter) override {
    next_->set_formatter(std::move(sink_formatter));
  }

  uint64_t flushes() {
    MutexLock lock(flushes_mutex_);
    return flushes_;
  }
  void WaitForMoreThan(uint64_t flushes) {
    MutexLock lock(flushes_mutex_);
    flushed_.Wait(flushes_mutex_,
                  [this, flushes]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                      flushes_mutex_) { return flushes_ > flushes; });
  }

 private:
  const std::shared_ptr<spdlog::sinks::sink> next_;
  Mutex flushes_mutex_;
  Condition flushed_;
  uint64_t flushes_ ABSL_GUARDED_BY(flushes_mutex_) = 0;
};

namespace {

constexpr std::string_view kSeverityNames[] = {"DEBUG", "INFO", "WARNING",
                                               "ERROR", "CRITICAL"};

void AppendTime(std::string* out) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  const std::time_t seconds = nanoseconds / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  fmt::format_to(std::back_inserter(*out),
                 "\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z\"",
                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                 utc.tm_min, utc.tm_sec, nanoseconds % 1'000'000'000);
}

struct AppendValue {
  std::string* out;

  void operator()(std::string_view text) const { AppendJsonString(text, out); }
  void operator()(int64_t number) const { out->append(fmt::to_string(number)); }
  void operator()(double number) const {
    // JSON has no infinities.
    out->append(std::isfinite(number) ? fmt::format("{}", number) : "null");
  }
  void operator()(bool truth) const { out->append(truth ? "true" : "false"); }
};

std::string FormatLine(Severity severity, std::string_view message,
                       std::span<const LogField> fields) {
  std::string line = "{\"severity\":";
  AppendJsonString(SeverityName(severity), &line);
  line.append(",\"time\":");
  AppendTime(&line);
  line.append(",\"message\":");
  AppendJsonString(message, &line);
  for (const LogField& field : fields) {
    line.push_back(',');
    AppendJsonString(field.name, &line);
    line.push_back(':');
    std::visit(AppendValue{&line}, field.value);
  }
  line.push_back('}');
  return line;
}

std::shared_ptr<spdlog::async_logger> MakeLogger(
    const std::shared_ptr<spdlog::sinks::sink>& sink,
    const std::shared_ptr<spdlog::details::thread_pool>& pool,
    spdlog::async_overflow_policy policy) {
  auto logger =
      std::make_shared<spdlog::async_logger>("mi", sink, pool, policy);
  logger->set_level(spdlog::level::trace);  // the threshold is ours
  logger->flush_on(spdlog::level::err);
  return logger;
}

// spdlog's level decides only when to flush: errors are on disk soon.
spdlog::level::level_enum LevelOf(Severity severity) {
  return severity >= Severity::kError ? spdlog::level::err
                                      : spdlog::level::info;
}

}  // namespace

std::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<size_t>(severity)];
}

std::optional<Severity> ParseSeverity(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  for (size_t i = 0; i < std::size(kSeverityNames); ++i) {
    if (upper == kSeverityNames[i]) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

Log::Log(const Options& options) : threshold_(options.threshold) {
  auto next = options.sink;
  if (next == nullptr) {
    next = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  }
  sink_ = std::make_shared<CountingSink>(std::move(next));
  sink_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%v", spdlog::pattern_time_type::utc, "\n"));
  pool_ = std::make_shared<spdlog::details::thread_pool>(
      options.max_queued_lines, /*threads_n=*/1);
  waiting_ = MakeLogger(sink_, pool_, spdlog::async_overflow_policy::block);
  dropping_ =
      MakeLogger(sink_, pool_, spdlog::async_overflow_policy::overrun_oldest);
}

Log::~Log() { Flush(); }

void Log::Write(Severity severity, std::string_view message,
                std::span<const LogField> fields) {
  if (!Enabled(severity)) return;
  waiting_->log(LevelOf(severity), FormatLine(severity, message, fields));
}

void Log::WriteDroppable(Severity severity, std::string_view message,
                         std::span<const LogField> fields) {
  if (!Enabled(severity)) return;
  dropping_->log(LevelOf(severity), FormatLine(severity, message, fields));
}

uint64_t Log::dropped() const { return pool_->overrun_counter(); }

void Log::Flush() {
  const uint64_t before = sink_->flushes();
  waiting_->flush();
  sink_->WaitForMoreThan(before);
}

}  // namespace mi::telemetry
