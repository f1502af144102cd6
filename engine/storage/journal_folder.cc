#include "engine/storage/journal_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "engine/base/status_macros.h"
#include "engine/storage/file_error.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

constexpr char kLockFile[] = "journal.lock";
absl::Status ErrnoError(std::string_view action,
                        const std::filesystem::path& path, int error) {
  return FileError("journal", action, path, error);
}

absl::Status SyncFolder(const std::filesystem::path& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return ErrnoError("open", path, errno);
  const int error = fsync(folder) == 0 ? 0 : errno;
  close(folder);
  return error == 0 ? absl::OkStatus() : ErrnoError("sync", path, error);
}

// Every folder that it creates is synced into its parent.
absl::Status CreateFolders(const std::filesystem::path& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    return S_ISDIR(info.st_mode) ? absl::OkStatus()
                                 : ErrnoError("open", path, ENOTDIR);
  }
  const std::filesystem::path parent = path.parent_path();
  if (parent != path) RETURN_IF_ERROR(CreateFolders(parent));
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return ErrnoError("create", path, errno);
  }
  return SyncFolder(parent);
}

}  // namespace

absl::StatusOr<JournalFolder> JournalFolder::Open(
    const std::filesystem::path& path) {
  // Absolute and without a trailing slash, so that every part has a parent.
  std::filesystem::path folder =
      std::filesystem::absolute(path).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  RETURN_IF_ERROR(CreateFolders(folder));
  const std::filesystem::path lock_path = folder / kLockFile;
  const int lock =
      open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock < 0) return ErrnoError("open", lock_path, errno);
  JournalFolder result(std::move(folder), lock);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoError("lock", lock_path, errno);
    return absl::FailedPreconditionError(fmt::format(
        "journal: '{}' is in use by another server; each needs a folder of its "
        "own",
        result.path_.string()));
  }
  return result;
}

JournalFolder::~JournalFolder() {
  if (lock_ != kNoFile) close(lock_);
}

absl::Status JournalFolder::Sync() const { return SyncFolder(path_); }

}  // namespace mi::storage
