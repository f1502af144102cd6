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
#include "engine/storage/folders.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

constexpr char kLockFile[] = "journal.lock";

absl::Status ErrnoError(std::string_view action,
                        const std::filesystem::path& path, int error) {
  return FileError("journal", action, path, error);
}

}  // namespace

absl::StatusOr<JournalFolder> JournalFolder::Open(
    const std::filesystem::path& path) {
  // Absolute and without a trailing slash, so that every part has a parent.
  std::filesystem::path folder =
      std::filesystem::absolute(path).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  RETURN_IF_ERROR(CreateFolders("journal", folder));
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

absl::Status JournalFolder::Sync() const {
  return SyncFolder("journal", path_);
}

}  // namespace mi::storage
