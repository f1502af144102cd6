#include "server/auth/api_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"

namespace mi::auth {
namespace {

constexpr size_t kMaxTenantLength = 64;
constexpr size_t kMaxPrefixLength = 32;
constexpr size_t kMaxKeysPerTenant = 2;
constexpr size_t kSecretBytes = 32;
constexpr size_t kPrefixBytes = 4;
constexpr std::string_view kScopes = "scopes=";

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsPrefix(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPrefixLength &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '_' ||
                  c == '-';
         });
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<Sha256> ParseHash(std::string_view text) {
  Sha256 hash;
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (size_t i = 0; i < hash.size(); ++i) {
    const auto high = HexDigit(text[2 * i]);
    const auto low = HexDigit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    hash[i] = static_cast<uint8_t>(*high * 16 + *low);
  }
  return hash;
}

template <typename Bytes>
std::string Hex(const Bytes& bytes) {
  std::string text;
  for (const uint8_t byte : bytes) {
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  }
  return text;
}

// The words of a line, up to a comment.
std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  return {std::istream_iterator<std::string>(in), {}};
}

struct NamedKey {
  std::string prefix;
  ApiKey key;
};

// Reads the words of one line; says what is wrong otherwise.
absl::StatusOr<NamedKey> ParseKey(const std::vector<std::string>& words) {
  if (words.size() < 3 || words.size() > 4) {
    return absl::InvalidArgumentError(
        "expected: tenant prefix sha256 [scopes=...]");
  }
  NamedKey named{words[1], {.tenant = words[0]}};
  if (!IsTenantName(named.key.tenant)) {
    return absl::InvalidArgumentError(
        "the tenant must be 1 to 64 characters of a-z, 0-9, '_' and '-'");
  }
  if (!IsPrefix(named.prefix)) {
    return absl::InvalidArgumentError(
        "the prefix must be 1 to 32 characters of A-Z, a-z, 0-9, '_' and '-'");
  }
  const auto hash = ParseHash(words[2]);
  if (!hash) {
    return absl::InvalidArgumentError(
        "the SHA-256 of the secret must be 64 hexadecimal digits");
  }
  named.key.secret_hash = *hash;
  named.key.permissions = Permissions::All();
  if (words.size() == 4) {
    const std::string_view scopes = words[3];
    const auto permissions =
        scopes.starts_with(kScopes)
            ? ParsePermissions(scopes.substr(kScopes.size()))
            : std::nullopt;
    if (!permissions) {
      return absl::InvalidArgumentError(
          "scopes must be scopes= and some of read, write, admin, separated by "
          "commas");
    }
    named.key.permissions = *permissions;
  }
  return named;
}

// Base64 for URLs, without padding.
std::string Base64Url(const std::array<uint8_t, kSecretBytes>& bytes) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  uint32_t bits = 0;
  int available = 0;
  for (const uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    available += 8;
    while (available >= 6) {
      available -= 6;
      text.push_back(kAlphabet[(bits >> available) & 63]);
    }
  }
  if (available > 0) text.push_back(kAlphabet[(bits << (6 - available)) & 63]);
  return text;
}

template <size_t size>
bool FillRandom(std::array<uint8_t, size>* bytes) {
  return RAND_bytes(bytes->data(), static_cast<int>(size)) == 1;
}

}  // namespace

Sha256 HashSecret(std::string_view secret) {
  // Looked up once: that costs more than the hash itself.
  static const EVP_MD* const algorithm =
      EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256 hash{};
  EVP_Digest(secret.data(), secret.size(), hash.data(), nullptr, algorithm,
             nullptr);
  return hash;
}

absl::StatusOr<ApiKeys> ApiKeys::Parse(std::string_view text) {
  ApiKeys keys;
  Violations violations;
  absl::flat_hash_map<std::string, size_t> keys_of_tenant;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = fmt::format("line {}", ++number);
    const std::vector<std::string> words = Words(line);
    if (words.empty()) continue;
    auto named = ParseKey(words);
    if (!named.ok()) {
      violations.Add(where, std::string(named.status().message()));
      continue;
    }
    if (++keys_of_tenant[named->key.tenant] > kMaxKeysPerTenant) {
      violations.Add(where, fmt::format("tenant '{}' has more than {} keys",
                                        named->key.tenant, kMaxKeysPerTenant));
    }
    const std::string prefix = named->prefix;
    if (!keys.by_prefix_.emplace(prefix, std::move(named->key)).second) {
      violations.Add(where,
                     fmt::format("the prefix '{}' is taken already", prefix));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return keys;
}

absl::StatusOr<ApiKeys> ApiKeys::ReadFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) {
    return absl::NotFoundError(fmt::format("cannot read '{}'", path));
  }
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return Parse(text);
}

const ApiKey* ApiKeys::Find(std::string_view prefix,
                            std::string_view secret) const {
  static constexpr Sha256 kNoHash{};
  const Sha256 hash = HashSecret(secret);
  const auto found = by_prefix_.find(std::string(prefix));
  const bool known = found != by_prefix_.end();
  const Sha256& expected = known ? found->second.secret_hash : kNoHash;
  const bool same =
      CRYPTO_memcmp(hash.data(), expected.data(), hash.size()) == 0;
  return known && same ? &found->second : nullptr;
}

bool IsTenantName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxTenantLength &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return IsLowerOrDigit(c) || c == '_' || c == '-';
         });
}

absl::StatusOr<NewKey> GenerateKey(std::string_view tenant) {
  if (!IsTenantName(tenant)) {
    return InvalidField("tenant",
                        "must be 1 to 64 characters of a-z, 0-9, '_' and '-'");
  }
  std::array<uint8_t, kPrefixBytes> prefix_bytes;
  std::array<uint8_t, kSecretBytes> secret_bytes;
  if (!FillRandom(&prefix_bytes) || !FillRandom(&secret_bytes)) {
    return absl::InternalError("the system gives no random numbers");
  }
  const std::string prefix = "mi_" + Hex(prefix_bytes);
  const std::string secret = Base64Url(secret_bytes);
  return NewKey{.key = fmt::format("{}.{}", prefix, secret),
                .line = fmt::format("{} {} {} scopes={}", tenant, prefix,
                                    Hex(HashSecret(secret)),
                                    FormatPermissions(Permissions::All()))};
}

}  // namespace mi::auth
