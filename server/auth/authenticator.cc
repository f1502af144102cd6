#include "server/auth/authenticator.h"

#include <memory>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"

namespace mi::auth {
namespace {

constexpr std::string_view kBearer = "bearer ";

absl::Status Unauthenticated(std::string_view message) {
  ErrorDetails details;
  details.reason = Reason::kUnauthenticated;
  return MakeError(absl::StatusCode::kUnauthenticated, message, details);
}

// The key in an authorization header; empty when it is of another scheme.
std::string_view BearerToken(std::string_view header) {
  if (header.size() < kBearer.size()) return {};
  for (size_t i = 0; i < kBearer.size(); ++i) {
    const char c = header[i];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (lower != kBearer[i]) return {};
  }
  return header.substr(kBearer.size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::FromKeyFile(
    const TenantAuthority& authority, const telemetry::Metrics& metrics,
    std::string path) {
  std::unique_ptr<Authenticator> authenticator(
      new Authenticator(authority, metrics));
  authenticator->path_ = std::move(path);
  RETURN_IF_ERROR(authenticator->Reload());
  return authenticator;
}

std::unique_ptr<Authenticator> Authenticator::SingleTenant(
    const TenantAuthority& authority, const telemetry::Metrics& metrics,
    std::string tenant) {
  std::unique_ptr<Authenticator> authenticator(
      new Authenticator(authority, metrics));
  authenticator->single_tenant_ = std::move(tenant);
  return authenticator;
}

absl::StatusOr<Identity> Authenticator::Authenticate(
    const Credentials& credentials) const {
  if (!single_tenant_.empty()) {
    counters_.ok->Increment();
    return Identity{authority_.Mint(single_tenant_), Permissions::All()};
  }
  const std::string_view text = credentials.api_key.empty()
                                    ? BearerToken(credentials.authorization)
                                    : credentials.api_key;
  if (text.empty()) {
    counters_.missing->Increment();
    return Unauthenticated(
        "an API key is required, in the header 'x-api-key' or as "
        "'authorization: Bearer'");
  }
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    counters_.malformed->Increment();
    return Unauthenticated("the API key is malformed: expected PREFIX.SECRET");
  }
  const auto keys = keys_.Load();
  const ApiKey* key = keys->Find(text.substr(0, dot), text.substr(dot + 1));
  if (key == nullptr) {
    counters_.rejected->Increment();
    return Unauthenticated("the API key is not valid");
  }
  counters_.ok->Increment();
  return Identity{authority_.Mint(key->tenant), key->permissions};
}

absl::Status Authenticator::Authorize(const Identity& identity,
                                      const MethodPermission* needs) const {
  if (needs == nullptr) {
    counters_.forbidden->Increment();
    ErrorDetails details;
    details.reason = Reason::kPermissionDenied;
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "nobody may call this method", details);
  }
  absl::Status allowed =
      CheckPermission(identity.permissions, needs->needs, needs->method);
  if (!allowed.ok()) counters_.forbidden->Increment();
  return allowed;
}

absl::Status Authenticator::Reload() {
  if (path_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(ApiKeys keys, ApiKeys::ReadFile(path_));
  keys_.Publish(std::make_shared<const ApiKeys>(std::move(keys)));
  return absl::OkStatus();
}

}  // namespace mi::auth
