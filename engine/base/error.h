// Errors that a program can act on: a status code says what the caller should
// do, a reason says which case it is, and details name the field, the value and
// the limit.
//
// The details travel inside absl::Status as one payload, so that any layer can
// return them and the server turns them into google.rpc messages in one place
// (server/rpc/status_proto.h).

#ifndef MI_ENGINE_BASE_ERROR_H_
#define MI_ENGINE_BASE_ERROR_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace mi {

// Machine-readable causes, stable across releases. In the API they appear as
// ErrorInfo.reason in the form "COLLECTION_NOT_FOUND".
enum class Reason {
  kInvalidField,          // INVALID_ARGUMENT: see the field violations
  kIdempotencyKeyReused,  // INVALID_ARGUMENT: the key is another request's
  kCollectionNotFound,    // NOT_FOUND
  kCollectionExists,      // ALREADY_EXISTS
  kAliasNotFound,         // NOT_FOUND
  kAliasExists,           // ALREADY_EXISTS
  kCollectionHasAliases,  // FAILED_PRECONDITION
  kPointNotFound,         // NOT_FOUND
  kSnapshotNotFound,      // NOT_FOUND
  kSnapshotInUse,         // FAILED_PRECONDITION: a start could need it
  kJobNotFound,           // NOT_FOUND
  kBudgetInfeasible,      // FAILED_PRECONDITION: limits contradict each other
  kTargetUnattainable,    // FAILED_PRECONDITION: no split reaches the target
  kFlowUnbounded,         // FAILED_PRECONDITION: a flow without a limit
  kFlowInfeasible,        // FAILED_PRECONDITION: less can flow than asked for
  kGraphNotFound,         // NOT_FOUND
  kGraphExists,           // ALREADY_EXISTS
  kGraphIndexNotFound,    // NOT_FOUND
  kGraphIndexExists,      // ALREADY_EXISTS
  kNodeNotFound,          // NOT_FOUND
  kEdgeNotFound,          // NOT_FOUND
  kHyperedgeNotFound,     // NOT_FOUND
  kNotUnique,             // ALREADY_EXISTS: a unique index has the value
  kPropertyType,          // FAILED_PRECONDITION: an index wants another type
  kNodeIsConnected,       // FAILED_PRECONDITION: it has edges
  kElementDiffers,        // FAILED_PRECONDITION: what is stored does not fit
  kTooMuchToSearch,       // RESOURCE_EXHAUSTED: a limit of the request
  kVersionConflict,       // ABORTED: read again, then retry
  kQuotaExceeded,         // RESOURCE_EXHAUSTED: the tenant's share is used up
  kDiskFull,              // RESOURCE_EXHAUSTED: reads go on
  kOverloaded,            // UNAVAILABLE: retry after the delay given
  kShuttingDown,          // UNAVAILABLE: retry elsewhere
  kNotReady,              // UNAVAILABLE: still loading
  kUnauthenticated,       // UNAUTHENTICATED
  kPermissionDenied,      // PERMISSION_DENIED
  kDeadlineExceeded,      // DEADLINE_EXCEEDED
  kCancelled,             // CANCELLED
  kDataLoss,              // DATA_LOSS: the journal is damaged
  kInternal,              // INTERNAL: a bug of ours
};

// The reason in upper snake case, as it stands in the API.
std::string_view ReasonName(Reason reason);

// One field of a request that is at fault. `field` is the path in the request
// message, for example "points[3].vector".
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&,
                         const FieldViolation&) = default;
};

// What a status carries beside its code and message.
struct ErrorDetails {
  Reason reason = Reason::kInternal;
  std::vector<FieldViolation> violations;
  // The resource that is missing, exists or is in the wrong state.
  std::string resource_type;
  std::string resource_name;
  // How long a client should wait before it tries again, when it may.
  std::optional<std::chrono::milliseconds> retry_after;
  // Further facts as name and value, for example {"current_version", "12"}.
  std::vector<std::pair<std::string, std::string>> metadata;

  friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

// A status with details.
absl::Status MakeError(absl::StatusCode code, std::string_view message,
                       const ErrorDetails& details);

// The details of a status made by MakeError; nothing for any other status.
std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status);

// INVALID_ARGUMENT about a single field.
absl::Status InvalidField(std::string_view field, std::string_view description);

// NOT_FOUND, ALREADY_EXISTS or FAILED_PRECONDITION about a named resource.
absl::Status ResourceError(absl::StatusCode code, Reason reason,
                           std::string_view type, std::string_view name,
                           std::string_view message);

// UNAVAILABLE or RESOURCE_EXHAUSTED with a delay after which to try again.
absl::Status RetryLater(absl::StatusCode code, Reason reason,
                        std::string_view message,
                        std::chrono::milliseconds retry_after);

// Collects everything that is wrong with a request, so that a caller learns it
// in one round trip. Keeps the first `kMaxViolations` and counts the rest.
// Thread-compatible.
class Violations {
 public:
  static constexpr size_t kMaxViolations = 20;

  void Add(std::string_view field, std::string_view description);

  bool empty() const { return count_ == 0; }

  // OK when empty, else INVALID_ARGUMENT naming every field kept.
  absl::Status ToStatus() const;

 private:
  size_t count_ = 0;
  std::vector<FieldViolation> kept_;
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_ERROR_H_
