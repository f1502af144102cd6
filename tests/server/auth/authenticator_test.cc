#include "server/auth/authenticator.h"

#include <fstream>
#include <memory>
#include <string>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/auth/api_keys.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::auth {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

class AuthenticatorTest : public ::testing::Test {
 protected:
  void WriteFile(const std::string& text) { std::ofstream(path_) << text; }

  void SetUp() override {
    WriteFile(acme_.line + "\n");
    authenticator_ =
        Authenticator::FromKeyFile(authority_, metrics_, path_).value();
  }

  std::string TenantOf(const Credentials& credentials) {
    const auto identity = authenticator_->Authenticate(credentials);
    return identity.ok() ? identity->scope.tenant()
                         : std::string(identity.status().message());
  }

  TenantAuthority authority_;
  telemetry::Metrics metrics_;
  mi::testing::TemporaryFolder folder_;
  const std::string path_ = (folder_.path() / "keys").string();
  const NewKey acme_ = GenerateKey("acme").value();
  const NewKey bird_ = GenerateKey("bird").value();
  std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(AuthenticatorTest, KnowsTheTenantByEitherHeader) {
  EXPECT_EQ(TenantOf({.api_key = acme_.key}), "acme");
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    const std::string header = scheme + acme_.key;
    EXPECT_EQ(TenantOf({.authorization = header}), "acme");
  }
}

// In front of Cloud Run the authorization header carries Google's token.
TEST_F(AuthenticatorTest, TheKeyHeaderWinsOverTheAuthorizationHeader) {
  EXPECT_EQ(TenantOf({.api_key = acme_.key,
                      .authorization = "Bearer eyJhbGciOi.J9.x"}),
            "acme");
  EXPECT_EQ(
      TenantOf({.api_key = bird_.key, .authorization = "Bearer " + acme_.key}),
      "the API key is not valid");
}

TEST_F(AuthenticatorTest, SaysTheSameOfAnUnknownKeyAndAWrongSecret) {
  const std::string prefix = acme_.key.substr(0, acme_.key.find('.'));
  const auto wrong_secret =
      authenticator_->Authenticate({.api_key = prefix + ".nonsense"});
  const auto unknown = authenticator_->Authenticate({.api_key = bird_.key});
  EXPECT_THAT(wrong_secret, StatusIs(absl::StatusCode::kUnauthenticated,
                                     "the API key is not valid"));
  EXPECT_EQ(wrong_secret.status(), unknown.status());
  EXPECT_EQ(GetErrorDetails(unknown.status())->reason,
            Reason::kUnauthenticated);
  EXPECT_EQ(metrics_.auth().rejected->Value(), 2);
}

TEST_F(AuthenticatorTest, AsksForAKeyThatIsMissingOrMalformed) {
  EXPECT_THAT(authenticator_->Authenticate({}),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("an API key is required")));
  EXPECT_THAT(authenticator_->Authenticate({.authorization = "Basic YTpi"}),
              StatusIs(absl::StatusCode::kUnauthenticated,
                       HasSubstr("an API key is required")));
  EXPECT_THAT(
      authenticator_->Authenticate({.api_key = "nodot"}),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("PREFIX.SECRET")));
  EXPECT_EQ(metrics_.auth().missing->Value(), 2);
  EXPECT_EQ(metrics_.auth().malformed->Value(), 1);
}

TEST_F(AuthenticatorTest, ReloadingTakesKeysAwayAndAddsOthers) {
  WriteFile(bird_.line + "\n");
  ASSERT_OK(authenticator_->Reload());
  EXPECT_EQ(TenantOf({.api_key = bird_.key}), "bird");
  EXPECT_EQ(TenantOf({.api_key = acme_.key}), "the API key is not valid");
}

TEST_F(AuthenticatorTest, ABrokenFileLeavesTheKeysAsTheyWere) {
  WriteFile("not a key\n");
  EXPECT_THAT(authenticator_->Reload(),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
  EXPECT_EQ(TenantOf({.api_key = acme_.key}), "acme");
}

TEST_F(AuthenticatorTest, RefusesToStartWithoutAReadableFile) {
  EXPECT_THAT(Authenticator::FromKeyFile(authority_, metrics_, path_ + "2"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("keys2")));
}

TEST_F(AuthenticatorTest, ASingleTenantNeedsNoKey) {
  const auto open = Authenticator::SingleTenant(authority_, metrics_, "laptop");
  const auto identity = open->Authenticate({});
  ASSERT_OK(identity);
  EXPECT_EQ(identity->scope.tenant(), "laptop");
  EXPECT_EQ(identity->permissions, Permissions::All());
  EXPECT_OK(open->Reload());
}

TEST_F(AuthenticatorTest, AuthorizesWhatTheKeyMayDoAndNoMethodWithoutARow) {
  const auto identity = authenticator_->Authenticate({.api_key = acme_.key});
  ASSERT_OK(identity);
  const MethodPermission write{"s.S", "Upsert", Permission::kWrite};
  EXPECT_OK(authenticator_->Authorize(*identity, &write));
  EXPECT_THAT(authenticator_->Authorize(*identity, nullptr),
              StatusIs(absl::StatusCode::kPermissionDenied, _));
  const Identity reader{authority_.Mint("acme"),
                        Permissions().With(Permission::kRead)};
  const absl::Status denied = authenticator_->Authorize(reader, &write);
  EXPECT_THAT(denied, StatusIs(absl::StatusCode::kPermissionDenied,
                               HasSubstr("lacks the scope 'write'")));
  EXPECT_EQ(GetErrorDetails(denied)->reason, Reason::kPermissionDenied);
  EXPECT_EQ(metrics_.auth().forbidden->Value(), 2);
}

}  // namespace
}  // namespace mi::auth
