#include "server/config_table.h"

#include <algorithm>
#include <charconv>

#include "fmt/format.h"

namespace mi::server {
namespace {

constexpr double kDay = 24 * 3'600'000;  // in milliseconds
constexpr double kGiB = 1 << 30;
constexpr double kMany = 1'000'000;

Setting Text(std::string_view flag, Setting::Member member,
             std::string_view meaning) {
  return {.flag = flag, .member = member, .meaning = meaning};
}

Setting Choice(std::string_view flag, std::string Config::*member,
               std::string_view choices, std::string_view meaning) {
  return {
      .flag = flag, .member = member, .meaning = meaning, .choices = choices};
}

Setting Switch(std::string_view flag, bool Config::*member,
               std::string_view meaning) {
  return {.flag = flag, .member = member, .meaning = meaning};
}

Setting Number(std::string_view flag, Setting::Member member, double low,
               double high, std::string_view meaning) {
  return {.flag = flag,
          .member = member,
          .meaning = meaning,
          .low = low,
          .high = high};
}

const Setting kSettings[] = {
    Text("listen", &Config::listen, "Address and port of the gRPC service."),
    Text("metrics-listen", &Config::metrics_listen,
         "Address and port of /metrics and /healthz, over HTTP/1."),
    Text("data-dir", &Config::data_dir, "Folder of the journals."),
    Switch("ephemeral", &Config::ephemeral,
           "Accepts that the data goes with the instance. Required to start on "
           "Cloud Run, whose disks are memory."),

    Text("api-keys-file", &Config::api_keys_file,
         "File of API keys, one a line: tenant, prefix, SHA-256 of the secret "
         "in hexadecimal and, optionally, scopes=read,write,admin (all when "
         "not given). '#' starts a comment. --generate-key makes such a line. "
         "Read again at SIGHUP."),
    Text("insecure-single-tenant", &Config::insecure_single_tenant,
         "Instead of API keys: takes everybody for one tenant, 'default' when "
         "no name is given. For a laptop."),
    Switch("reflection", &Config::reflection,
           "Lists the services and messages to anybody who asks."),

    Number("idempotency-retention-ms", &Config::idempotency_retention_ms, 1'000,
           30 * kDay,
           "How long the key of a write is kept, so that a retry is answered "
           "and not carried out again, in milliseconds."),
    Number("max-idempotency-keys", &Config::max_idempotency_keys, 1,
           100 * kMany,
           "Keys of one tenant that are kept at once; writes with further ones "
           "are refused. Each takes some 450 bytes of memory."),

    Text("snapshot-dir", &Config::snapshot_dir,
         "Folder of the snapshots; those of a tenant lie in "
         "TENANT/snapshots. Empty: the data folder's."),
    Switch("snapshot-dir-is-bucket", &Config::snapshot_dir_is_bucket,
           "The folder of the snapshots is a mounted bucket, where nothing can "
           "be renamed. Needs --snapshot-dir."),
    Number("snapshot-every-bytes", &Config::snapshot_every_bytes, 0,
           1024 * kGiB,
           "A snapshot is written when the journal grew by this much since the "
           "last one, so that a start replays no more; 0: not for this "
           "reason. Each is about 1.5 times the vectors."),
    Number("snapshot-interval-ms", &Config::snapshot_interval_ms, 0, 30 * kDay,
           "A snapshot is written when the last one is this old and anything "
           "was written since; 0: not for this reason."),
    Number("snapshots-kept", &Config::snapshots_kept, 1, 100,
           "So many snapshots are what a start may need: older ones that were "
           "written on schedule are removed, and the journal is cut behind "
           "the oldest of them."),
    Switch("keep-journal", &Config::keep_journal,
           "Never cuts the journal; it then grows for ever."),
    Switch("restore-missing-journal", &Config::restore_missing_journal,
           "A tenant that has snapshots but an empty journal starts from the "
           "newest of them, as after the loss of a disk, and without what was "
           "written later. Otherwise the server refuses to start."),

    Number("read-threads", &Config::read_threads, 0, 1024,
           "Threads that search. 0: one per processor."),
    Number("write-threads", &Config::write_threads, 1, 1024,
           "Threads that write; mostly they wait for the journal."),
    Number("admin-threads", &Config::admin_threads, 1, 64,
           "Threads for rare and small calls."),
    Number("build-threads", &Config::build_threads, 0, 256,
           "Threads that seal and compact segments in the background. 0: one."),
    Number("max-queued-reads", &Config::max_queued_reads, 1, kMany,
           "Searches that may wait for a thread; more are refused."),
    Number("max-queued-writes", &Config::max_queued_writes, 1, kMany,
           "The same for writes."),
    Number("max-queued-admin", &Config::max_queued_admin, 1, kMany,
           "The same for the rest."),
    Number("max-queue-wait-ms", &Config::max_queue_wait_ms, 1, kDay,
           "Calls that waited longer are refused, in milliseconds."),
    Number("max-inflight-per-tenant", &Config::max_inflight_per_tenant, 1,
           kMany, "Calls of one tenant that may be in flight at once."),
    Number("max-unary-duration-ms", &Config::max_unary_duration_ms, 1, kDay,
           "Deadline of a call whose client sets none, or a later one, in "
           "milliseconds."),
    Number("max-stream-duration-ms", &Config::max_stream_duration_ms, 1, kDay,
           "The same for streams."),
    Number("max-message-bytes", &Config::max_message_bytes, 1024, kGiB,
           "Largest request."),
    Number("max-response-bytes", &Config::max_response_bytes, 1024, kGiB,
           "Largest answer."),
    Number("memory-limit-bytes", &Config::memory_limit_bytes, 0, 1024 * kGiB,
           "Memory that the process may use. 0: what its control group "
           "allows."),
    Number("drain-timeout-ms", &Config::drain_timeout_ms, 0, kDay,
           "How long calls may go on after SIGTERM, in milliseconds."),

    Choice("log-level", &Config::log_level, "debug|info|warning|error",
           "Least severe lines to log."),
    Number("access-log-sample", &Config::access_log_sample, 0, 1,
           "Share of the calls that succeed which get a log line. Errors and "
           "slow calls always do."),
    Number("slow-call-ms", &Config::slow_call_ms, 0, kDay,
           "Calls that take longer count as slow, in milliseconds."),
    Text("trace-project", &Config::trace_project,
         "Google Cloud project for trace ids in the log."),
};

// Reads the whole of `text` as a number.
template <typename Value>
std::optional<Value> ParseNumber(std::string_view text) {
  Value number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

struct Assigner {
  const Setting& setting;
  const std::string& text;
  Config& config;

  bool operator()(std::string Config::*member) const {
    if (!IsChoice()) return false;
    config.*member = text;
    return true;
  }
  bool operator()(std::optional<std::string> Config::*member) const {
    config.*member = text;
    return true;
  }
  bool operator()(bool Config::*member) const {
    if (text != "true" && text != "false") return false;
    config.*member = text == "true";
    return true;
  }
  template <typename Value>
  bool operator()(Value Config::*member) const {
    const auto number = ParseNumber<Value>(text);
    if (!number) return false;
    const auto value = static_cast<double>(*number);
    if (!(value >= setting.low && value <= setting.high)) return false;
    config.*member = *number;
    return true;
  }

  bool IsChoice() const {
    if (setting.choices.empty()) return true;
    const std::string list = fmt::format("|{}|", setting.choices);
    return text.find('|') == std::string::npos &&
           list.find(fmt::format("|{}|", text)) != std::string::npos;
  }
};

struct Formatter {
  const Config& config;

  std::string operator()(std::string Config::*member) const {
    return config.*member;
  }
  std::string operator()(std::optional<std::string> Config::*member) const {
    return (config.*member).value_or("");
  }
  template <typename Value>
  std::string operator()(Value Config::*member) const {
    return fmt::format("{}", config.*member);
  }
};

}  // namespace

std::string Setting::Variable() const {
  std::string name = "MI_";
  for (const char c : flag) {
    name.push_back(c == '-' ? '_' : static_cast<char>(c - 'a' + 'A'));
  }
  return name;
}

bool Setting::ValueIsOptional() const {
  return std::holds_alternative<bool Config::*>(member) ||
         std::holds_alternative<std::optional<std::string> Config::*>(member);
}

bool Setting::TakesAnyText() const {
  return std::holds_alternative<std::optional<std::string> Config::*>(member) ||
         (std::holds_alternative<std::string Config::*>(member) &&
          choices.empty());
}

std::string Setting::Expected() const {
  if (std::holds_alternative<bool Config::*>(member)) return "true or false";
  if (!choices.empty()) {
    std::string list(choices);
    std::replace(list.begin(), list.end(), '|', ',');
    return fmt::format("one of {}", list);
  }
  if (std::holds_alternative<uint64_t Config::*>(member)) {
    return fmt::format("a whole number from {:.0f} to {:.0f}", low, high);
  }
  if (std::holds_alternative<double Config::*>(member)) {
    return fmt::format("a number from {:g} to {:g}", low, high);
  }
  return "a text";
}

bool Setting::Assign(const std::string& text, Config* config) const {
  return std::visit(Assigner{*this, text, *config}, member);
}

std::string Setting::Format(const Config& config) const {
  return std::visit(Formatter{config}, member);
}

absl::Span<const Setting> Settings() { return kSettings; }

const Setting* FindFlag(std::string_view flag) {
  for (const Setting& setting : kSettings) {
    if (setting.flag == flag) return &setting;
  }
  return nullptr;
}

const Setting* FindVariable(std::string_view variable) {
  for (const Setting& setting : kSettings) {
    if (setting.Variable() == variable) return &setting;
  }
  return nullptr;
}

}  // namespace mi::server
