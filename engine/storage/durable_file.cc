#include "engine/storage/durable_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/storage/file_error.h"

namespace mi::storage {
namespace {

std::filesystem::path PartialPath(std::filesystem::path path, bool rename) {
  if (rename) path += ".partial";
  return path;
}

}  // namespace

DurableFile::DurableFile(const std::filesystem::path& path, bool rename,
                         FileCalls calls)
    : path_(path),
      partial_(PartialPath(path, rename)),
      calls_(std::move(calls)) {}

DurableFile::~DurableFile() {
  if (file_ != kNoFile) calls_.close(file_);
  std::error_code ignored;  // a leftover harms nobody: nothing reads it
  if (created_ && !finished_) std::filesystem::remove(partial_, ignored);
}

absl::StatusOr<std::unique_ptr<DurableFile>> DurableFile::Create(
    const std::filesystem::path& path, bool rename, FileCalls calls) {
  std::unique_ptr<DurableFile> file(new DurableFile(
      std::filesystem::absolute(path), rename, std::move(calls)));
  file->file_ = file->calls_.open(file->partial_.c_str(),
                                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                  S_IRUSR | S_IWUSR);
  if (file->file_ < 0) return file->Fail("create");
  file->created_ = true;
  return file;
}

absl::Status DurableFile::Fail(std::string_view action) const {
  return FileError("snapshot", action, partial_, errno);
}

absl::Status DurableFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = calls_.write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail("write");
    bytes.remove_prefix(static_cast<size_t>(written));
    bytes_ += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::Status DurableFile::Finish() {
  if (calls_.sync(file_) != 0) return Fail("sync");
  if (calls_.close(std::exchange(file_, kNoFile)) != 0) return Fail("close");
  if (path_ == partial_) {
    finished_ = true;
    return absl::OkStatus();
  }
  if (calls_.rename(partial_.c_str(), path_.c_str()) != 0) {
    return Fail("rename");
  }
  finished_ = true;
  return SyncFolder();
}

absl::Status DurableFile::SyncFolder() const {
  const std::filesystem::path folder = path_.parent_path();
  const int opened =
      calls_.open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (opened < 0) return Fail("open the folder of");
  const int synced = calls_.sync(opened);
  const int error = errno;
  calls_.close(opened);
  errno = error;
  return synced == 0 ? absl::OkStatus() : Fail("sync the folder of");
}

absl::Status WriteDurableFile(const std::filesystem::path& path,
                              std::string_view bytes, bool rename,
                              const FileCalls& calls) {
  ASSIGN_OR_RETURN(const auto file, DurableFile::Create(path, rename, calls));
  RETURN_IF_ERROR(file->Write(bytes));
  return file->Finish();
}

}  // namespace mi::storage
