#include "engine/workspace/directory.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace mi::workspace {
namespace {

constexpr auto kTryAgain = std::chrono::milliseconds(1000);

}  // namespace

Directory::Directory(OpenJournal open_journal, const WorkspaceOptions& options,
                     WorkspaceEnvironment environment)
    : open_journal_(std::move(open_journal)),
      options_(options),
      environment_(std::move(environment)) {}

absl::Status Directory::Preload(const std::string& tenant) {
  return OpenTenant(tenant).status();
}

absl::Status Directory::CheckLoaded() const {
  if (!loading_) return absl::OkStatus();
  return RetryLater(absl::StatusCode::kUnavailable, Reason::kNotReady,
                    "the server is still reading what is stored", kTryAgain);
}

absl::StatusOr<std::shared_ptr<Workspace>> Directory::Open(
    const TenantScope& scope) {
  RETURN_IF_ERROR(CheckLoaded());
  return OpenTenant(scope.tenant());
}

absl::StatusOr<std::shared_ptr<Workspace>> Directory::OpenTenant(
    const std::string& tenant) {
  MutexLock lock(workspaces_mutex_);
  if (closed_) {
    return RetryLater(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                      "the server is shutting down", kTryAgain);
  }
  std::shared_ptr<Workspace>& workspace = workspaces_[tenant];
  if (workspace != nullptr) return workspace;
  auto journal = open_journal_(tenant);
  if (journal.ok()) {
    WorkspaceOptions options = options_;
    std::filesystem::path& folder = options.snapshots.store.folder;
    if (!folder.empty()) folder = folder / tenant / "snapshots";
    auto opened = Workspace::Open(*std::move(journal), options, environment_);
    if (opened.ok()) {
      workspace = *std::move(opened);
      return workspace;
    }
    journal = opened.status();
  }
  workspaces_.erase(tenant);
  return journal.status();
}

std::vector<std::pair<std::string, std::shared_ptr<Workspace>>> Directory::All()
    const {
  MutexLock lock(workspaces_mutex_);
  return {workspaces_.begin(), workspaces_.end()};
}

void Directory::Close() {
  std::map<std::string, std::shared_ptr<Workspace>> closing;
  MutexLock lock(workspaces_mutex_);
  closed_ = true;
  closing.swap(workspaces_);
  closing.clear();
}

}  // namespace mi::workspace
