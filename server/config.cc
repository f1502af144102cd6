#include "server/config.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <variant>

#include "engine/base/status_macros.h"
#include "fmt/format.h"

extern char** environ;

namespace mi::server {
namespace {

constexpr uint64_t kDay = 24 * 3'600'000;  // in milliseconds
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr int kMaxPort = 65'535;
constexpr size_t kHelpWidth = 100;
constexpr size_t kHelpIndent = 10;

using Member =
    std::variant<std::string Config::*, std::optional<std::string> Config::*,
                 bool Config::*, uint64_t Config::*, double Config::*>;

struct Range {
  double low = 0;
  double high = 0;
};

// One setting. Numbers have a range; texts may have a list of choices.
struct Setting {
  std::string_view flag;  // without the dashes
  Member member;
  std::string_view meaning;
  Range range{};
  std::string_view choices{};  // separated by '|'; any text when empty
  bool secret = false;
};

// The table. Its order is that of --help.
const Setting kSettings[] = {
    {"listen", &Config::listen, "Address and port of the gRPC service."},
    {"metrics-listen", &Config::metrics_listen,
     "Address and port of /metrics and /healthz, over HTTP/1."},
    {"data-dir", &Config::data_dir, "Folder of the journals."},
    {"ephemeral", &Config::ephemeral,
     "Accepts that the data goes with the instance. Required to start on Cloud "
     "Run, whose disks are memory."},

    {"api-keys-file", &Config::api_keys_file,
     "File of API keys, one a line: tenant, prefix, SHA-256 of the secret in "
     "hexadecimal and, optionally, scopes=read,write,admin (all when not "
     "given). '#' starts a comment. --generate-key makes such a line. Read "
     "again at SIGHUP."},
    {"insecure-single-tenant", &Config::insecure_single_tenant,
     "Instead of API keys: takes everybody for one tenant, 'default' when no "
     "name is given. For a laptop."},
    {"reflection", &Config::reflection,
     "Lists the services and messages to anybody who asks."},

    {"read-threads",
     &Config::read_threads,
     "Threads that search. 0: one per processor.",
     {0, 1024}},
    {"write-threads",
     &Config::write_threads,
     "Threads that write; mostly they wait for the journal.",
     {1, 1024}},
    {"admin-threads",
     &Config::admin_threads,
     "Threads for rare and small calls.",
     {1, 64}},
    {"build-threads",
     &Config::build_threads,
     "Threads that seal and compact segments in the background. 0: one.",
     {0, 256}},
    {"max-queued-reads",
     &Config::max_queued_reads,
     "Searches that may wait for a thread; more are refused.",
     {1, 1'000'000}},
    {"max-queued-writes",
     &Config::max_queued_writes,
     "The same for writes.",
     {1, 1'000'000}},
    {"max-queued-admin",
     &Config::max_queued_admin,
     "The same for the rest.",
     {1, 1'000'000}},
    {"max-queue-wait-ms",
     &Config::max_queue_wait_ms,
     "Calls that waited longer are refused, in milliseconds.",
     {1, kDay}},
    {"max-inflight-per-tenant",
     &Config::max_inflight_per_tenant,
     "Calls of one tenant that may be in flight at once.",
     {1, 1'000'000}},
    {"max-unary-duration-ms",
     &Config::max_unary_duration_ms,
     "Deadline of a call whose client sets none, or a later one, in "
     "milliseconds.",
     {1, kDay}},
    {"max-stream-duration-ms",
     &Config::max_stream_duration_ms,
     "The same for streams.",
     {1, kDay}},
    {"max-message-bytes",
     &Config::max_message_bytes,
     "Largest request.",
     {1024, 1 << 30}},
    {"max-response-bytes",
     &Config::max_response_bytes,
     "Largest answer.",
     {1024, 1 << 30}},
    {"memory-limit-bytes",
     &Config::memory_limit_bytes,
     "Memory that the process may use. 0: what its control group allows.",
     {0, 1024.0 * kGiB}},
    {"drain-timeout-ms",
     &Config::drain_timeout_ms,
     "How long calls may go on after SIGTERM, in milliseconds.",
     {0, kDay}},

    {"log-level",
     &Config::log_level,
     "Least severe lines to log.",
     {},
     "debug|info|warning|error"},
    {"access-log-sample",
     &Config::access_log_sample,
     "Share of the calls that succeed which get a log line. Errors and slow "
     "calls always do.",
     {0, 1}},
    {"slow-call-ms",
     &Config::slow_call_ms,
     "Calls that take longer count as slow, in milliseconds.",
     {0, kDay}},
    {"trace-project", &Config::trace_project,
     "Google Cloud project for trace ids in the log."},
};

std::string VariableOf(std::string_view flag) {
  std::string name = "MI_";
  for (const char c : flag) {
    name.push_back(c == '-' ? '_' : static_cast<char>(c - 'a' + 'A'));
  }
  return name;
}

const Setting* FindFlag(std::string_view flag) {
  for (const Setting& setting : kSettings) {
    if (setting.flag == flag) return &setting;
  }
  return nullptr;
}

// True for settings that may stand without a value.
bool ValueIsOptional(const Setting& setting) {
  return std::holds_alternative<bool Config::*>(setting.member) ||
         std::holds_alternative<std::optional<std::string> Config::*>(
             setting.member);
}

// Reads the whole of `text` as a number.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Sets a member from text; false when the text has no such meaning.
class Assign {
 public:
  Assign(const Setting& setting, const std::string& text, Config* config)
      : setting_(setting), text_(text), config_(*config) {}

  bool operator()(std::string Config::*member) const {
    if (!IsChoice()) return false;
    config_.*member = text_;
    return true;
  }
  bool operator()(std::optional<std::string> Config::*member) const {
    config_.*member = text_;
    return true;
  }
  bool operator()(bool Config::*member) const {
    if (text_ != "true" && text_ != "false") return false;
    config_.*member = text_ == "true";
    return true;
  }
  template <typename Number>
  bool operator()(Number Config::*member) const {
    const auto number = ParseNumber<Number>(text_);
    if (!number) return false;
    const auto value = static_cast<double>(*number);
    if (!(value >= setting_.range.low && value <= setting_.range.high)) {
      return false;
    }
    config_.*member = *number;
    return true;
  }

 private:
  bool IsChoice() const {
    if (setting_.choices.empty()) return true;
    const std::string list = fmt::format("|{}|", setting_.choices);
    return text_.find('|') == std::string::npos &&
           list.find(fmt::format("|{}|", text_)) != std::string::npos;
  }

  const Setting& setting_;
  const std::string& text_;
  Config& config_;
};

// What values a setting takes, as words.
std::string Expected(const Setting& setting) {
  if (std::holds_alternative<bool Config::*>(setting.member)) {
    return "true or false";
  }
  if (!setting.choices.empty()) {
    std::string choices(setting.choices);
    std::replace(choices.begin(), choices.end(), '|', ',');
    return fmt::format("one of {}", choices);
  }
  if (std::holds_alternative<uint64_t Config::*>(setting.member)) {
    return fmt::format("a whole number from {:.0f} to {:.0f}",
                       setting.range.low, setting.range.high);
  }
  if (std::holds_alternative<double Config::*>(setting.member)) {
    return fmt::format("a number from {:g} to {:g}", setting.range.low,
                       setting.range.high);
  }
  return "a text";
}

struct Format {
  const Config& config;

  std::string operator()(std::string Config::*member) const {
    return config.*member;
  }
  std::string operator()(std::optional<std::string> Config::*member) const {
    return (config.*member).value_or("");
  }
  std::string operator()(bool Config::*member) const {
    return config.*member ? "true" : "false";
  }
  template <typename Number>
  std::string operator()(Number Config::*member) const {
    return fmt::format("{}", config.*member);
  }
};

// Reads flags and variables into an invocation, and collects what is wrong.
class Reader {
 public:
  void ReadEnvironment(const Environment& environment) {
    for (const auto& [name, value] : environment) {
      if (!std::string_view(name).starts_with("MI_")) continue;
      const Setting* setting = FindVariable(name);
      if (setting == nullptr) {
        invocation_.warnings.push_back(
            fmt::format("{} is set, but is no setting", name));
      } else {
        Set(*setting, name, value);
      }
    }
    ReadPort(environment);
  }

  void ReadFlags(const std::vector<std::string>& arguments) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      const std::string& argument = arguments[i];
      const size_t equals = argument.find('=');
      const std::string flag = argument.substr(0, equals);
      std::optional<std::string> value;
      if (equals != std::string::npos) value = argument.substr(equals + 1);
      const bool next_is_value =
          i + 1 < arguments.size() && !arguments[i + 1].starts_with("--");
      const Setting* setting = flag.starts_with("--")
                                   ? FindFlag(std::string_view(flag).substr(2))
                                   : nullptr;
      if (setting != nullptr) {
        if (!value && !ValueIsOptional(*setting) && next_is_value) {
          value = arguments[++i];
        }
        SetFlag(*setting, flag, value);
      } else if (flag == "--generate-key") {
        if (!value && next_is_value) value = arguments[++i];
        invocation_.command = Invocation::Command::kGenerateKey;
        invocation_.tenant = value.value_or("");
        if (invocation_.tenant.empty()) Fail("--generate-key needs a tenant");
      } else if (argument == "--help") {
        invocation_.command = Invocation::Command::kHelp;
      } else if (argument == "--version") {
        invocation_.command = Invocation::Command::kVersion;
      } else {
        Fail(fmt::format("{} is no setting", argument));
      }
    }
  }

  // What no single setting can tell.
  void CheckTogether(const Environment& environment) {
    Config& config = invocation_.config;
    for (const auto& [flag, text] :
         {std::pair("--listen", &config.listen),
          std::pair("--metrics-listen", &config.metrics_listen)}) {
      const auto endpoint = ParseEndpoint(*text);
      if (!endpoint.ok()) {
        Fail(fmt::format("{}: {}", flag,
                         std::string(endpoint.status().message())));
      }
    }
    if (invocation_.command != Invocation::Command::kServe) return;
    if (config.insecure_single_tenant == "") {
      config.insecure_single_tenant = "default";
    }
    const bool single = config.insecure_single_tenant.has_value();
    if (config.api_keys_file.empty() && !single) {
      Fail(
          "who may call? give --api-keys-file, or --insecure-single-tenant on "
          "a laptop");
    }
    if (!config.api_keys_file.empty() && single) {
      Fail("--api-keys-file and --insecure-single-tenant exclude each other");
    }
    const auto service = environment.find("K_SERVICE");
    if (service != environment.end() && !config.ephemeral) {
      Fail(
          "on Cloud Run (K_SERVICE is set) the disk is lost with the instance; "
          "--ephemeral accepts that");
    }
  }

  absl::StatusOr<Invocation> Take() {
    if (!errors_.empty()) return absl::InvalidArgumentError(errors_);
    return std::move(invocation_);
  }

 private:
  static const Setting* FindVariable(std::string_view name) {
    for (const Setting& setting : kSettings) {
      if (VariableOf(setting.flag) == name) return &setting;
    }
    return nullptr;
  }

  // Cloud Run says in PORT where it connects to.
  void ReadPort(const Environment& environment) {
    const auto port = environment.find("PORT");
    if (port == environment.end() || environment.contains("MI_LISTEN")) return;
    invocation_.config.listen = fmt::format("0.0.0.0:{}", port->second);
  }

  void SetFlag(const Setting& setting, const std::string& flag,
               const std::optional<std::string>& value) {
    if (value) return Set(setting, flag, *value);
    if (!ValueIsOptional(setting)) return Fail(flag + " needs a value");
    const bool is_switch =
        std::holds_alternative<bool Config::*>(setting.member);
    Set(setting, flag, is_switch ? "true" : "");
  }

  void Set(const Setting& setting, const std::string& where,
           const std::string& text) {
    if (std::visit(Assign(setting, text, &invocation_.config),
                   setting.member)) {
      return;
    }
    Fail(fmt::format("{}: '{}' is not {}", where,
                     setting.secret ? "(secret)" : text, Expected(setting)));
  }

  void Fail(std::string_view error) {
    if (!errors_.empty()) errors_.push_back('\n');
    errors_.append(error);
  }

  Invocation invocation_;
  std::string errors_;
};

// Breaks a text into lines of at most kHelpWidth, indented.
std::string Wrap(const std::string& text) {
  std::string out;
  size_t column = 0;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const size_t length = end - begin;
    if (column == 0 || column + 1 + length > kHelpWidth) {
      if (column != 0) out.push_back('\n');
      out.append(kHelpIndent, ' ');
      column = kHelpIndent;
    } else {
      out.push_back(' ');
      ++column;
    }
    out.append(text, begin, length);
    column += length;
    begin = end + 1;
  }
  out.push_back('\n');
  return out;
}

std::string HelpOf(const Setting& setting) {
  const std::string default_value = std::visit(Format{{}}, setting.member);
  std::string text(setting.meaning);
  const bool any_text =
      setting.choices.empty() &&
      (std::holds_alternative<std::string Config::*>(setting.member) ||
       ValueIsOptional(setting));
  if (!any_text) text += fmt::format(" Takes {}.", Expected(setting));
  if (!default_value.empty()) {
    text += fmt::format(" Default: {}.", default_value);
  }
  return fmt::format("  --{}  ({})\n{}", setting.flag, VariableOf(setting.flag),
                     Wrap(text));
}

// The first number in a file of the system; nothing when there is none.
std::optional<uint64_t> ReadNumber(const char* path) {
  std::ifstream in(path);
  uint64_t number = 0;
  if (in >> number) return number;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Endpoint> ParseEndpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto wrong = [&text] {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is not an address and a port, such as "
                    "127.0.0.1:7700 or [::1]:7700",
                    text));
  };
  if (colon == std::string::npos || colon == 0) return wrong();
  Endpoint endpoint;
  endpoint.host = text.substr(0, colon);
  if (endpoint.host.front() == '[' && endpoint.host.back() == ']') {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  } else if (endpoint.host.find(':') != std::string::npos) {
    return wrong();
  }
  const auto port = ParseNumber<int>(std::string_view(text).substr(colon + 1));
  if (!port || *port < 0 || *port > kMaxPort) return wrong();
  endpoint.port = *port;
  return endpoint;
}

Environment ProcessEnvironment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

absl::StatusOr<Invocation> ParseInvocation(
    const std::vector<std::string>& arguments, const Environment& environment) {
  Reader reader;
  reader.ReadEnvironment(environment);
  reader.ReadFlags(arguments);
  reader.CheckTogether(environment);
  return reader.Take();
}

std::string HelpText() {
  std::string text =
      "mi-server: marketing intelligence over gRPC.\n\n"
      "Usage:\n"
      "  mi-server [--setting=value ...]     serves until SIGTERM or SIGINT\n"
      "  mi-server --generate-key TENANT     makes an API key\n"
      "  mi-server --version | --help\n\n"
      "Settings, and the environment variables that they can be given in (a "
      "flag wins):\n\n";
  for (const Setting& setting : kSettings) text += HelpOf(setting);
  text +=
      "\nPORT replaces the port of --listen when neither the flag nor "
      "MI_LISTEN "
      "is given.\n";
  return text;
}

std::vector<std::pair<std::string, std::string>> DescribeConfig(
    const Config& config) {
  std::vector<std::pair<std::string, std::string>> described;
  for (const Setting& setting : kSettings) {
    std::string value = std::visit(Format{config}, setting.member);
    if (setting.secret && !value.empty()) value = "(set)";
    described.emplace_back(setting.flag, std::move(value));
  }
  return described;
}

uint64_t DetectMemoryLimit() {
  const auto machine = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  auto limit = ReadNumber("/sys/fs/cgroup/memory.max");  // "max": no number
  if (!limit) {
    limit = ReadNumber("/sys/fs/cgroup/memory/memory.limit_in_bytes");
  }
  return std::min(machine, limit.value_or(machine));
}

}  // namespace mi::server
