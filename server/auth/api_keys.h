// API keys: how they are made, written down and looked up.
//
// A key is PREFIX.SECRET. The prefix finds the key and may be logged; of the
// secret only the SHA-256 is kept. That is enough, and no slow password hash is
// needed, because a secret is 256 random bits: it cannot be guessed.
//
// The file has one key a line; '#' starts a comment:
//
//   # tenant   prefix        sha256 of the secret, in hexadecimal   [scopes]
//   acme       mi_3f9c0a12   9b74c9...64 digits... scopes=read,write
//
// Scopes are read, write and admin; all of them when not given. A tenant may
// have two keys, so that one can be replaced while the other works.

#ifndef MI_SERVER_AUTH_API_KEYS_H_
#define MI_SERVER_AUTH_API_KEYS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "server/auth/permissions.h"

namespace mi::auth {

using Sha256 = std::array<uint8_t, 32>;

Sha256 HashSecret(std::string_view secret);

struct ApiKey {
  std::string tenant;  // 1 to 64 characters of a-z, 0-9, '_' and '-'
  Sha256 secret_hash{};
  Permissions permissions;
};

// Keys by prefix. Immutable once read. Thread-compatible.
class ApiKeys {
 public:
  // Reads the text of a key file.
  //
  // Errors: INVALID_ARGUMENT names every line at fault.
  static absl::StatusOr<ApiKeys> Parse(std::string_view text);

  // NOT_FOUND when there is no such file.
  static absl::StatusOr<ApiKeys> ReadFile(const std::string& path);

  // The key that `prefix` and `secret` belong to, or null. Takes as long for a
  // wrong prefix as for a wrong secret.
  const ApiKey* Find(std::string_view prefix, std::string_view secret) const;

  size_t size() const { return by_prefix_.size(); }

 private:
  absl::flat_hash_map<std::string, ApiKey> by_prefix_;
};

bool IsTenantName(std::string_view name);

struct NewKey {
  std::string key;   // what the client sends; not kept anywhere
  std::string line;  // for the key file
};

// A new random key for `tenant`, with all scopes.
//
// Errors: INVALID_ARGUMENT for a malformed tenant; INTERNAL when the system
// has no randomness to give.
absl::StatusOr<NewKey> GenerateKey(std::string_view tenant);

}  // namespace mi::auth

#endif  // MI_SERVER_AUTH_API_KEYS_H_
