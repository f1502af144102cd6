// Whose state a call may touch.

#ifndef MI_ENGINE_WORKSPACE_TENANT_H_
#define MI_ENGINE_WORKSPACE_TENANT_H_

#include <string>
#include <utility>

namespace mi {

// Proof that a caller was identified as a tenant. Nothing of a workspace can be
// reached without one, and only a TenantAuthority makes them: a tenant can
// never come from a request message by accident.
class TenantScope {
 public:
  // 1 to 64 characters of a-z, 0-9, '_' and '-'.
  const std::string& tenant() const { return tenant_; }

 private:
  friend class TenantAuthority;
  explicit TenantScope(std::string tenant) : tenant_(std::move(tenant)) {}

  std::string tenant_;
};

// The right to say who a caller is. The composition root makes one and hands
// it to the authenticator; tests make their own.
class TenantAuthority {
 public:
  TenantAuthority() = default;
  TenantAuthority(const TenantAuthority&) = delete;
  TenantAuthority& operator=(const TenantAuthority&) = delete;

  TenantScope Mint(std::string tenant) const {
    return TenantScope(std::move(tenant));
  }
};

}  // namespace mi

#endif  // MI_ENGINE_WORKSPACE_TENANT_H_
