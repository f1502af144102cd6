// The log: one JSON object a line, with the names that Cloud Logging reads.
// Nothing that writes to it waits for the disk or the terminal.

#ifndef MI_SERVER_TELEMETRY_LOG_H_
#define MI_SERVER_TELEMETRY_LOG_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace spdlog {
class async_logger;
namespace details {
class thread_pool;
}
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace mi::telemetry {

enum class Severity { kDebug, kInfo, kWarning, kError, kCritical };

// "DEBUG", "INFO", ...: Cloud Logging's names.
std::string_view SeverityName(Severity severity);

// The severity of a name in lower or upper case; nothing for any other text.
std::optional<Severity> ParseSeverity(std::string_view name);

// One member of the JSON object beside severity, time and message. The text is
// copied before the call that it is given to returns.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, int64_t, double, bool> value;
};

// Thread-safe.
class Log {
 public:
  struct Options {
    Severity threshold = Severity::kInfo;  // less severe lines are left out
    size_t max_queued_lines = 2048;
    // Where the lines go; the standard output when null.
    std::shared_ptr<spdlog::sinks::sink> sink;
  };

  explicit Log(const Options& options);
  // Writes what is queued.
  ~Log();

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool Enabled(Severity severity) const { return severity >= threshold_; }

  // Never loses the line: waits while the queue is full.
  void Write(Severity severity, std::string_view message,
             std::span<const LogField> fields = {});
  void Write(Severity severity, std::string_view message,
             std::initializer_list<LogField> fields) {
    Write(severity, message, std::span(fields.begin(), fields.size()));
  }

  // Never waits: pushes the oldest line out of a full queue, and counts it. For
  // lines that any load makes more of.
  void WriteDroppable(Severity severity, std::string_view message,
                      std::span<const LogField> fields);

  // Lines lost by WriteDroppable so far.
  uint64_t dropped() const;

  // Waits until everything queued before is written.
  void Flush();

 private:
  class CountingSink;

  const Severity threshold_;
  std::shared_ptr<CountingSink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> waiting_;
  std::shared_ptr<spdlog::async_logger> dropping_;
};

}  // namespace mi::telemetry

#endif  // MI_SERVER_TELEMETRY_LOG_H_
