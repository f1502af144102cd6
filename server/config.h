// The server's settings: one table (config_table.cc) gives each its flag,
// environment variable, default, range and meaning, and makes --help from them.
//
// A flag wins over the environment. The variable of --data-dir is MI_DATA_DIR,
// and so on.
//
// To add a setting: a member here, a row there.

#ifndef MI_SERVER_CONFIG_H_
#define MI_SERVER_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::server {

// Meanings and ranges stand in the table.
struct Config {
  std::string listen = "0.0.0.0:7700";
  std::string metrics_listen = "127.0.0.1:7701";
  std::string data_dir = "./data";
  bool ephemeral = false;

  std::string api_keys_file;
  std::optional<std::string> insecure_single_tenant;
  bool reflection = false;

  uint64_t idempotency_retention_ms = 86'400'000;
  uint64_t max_idempotency_keys = 1'000'000;

  std::string snapshot_dir;
  bool snapshot_dir_is_bucket = false;
  uint64_t snapshot_every_bytes = 268'435'456;
  uint64_t snapshot_interval_ms = 3'600'000;
  uint64_t snapshots_kept = 2;
  bool keep_journal = false;
  bool restore_missing_journal = false;

  uint64_t read_threads = 0;
  uint64_t write_threads = 16;
  uint64_t admin_threads = 2;
  uint64_t build_threads = 0;
  uint64_t max_queued_reads = 1024;
  uint64_t max_queued_writes = 256;
  uint64_t max_queued_admin = 64;
  uint64_t max_queue_wait_ms = 1'000;
  uint64_t max_inflight_per_tenant = 256;
  uint64_t max_unary_duration_ms = 60'000;
  uint64_t max_stream_duration_ms = 3'300'000;
  uint64_t max_message_bytes = 16 << 20;
  uint64_t max_response_bytes = 32 << 20;
  uint64_t memory_limit_bytes = 0;
  uint64_t drain_timeout_ms = 8'000;

  std::string log_level = "info";
  double access_log_sample = 0.01;
  uint64_t slow_call_ms = 1'000;
  std::string trace_project;
};

// An address to listen on.
struct Endpoint {
  std::string host;  // without the brackets of an IPv6 address
  int port = 0;      // 0: any free one
};

// Reads "host:port" or "[address]:port".
absl::StatusOr<Endpoint> ParseEndpoint(const std::string& text);

// What the program was asked to do.
struct Invocation {
  enum class Command { kServe, kHelp, kVersion, kGenerateKey };

  Command command = Command::kServe;
  Config config;                      // of kServe
  std::string tenant;                 // of kGenerateKey
  std::vector<std::string> warnings;  // for the log
};

// Environment variables by name.
using Environment = std::map<std::string, std::string>;

Environment ProcessEnvironment();

// Reads the command line (without the program's name) and the environment.
// Beside the variables of the table, PORT replaces the port of --listen when
// neither the flag nor its variable is given, as Cloud Run expects.
//
// Errors: INVALID_ARGUMENT with everything that is wrong, one line each.
absl::StatusOr<Invocation> ParseInvocation(
    const std::vector<std::string>& arguments, const Environment& environment);

// The text of --help.
std::string HelpText();

// Name and value of every setting, in the order of the table, for the log. None
// is a secret: the file of API keys is named, not read.
std::vector<std::pair<std::string, std::string>> DescribeConfig(
    const Config& config);

// The memory that the process may use: the limit of its control group (version
// 2 or 1), or the machine's memory when there is none.
uint64_t DetectMemoryLimit();

}  // namespace mi::server

#endif  // MI_SERVER_CONFIG_H_
