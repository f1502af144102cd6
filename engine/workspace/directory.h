// The workspaces of all tenants of a server.

#ifndef MI_ENGINE_WORKSPACE_DIRECTORY_H_
#define MI_ENGINE_WORKSPACE_DIRECTORY_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "engine/storage/journal.h"
#include "engine/workspace/tenant.h"
#include "engine/workspace/workspace.h"

namespace mi::workspace {

// Finds a tenant's workspace, and makes it on first use. Thread-safe.
class Directory {
 public:
  // Opens the journal of a tenant, creating an empty one if there is none.
  using OpenJournal =
      std::function<absl::StatusOr<std::unique_ptr<storage::Journal>>(
          const std::string& tenant)>;

  // A tenant's snapshots lie in options.snapshots.store.folder / TENANT /
  // "snapshots".
  Directory(OpenJournal open_journal, const WorkspaceOptions& options,
            WorkspaceEnvironment environment);

  // Replays a tenant's journal now, before the first call. For the tenants
  // that are known at start.
  absl::Status Preload(const std::string& tenant);

  // While it is, Open fails with UNAVAILABLE (Reason::kNotReady), so that calls
  // do not pile up behind a long start.
  void SetLoading(bool loading) { loading_ = loading; }
  // That error while it is loading, else OK.
  absl::Status CheckLoaded() const;

  // The caller's workspace. Waits while it is first opened. Errors: those of
  // Workspace::Open.
  absl::StatusOr<std::shared_ptr<Workspace>> Open(const TenantScope& scope);

  // All that are open.
  std::vector<std::pair<std::string, std::shared_ptr<Workspace>>> All() const;

  // Finishes the writes that wait and closes every journal; calls that still
  // hold a workspace finish first. Open fails afterwards.
  void Close();

 private:
  absl::StatusOr<std::shared_ptr<Workspace>> OpenTenant(
      const std::string& tenant);

  const OpenJournal open_journal_;
  const WorkspaceOptions options_;
  const WorkspaceEnvironment environment_;
  std::atomic<bool> loading_{false};
  // Held while a workspace is opened: another tenant's first call waits too,
  // which is rare, and nobody opens a journal twice.
  mutable Mutex workspaces_mutex_;
  bool closed_ ABSL_GUARDED_BY(workspaces_mutex_) = false;
  std::map<std::string, std::shared_ptr<Workspace>> workspaces_
      ABSL_GUARDED_BY(workspaces_mutex_);
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_DIRECTORY_H_
