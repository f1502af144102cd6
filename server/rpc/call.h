// One call, as its handler sees it.

#ifndef MI_SERVER_RPC_CALL_H_
#define MI_SERVER_RPC_CALL_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "engine/workspace/tenant.h"
#include "grpcpp/server_context.h"
#include "server/auth/permissions.h"

namespace mi::rpc {

// The request header, and the trailer of the answer, that names a call.
inline constexpr char kRequestIdHeader[] = "x-request-id";

// Used by one thread at a time, except for stop(), which any thread may use.
class Call {
 public:
  using LogValue = std::variant<std::string, int64_t, double, bool>;

  explicit Call(grpc::CallbackServerContext& context) : context_(context) {}

  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Whose call it is. Handlers run only after this is known.
  const TenantScope& tenant() const { return *tenant_; }

  // PERMISSION_DENIED unless the caller may do what an option of the method,
  // named `what`, needs beyond the method itself.
  absl::Status Require(auth::Permission permission,
                       std::string_view what) const;

  // Fires when the client cancels or goes away, when the deadline passes, and
  // when the server cannot wait for the call any longer at shutdown.
  std::stop_token stop() const { return stop_source_.get_token(); }

  // The client's deadline, or the server's own when that is earlier.
  std::chrono::steady_clock::time_point deadline() const { return deadline_; }

  // The client's `x-request-id`, else one of our own: the name of this call in
  // the log and in errors.
  const std::string& request_id();

  // Adds a member to the call's log line, if it gets one. `name` must be a
  // literal.
  void AddLogField(std::string_view name, LogValue value) {
    log_fields_.emplace_back(name, std::move(value));
  }

  const std::vector<std::pair<std::string_view, LogValue>>& log_fields() const {
    return log_fields_;
  }

  // Null until it is known whose call it is.
  const TenantScope* tenant_if_known() const {
    return tenant_.has_value() ? &*tenant_ : nullptr;
  }

  // The other end's address, as gRPC writes it: "ipv4:10.0.0.1:5000".
  std::string Peer() const { return context_.peer(); }

  // The value of a request header; empty when there is none.
  std::string_view Header(std::string_view name) const;

 private:
  friend class ServerCall;

  grpc::CallbackServerContext& context_;
  std::optional<TenantScope> tenant_;
  auth::Permissions permissions_;
  std::stop_source stop_source_;
  std::chrono::steady_clock::time_point deadline_;
  std::string request_id_;  // made when first asked for
  std::vector<std::pair<std::string_view, LogValue>> log_fields_;
};

}  // namespace mi::rpc

#endif  // MI_SERVER_RPC_CALL_H_
