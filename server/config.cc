#include "server/config.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <variant>

#include "fmt/format.h"
#include "server/config_table.h"

extern char** environ;

namespace mi::server {
namespace {

constexpr int kMaxPort = 65'535;
constexpr size_t kHelpWidth = 100;
constexpr size_t kHelpIndent = 10;

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
        if (!value && !setting->ValueIsOptional() && next_is_value) {
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
    if (config.snapshot_dir_is_bucket && config.snapshot_dir.empty()) {
      Fail("--snapshot-dir-is-bucket needs --snapshot-dir");
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
  // Cloud Run says in PORT where it connects to.
  void ReadPort(const Environment& environment) {
    const auto port = environment.find("PORT");
    if (port == environment.end() || environment.contains("MI_LISTEN")) return;
    invocation_.config.listen = fmt::format("0.0.0.0:{}", port->second);
  }

  void SetFlag(const Setting& setting, const std::string& flag,
               const std::optional<std::string>& value) {
    if (value) return Set(setting, flag, *value);
    if (!setting.ValueIsOptional()) return Fail(flag + " needs a value");
    const bool is_switch =
        std::holds_alternative<bool Config::*>(setting.member);
    Set(setting, flag, is_switch ? "true" : "");
  }

  void Set(const Setting& setting, const std::string& where,
           const std::string& text) {
    if (setting.Assign(text, &invocation_.config)) return;
    Fail(fmt::format("{}: '{}' is not {}", where, text, setting.Expected()));
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
  std::string text(setting.meaning);
  if (!setting.TakesAnyText()) {
    text += fmt::format(" Takes {}.", setting.Expected());
  }
  if (const std::string value = setting.Format({}); !value.empty()) {
    text += fmt::format(" Default: {}.", value);
  }
  return fmt::format("  --{}  ({})\n{}", setting.flag, setting.Variable(),
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
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, endpoint.port);
  if (error != std::errc() || stop != end || endpoint.port < 0 ||
      endpoint.port > kMaxPort) {
    return wrong();
  }
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
  for (const Setting& setting : Settings()) text += HelpOf(setting);
  text +=
      "\nPORT replaces the port of --listen when neither the flag nor "
      "MI_LISTEN "
      "is given.\n";
  return text;
}

std::vector<std::pair<std::string, std::string>> DescribeConfig(
    const Config& config) {
  std::vector<std::pair<std::string, std::string>> described;
  for (const Setting& setting : Settings()) {
    described.emplace_back(setting.flag, setting.Format(config));
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
