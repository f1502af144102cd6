#include "engine/storage/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/status_macros.h"
#include "engine/storage/file_error.h"

namespace mi::storage {

absl::Status SyncFolder(std::string_view subject,
                        const std::filesystem::path& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return FileError(subject, "open", path, errno);
  const int error = fsync(folder) == 0 ? 0 : errno;
  close(folder);
  return error == 0 ? absl::OkStatus()
                    : FileError(subject, "sync", path, error);
}

absl::Status CreateFolders(std::string_view subject,
                           const std::filesystem::path& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    return S_ISDIR(info.st_mode) ? absl::OkStatus()
                                 : FileError(subject, "open", path, ENOTDIR);
  }
  const std::filesystem::path parent = path.parent_path();
  if (parent != path) RETURN_IF_ERROR(CreateFolders(subject, parent));
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return FileError(subject, "create", path, errno);
  }
  return SyncFolder(subject, parent);
}

}  // namespace mi::storage
