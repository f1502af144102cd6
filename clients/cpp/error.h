// Errors of the command: whose fault they are, which exit code they give, and
// what the server said about them, down to the last field.

#ifndef MI_CLIENTS_CPP_ERROR_H_
#define MI_CLIENTS_CPP_ERROR_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "nlohmann/json_fwd.hpp"

namespace mi::client {

// What scripts can tell errors apart by. Stable.
enum ExitCode : int {
  kExitOk = 0,
  kExitRefused = 1,        // the server answered with an error
  kExitUsage = 2,          // the command line is wrong
  kExitInput = 3,          // a file cannot be read, written or understood
  kExitUnreachable = 4,    // no answer: no connection, or the time was over
  kExitInterrupted = 130,  // Ctrl-C: what shells say of SIGINT
};

// The command line is wrong.
absl::Status UsageError(std::string_view message);

// A file cannot be read, written or understood.
absl::Status InputError(std::string_view message);

// Somebody pressed Ctrl-C. `message` says how things stand now.
absl::Status InterruptedError(std::string_view message);

// What a server can say about an error (google.rpc).
struct ErrorDetails {
  struct FieldViolation {
    std::string field;
    std::string description;
  };

  std::string reason;  // of ErrorInfo, as the two below
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
  std::string resource_type;
  std::string resource_name;
  std::optional<std::chrono::milliseconds> retry_delay;
};

// Keeps code, message and details.
absl::Status FromGrpc(const grpc::Status& status);

// An error that is part of an answer, such as a failed job's: the server was
// there, whatever the code says.
absl::Status FromProto(const google::rpc::Status& status);

// The same error with other words.
absl::Status WithMessage(const absl::Status& error, std::string_view message);

// The details of an error that came through FromGrpc; empty ones otherwise.
ErrorDetails DetailsOf(const absl::Status& status);

// As upper snake case: "INVALID_ARGUMENT".
std::string CodeName(absl::StatusCode code);

ExitCode ExitCodeOf(const absl::Status& status);

// For a person: several lines, without a line break at the end.
std::string DescribeError(const absl::Status& status);

// For a script: {"error": {"code", "message", "exit_code", ...}}.
nlohmann::json ErrorToJson(const absl::Status& status);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_ERROR_H_
