// Finds out who calls. Holds the right to mint tenant scopes: a tenant comes
// from a credential, and never from a message.

#ifndef MI_SERVER_AUTH_AUTHENTICATOR_H_
#define MI_SERVER_AUTH_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/published.h"
#include "engine/workspace/tenant.h"
#include "server/auth/api_keys.h"
#include "server/auth/permissions.h"
#include "server/telemetry/metrics.h"

namespace mi::auth {

// The headers of a call that say who calls; empty where there is none.
struct Credentials {
  std::string_view api_key;        // x-api-key: PREFIX.SECRET
  std::string_view authorization;  // authorization: Bearer PREFIX.SECRET
};

struct Identity {
  TenantScope scope;
  Permissions permissions;
};

// Thread-safe.
class Authenticator {
 public:
  // Knows the keys in the file at `path`; see api_keys.h for its format. The
  // authority and the metrics must outlive the authenticator.
  static absl::StatusOr<std::unique_ptr<Authenticator>> FromKeyFile(
      const TenantAuthority& authority, const telemetry::Metrics& metrics,
      std::string path);

  // Takes everybody for `tenant`, with every permission: for a laptop.
  static std::unique_ptr<Authenticator> SingleTenant(
      const TenantAuthority& authority, const telemetry::Metrics& metrics,
      std::string tenant);

  // Who the caller is. `x-api-key` wins where both headers are given: in front
  // of Cloud Run the other one carries Google's token.
  //
  // Errors: UNAUTHENTICATED, with the same message for an unknown key and a
  // wrong secret.
  absl::StatusOr<Identity> Authenticate(const Credentials& credentials) const;

  // PERMISSION_DENIED unless `identity` has what a method needs; `needs` is
  // null for a method without a row.
  absl::Status Authorize(const Identity& identity,
                         const MethodPermission* needs) const;

  // Reads the key file again; on an error the keys stay as they were.
  absl::Status Reload();

 private:
  Authenticator(const TenantAuthority& authority,
                const telemetry::Metrics& metrics)
      : authority_(authority), counters_(metrics.auth()) {}

  const TenantAuthority& authority_;
  const telemetry::AuthMetrics& counters_;
  std::string path_;
  std::string single_tenant_;  // empty: keys are asked for
  Published<ApiKeys> keys_{std::make_shared<const ApiKeys>()};
};

}  // namespace mi::auth

#endif  // MI_SERVER_AUTH_AUTHENTICATOR_H_
