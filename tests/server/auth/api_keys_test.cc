#include "server/auth/api_keys.h"

#include <fstream>
#include <set>
#include <string>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::auth {
namespace {

using ::mi::testing::StatusIs;
using ::testing::HasSubstr;

// SHA-256 of "abc": the example of FIPS 180-2, appendix B.1.
constexpr char kAbcHash[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(ApiKeysTest, HashesWithSha256) {
  std::string hex;
  for (const uint8_t byte : HashSecret("abc")) {
    hex += fmt::format("{:02x}", byte);
  }
  EXPECT_EQ(hex, kAbcHash);
}

TEST(ApiKeysTest, FindsAKeyByItsPrefixAndSecretOnly) {
  ASSERT_OK_AND_ASSIGN(
      const ApiKeys keys,
      ApiKeys::Parse(
          fmt::format("# keys\n\nacme mi_1 {} scopes=read # old\n", kAbcHash)));
  const ApiKey* key = keys.Find("mi_1", "abc");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->tenant, "acme");
  EXPECT_EQ(key->permissions, Permissions().With(Permission::kRead));
  EXPECT_EQ(keys.Find("mi_1", "abd"), nullptr);
  EXPECT_EQ(keys.Find("mi_1", ""), nullptr);
  EXPECT_EQ(keys.Find("mi_2", "abc"), nullptr);
  EXPECT_EQ(keys.Find("", "abc"), nullptr);
}

TEST(ApiKeysTest, ScopesAreAllWhenNotGiven) {
  ASSERT_OK_AND_ASSIGN(const ApiKeys keys,
                       ApiKeys::Parse(fmt::format("acme p {}", kAbcHash)));
  EXPECT_EQ(keys.Find("p", "abc")->permissions, Permissions::All());
}

TEST(ApiKeysTest, NamesEveryLineAtFault) {
  const auto keys =
      ApiKeys::Parse(fmt::format("acme p1 {0}\n"
                                 "Acme p2 {0}\n"
                                 "acme p.3 {0}\n"
                                 "acme p4 abc\n"
                                 "acme p5 {0} scopes=everything\n"
                                 "acme p1 {0}\n"
                                 "bird p6\n",
                                 kAbcHash));
  const auto details = GetErrorDetails(keys.status());
  ASSERT_TRUE(details.has_value());
  std::vector<std::string> lines;
  for (const FieldViolation& violation : details->violations) {
    lines.push_back(violation.field);
  }
  EXPECT_THAT(lines, ::testing::ElementsAre("line 2", "line 3", "line 4",
                                            "line 5", "line 6", "line 7"));
}

TEST(ApiKeysTest, ATenantMayHaveTwoKeysAndNoMore) {
  const std::string two =
      fmt::format("acme p1 {0}\nacme p2 {0}\nbird p3 {0}\n", kAbcHash);
  ASSERT_OK_AND_ASSIGN(const ApiKeys keys, ApiKeys::Parse(two));
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_THAT(ApiKeys::Parse(two + fmt::format("acme p4 {}\n", kAbcHash)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 4: tenant 'acme' has more than 2")));
}

TEST(ApiKeysTest, AGeneratedKeyIsFoundUnderItsLine) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK_AND_ASSIGN(const NewKey made, GenerateKey("acme"));
    EXPECT_TRUE(seen.insert(made.key).second);
    const size_t dot = made.key.find('.');
    ASSERT_NE(dot, std::string::npos);
    const std::string secret = made.key.substr(dot + 1);
    EXPECT_EQ(secret.size(), 43u);  // 256 bits in base 64
    EXPECT_EQ(made.line.find(secret), std::string::npos);
    ASSERT_OK_AND_ASSIGN(const ApiKeys keys, ApiKeys::Parse(made.line));
    const ApiKey* key = keys.Find(made.key.substr(0, dot), secret);
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->tenant, "acme");
    EXPECT_EQ(key->permissions, Permissions::All());
  }
  EXPECT_EQ(GenerateKey("No Such Name").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ApiKeysTest, ReadsAFileAndNamesOneThatIsMissing) {
  mi::testing::TemporaryFolder folder;
  const std::string path = (folder.path() / "keys").string();
  EXPECT_THAT(ApiKeys::ReadFile(path),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path)));
  std::ofstream(path) << "acme p " << kAbcHash << "\n";
  ASSERT_OK_AND_ASSIGN(const ApiKeys keys, ApiKeys::ReadFile(path));
  EXPECT_EQ(keys.size(), 1u);
}

TEST(ApiKeysTest, TenantNamesAreShortAndPlain) {
  for (const char* name : {"a", "acme-2_x", "0"}) {
    EXPECT_TRUE(IsTenantName(name)) << name;
  }
  EXPECT_TRUE(IsTenantName(std::string(64, 'a')));
  EXPECT_FALSE(IsTenantName(std::string(65, 'a')));
  for (const char* name : {"", "Acme", "a b", "a/b", "..", "\u00e4"}) {
    EXPECT_FALSE(IsTenantName(name)) << name;
  }
}

}  // namespace
}  // namespace mi::auth
