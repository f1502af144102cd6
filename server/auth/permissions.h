// What a caller must be allowed to do to call a method: one row per RPC.

#ifndef MI_SERVER_AUTH_PERMISSIONS_H_
#define MI_SERVER_AUTH_PERMISSIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace mi::auth {

// What a key may be used for.
enum class Permission : uint8_t {
  kRead = 1,   // see what is stored
  kWrite = 2,  // change points and what is in graphs
  kAdmin = 4,  // collections, graphs, snapshots and jobs as a whole
};

// A set of permissions.
class Permissions {
 public:
  constexpr Permissions() = default;
  static constexpr Permissions All() {
    return Permissions()
        .With(Permission::kRead)
        .With(Permission::kWrite)
        .With(Permission::kAdmin);
  }

  constexpr Permissions With(Permission permission) const {
    Permissions more = *this;
    more.bits_ |= static_cast<uint8_t>(permission);
    return more;
  }
  constexpr bool Allows(Permission permission) const {
    return (bits_ & static_cast<uint8_t>(permission)) != 0;
  }

  friend constexpr bool operator==(Permissions, Permissions) = default;

 private:
  uint8_t bits_ = 0;
};

// "read", "write", "admin".
std::string_view PermissionName(Permission permission);

// Reads "read,write"; nothing when a name is unknown or there is none.
std::optional<Permissions> ParsePermissions(std::string_view names);
std::string FormatPermissions(Permissions permissions);

// PERMISSION_DENIED unless the permissions allow what `what`, a method or an
// option of one, needs.
absl::Status CheckPermission(Permissions permissions, Permission needs,
                             std::string_view what);

// One row. `service` is the full name, for example
// "marketing.intelligence.v1.SearchService".
struct MethodPermission {
  std::string_view service;
  std::string_view method;
  Permission needs;
};

// The table for every service of this server. A method without a row cannot be
// called; a test holds the table against the services' descriptors.
absl::Span<const MethodPermission> MethodPermissions();

}  // namespace mi::auth

#endif  // MI_SERVER_AUTH_PERMISSIONS_H_
