#include "engine/workspace/directory.h"

#include "engine/base/error.h"
#include "engine/storage/sqlite_journal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

using ::mi::testing::StatusIs;
using ::testing::_;

class DirectoryTest : public ::testing::Test {
 protected:
  WorkspaceOptions Options() const {
    WorkspaceOptions options;
    options.snapshots.store.folder = folder_.path();
    return options;
  }
  WorkspaceEnvironment Environment() const {
    WorkspaceEnvironment environment;
    environment.clock = &clock_;
    return environment;
  }

  mi::testing::TemporaryFolder folder_;
  mi::testing::ManualClock clock_;
  TenantAuthority authority_;
  Directory directory_{[this](const std::string& tenant) {
                         return storage::OpenSqliteJournal(
                             {.folder = folder_.path() / tenant / "journal"});
                       },
                       Options(), Environment()};
};

TEST_F(DirectoryTest, CallsAreRefusedWhileItIsLoading) {
  const TenantScope acme = authority_.Mint("acme");
  directory_.SetLoading(true);
  ASSERT_OK(directory_.Preload("acme"));
  const auto refused = directory_.Open(acme);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable, _));
  EXPECT_EQ(GetErrorDetails(refused.status())->reason, Reason::kNotReady);
  EXPECT_TRUE(GetErrorDetails(refused.status())->retry_after.has_value());
  EXPECT_THAT(directory_.CheckLoaded(),
              StatusIs(absl::StatusCode::kUnavailable, _));
  directory_.SetLoading(false);
  EXPECT_OK(directory_.Open(acme));
  EXPECT_OK(directory_.CheckLoaded());
}

TEST_F(DirectoryTest, EveryTenantHasSnapshotsOfItsOwn) {
  for (const char* tenant : {"acme", "rival"}) {
    ASSERT_OK_AND_ASSIGN(const auto workspace,
                         directory_.Open(authority_.Mint(tenant)));
    Progress progress;
    ASSERT_OK_AND_ASSIGN(
        const auto snapshot,
        workspace->WriteSnapshot(SnapshotTrigger::kRequest, "", progress));
    EXPECT_EQ(
        workspace->snapshots().PathOf(snapshot.name),
        folder_.path() / tenant / "snapshots" / (snapshot.name + ".snapshot"));
    EXPECT_THAT(*workspace->snapshots().List(), ::testing::SizeIs(1));
  }
}

TEST_F(DirectoryTest, NothingIsOpenedOnceItIsClosed) {
  ASSERT_OK(directory_.Open(authority_.Mint("acme")));
  directory_.Close();
  EXPECT_THAT(directory_.Open(authority_.Mint("acme")),
              StatusIs(absl::StatusCode::kUnavailable, _));
}

}  // namespace
}  // namespace mi::workspace
